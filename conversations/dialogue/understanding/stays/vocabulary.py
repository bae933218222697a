"""The words of the calendar in three languages, folded, and numbers written as words."""

from __future__ import annotations

import re
from collections.abc import Callable

from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein

from conversations.dialogue.patterns import compiled

MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "enero ene january jan janeiro", "febrero feb february fevereiro fev", "marzo mar march marco", "abril abr april apr",
            "mayo may maio mai", "junio jun june junho", "julio jul july julho", "agosto ago august aug",
            "septiembre setiembre sep set sept september setembro", "octubre oct october outubro out",
            "noviembre nov november novembro", "diciembre dic december dec dezembro dez",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
_ENGLISH = frozenset(
    ["january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"]
)
# Names that mean something else as well ("may I", "o mar", "out of") are a month beside a day only.
SHORT_MONTHS = frozenset(
    [
        "mar",
        "may",
        "mai",
        "set",
        "sep",
        "out",
        "jan",
        "ene",
        "feb",
        "fev",
        "abr",
        "apr",
        "jun",
        "jul",
        "ago",
        "aug",
        "sept",
        "oct",
        "nov",
        "dic",
        "dec",
        "dez",
        "march",
        "marco",
    ]
)
WEEKDAYS = {
    name: number
    for number, names in enumerate(
        (
            "lunes lun monday mon segunda segunda-feira seg 2a-feira", "martes tuesday tue tues terca terca-feira ter", "miercoles mier wednesday wed quarta quarta-feira qua",
            "jueves jue thursday thu thur thurs quinta quinta-feira qui", "viernes vie friday fri sexta sexta-feira sex", "sabado sab saturday sat", "domingo dom sunday sun",
        )
    )
    for name in names.split()
}  # fmt: skip
# Alone these are ordinary words; they name a day beside another day only.
SHORT_WEEKDAYS = frozenset(
    [
        "lun",
        "mon",
        "seg",
        "ter",
        "qua",
        "qui",
        "jue",
        "vie",
        "sex",
        "sat",
        "sun",
        "dom",
        "sab",
        "wed",
        "tue",
        "tues",
        "thu",
        "mier",
        "fri",
        "segunda",
        "terca",
        "quarta",
        "quinta",
        "sexta",
    ]
)

MONTH = "(?:" + "|".join(sorted(MONTHS, key=len, reverse=True)) + r")\b\.?"
LONG_MONTH = "(?:" + "|".join(sorted(set(MONTHS) - SHORT_MONTHS, key=len, reverse=True)) + r"|march|marco)\b"
WEEKDAY = "(?:" + "|".join(sorted(WEEKDAYS, key=len, reverse=True)) + r")\b\.?"
LONG_WEEKDAY = (
    "(?:"
    + "|".join(sorted((set(WEEKDAYS) - SHORT_WEEKDAYS) | {"terca", "quarta", "quinta", "sexta", "segunda"}, key=len, reverse=True))
    + r")\b"
)
DAY = r"(?:[12]\d|3[01]|0?[1-9])(?:st|nd|rd|th|º|°|ro|er|o)?\b"
YEAR = r"(?:,? ?(?:de |del |do |of )?(20\d\d)\b)?"

