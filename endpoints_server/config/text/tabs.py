"""Tabs separate like spaces wherever they do not indent, as YAML has it and the library has not."""

from typing import Any

from ruamel.yaml.scanner import Scanner

TAB = "\t"
BLANKS = " \t"
LINE_ENDS = "\0\r\n\x85\u2028\u2029"


class TabScanner(Scanner):
    """Skips tabs behind a token, on blank lines and before comments; keeps those among words."""

    def scan_to_next_token(self) -> None:
        """Skip whatever lies before the next token."""
        super().scan_to_next_token()
        while self._skip_tabs():
            super().scan_to_next_token()

    def scan_plain_spaces(self, indent: Any, start_mark: Any) -> Any:
        """Give what stands between two words of a text: white space, or a folded line break."""
        run = self._blanks()
        if TAB not in run:
            return super().scan_plain_spaces(indent, start_mark)
        self.reader.forward(len(run))
        if self.reader.peek() in LINE_ENDS or self.reader.peek() == "#":
            return super().scan_plain_spaces(indent, start_mark)
        return [run]

    def _skip_tabs(self) -> bool:
        """Skip blanks from a tab on, unless they indent a token; says whether there were any."""
        if self.reader.peek() != TAB:
            return False
        run = self._blanks()
        before = self.reader.buffer[self.reader.pointer - self.reader.column : self.reader.pointer]
        behind = self.reader.peek(len(run))
        if not before.strip(" ") and behind not in LINE_ENDS and behind != "#":
            return False
        self.reader.forward(len(run))
        return True

    def _blanks(self) -> str:
        """Give the spaces and tabs that stand here."""
        length = 0
        while self.reader.peek(length) in BLANKS:
            length += 1
        return str(self.reader.prefix(length))
