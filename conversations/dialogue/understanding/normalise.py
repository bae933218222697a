"""Text as the rest of the understanding reads it."""

from __future__ import annotations

import re
import unicodedata

from conversations.dialogue.patterns import compiled

_ACCENTS = compiled(r"[\u0300-\u036f]")
_STRETCHED = compiled(r"([a-z])\1{2,}")
_SPACE = compiled(r"[^\S\n]+")
_EMOJI_WORDS = {"👍": " ok ", "👌": " ok ", "✅": " si ", "🙏": " gracias ", "❌": " no ", "👎": " no "}
_CHAT = {
    "q": "que", "xq": "porque", "pq": "porque", "tmb": "tambien", "tb": "tambien", "finde": "fin de semana", "hab": "habitacion",
    "pls": "please", "plz": "please", "u": "you", "vc": "voce", "vcs": "voces", "pra": "para", "p/": "para", "c/": "con",
    "dps": "depois", "hj": "hoje", "tks": "thanks", "thx": "thanks", "obg": "obrigado", "blz": "beleza",
}  # fmt: skip
_CHAT_WORD = compiled(r"(?<![\w/])(" + "|".join(re.escape(word) for word in sorted(_CHAT, key=len, reverse=True)) + r")(?![\w/])")


def fold(text: str) -> str:
    """Lower case, without accents, chat spellings written out, stretched letters shortened. Digits and marks stay."""
    for emoji, word in _EMOJI_WORDS.items():
        text = text.replace(emoji, word)
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    bare = _ACCENTS.sub("", decomposed)
    if not bare.isascii():
        bare = "".join(character for character in bare if not unicodedata.combining(character))
    bare = _STRETCHED.sub(r"\1", bare.replace("’", "'"))
    return _SPACE.sub(" ", _CHAT_WORD.sub(lambda match: _CHAT[match[1]], bare)).strip()


def words(folded: str) -> list[str]:
    return re.findall(r"[a-z0-9']+", folded)