_COUNTS = {
    "es": "dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciseis diecisiete dieciocho diecinueve veinte "
    "veintiuno veintidos veintitres veinticuatro veinticinco veintiseis veintisiete veintiocho veintinueve treinta",
    "en": "two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty",
    "pt": "dois tres quatro cinco seis sete oito nove dez onze doze treze quatorze quinze dezesseis dezessete dezoito dezenove vinte",
}
_NUMBERS: dict[str, dict[str, int]] = {
    language: {word: value for value, word in enumerate(words.split(), start=2)} for language, words in _COUNTS.items()
}
_NUMBERS["es"] |= {"primero": 1, "veinti uno": 21, "veintiun": 21, "veintiuna": 21, "primer": 1} | {
    f"veinti {unit}": 20 + value for unit, value in list(_NUMBERS["es"].items())[:8]
}
_NUMBERS["pt"] |= {
    "duas": 2,
    "primeiro": 1,
    "catorze": 14,
    "dezasseis": 16,
    "dezassete": 17,
    "dezanove": 19,
}
_ORDINALS = [
    "first",
    "second",
    "third",
    "fourth",
    "fifth",
    "sixth",
    "seventh",
    "eighth",
    "ninth",
    "tenth",
    "eleventh",
    "twelfth",
    "thirteenth",
    "fourteenth",
    "fifteenth",
    "sixteenth",
    "seventeenth",
    "eighteenth",
    "nineteenth",
    "twentieth",
]
_TENS = {
    "es": ("veinte treinta cuarenta cincuenta sesenta setenta ochenta noventa", (" y ",)),
    "en": ("twenty thirty forty fifty sixty seventy eighty ninety", ("-", " ")),
    "pt": ("vinte trinta quarenta cinquenta sessenta setenta oitenta noventa", (" e ",)),
}
for _language, (_tens, _gaps) in _TENS.items():
    _units = {"es": {"uno": 1, "un": 1, "una": 1}, "en": {"one": 1}, "pt": {"um": 1, "uma": 1, "duas": 2}}[_language]
    _units |= {word: value for value, word in enumerate(_COUNTS[_language].split()[:8], start=2)}
    for _value, _ten in enumerate(_tens.split(), start=2):
        _NUMBERS[_language] |= {_ten: 10 * _value} | {
            f"{_ten}{gap}{unit}": 10 * _value + one for gap in _gaps for unit, one in _units.items()
        }
ORDINALS = {word: value for value, word in enumerate(_ORDINALS, start=1)}
ORDINALS |= {f"twenty{gap}{unit}": 20 + value for gap in "- " for unit, value in list(ORDINALS.items())[:9]} | {
    "thirtieth": 30, "thirty-first": 31, "thirty first": 31,
}  # fmt: skip


def _pattern(words: dict[str, int]) -> re.Pattern[str]:
    return compiled(r"\b(?<!\d )(?<!\d de )(" + "|".join(sorted(words, key=len, reverse=True)) + r")\b")


_WORDED = {language: _pattern(words) for language, words in _NUMBERS.items()}
_WORDED_ORDINAL = compiled(
    r"\b(?:(?<=the )|(?<=on )|(?<=until )|(?<=till )|(?<=from )|(?<=to )"
    + "".join(f"|(?<={name} )" for name in MONTHS if len(name) > 3 and name not in {"marco"})
    + r")("
    + "|".join(sorted(ORDINALS, key=len, reverse=True))
    + rf")\b(?! (?:two|three|four|five|six|seven|few|couple|night|time|floor|room|week|day|one|thing|option|name|thought|thoughts|hand|person|bed|child))|\b({'|'.join(sorted(ORDINALS, key=len, reverse=True))})(?= of (?:{LONG_MONTH}|{MONTH}))"
    # "twentieth to the twenty-third", "fifth till ninth"
    + rf"|\b({'|'.join(sorted(ORDINALS, key=len, reverse=True))})(?= (?:to|till|until|through|thru|-) (?:the )?(?:{'|'.join(ORDINALS)}|\d))"
)


