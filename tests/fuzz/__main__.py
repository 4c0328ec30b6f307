"""A fuzzer that looks for new ways through the code: `python -m tests.fuzz [SECONDS] [FOLDER]`.

It runs over everything that reads foreign bytes, on every wire. What it found is kept in the folder
and is where it begins the next time; bytes that raised something are written down as `crash-…`.
"""

import sys
import tempfile
from pathlib import Path
from random import Random

import atheris  # type: ignore[import-not-found, import-untyped, unused-ignore]

USUAL_SECONDS = 300
LONGEST_BYTES = 8192

with atheris.instrument_imports(include=["endpoints_server.wires", "endpoints_server.domain"]):
    from endpoints_server.wires.listed import WIRES
    from tests.wires.mutate import spoiled
    from tests.wires.seeds import seeds_of
    from tests.wires.subjects import (
        Subject,
        reply_subjects,
        request_subjects,
        stream_subjects,
    )

GROUPS = (request_subjects, reply_subjects, stream_subjects)
SUBJECTS: list[tuple[Subject, ...]] = [
    tuple(group(wire).values()) for wire in WIRES.values() for group in GROUPS
]
"""What a first byte chooses among."""


def run(data: bytes) -> None:
    """Let everything of one group read the bytes."""
    if data:
        for subject in SUBJECTS[data[0] % len(SUBJECTS)]:
            subject(data[1:])


def change(data: bytes, most: int, seed: int) -> bytes:
    """Spoil bytes: every other time as the tests do, which keeps them JSON."""
    chance = Random(seed)
    if chance.random() < 0.5 or len(data) < 2:
        changed: bytes = atheris.Mutate(data, most)
        return changed
    return (data[:1] + spoiled(data[1:], chance))[:most]


def plant(folder: Path) -> None:
    """Put good bytes of every group where the fuzzer begins."""
    for number, name in enumerate(WIRES):
        seeds = seeds_of(name)
        for kind, found in enumerate((seeds.requests, seeds.replies, seeds.streams)):
            group = bytes((number * len(GROUPS) + kind,))
            for place, data in enumerate(found):
                (folder / f"{name}-{kind}-{place}").write_bytes(group + data)


def main() -> None:
    """Fuzz for as long as is asked for."""
    seconds = int(sys.argv[1]) if len(sys.argv) > 1 else USUAL_SECONDS
    folder = Path(sys.argv[2] if len(sys.argv) > 2 else tempfile.mkdtemp(prefix="fuzz-"))
    folder.mkdir(parents=True, exist_ok=True)
    plant(folder)
    options = [f"-max_total_time={seconds}", f"-max_len={LONGEST_BYTES}", "-timeout=10"]
    options += [f"-artifact_prefix={folder}/", "-rss_limit_mb=4096", str(folder)]
    atheris.Setup([sys.argv[0], *options], run, custom_mutator=change)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
