"""The stylesheet, the script and the mark of the pages, served from memory."""

from hashlib import sha256
from pathlib import Path

from litestar import Response, get
from litestar.exceptions import NotFoundException
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from endpoints_server.web.guards import PUBLIC

FOLDER = Path(__file__).parent / "assets"
MEDIA_TYPES = {
    "console.css": "text/css",
    "console.js": "text/javascript",
    "mark.svg": "image/svg+xml",
}
CONTENTS = {name: (FOLDER / name).read_bytes() for name in MEDIA_TYPES}
HEADERS = {
    "cache-control": "public, max-age=31536000, immutable",
    "x-content-type-options": "nosniff",
}


def asset_url(name: str) -> str:
    """Give the address of a file; it changes with the file, so that browsers may keep it."""
    return f"/console/assets/{sha256(CONTENTS[name]).hexdigest()[:12]}/{name}"


def static_handlers() -> list[HTTPRouteHandler]:
    """Make the handler of the files."""

    @get("/console/assets/{version:str}/{name:str}", opt=PUBLIC, include_in_schema=False)
    async def show_asset(name: FromPath[str]) -> Response[bytes]:
        if name not in CONTENTS:
            raise NotFoundException
        return Response(CONTENTS[name], media_type=MEDIA_TYPES[name], headers=HEADERS)

    return [show_asset]