_MONTH_OF = {number: name for name, number in MONTHS.items() if name in _ENGLISH}
_LONG_NAME = "(?:" + "|".join(sorted(MONTHS, key=len, reverse=True)) + r")"
_TIDIED: list[tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]]] = [
    (compiled(r" ?(?:[-=]{1,2}>|[→⇒➔➡]\ufe0f?|»|>>) ?"), " - "),
    # "09.10. - 12.10.": with a dot behind the month the day stands first, in English too
    (
        compiled(r"\b(\d{1,2})\.(0?[1-9]|1[0-2])\.( ?(?:-|–|to|al?|ate|hasta|until|till|ao) ?)(\d{1,2})\.(0?[1-9]|1[0-2])\b\.?(?!\d)"),
        lambda match: f"{match[1]} {_MONTH_OF[int(match[2])]}{match[3]}{match[4]} {_MONTH_OF[int(match[5])]}",
    ),
    # "fecha de salida: 14", "departure date 14th"
    (
        compiled(
            r"\b(?:(?:fecha|dia|data|date|day) (?:de (?:la |mi )?|da |of )(salida|llegada|entrada|ingreso|egreso|regreso|partida|saida|chegada|arrival|departure|check ?-?in|check ?-?out)|(arrival|departure|leav(?:e|ing)|check ?-?in|check ?-?out) (?:date|day))(?: ?[:=] ?|(?: (?:is|es|e|seria|sera|el|o|the|on))+ | )(?=\d)"
        ),
        lambda match: f"{match[1] or match[2]} the ",
    ),
    *(
        (compiled(rf"\b{number}ª(?:[ -]?feira)?"), name)
        for number, name in enumerate(["segunda", "terca", "quarta", "quinta", "sexta"], start=2)
    ),
    (compiled(r"(?<=\d)[º°ª]"), ""),
    *(
        (compiled(rf"\b{number}a[- ]feira\b"), name)
        for number, name in enumerate(["segunda", "terca", "quarta", "quinta", "sexta"], start=2)
    ),
    (compiled(r"\b(?:nchs|ncs|noxes?|nohces?|nocehs?|noceh|nocges|noches\.)\b"), "noches"),
    (compiled(r"\b(?:nihgts?|nigths?|nigts?|nghts?|niths)\b"), "nights"),
    (compiled(r"\b(?:noties?|nites|noiets|noitez)\b"), "noites"),
    (compiled(r"\b(?:wensday|wendsday|wenesday|wednsday|wedensday|weds)\b"), "wednesday"),
    (compiled(r"\bq (?=viene\b|vem\b)"), "que "),
    (compiled(r"\b(?:dsd|dde)\b"), "desde"),
    (compiled(r"\b(?:hsta|hst)\b"), "hasta"),
    (
        compiled(
            r"\b(?:primer(?:o)?|primeiro|first) (?:dia|day) (?:de|of) (?="
            + "(?:"
            + "|".join(sorted(MONTHS, key=len, reverse=True))
            + r")\b)"
        ),
        "1 de ",
    ),
    # "nights: Dec 4, Dec 5, Dec 6"
    (
        compiled(r"\b((?:" + "|".join(sorted(MONTHS, key=len, reverse=True)) + r")) (\d{1,2})((?:, \1 \d{1,2})+)\b"),
        lambda match: f"{match[1]} {match[2]}" + match[3].replace(f"{match[1]} ", ""),
    ),
    (compiled(r"(?<=\d) / (?=out\b|check|sal|sai|eg|dep)"), " - "),
    # "5th in, 8th out"
    (compiled(r"\b(\d{1,2}(?:st|nd|rd|th)?) in,? (?:and )?(\d{1,2}(?:st|nd|rd|th)?) out\b"), r"in \1 out \2"),
    # "ingreso: 16-10"
    (
        compiled(
            r"\b(ingreso|egreso|llegada|salida|entrada|chegada|saida|arrival|departure|check ?-?in|check ?-?out)(:? (?:el |dia )?)(\d{1,2})-(0?[1-9]|1[0-2])\b(?!-)"
        ),
        r"\1\2\3/\4",
    ),
    (compiled(r"\b(\d{1,2})o(?=/\d)"), r"\1"),
    (compiled(r"\bb/w\b"), "between"),
    (compiled(r"\b(\d{1,2}) (st|nd|rd|th)\b"), r"\1\2"),
    # "primera noche 14 de mayo"
    (compiled(r"\b(?:primera noche|primeira noite|first night)(?: (?:is|es|e|seria|el|la|the|del?|dia|no|do))* (?=\d)"), "llegada el "),
    (compiled(r"\b(?:2day|2dy)\b"), "today"),
    (compiled(r"\b2mor(?:row|o)\b"), "tomorrow"),
    (compiled(r"\bnite\b"), "night"),
    (compiled(r"\b1(?:ero|er|ro)\b"), "1"),
    (compiled(r"\b(al|el|del|dia|ao|the|to)(?=\d)"), r"\1 "),
    (compiled(r"\bd (?=\d|est[ea]\b|" + _LONG_NAME + r"\b)"), "de "),
    (compiled(r"\b2nite\b"), "tonight"),
    (compiled(r"\b(?:findi|findes|finds|fimds)\b"), "finde"),
    (compiled(rf"\b({_LONG_NAME}),? (?:del|do|of) (20\d\d)\b"), r"\1 de \2"),
    (compiled(r"\bx ?(\d{1,2}) (?=n(?:oche|ight|oite))"), r"\1 "),
    (compiled(rf"\b({_LONG_NAME}) (\d{{1,2}}) ?[-/] ?(?={_LONG_NAME}\b)"), r"\1 \2 - "),
    (compiled(rf"\b(\d{{1,2}} {_LONG_NAME}) ?/ ?(?=\d{{1,2}} {_LONG_NAME}\b)"), r"\1 - "),
    (compiled(rf"\b(\d{{1,2}})-(?={_LONG_NAME}\b)"), r"\1 "),
    (compiled(rf"\b({_LONG_NAME}) ?'(2\d)\b"), r"\1 20\2"),
    (compiled(rf"(?<=\d)({_LONG_NAME})(2\d)\b"), r" \1 20\2"),
    # 22.12 al 27.12 · 5-1 hasta 9-1
    (
        compiled(
            r"\b(\d{1,2})[.-](0?[1-9]|1[0-2])(?:[.-](?:20)?\d\d)?( ?(?:al?|ao|to|hasta|ate|until|till|-) (?:el |the |o )?)(\d{1,2})[.-](0?[1-9]|1[0-2])\b(?:[.-](20\d\d|2\d)\b)?"
        ),
        lambda match: f"{match[1]}/{match[2]}{match[3]}{match[4]}/{match[5]}" + (f"/{match[6]}" if match[6] else ""),
    ),
    (compiled(r"\b(\d{1,2})\.(0?[1-9]|1[0-2])( ?- ?)(\d{1,2})\.(0?[1-9]|1[0-2])\b"), r"\1/\2\3\4/\5"),
    (compiled(r"\b(\d{1,2}) la (?=\d{1,2} de )"), r"\1 al "),
    (compiled(r"(?<=\d) ?n\b(?! ?[°o])"), " noches"),
]
_NEAR_NUMBER = compiled(r"\b(?<=\d )(?:(de|of) )?([a-z]{4,9})\b|\b([a-z]{4,9})(?= \d)")
_NEAR_ARTICLE = compiled(r"\b(?:el|este|esta|this|on|next|proximo|proxima|hasta|until|desde|from) ([a-z]{5,9})\b")
_NIGHTS_MISSPELT = compiled(r"(?<=\d )[a-z]{5,7}\b")
_NIGHT_NAMES = ["noches", "nights", "noites"]
# A letter away from nights, and something else.
_NO_NIGHTS = frozenset(["coches", "lights", "fights", "rights", "sights", "night", "noche", "noite"])
_NO_WEEKDAY = frozenset(
    [
        "entro",
        "entra",
        "entre",
        "entran",
        "abrir",
        "abria",
        "abren",
        "mayor",
        "junto",
        "junta",
        "juntos",
        "juntas",
        "mario",
        "maria",
        "marcos",
        "junior",
        "janeiros",
        "quarto",
        "quinto",
        "sexto",
        "terco",
        "cuarto",
        "viernes",
        "vienes",
        "domino",
        "lentes",
        "partes",
        "artes",
    ]
)
_MONTH_NAMES = sorted(name for name in MONTHS if len(name) >= 5)
_WEEKDAY_NAMES = sorted(
    name for name in WEEKDAYS if len(name) >= 5 and "-" not in name and name not in {"segunda", "terca", "quarta", "quinta", "sexta"}
)


