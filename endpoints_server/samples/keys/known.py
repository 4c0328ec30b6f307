"""The shapes of keys that are known wherever they stand."""

import re

LONG = r"[A-Za-z0-9_-]{32,}"
USUAL = r"[A-Za-z0-9_-]{16,}"
SHAPES = (
    rf"sk-ant-[a-z]+[0-9]*-(?P<anthropic>{USUAL})",
    rf"sk-(?:proj|svcacct|admin|or-v[0-9]|lf|litellm)-(?P<openai>{USUAL})",
    r"sk-(?P<bare>[A-Za-z0-9_-]{20,})",
    r"AIza(?P<google>[A-Za-z0-9_-]{30,})",
    r"AQ\.(?P<google_auth>[A-Za-z0-9_-]{24,})",
    rf"(?:xai|pplx|nvapi|csk|xox[abprs]|glpat|gsk|fw|vck|bce-v3|wsk)[-_](?P<company>{USUAL})",
    rf"(?:hf|r8|tgp_v1|gh[opsu]|github_pat|sk_live|sk_test)_(?P<company_low>{USUAL})",
    rf"VENICE_(?:INFERENCE|ADMIN)_KEY_(?P<venice>{USUAL})",
    rf"(?:tp|es|pk|ak)-(?P<short>{LONG})",
    r"ya29\.(?P<oauth>[A-Za-z0-9._-]{20,})",
    r"(?:AKIA|ASIA)(?P<amazon>[A-Z0-9]{16})",
    r"eyJ(?P<jwt>[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{6,})",
    r"(?P<hex_pair>[0-9a-f]{32}\.[A-Za-z0-9]{16})",
)
KNOWN = re.compile(rf"(?<![A-Za-z0-9_+/-])(?:{'|'.join(SHAPES)})(?![A-Za-z0-9_])")
AFTER_SLASH = re.compile(rf"(?<=/)(?:{'|'.join(SHAPES[:-1])})(?![A-Za-z0-9_/+])")
PRIVATE_KEY = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----")
SUBSCRIPTION = re.compile(r"sk-ant-oat[0-9]*-")
PREFIX = re.compile(
    r"sk-ant-(?:[a-z]+[0-9]*-)?|sk-(?:proj-|svcacct-|admin-|or-v[0-9]-)?|AIza(?:Sy)?|AQ\."
    r"|VENICE_(?:INFERENCE|ADMIN)_KEY_|(?:tgp_v1|gh[opsu]|github_pat|hf|gsk|fw|vck|r8)_"
    r"|(?:xai|pplx|nvapi|csk|tp|es)-"
)
