"""The bytes of the file become text, or a problem says why not."""

from pathlib import Path

from endpoints_server.config.problem import Problem

LARGEST_BYTES = 4 * 1024 * 1024


def read(path: Path) -> bytes | Problem:
    """Read the file whole, but never more than four mebibytes."""
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "the path is not valid"
        return Problem(file=str(path), message=f"the file cannot be read: {reason}")
    return content


def decode(content: bytes, file: str) -> str | Problem:
    """Decode UTF-8, with or without a mark at the start; refuse what is too large to be meant."""
    if len(content) > LARGEST_BYTES:
        limit = LARGEST_BYTES // (1024 * 1024)
        return Problem(file=file, message=f"the file is larger than {limit} MiB")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = content[: error.start].decode("utf-8", "replace")
        line_start = before.rfind("\n") + 1
        return Problem(
            file=file,
            line=before.count("\n") + 1,
            column=len(before) - line_start + 1,
            message="the file is not UTF-8 from here on",
            suggestion="save it as UTF-8",
        )