def _mended(text: str) -> str:
    """A misspelt month beside a number, a misspelt weekday behind an article."""

    def near(word: str, names: list[str]) -> str:
        if word in _NAMES or word in _NO_WEEKDAY or word in _NUMBER_WORDS:
            return word
        found = process.extractOne(word, names, scorer=DamerauLevenshtein.distance, score_cutoff=1)
        return found[0] if found else word

    text = _NIGHTS_MISSPELT.sub(
        lambda match: (
            match[0]
            if match[0] in _NO_NIGHTS
            else (process.extractOne(match[0], _NIGHT_NAMES, scorer=DamerauLevenshtein.distance, score_cutoff=1) or match)[0]
        ),
        text,
    )
    text = _NEAR_NUMBER.sub(lambda match: match[0].replace(match[2] or match[3], near(match[2] or match[3], _MONTH_NAMES)), text)
    return _NEAR_ARTICLE.sub(lambda match: match[0].replace(match[1], near(match[1], _WEEKDAY_NAMES)), text)


def with_digits(folded: str, language: str) -> str:
    """Numbers from two on written as digits, in the language spoken; "one", "un" and "una" stay, they are articles more often."""
    for pattern, tidy in _TIDIED:
        folded = pattern.sub(tidy, folded)
    folded = _mended(folded)
    if language == "en":
        folded = _WORDED_ORDINAL.sub(lambda match: f"{ORDINALS[next(filter(None, match.groups()))]}th", folded)
    elif language == "es":
        folded = re.sub(r"\b(del|el|al|desde el|dia) (?:uno|primero|1ero|1ro)\b(?! de (?:los|las|ellos|esos))", r"\1 1", folded)
    text = _spelled(re.sub(rf"(?<=\d)(?={MONTH})", " ", re.sub(rf"({MONTH})(?=\d)", r"\1 ", folded)))
    for tongue in (language, *(other for other in ("es", "pt") if other != language and language != "en")):
        text = _WORDED[tongue].sub(lambda match, own=tongue == language, words=_NUMBERS[tongue]: _digits(match[1], words, own), text)  # type: ignore[misc]
    return text


