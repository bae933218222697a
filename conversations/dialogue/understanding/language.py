"""Which language a message is in, by the trained classifier and the signs only one language has."""

from __future__ import annotations

import math
import re

from conversations.dialogue.patterns import compiled
from conversations.dialogue.understanding import lexicon
from conversations.dialogue.understanding.model import Model
from conversations.dialogue.understanding.normalise import words

# A conversation changes its language for a message that is this clearly in another one, not for a word of it.
SWITCH, SHORT_SWITCH, KEPT, UNSURE, LOOKS = 0.9, 0.99, 0.05, 0.5, 0.85
# Letters and endings only one of them writes: "lavandería" and "horário", "cancelá", laughter.
_SIGNS = {
    "es": compiled(
        r"[ñ¿¡]|[^\W\d_]{2,}(?:ía|ías|íos|ío|ón|ción)\b|\b(?:ja){2,}|\b(?:je){2,}|\b(?!está\b|olá\b|sofá\b|crachá\b|guaraná\b|sabiá\b)[^\W\d_]{2,}[^\W\d_rhj]á\b|[^\W\d_]{2,}[^aeiou\W\d_]í\b"
    ),
    "pt": compiled(r"[ãõçâêôà]|[áéíóú](?:ri|ci|di|li|mi|ni|ti|gi|bi|vi|si)[oa]s?\b|[áí]vel\b|água|ém\b|\bk{3,}\b|\b(?:rs){2,}"),
}
SIGN = 4.0  # how much more likely a sign makes its language, as a logarithm
# How English words look; "check-in" and "show" are said in every language, so it counts little, and in a few words only.
_LOOKS_ENGLISH = compiled(
    r"\b(?!show|check|shampoo|whats|web|sushi|twin)(?:(?:wh|th|sh|kn|wr)[a-z]+|[a-z]+(?:ght|ck|sh|[a-z]ing|tion|ness|ful|ly|ew|oo[a-z]|ee[a-z]?))\b|n't\b|\b[a-z]+'(?:s|m|re|ll|ve|d)\b|\bo'[a-z]{3}"
)
LOOK, FEW = 2.0, 3
# 12/13: only Americans write the month before the day.
_MONTH_FIRST = compiled(r"\b(?:0?[1-9]|1[0-2])/(?:1[3-9]|2\d|3[01])\b")
# Words of everyday talk that are of one language alone, for messages of one to three words.
_EVERYDAY = {
    name: frozenset(told.split())
    for name, told in {
        "en": (
            "early late map unsubscribe idk wtf btw asap nah yup yep nope cheers ta hiya morning evening please pls thanks thx sorry help stop hello hey bye yes "
            "tomorrow today tonight now soon when where why how who what which the is are was can could would need want got have any some my your our their "
            "room rooms bed beds bath towels key keys bill receipt cash card fire leak broken lost cot crib pet pets dog dogs lift pool"
        ),
        "es": (
            "fuego capaz holis hola buenas buen dia gracias che dale listo barbaro joya genial ayuda basta cuenta valijas temprano sena toallas llave cuando donde "
            "cuanto como quien que cual el los las una unos hay tienen tenes quiero necesito manana hoy ahora luego nop ni ahi mejor otra otro perros perro perdi cochera pileta"
        ),
        "pt": (
            "oi oie opa obrigado obrigada valeu beleza blz vlw tchau sim nao talvez ja agora hoje amanha depois quando onde quanto como quem qual os uma uns tem "
            "quero preciso voce voces ajuda fogo malas cedo chave conta toalhas cachorro cachorros estacionamento cama berco casal solteiro tudo bem boa bom fechado combinado"
        ),
    }.items()
}


# Countries an address may end in.
_COUNTRIES = {"es": "ar bo cl co cr cu do ec es gt hn mx ni pa pe py sv uy ve", "pt": "br pt ao mz", "en": "uk us au nz ie ca za"}


def detect(text: str, folded: str, *, previous: str, offered: tuple[str, ...], address: str = "") -> str:
    """One of ``offered``: ``previous`` unless the message is clearly in another; without a previous one the likeliest, and
    the hotel's first when nothing tells. ``address``: the e-mail address taken out of the text; it counts when it is all."""
    fallback = previous or next(iter(offered), "es")
    if address and not previous and not re.search(r"[a-z]{2}", folded):
        country = address.rpartition(".")[2].lower()
        if (name := next((name for name, ends in _COUNTRIES.items() if country in ends.split()), "")) in offered:
            return name
        text, folded = "", " ".join(re.findall(r"[a-z]+", address.partition("@")[0].lower()))
    if not previous and "en" in offered and not re.search(r"[a-z]", folded) and _MONTH_FIRST.search(folded):
        return "en"
    likely = {name: share for name, share in Model.load().spoken(folded).items() if name in offered} if re.search(r"[a-z]", folded) else {}
    listed = lexicon.languages(folded) & likely.keys()
    if len(listed) == 1:
        return listed.pop()
    signs = {name for name, sign in _SIGNS.items() if sign.search(text.casefold())}
    known = bool(signs) or any(word in Model.load().words for word in words(folded))
    if not likely or (previous and (not known or len(folded.split()) == 1)):
        return fallback
    said = words(folded)
    few = len(said) <= FEW and not previous  # "late checkout?" changes no conversation's language
    hints = {name: sum(word in own for word in said) for name, own in _EVERYDAY.items()} if few else {}
    if few and _LOOKS_ENGLISH.search(folded):
        hints["en"] = hints.get("en", 0) + 1
    known = known or bool(sum(hints.values()))
    raised = {name: share * math.exp(SIGN * (name in signs) + LOOK * hints.get(name, 0)) for name, share in likely.items()}
    best = max(raised, key=lambda name: raised[name])
    sure = raised[best] / sum(raised.values())
    if not previous:  # a name that nobody trained on still looks like its language
        return best if sure >= (UNSURE if known else LOOKS) else fallback
    needed = SWITCH if len(folded.split()) > 2 else SHORT_SWITCH
    return best if sure >= needed and raised.get(previous, 0.0) / sum(raised.values()) <= KEPT else previous
