"""What a person of the staff writes from their phone, read. Pure."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

TAKE, RELEASE, LIST, DONE, HELP = "take", "release", "list", "done", "help"
WORDS = {
    TAKE: ("take", "tomar", "tomo", "agarrar", "assumir", "pegar"),
    RELEASE: ("release", "soltar", "liberar", "largar"),
    LIST: ("list", "lista", "listar"),
    DONE: ("done", "listo", "terminar", "pronto", "feito"),
    HELP: ("help", "ayuda", "ajuda"),
}
_COMMANDS = {word: command for command, words in WORDS.items() for word in words}
# Consonants and digits nobody mixes up, two and two or more: no word of a message looks like it.
LETTERS, DIGITS = "CDFGHJKLMNPQRTVWXZ", "23456789"
_CODE = re.compile(rf"#?([{LETTERS}]{{2}}[{DIGITS}]{{2,4}})(?![^\W_])[\s:;,.\-–—]*", re.IGNORECASE)


@dataclass(frozen=True)
class Read:
    """``command``: "" for words to pass on, HELP for one nobody knows. ``code``: in capitals, "" when none stands in front."""

    command: str
    code: str
    text: str


def read(text: str) -> Read:
    """``/take KD72``, ``/listo`` (as a reply), ``KD72: son 120.000``, or words alone."""
    words = text.strip()
    if words.startswith("/"):
        head, _space, rest = words[1:].partition(" ")
        command = _COMMANDS.get(_folded(head), HELP)
        found = _CODE.fullmatch(rest.strip())
        if rest.strip() and found is None:
            return Read(HELP, "", "")  # more than a command: perhaps words for a guest
        return Read(command, found[1].upper() if found else "", "")
    found = _CODE.match(words)
    return Read("", found[1].upper(), words[found.end() :]) if found else Read("", "", words)


def _folded(word: str) -> str:
    return "".join(char for char in unicodedata.normalize("NFD", word.lower()) if not unicodedata.combining(char))
