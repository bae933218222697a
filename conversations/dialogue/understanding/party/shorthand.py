"""Short forms and misspelt key words, written as the rest of the package reads them."""

from __future__ import annotations

import re
from collections.abc import Callable

from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein

from conversations.dialogue.patterns import compiled
from conversations.dialogue.understanding.party import mentions
from conversations.dialogue.understanding.party import vocabulary as v
from conversations.dialogue.understanding.party.counts import N

_KEY_WORDS = [
    "adultos",
    "adultas",
    "adults",
    "personas",
    "pessoas",
    "people",
    "ninos",
    "ninas",
    "children",
    "criancas",
    "chicos",
    "chicas",
    "adulto",
    "adulta",
    "adult",
    "persona",
    "pessoa",
    "child",
    "crianca",
    "nenes",
    "nenas",
]
_BEFORE_A_WEDDING = compiled(
    r"\b(?:the (?:bride|groom)|bridesmaids?|hens?|stags?|bachelor(?:ette)?|despedidas? de (?:solter|solteir)\w+|a noiva|o noivo)\b"
)
_SHORT: list[tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]]] = [
    # a baby drawn and counted
    (compiled(r"(?:\U0001f476|\U0001f9d2|\U0001f466|\U0001f467)[\U0001f3fb-\U0001f3ff]? ?x? ?(\d)\b"), r" \1 kids "),
    (compiled(r"(\d) ?x? ?(?:\U0001f476|\U0001f9d2|\U0001f466|\U0001f467)[\U0001f3fb-\U0001f3ff]?"), r"\1 kids "),
    (compiled(r"\bwe r\b"), "we are"),
    (compiled(r"\bd (?=\d)"), "de "),
    (compiled(r"\b((?:beb[ea]s?|baby|babies)(?: (?:de|of))? \(?\d{1,2}) ?m\b"), r"\1 meses"),
    (compiled(r"\bhn([oa]s?)\b"), r"herman\1"),
    (compiled(r"(?<=\d) n (?=\d)"), " and "),
    (compiled(r"(?<=\d)y/?o\b"), " years old"),
    # "12 10 y 7"
    (compiled(r"(?<![\d/:] )(?<![\d/.:])\b(1[0-7]|\d) (1[0-7]|\d) (y|e|and) (1[0-7]|\d)\b(?![/:.]\d)"), r"\1, \2 \3 \4"),
    # "¿cuánto una doble y una triple? nos llevamos las dos"
    (
        compiled(
            r"\b(?:levamos|llevamos|tomamos|reservamos|quiero|quero|queremos|reservo|tomo|llevo|levo|take|want|book) (?:os dois|as duas|los dos|las dos|both)(?= ?(?:$|[.,;!?)]))"
        ),
        " ",
    ),
    # "personas 4", "grandes (2)"
    (
        compiled(r"(?<!\d )\b(personas|pessoas|people|guests|pax|huespedes|hospedes) (\d{1,2})(?= ?(?:$|[,.;(]|\by\b|\be\b|\band\b))"),
        r"\2 \1",
    ),
    (compiled(r"(?<!\d )\b(grandes|adult[oa]s|adults|mayores) \((\d{1,2})\)"), r"\2 \1"),
    # the girls of a hen party are grown
    (
        compiled(
            rf"\b({N}) (?:girls|ladies|lads|boys|guys|chicas|chicos|pibas|pibes|minas|meninas|meninos|garotas|garotos|rapazes|mocas|mujeres)\b(?! (?:de|of|aged) \d)"
        ),
        lambda match: f"{match[1]} friends" if _BEFORE_A_WEDDING.search(match.string) else match[0],
    ),
    # Nobody: what has a person in its name.
    (
        compiled(
            r"\b(?:despedidas? de (?:solter[oa]s?|solteir[oa]s?)|(?:hen|stag|bachelor|bachelorette) (?:party|do|night|weekend)|(?:descuentos?|descontos?|discounts?|tarifas?|promo\w*|beneficios?) (?:para|pra|for|de|a)(?: (?:los|las|the|os|as))? (?:jubilad\w+|idos\w+|aposentad\w+|seniors?|pensioners?|estudiant\w+|students?|docentes?|grupos?))\b"
        ),
        " ",
    ),
    (
        compiled(
            r"\b(?:documentos?|permiso|autorizaci?[oa]\w*|autorizac\w+|firma|permission|consent|partida)(?: [a-z]+)? (?:de|do|da|dos|from|of)(?: (?:los|las|the|sus|ambos|os|o|a))? (?:padres?|pais?|parents?|madre|mae|papas|tutores)\b"
        ),
        " ",
    ),
    # "dos bebés de cuatro patas", "four-legged children"
    (
        compiled(
            rf"\b(?:{N} )?(?:(?:mis?|my|meus?|minhas?|our|nuestr[oa]s?|noss[oa]s?|de) ){{0,2}}(?:[a-z]+ )(?:de|of|com|con|with|on) (?:4|cuatro|quatro|four) (?:patas?|patitas|patinhas|legs|paws|pezinhos)\b"
            rf"|\b(?:{N} )?(?:four|4)[- ]legged [a-z]+|\b(?:{N} )?(?:(?:mis?|my|meus?|minhas?|our) )?(?:fur ?(?:bab(?:y|ies)|kids?)|perrhij[oa]s?|gathij[oa]s?|(?:hij[oa]s?|filh[oa]s?|bebes?) (?:perrun[oa]s?|gatun[oa]s?|peludinh[oa]s?|pelud[oa]s?|canin[oa]s?|pets?))\b"
        ),
        " una mascota ",
    ),
    (
        compiled(
            r"(\d) ?(?:ads?|adl|adts?|a)\b(?=\W{0,3}(?:(?:y|e|and|con|com|with|mas|plus)\W)? ?\d ?(?:c|ch|chd|chl|cri|cr|me|mn|men|min|nin|inf|k|n)s?\b)"
        ),
        r"\1 adults",
    ),
    (
        compiled(
            r"(?<=adults)(\W{0,3}(?:(?:y|e|and|con|com|with|mas|plus)\W)? ?)(\d) ?(?:c|ch|chd|chl|cri|cr|me|mn|men|min|nin|inf|k|n)s?\b"
        ),
        r"\1 \2 kids",
    ),
    (compiled(r"(?<=\d)(?: ?)(?:ads?|adl|adts?)\b"), " adults"),
    (
        compiled(
            rf"\b(adult|nin[oa]|kid|child|crianca|menor|chic[oa])(s|es|ren)? ?[-=:] ?({N})\b(?!\d|,? ?(?:y |e |and |& )?\d| \(\w+\), ?\d)"
        ),
        r"\3 \1\2",
    ),
    (compiled(r"(?<=\d)(?=(?:ppl|pax|px|pess|pers|adlts|adts|adultos|adults|people|kids|chicos|nenes)\b)"), " "),
    (compiled(r"\b(?:adlts|adltos|adlt)\b"), "adults"),
    (compiled(r"\b(?:nnos|nns|chcs|kds|ccas)\b"), "kids"),
    (compiled(r"\b(?:nno|nna|nn|chco)\b"), "kid"),
    (compiled(r"\b(?:ppl|pess|px)\b"), "people"),
    (compiled(r"\blittles\b"), "kids"),
    (compiled(r"\btwn\b"), "twin"),
    (compiled(r"\bgrown[- ]?ups?\b"), "adults"),
    (compiled(r"\b(?:my |mi |mis |minha |meu )?(?:other|better) half\b|\bmedia naranja\b|\bcara metade\b"), "my wife"),
    (compiled(r"\bmr\.? (?:and|&) mrs\.?|\bel (?:sr|senor) y la (?:sra|senora)\b"), "couple"),
    (compiled(r"\bthe pair of us\b|\b(?:yo|eu|me|i) ?\+ ?(?:1|uno|um|one)\b"), "us two"),
    (compiled(r"\b(?:pa|p/) mi\b"), "para mi"),
    (compiled(r"\bpersonitas?\b|\bpersoninhas?\b"), "personas"),
    (compiled(r"\bprsonas?\b|\bpersns\b|\bpers\b"), "personas"),
    (compiled(r"\bfamilia tipo\b"), "2 adultos y 2 chicos"),
    (compiled(r"\b(?:w/?)(?= (?:my|the|a|our)\b)"), "with"),
    # "los menores de 12 pagan?" counts nobody
    (
        compiled(
            r"(?<!\d )(?<!dos )(?<!tres )(?<!two )(?<!three )\b(?:(?:los|las|the|os|as) )?(?:ninos|ninas|chicos|kids|children|criancas)? ?(?:menores|under|abaixo|below|up to|hasta los|hasta|ate) (?:de |the age of )?\d{1,2}\b(?= ?(?:anos |years )?(?:pag|entra|can|puede|pode|stay|son grat|are free|nao|no |free|se |cobr|count|cuent|\?))"
        ),
        " ",
    ),
    (
        compiled(
            r"\b(?:mesa|table|tour|pase|pass|passes|entradas|tickets|salon|sala)\b(?: \w+){0,3} (?:para|for|pra|de|max|takes|up to|hasta) (?:max )?(?:\d{1,2}|two|three|four|five|six|dos|tres|cuatro|seis)\b(?: (?:persons|people|personas|pessoas))?"
        ),
        " ",
    ),
]


def written_out(text: str) -> str:
    """Short forms and misspelt key words as the rest reads them."""
    for short, word in _SHORT:
        text = short.sub(word, text)

    def mend(word: str) -> str:
        if mentions.kind_of(word) or word in v.BETWEEN:
            return word
        near = process.extractOne(word, _KEY_WORDS, scorer=DamerauLevenshtein.distance, score_cutoff=1)
        return near[0] if near else word

    text = re.sub(r"(?<=\d )[a-z]{4,}", lambda match: mend(match[0]), text)
    counted = rf"\b((?!(?:un|una|uno|um|uma|a|an|one|on)\b){N} )([a-z]{{4,}})"
    return re.sub(counted, lambda match: match[1] + mend(match[2]), text)
