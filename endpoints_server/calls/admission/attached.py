"""What of a body is pictures, files and seals, whose bytes are no words; nothing is decoded.

A long run without a space is one where wires have them. It is text all the same in what a tool is
given or gives, or is described by, and where it is said to be of a kind of text.
"""

import re
from bisect import bisect

SHORTEST = 2000
RUN = re.compile(rb"(?<![A-Za-z0-9+/\\=_-])[A-Za-z0-9+/\\=_-]{%d,}" % SHORTEST)
"""It is looked for where a run begins, and nowhere within: else runs that are just too short take
time that grows with their length.
"""
PLACE = re.compile(
    rb'"(?:data|url|image_url|file_data|encrypted_content|signature|thoughtSignature'
    rb'|thought_signature)"\s{0,9}:\s{0,9}"(?:data:[^",]{0,200},)?\Z'
)
"""What stands before one; a text as long and without a space is words, wherever else it stands."""
LONGEST_PLACE = 260
TEXT = re.compile(rb'"(?:data:|(?:media_type|mime_type|mimeType)"\s{0,9}:\s{0,9}")text/')
"""What is said of a text, before it or after."""
LONGEST_BESIDE = 1000
TOOLS = re.compile(
    rb'"(?:input|args|arguments|response|input_schema|parameters|parametersJsonSchema|schema'
    rb'|responseSchema|responseJsonSchema|[^"\\]{0,20}+\\u00[^"]{0,120})"\s*:\s*\{'
)
"""Under what tools are given and give objects, and are described; a name that hides is such."""
BRACE = re.compile(rb'(?:[^{}"]++|"(?:[^"\\]++|\\.)*+")*+([{}])', re.DOTALL)
MOST_BRACES = 50_000
"""Within all that tools are given; where there are more, everything is taken for text."""

Span = tuple[int, int]


def attached(body: bytes) -> list[Span]:
    """Give the runs that are no words, in their order."""
    if len(body) < SHORTEST:
        return []
    found = [run.span() for run in RUN.finditer(body) if is_in_place(body, run.span())]
    if not found:
        return []
    tools = spans_of_tools(body)
    starts = [start for start, _ in tools]
    return [span for span in found if not is_within(tools, bisect(starts, span[0]) - 1, span)]


def is_in_place(body: bytes, span: Span) -> bool:
    """Say whether a run stands where wires have pictures, files and seals, and is not of text."""
    start, end = span
    if PLACE.search(body, max(0, start - LONGEST_PLACE), start) is None:
        return False
    before = body[max(0, start - LONGEST_BESIDE) : start].rpartition(b"{")[2]
    after = body[end : end + LONGEST_BESIDE].partition(b"}")[0]
    return TEXT.search(before) is None and TEXT.search(after) is None


def spans_of_tools(body: bytes) -> list[Span]:
    """Find what tools are given and give, in order and apart from each other."""
    spans: list[Span] = []
    braces, end = 0, 0
    while found := TOOLS.search(body, end):
        depth, end = 1, found.end()
        while depth and (brace := BRACE.match(body, end)):
            depth += 1 if brace[1] == b"{" else -1
            end, braces = brace.end(), braces + 1
            if braces > MOST_BRACES:
                return [(0, len(body))]
        spans.append((found.start(), len(body) if depth else end))
        if depth:  # it is no JSON, and is refused later
            break
    return spans


def is_within(tools: list[Span], place: int, span: Span) -> bool:
    """Say whether a run lies within the span at a place, if there is one."""
    return place >= 0 and span[0] < tools[place][1]
