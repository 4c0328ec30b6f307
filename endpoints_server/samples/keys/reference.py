"""A text that names where a key is kept instead of being one."""

import re

NAME = r"[A-Za-z_][A-Za-z0-9_]*"
QUOTED = rf"\(?\[?\s*\\?[\"'](?P<quoted>{NAME})\\?[\"']"
READERS = (
    r"(?:process\.env|import\.meta\.env|Bun\.env|os\.environ|env)(?:\.get)?",
    r"Deno\.env\.get|(?:os\.|System\.)?[Gg]etenv|os\.(?:Getenv|LookupEnv)|ENV(?:\.fetch)?|\$_ENV",
    r"(?:System\.)?Environment\.GetEnvironmentVariable|(?:std::)?env::var|option_env!|env!",
    r"userdata\.get|st\.secrets",
)
REFERENCE = re.compile(
    "|".join(
        (
            rf"\$\{{\{{\s*(?:secrets|env|vars)\.(?P<workflow>{NAME})\s*\}}\}}",
            rf"\$\{{(?P<braced>{NAME})(?::?[-=?+][^}}]*)?\}}",
            rf"\$(?i:env):(?P<powershell>{NAME})|\$\{{(?i:env):(?P<powershell_braced>{NAME})\}}",
            rf"\{{env:(?P<opencode>{NAME})\}}",
            rf"\$(?P<plain>{NAME})",
            rf"%(?P<windows>{NAME})%",
            rf"(?:process|import\.meta|Bun)\.env\.(?P<member>{NAME})",
            rf"(?:{'|'.join(READERS)})!?{QUOTED}",
        )
    )
)
COMMAND = re.compile(r"^!\s*\S|\$\(|`[^`]*`|^op://")


def variable_in(text: str) -> str | None:
    """Find the name of the variable that a text reads; None where it names none."""
    found = REFERENCE.search(text)
    return found[found.lastgroup] if found and found.lastgroup else None


def is_reference(text: str) -> bool:
    """Say whether a text reads a variable, or has a command find the key."""
    return bool(REFERENCE.search(text) or COMMAND.search(text))
