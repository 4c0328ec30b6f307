"""The settings that `connect` prints, written down where each client looks for them."""

from pathlib import Path

from endpoints_server.desk.connect.fill import Access, fill
from endpoints_server.desk.connect.guide import Block, known_guides
from endpoints_server.domain.secret import Secret

EXPORTED = {
    "openai": "client",
    "anthropic": "client",
    "google": "client",
    "vercel-ai": "provider, model",
}
"""What a script takes over from settings in JavaScript."""


def settings(client: str, url: str, key: str, model: str) -> tuple[Block, ...]:
    """Give what `connect` prints for a client."""
    access = Access(url=url, key=Secret(key), model=model)
    return fill(known_guides()[client], access).blocks


def write_programs(folder: Path, url: str, key: str, models: list[str]) -> None:
    """Write every setting that is a program as `client-wire-model`, for scripts to import."""
    folder.mkdir(exist_ok=True)
    for client in known_guides():
        for model in models:
            for block in settings(client, url, key, model):
                write_program(folder, client, model, block)


def write_program(folder: Path, client: str, model: str, block: Block) -> None:
    """Write one setting, once for each wire that it is good for."""
    for wire in block.wires:
        file = folder / f"{client}-{wire}-{model}"
        if block.form == "python":
            file.with_name(f"{file.name}.py").write_text(block.text)
        if block.form == "javascript":
            exported = f"export {{ {EXPORTED[client]} }};\n"
            file.with_name(f"{file.name}.mjs").write_text(block.text + exported)
