"""Media types, which the API wants told for everything that is sent or pointed at."""

from collections.abc import Mapping
from types import MappingProxyType
from urllib.parse import urlsplit

MAGIC: Mapping[str, str] = MappingProxyType(
    {
        "/9j/": "image/jpeg",
        "iVBOR": "image/png",
        "R0lGOD": "image/gif",
        "UklGR": "image/webp",
    }
)
"""How the base64 of each kind of picture begins."""

ENDINGS: Mapping[str, str] = MappingProxyType(
    {
        "png": "image/png",
        "jpg": "image/jpeg",
        "jpeg": "image/jpeg",
        "gif": "image/gif",
        "webp": "image/webp",
        "pdf": "application/pdf",
        "txt": "text/plain",
        "html": "text/html",
        "csv": "text/csv",
        "md": "text/markdown",
    }
)

SOUNDS: Mapping[str, str] = MappingProxyType({"mpeg": "mp3", "x-wav": "wav", "wave": "wav"})
"""What other wires call a format of sound, by its media type."""


def type_of_url(url: str) -> str:
    """Tell a media type by how an address ends; empty where that says nothing."""
    return ENDINGS.get(urlsplit(url).path.rpartition(".")[2].lower(), "")


def type_of_picture(data: str) -> str:
    """Tell the media type of a picture by how its base64 begins."""
    return next((kind for start, kind in MAGIC.items() if data.startswith(start)), "image/png")