_NUMBER_WORDS = frozenset(word for words in _NUMBERS.values() for word in words)
_LONG_NAMES = sorted({name for name in {*MONTHS, *WEEKDAYS} if len(name) >= 7 and "-" not in name})
_NAMES = {*MONTHS, *WEEKDAYS}


def _spelled(text: str) -> str:
    """Months and weekdays with a letter wrong or one too many."""

    def mend(match: re.Match[str]) -> str:
        word = match[0]
        if word in _NAMES or word.removesuffix("s") in _NAMES:
            return word  # "saturdays" are many
        if len(word) > 4 and word[-1] == word[-2] and word[:-1] in _NAMES:
            return word[:-1]
        near = process.extractOne(word, _LONG_NAMES, scorer=DamerauLevenshtein.distance, score_cutoff=1) if len(word) >= 7 else None
        return near[0] if near else word

    return re.sub(r"[a-z]{5,}", mend, text)


def _digits(word: str, words: dict[str, int], own: bool) -> str:
    return word if not own and word in {"once", "doce", "dos"} else str(words[word])  # in Portuguese "doce" is sweet and "dos" is "of the"


def month(text: str) -> int:
    return MONTHS[text.rstrip(". ")]


def weekday(text: str) -> int:
    return WEEKDAYS[text.rstrip(". ")]


def day(text: str) -> int:
    digits = re.match(r"\d+", text)
    return int(digits[0]) if digits else 1
