"""A configuration of endpoints whose secrets would be recognised wherever they came out."""

import json
from pathlib import Path
from typing import Any

Json = dict[str, Any]
CANARY = "sk-c4n4ryZk39dQpLw8"
HEADER_CANARY = "tenant-words-nobody-would-know"


def write(folder: Path, *entries: Json, **more: object) -> None:
    """Configure these endpoints."""
    told = {"version": "1.3.17", "endpoints": {"custom": list(entries)}, **more}
    (folder / "librechat.yaml").write_text(json.dumps(told))


def entry(url: str, **more: object) -> Json:
    """Configure an endpoint."""
    usual = {"name": "Acme", "apiKey": CANARY, "models": {"default": ["one", "two"]}}
    return {**usual, "headers": {"X-Tenant": HEADER_CANARY}, "baseURL": url, **more}
