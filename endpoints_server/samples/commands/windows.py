"""Commands as they are written for Windows: `^` or a backtick goes on, `%NAME%` is a variable."""

import re

from endpoints_server.samples.languages.shell import Command
from endpoints_server.samples.languages.value import variable

CMD = re.compile(r"\^[ \t]*\n|(?<![\w%])%[A-Za-z_]\w*%")
POWERSHELL = re.compile(r"`[ \t]*\n|\$(?i:env):[A-Za-z_]\w*|\bcurl\.exe\b")
VARIABLE = re.compile(r"%([A-Za-z_]\w*)%|\$(?i:env):([A-Za-z_]\w*)|\$\{(?i:env):([A-Za-z_]\w*)\}")
ENDS = "|&;"


def is_windows(text: str) -> bool:
    """Say whether a text is written for a shell of Windows."""
    return bool(CMD.search(text) or POWERSHELL.search(text)) or bool(
        "\\\n" not in text and "'{\\\"" in text
    )


def read_windows(text: str) -> tuple[Command, ...]:
    """Cut a text into commands and their words."""
    is_cmd = bool(CMD.search(text)) and not POWERSHELL.search(text)
    plain = re.sub(r"\^[ \t]*\n" if is_cmd else r"`[ \t]*\n", " ", text)
    return tuple(_Cutter(plain, is_cmd=is_cmd).commands())


class _Cutter:
    """Goes through a text sign by sign."""

    def __init__(self, text: str, *, is_cmd: bool) -> None:
        self.text = text
        self.at = 0
        self.escape = "^" if is_cmd else "`"
        self.words: list[str] = []
        self.word: list[str] | None = None
        self.found: list[Command] = []

    def commands(self) -> list[Command]:
        """Cut the whole text."""
        while self.at < len(self.text):
            self.step()
        self.end_command()
        return self.found

    def step(self) -> None:
        """Take the next sign, or what stands in quotes."""
        sign = self.text[self.at]
        if sign in "\"'":
            self.quoted(sign)
            return
        self.at += 1
        if sign in "\n" + ENDS:
            self.end_command()
        elif sign.isspace():
            self.end_word()
        elif sign == self.escape and self.at < len(self.text):
            self.add(self.text[self.at])
            self.at += 1
        elif sign == "\\" and self.text[self.at : self.at + 1] == '"':
            self.add('"')
            self.at += 1
        else:
            self.add(sign)

    def quoted(self, quote: str) -> None:
        """Take what stands in quotes; a quote inside is escaped, or written twice."""
        self.at += 1
        self.add("")
        while self.at < len(self.text):
            sign, following = self.text[self.at], self.text[self.at + 1 : self.at + 2]
            if sign in ("\\", "`") and following == '"':
                self.add('"')
                self.at += 2
            elif sign == quote and following == quote and not self.is_empty_pair():
                self.add(quote)
                self.at += 2
            elif sign == quote:
                self.at += 1
                return
            else:
                self.add(sign)
                self.at += 1

    def is_empty_pair(self) -> bool:
        """Say whether two quotes in a row are the end of one text and the start of another."""
        return self.text[self.at + 2 : self.at + 3] in ("", " ", "\n") and not self.word

    def add(self, signs: str) -> None:
        """Let a word go on."""
        if self.word is None:
            self.word = []
        self.word.append(signs)

    def end_word(self) -> None:
        """Let a word end."""
        if self.word is not None:
            self.words.append(VARIABLE.sub(mark, "".join(self.word)))
        self.word = None

    def end_command(self) -> None:
        """Let a command end."""
        self.end_word()
        if self.words:
            self.found.append(Command(words=tuple(self.words)))
        self.words = []


def mark(found: re.Match[str]) -> str:
    """Write a variable as every language's is written here."""
    return variable(next(name for name in found.groups() if name))
