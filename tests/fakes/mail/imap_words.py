"""The grammar of IMAP commands: words, quoted strings, literals and lists, and the sets of numbers."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

WORD = re.compile(
    rb'\s*(?:(?P<open>\()|(?P<close>\))|"(?P<quoted>(?:[^"\\\r\n]|\\.)*)"|\x00(?P<literal>\d+)\x00'
    rb'|(?P<atom>(?:[^\s()"\[\]{}]|\[[^\]]*\](?:<\d+(?:\.\d+)?>)?)+))'
)
LITERAL = re.compile(rb"\{(\d+)(\+?)\}$")
Word = "str | list[Word]"


class Bad(Exception):
    """The command cannot be parsed, or is not for this moment (BAD)."""


class No(Exception):
    """The command is understood and refused (NO)."""


class Octets(str):
    """A literal; `raw` are its octets."""

    raw: bytes


def read_command(readline: Callable[[], bytes], read: Callable[[int], bytes], go_ahead: Callable[[], None]) -> tuple[str, list]:
    """One command with its literals: the tag, and its words (texts and lists of texts). Bad carries what cannot be parsed."""
    line, literals = readline(), []
    text = line.replace(b"\0", b"")
    while match := LITERAL.search(line):
        go_ahead()
        literals.append(read(int(match[1])))
        line = readline()
        text = LITERAL.sub(b"", text) + b"\0%d\0" % (len(literals) - 1) + line
    tag, _, rest = text.partition(b" ")
    try:
        return tag.decode("ascii", "replace"), parse(rest, literals)
    except Bad as error:
        raise Bad(tag.decode("ascii", "replace"), str(error)) from error


def parse(text: bytes, literals: Sequence[bytes] = ()) -> list:
    """Words in order; a parenthesised list is a list."""
    stack: list[list] = [[]]
    position, text = 0, text.rstrip()
    while position < len(text):
        match = WORD.match(text, position)
        if match is None:
            raise Bad("Could not parse command")
        position = match.end()
        if match["open"]:
            stack.append([])
        elif match["close"]:
            if len(stack) == 1:
                raise Bad("Could not parse command")
            done = stack.pop()
            stack[-1].append(done)
        else:
            stack[-1].append(_word(match, literals))
    if len(stack) != 1:
        raise Bad("Could not parse command")
    return stack[0]


def _word(match: re.Match[bytes], literals: Sequence[bytes]) -> str:
    if match["literal"]:
        data = literals[int(match["literal"])]
        word = Octets(data.decode("utf-8", "surrogateescape"))
        word.raw = data
        return word
    if match["atom"]:
        return match["atom"].decode("utf-8", "surrogateescape")
    return re.sub(rb"\\(.)", rb"\1", match["quoted"]).decode("utf-8", "surrogateescape")


def numbers(text: str, highest: int) -> Callable[[int], bool]:
    """Membership in a set such as 3,5:7,9:*. `highest` is what * means: so n:* holds the highest even if n is beyond it."""
    spans = []
    for part in text.split(","):
        match = re.fullmatch(r"(\d+|\*)(?::(\d+|\*))?", part)
        if match is None:
            raise Bad("Could not parse command")
        ends = sorted(highest if end == "*" else int(end) for end in (match[1], match[2] or match[1]))
        spans.append((ends[0], ends[1]))
    return lambda number: any(first <= number <= last for first, last in spans)


def quote(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
