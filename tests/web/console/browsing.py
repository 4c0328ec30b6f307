"""What tests do with a browser: sign in, read forms, send them."""

import re
from html import unescape

from httpx2 import AsyncClient as Browser
from httpx2 import Response

from tests.web.site import Site

COOKIE = "es-session"
HTML = {"accept": "text/html,application/xhtml+xml"}


async def sign_in(site: Site, browser: Browser) -> None:
    """Sign in by a link."""
    answer = await browser.post("/console/sign-in", data={"token": await site.link()})
    assert answer.status_code == 303, answer.text


async def send_form(
    browser: Browser, path: str, fields: dict[str, str] | None = None, page: str = "/console/keys"
) -> Response:
    """Send a form of a page with the token that stands in it."""
    token = form_token_in((await browser.get(page)).text)
    return await browser.post(path, data={"form_token": token, **(fields or {})})


def form_token_in(html: str) -> str:
    """Find the token of a page's forms."""
    found = re.search('name="form_token" value="([^"]+)"', html)
    assert found, "no form on the page"
    return found[1]


def made_key_in(html: str) -> str:
    """Find the key that a page shows; empty where it shows none."""
    found = re.search('id="made-key">([^<]+)<', html)
    return unescape(found[1]) if found else ""
