"""Making text fit: what providers refuse is mended or refused here, before the network."""

from __future__ import annotations

import unicodedata

_JOINERS = {"\u200d", "\ufe0f"}


def units(text: str) -> int:
    """Length in UTF-16 units, the larger of the two ways Meta may count."""
    return len(text.encode("utf-16-le")) // 2


def clean(text: str) -> str:
    """Without NUL, which PostgreSQL refuses, and without lone surrogates, which nothing can encode."""
    return text.replace("\x00", "").encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def split(text: str, limit: int) -> list[str]:
    """Pieces of at most ``limit`` UTF-16 units, cut at paragraphs, lines, sentences or words, never inside a character
    as a person sees it."""
    pieces: list[str] = []
    rest = text.strip()
    while units(rest) > limit:
        cut = _cut(rest, limit)
        pieces.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    if rest:
        pieces.append(rest)
    return pieces


def shorten(text: str, limit: int) -> str:
    """At most ``limit`` UTF-16 units, with an ellipsis when something was cut."""
    if units(text) <= limit:
        return text
    return text[: _border(text, limit - 1)].rstrip() + "…"


def _cut(text: str, limit: int) -> int:
    border = _border(text, limit)
    for mark in ("\n\n", "\n", ". ", " "):
        found = text.rfind(mark, border // 2, border)
        if found > 0:
            return found + len(mark)
    return border


def _border(text: str, limit: int) -> int:
    """The last index within the limit that does not fall inside a grapheme."""
    index, used = 0, 0
    for index, character in enumerate(text):  # noqa: B007 - the index is used after the loop
        used += 2 if ord(character) > 0xFFFF else 1
        if used > limit:
            break
    else:
        return len(text)
    while 0 < index < len(text) and _continues(text, index):
        index -= 1
    return index or 1


def _continues(text: str, index: int) -> bool:
    here, before = text[index], text[index - 1]
    return bool(unicodedata.combining(here)) or here in _JOINERS or before == "\u200d" or 0x1F3FB <= ord(here) <= 0x1F3FF
