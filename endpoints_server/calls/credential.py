"""Commands in the configuration are run for a call, and their outputs take their places."""

from msgspec.structs import replace

from endpoints_server.domain.endpoint import Credential
from endpoints_server.domain.header import HeaderTemplate
from endpoints_server.domain.route import Route
from endpoints_server.upstream.commands import Commands


async def with_outputs(route: Route, commands: Commands, *, wants_key: bool) -> Route:
    """Give a route whose key and headers are texts, as commands gave them for this one call.

    Raises Failed(upstream_denied) where one gives none. Without commands nothing is done.
    """
    endpoint = route.endpoint
    command = endpoint.credential.command if wants_key else None
    if command is None and not any(template.command for template in route.headers):
        return route
    headers = [await filled(template, commands, endpoint.name) for template in route.headers]
    credential = endpoint.credential
    if command is not None:
        credential = Credential(secret=await commands.run(command, endpoint.name))
    return replace(
        route,
        endpoint=replace(endpoint, credential=credential, headers=tuple(headers)),
        model=replace(route.model, headers=None),
    )


async def filled(template: HeaderTemplate, commands: Commands, endpoint: str) -> HeaderTemplate:
    """Put what its command gives into a header."""
    if template.command is None:
        return template
    output = await commands.run(template.command, endpoint)
    return replace(template, pieces=(output.reveal(),), is_secret=True)
