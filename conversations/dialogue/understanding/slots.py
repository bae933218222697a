"""Slots that are neither dates nor people: contacts, codes, room type, name."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import chain
from typing import Any

import phonenumbers
from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein

from conversations.dialogue.patterns import compiled
from conversations.dialogue.types import RoomTypeInfo
from conversations.dialogue.understanding import numbers
from conversations.dialogue.understanding.normalise import fold
from conversations.dialogue.understanding.party import mentions, vocabulary

_EMAIL = compiled(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_CODE = compiled(r"\bRX[A-Z0-9]{4,8}\b", re.IGNORECASE)
_NAMED = compiled(
    r"\b(?:(?:(?:no|em) nome|a nombre|al nombre|under the name|in the name|name is|nombre es|nome (?:e|é))[^:.!?\n]{0,25}:|me llamo|mi nombre es|a nombre de|al nombre de|soy|my name is|the name is|name is|name:|nombre:|nome:|under the name(?: of)?|i am|i'm|"
    r"meu nome (?:e|é)|quem fala (?:agora )?(?:e|é) [ao]|me chamo|em nome de|no nome de|sou)\s+(?:(?:mi|my|meu|minha) \w+,? )?(?P<name>[^\W\d_][^\d,;:!?\n@]{1,60})",
    re.IGNORECASE,
)
_NOT_NAMES = frozenset(
    [
        "de", "un", "una", "el", "la", "los", "yo", "aqui", "aca", "huesped", "cliente", "arriving", "coming", "looking", "interested",
        "here", "sorry", "from", "um", "uma", "eu", "gracias", "thanks", "alergico", "vegetariano", "celiaco", "argentino",
        "brasileiro", "a", "the", "not", "mi", "my", "meu", "minha", "su", "seu", "sua", "his", "her", "our", "nuestro", "nuestra",
        "nosso", "nossa", "ella", "ele", "ela", "him", "them", "ellos", "eles", "quem", "quien", "who", "whom", "which", "whose",
        "cual", "qual", "otro", "otra", "outro", "outra", "another", "someone", "alguien", "alguem", "se", "es", "is", "on", "o", "os",
        "as",
    ]
)  # fmt: skip
# Words that make an answer to "your name?" something else than a name.
_NO_NAME_WORDS = frozenset(
    [
        "no",
        "si",
        "tengo",
        "nombre",
        "quiero",
        "que",
        "cuando",
        "donde",
        "como",
        "cual",
        "cuanto",
        "para",
        "mejor",
        "espera",
        "momento",
        "yes",
        "what",
        "how",
        "why",
        "when",
        "where",
        "want",
        "wait",
        "name",
        "sim",
        "nao",
        "quero",
        "qual",
        "quando",
        "onde",
        "quanto",
        "espere",
        "reserva",
        "booking",
        "hotel",
        "habitacion",
        "quarto",
        "room",
        "the",
        "cheap",
        "cheaper",
        "cheapest",
        "barato",
        "barata",
        "economico",
        "economica",
        "entao",
        "entonces",
        "then",
        "casal",
        "pareja",
        "couple",
    ]
)
# What is written with capitals and names nobody: greetings, feasts, seasons, parts of a hotel, and places by their first word.
_NO_PERSON = compiled(
    r"\b(?:muy|bien|mal|esta|estoy|estamos|tudo|todo|bem|certo|pode|puede|poder|confirma|confirmar|confirmado|confirmed|go|ahead|not|sure|sounds"
    r"|looks|very|important|importante|urgente?|vale|exacto|exato|correct[oa]?|correto|isso|mesm[oa]|mism[oa]|that|this|that's|it|is|are|was|will|have|do|does"
    r"|can|lets?|never|nothing|thing|next|later|maybe|quizas?|talvez|tal|vez|ainda|todavia|still|yet|same|like|igual|tambien|tambem|too|all|both|te|lo|nos"
    r"|espero|aguardo|waiting|asap|excelente|excellent|genial|otimo|fantastico|quedo|atento|atenta|enviado|sent|from|iphone|android"
    r"|hasta|luego|pronto|dia|dias|day|days|tardes|noches|noite|noches|night|nights|morning|evening|afternoon|see|you|soon|care"
    r"|best|kind|regards|wishes|thank|many|cheers|abrazo|abrazos|abraco|abracos|saludos|cordiales|logo|muito|muchas|mil|please"
    r"|por|favor|help|call|ayuda|nuevo|novo|nova|nueva|new|year|years|ano|anos|feriado|feriados|finde|largo|fin|fim|weekend"
    r"|week|weeks|month|semanas|vacaciones|vacacion|ferias|holiday|holidays|thanksgiving|invierno|verano|inverno|verao|otono"
    r"|outono|primavera|summer|winter|spring|autumn|quincena|quinzena|primera|primeira|segunda|ultima|double|twin|single"
    r"|triple|suite|doble|simple|cuadruple|duplo|dupla|casal|matrimonial|queen|vista|sea|view|mar|ocean|pool|pileta|piscina"
    r"|desayuno|breakfast|cafe|wifi|beds|cama|camas|standard|deluxe|superior|ejecutiva|late|early|airbnb|expedia|visa"
    r"|mastercard|just|only|me|we|us|yo|eu|mim|todos|alone|solo|sola|sozinho|sozinha|un|una|um|uma|my|mi|meu|minha|our|capital"
    r"|centro|center|centre|ciudad|cidade|city|airport|aeropuerto|street|hotel|hostel|reservar|reserve|book|need|want|necesito"
    r"|preciso|corpus|christi|plata|rica|horizonte|alegre|iguacu|kong|town|aviv|unido|unidos|states|kingdom|manana|amanha"
    r"|tomorrow|today|hoy|hoje)\b"
)
_PLACE_FIRST = compiled(
    r"(?:san|sao|saint|santa|santo|villa|vila|puerto|porto|punta|ciudad|cabo|playa|praia|lago|rio|foz|costa|north|south|east|west"
    r"|great|united|estados|reino|mar|nueva|nova|belo|ushuaia|patagonia|cape|hong|buenos|las|los|dia|sin|con|sem|com|with"
    r"|under|book|ok|okay|yes|dale|listo|for|pra|atte|att|hola|oi|ola|hi|hello|dear|perfecto|perfeito|perfect|great|good|bom"
    r"|boa)\b"
)
# Questions a guest may answer with nothing but a name.
NAME_MAY_ANSWER = frozenset({"name", "room_type", "confirmation", "check_in", "check_out", "nights", "adults"})
# "ok Liam Boyle", "sí, reservá. Ana Paz"
_AGREES = compiled(
    r"^(?:(?:ok|okay|yes|yep|sure|fine|great|perfect|good|si|sí|sim|dale|listo|bueno|perfecto|perfeito|claro|book it|go ahead|confirmed?|confirmo|reserv[aá](?:la|lo)?|pode reservar|pode ser|it'?s)[ ,.!:-]+)+",
    re.IGNORECASE,
)
_A_NAME = r"(?P<name>[^\W\d_a-z][\w'’-]+(?: (?:(?:de|da|do|del|la|dos|das|van|von|der|e|y) ){0,2}[^\W\d_a-z][\w'’-]+){1,3})"
# How a letter ends: "Kind regards,\nGeoffrey Ashcombe".
_SIGNED = compiled(
    r"\b(?i:atte|atentamente|att|atenciosamente|cordialmente|saludos(?: cordiales| atentos)?|saluda(?:[ \w]{0,20})?|(?:(?:kind|best|warm|kindest|many) )?regards|"
    r"(?:yours )?(?:sincerely|faithfully|truly)|best wishes|all the best|cheers|thanks(?: (?:so much|a lot|in advance))?|thank you|(?:muchas )?gracias|"
    r"abra[cç]os?|abrazos?|(?:muito )?obrigad[oa]|grat[oa]|desde ya(?:,? muchas)? gracias)[.,;:!]*[\s,–—-]{1,4}"
    + _A_NAME
    + r"[ .]*(?:\n|$)"
)
# The last piece of a message: "… del 10 al 13 de junio para dos, Ana Paz".
_AT_THE_END = compiled(
    r"(?P<before>[^.!?;\n,]{3,60})(?P<mark>[.!;,]|\n)\s+(?P<name>[^\W\d_a-z][\w'’-]+ (?:(?:de|da|do|del|la|van|von) )?[^\W\d_a-z][\w'’-]+)[ .]*$"
)
# One instead of the other, or one of them: not both.
_REPLACED = compiled(r"\b(?:en vez|en lugar|instead|rather|em vez|ao inves|no lugar|cambiar|change|trocar|o|or|ou|vs)\b")
# "más barata que la suite", "suíte não", "en vez de la doble": what is not wanted; "por la suite", "into a twin": what is.
_NOT_THAT = compiled(
    r"\b(?:que|than|do que|en (?:vez|lugar) de|instead of|rather than|em vez d[aeo]|no lugar d[aeo]|not|ni|nem)(?: (?:la|el|lo|the|a|an|o|una?|uma?|habitacion|quarto))* $"
)
_INTO = compiled(r"\b(?:por|to|into|for|become|pel[ao]|pr[ao]|para|a)(?: (?:la|el|the|a|an|o|de|una?|uma?|habitacion|quarto))* $")
# Alone these are the guests; beside a room they are its kind ("quarto de casal").
_COUPLE = frozenset({"casal", "pareja", "matrimonio", "couple"})
_OF_A_ROOM = compiled(r"\b(?:de|quarto|cuarto|habitacion|cama|apto|suite|duplo|tipo) $")
# Words in the names of rooms that tell none from another, and how many words whoever chooses by one says at most.
FEW_WORDS = 8
# More rooms than this in one message are no list of rooms.
MOST_NAMED = 9
_ANY_ROOM = compiled(
    rf"{numbers.PATTERN}|rooms?|habitacion|cuarto|pieza|quarto|para|with|camas?|beds?|standard|classic|tip[oe]|type|person|persona|pessoa"
)
_LEAD_IN = compiled(
    r"^(?:(?:pone(?:la|lo)?|anota(?:la|lo|me)?|ponga(?:la|lo)?|reserva(?:la|lo)?|put (?:it|that|them)|make it|book it|coloca|pode colocar|pode por|bota|it'?s|its|it is|es|e|é|seria|serian?|under|with|the name'?s|el nombre es|mi nombre|nombre|name)\s+)*(?:(?:under|a|en|al|no|em|in)\s+(?:(?:the\s+)?name\s+(?:of\s+)?|nombre\s+de\s+|nome\s+d[eo]\s+)?)?",
    re.IGNORECASE,
)
_SENTENCE_END = compiled(r"(?<!\bing)(?<!\blic)(?<!\bdra)(?<=\w\w\w)\.\s.*$", re.IGNORECASE | re.DOTALL)
_DOCUMENT = compiled(r",?\s*\b(?:dni|documento|pasaporte|passport|cpf|rg|id)\b.*$", re.IGNORECASE)
_ENDS = compiled(
    r"\s+(?:del? (?:la |el )?(?:cuarto|habitaci[oó]n|pieza|suite|\d)|d[oa] (?:quarto|su[ií]te)|(?:from|in) room|y|e|and|para|for|con|with|com|quiero|quisiera|desde|the|mi|my|meu|por favor|porfa\w*|please|pls|plz|pfv|gracias|thanks|obrigad[oa]|tengo|tenho|have|am|soy|sou)\b.*$",
    re.IGNORECASE,
)
# Names by their capitals, after what introduces them: "nome Júlia Monteiro", "for Mr Whitcombe", "on the name of my father, Heinz Bauer".
_CAPITALS = r"(?P<name>(?!(?:The|My|Mr|Mrs|Ms|Dr|El|La|Os|As)\b)[^\W\d_a-z][\w'’-]+(?: (?:(?:de|da|do|del|la|dos|das|van|von|der|e|y) )*[^\W\d_a-z][\w'’-]+)"
_INTRODUCED = (
    compiled(
        r"\b(?:[Nn]ome|[Nn]ombre|[Nn]ame|[Uu]nder)(?: (?:is|of|es|é|de))?:? " + _CAPITALS + r"{1,3})"
        r"|(?:\b[Nn]ome|\b[Nn]ombre|\b[Nn]ame)\b[^.!?\n\d]{1,30}?[,:] (?P<other>[^\W\d_a-z][\w'’-]+(?: [^\W\d_a-z][\w'’-]+){1,3})"
    ),
    compiled(
        r"\b(?:[Ff]or|[Pp]ara(?: el| la)?|[Pp]ara [oa]|del?|do|da) (?:Mr|Mrs|Ms|Miss|Dr|Dra|Sr|Sra|Srta|Ing|Lic)\.? "
        + _CAPITALS
        + r"{0,2})"
    ),
)
_NO_NAMES = compiled(
    r"\b(?:semana|santa|navidad|natal|christmas|carnaval|carnival|pascua|pascoa|easter|reveillon|buen\w*|bom|boa|good|feliz|happy|merry|aires|argentina|brasil|brazil|check|wi-?fi"
    r"|janeiro|fevereiro|marco|abril|maio|junho|julho|agosto|setembro|outubro|novembro|dezembro|enero|febrero|marzo|mayo|junio|julio|septiembre|octubre|noviembre"
    r"|diciembre|january|february|march|april|may|june|july|august|september|october|november|december|mon|tues|wednes|thurs|fri|satur|sun|lunes|martes|miercoles"
    r"|jueves|viernes|sabado|domingo|segunda|terca|quarta|quinta|sexta)(?:day)?\b"
)
_NO_FIRST_WORDS = frozenset(
    {"soy", "sou", "habla", "hablo", "aca", "aqui", "im", "i'm", "this", "dear", "sr", "sra", "senor", "senora", "una", "un", "la", "el"}
)
_SENTENCES = compiled(r"[.!?;\n]+\s*|,\s+")


@lru_cache(maxsize=2048)
def _folded(name: str) -> str:
    """A room's name; the same few are looked for in every message."""
    return fold(name)


def _plural(word: str) -> str:
    """A pattern of the word in singular and plural: "individual", "individuales", "individuais"."""
    return re.escape(word.removesuffix("l")) + "(?:l|les|is)" if word.endswith("al") else re.escape(word) + "(?:s|es)?"


def _names(kind: RoomTypeInfo) -> list[str]:
    """What a room type is called in any language, folded: its names, then its synonyms."""
    return [_folded(word) for word in (*kind.names.values(), *chain.from_iterable(kind.synonyms.values()))]


def contacts(text: str, country: str) -> tuple[dict[str, Any], str]:
    """E-mail, booking code and phone, and the text without them."""
    found: dict[str, Any] = {}
    if match := _EMAIL.search(text):
        found["email"], text = match[0], text.replace(match[0], " ")
    if match := _CODE.search(text):
        # A code has a digit or is written in capitals, so that no word is taken for one.
        if any(character.isdigit() for character in match[0]) or match[0].isupper():
            found["booking_code"], text = match[0].upper(), text.replace(match[0], " ")
    for match_ in phonenumbers.PhoneNumberMatcher(text, country, leniency=phonenumbers.Leniency.VALID):
        found["phone"] = phonenumbers.format_number(match_.number, phonenumbers.PhoneNumberFormat.E164)
        text = text[: match_.start] + " " + text[match_.end :]
        break
    return found, text


# "Dos camitas separadas", "duas caminhas".
_LITTLE = compiled(r"\b(cam|piez|habitacion)(?:c?it|inh)a(s?)\b")


# Rooms told by their beds, and by which words of a catalogue they are found.
_BEDS = {
    "double": (
        r"(?:una? |uma? |a |one )?(?:cama (?:doble|matrimonial|de casal|de matrimonio|queen|king|grande)|(?:double|queen|king|big) bed)",
        ("doble", "double", "casal", "matrimonial", "duplo"),
    ),
    "twin": (
        r"(?:camas? (?:separad|individual|simple|de solteiro|de una plaza)\w*|(?:2|dos|duas|two) (?:camas?|(?:single |twin )?beds?|singles"
        r"|twins|de solteiro)|(?:twin|single) beds)",
        ("twin", "dos camas", "two beds", "duas camas", "separadas", "separate"),
    ),
}
_THE_OTHER = r"otr[oa]|outr[oa]|(?:the |an)?other"
_ONE_OR_THE_OTHER = rf"\b({numbers.PATTERN}|{_THE_OTHER})(?: (?!con |com |with )\w+)? (?:con|com|with) "


def room_type(folded: str, room_types: tuple[RoomTypeInfo, ...], *, awaiting: str | None = None) -> dict[str, Any]:
    """The room type whose name or synonym stands in the text, the longest match; two equally long ones: none. Several that
    are counted ("una doble y dos singles") are several rooms: their codes joined by "+"."""
    folded = vocabulary.SINGLE_USE.sub(" ", _LITTLE.sub(r"\1a\2", folded))
    if by_beds := _by_beds(folded, room_types):
        return by_beds
    places: dict[str, tuple[int, int]] = {}
    for kind in room_types:
        for word in sorted((word for word in _names(kind) if len(word) >= 4), key=len):
            for match in re.finditer(rf"(?<!\w){_plural(word)}(?!\w)", folded):
                if word in _COUPLE and awaiting != "room_type" and not _OF_A_ROOM.search(folded[: match.start()]):
                    continue
                if not _NOT_THAT.search(folded[: match.start()]) or kind.code not in places:
                    places[kind.code] = (match.start(), match.start() + len(word))
    if not places:
        by_word = _by_a_word(folded, room_types) if awaiting == "room_type" else {}
        return by_word or _misspelt_room(folded, room_types, shortest=4 if awaiting == "room_type" else 6)
    if len(places) > 1 and (several := _several(folded, room_types)):
        return several
    if len(places) > 1:
        meant = {code: place for code, place in places.items() if not _NOT_THAT.search(folded[: place[0]])} or places
        into = {code: place for code, place in meant.items() if _INTO.search(folded[: place[0]])}
        places = into if len(into) == 1 else meant
    if len(places) > 1:
        places = {
            code: place for code, place in places.items() if not re.match(r" (?:no|nao)\b(?: quero| quiero)?[.,!]", folded[place[1] :])
        } or places
    longest = max(end - start for start, end in places.values())
    codes = [code for code, (start, end) in places.items() if end - start == longest]
    return {"room_type": codes[0]} if len(codes) == 1 else {}


def _by_beds(folded: str, room_types: tuple[RoomTypeInfo, ...]) -> dict[str, Any]:
    """ "Una con cama matrimonial y otra con dos camas": one room of each."""
    counted: list[tuple[int, int, str]] = []
    with_two = {kind.code for kind in room_types if _is_called(kind, _BEDS["twin"][1])}
    for bed, (told, words) in _BEDS.items():
        kinds = [kind.code for kind in room_types if _is_called(kind, words) and (kind.code in with_two) == (bed == "twin")]
        for match in re.finditer(_ONE_OR_THE_OTHER + told, folded) if kinds else ():
            count = 1 if re.fullmatch(_THE_OTHER, match[1]) else numbers.value(match[1])
            counted.append((match.start(), count, kinds[0]))
    if len({code for _at, _count, code in counted}) < len(_BEDS):
        return {}
    rooms = [code for _at, count, code in sorted(counted) for _ in range(count)]
    return {"room_type": "+".join(rooms), "rooms": len(rooms)} if len(rooms) <= MOST_NAMED else {}


def _is_called(kind: RoomTypeInfo, words: Sequence[str]) -> bool:
    return any(word in name for name in _names(kind) for word in words)


def _by_a_word(folded: str, room_types: tuple[RoomTypeInfo, ...]) -> dict[str, Any]:
    """ "The one with the balcony", and nothing else: a word that stands in the names of one room type alone."""
    if len(folded.split()) > FEW_WORDS or re.search(r"\d", folded):
        return {}
    heard = {word for word in re.findall(r"[a-z]{4,}", folded) if not _ANY_ROOM.fullmatch(word)}
    named = {kind.code: heard & set(" ".join(_names(kind)).split()) for kind in room_types}
    found = {code for code, words in named.items() if words - set().union(*(other for name, other in named.items() if name != code))}
    return {"room_type": found.pop()} if len(found) == 1 else {}


def _several(folded: str, room_types: tuple[RoomTypeInfo, ...]) -> dict[str, Any]:
    counted: list[tuple[int, int, str]] = []
    for kind in room_types:
        for word in {word for word in _names(kind) if len(word) >= 4}:
            for match in re.finditer(
                rf"\b({numbers.PATTERN}|num|numa) (?:x )?(?:(?!camas?\b|beds?\b)\w+ (?:de |com |con )?)?{_plural(word)}(?!\w)",
                folded,
            ):
                counted.append((match.start(), 1 if match[1] in {"num", "numa"} else numbers.value(match[1]), kind.code))
    codes = list(dict.fromkeys(sorted(counted)))
    places = {at for at, _count, _code in codes}
    if len(codes) < 2 or len(places) != len(codes) or len({code for _at, _count, code in codes}) < 2 or _REPLACED.search(folded):
        return {}
    rooms = [code for _at, count, code in codes for _ in range(count)]
    return {"room_type": "+".join(rooms), "rooms": len(rooms)} if len(rooms) <= MOST_NAMED else {}


def _misspelt_room(folded: str, room_types: tuple[RoomTypeInfo, ...], *, shortest: int) -> dict[str, Any]:
    """The one room type with a name of one long word that is a letter away from a word of the text."""
    named = {word: kind.code for kind in room_types for word in _names(kind)}
    long = [word for word in named if len(word) >= shortest and " " not in word]
    found = {
        named[near[0]]
        for word in re.findall(rf"\b(?!(?:qual|cual)\b)[a-z]{{{shortest - 1},}}", folded)  # "qual" is no "quad"
        if (near := process.extractOne(word, long, scorer=DamerauLevenshtein.distance, score_cutoff=1))
    }
    return {"room_type": found.pop()} if len(found) == 1 else {}


# "Salma Haddad": two words or more, each with a capital.
_WRITTEN_AS_NAME = compiled(
    r"[^\W\d_a-z][^\W\d_]+(?:[ -](?:de|da|do|del|la|las|los|dos|das|van|von|der|e|y|O')(?=[ -]))?(?:[ -][^\W\d_a-z][\w'’]+(?:[ -](?:de|da|do|del|la|los|dos|van|von|der|e|y)(?=[ -]))?){1,4}"
)


def _is_polite(text: str) -> bool:
    return bool(
        set(fold(text).split())
        & (_NO_NAME_WORDS | {"gracias", "thanks", "buenas", "hola", "hello", "chau", "bye", "dale", "ok", "obrigado", "obrigada"})
    )


_PARTICLES = frozenset({"de", "da", "do", "del", "la", "las", "los", "dos", "das", "van", "von", "der", "e", "y"})


def _cased(told: str) -> str:
    """ "nadia sarmiento" and "NADIA SARMIENTO" as names are written; a name with its own capitals stays."""
    if not (told.islower() or told.isupper()):
        return told
    return " ".join(word if index and word in _PARTICLES else word.capitalize() for index, word in enumerate(told.lower().split()))


def is_a_name(text: str) -> bool:
    """Two words or more, written as a name, and nothing else."""
    bare = _DOCUMENT.sub("", text).strip(" .,!\n")
    words = fold(bare).split(" ")
    if words[0] in _NO_FIRST_WORDS or _PLACE_FIRST.match(words[0]) or _NO_PERSON.search(fold(bare)):
        return False
    return " " in bare and bool(_WRITTEN_AS_NAME.fullmatch(bare)) and not _is_polite(bare) and not _NO_NAMES.search(fold(bare))


def _is_of_somebody(told: str, room_types: tuple[RoomTypeInfo, ...]) -> bool:
    """Whether words that nobody asked for can only be a full name: no place, no feast, nobody's relation, no number, no room."""
    words = fold(told).split()
    return (
        2 <= len(words) <= 4
        and is_a_name(told)
        and not any(mentions.kind_of(word) or re.fullmatch(numbers.PATTERN, word) for word in words)
        and not room_type(fold(told), room_types)
    )


def _signed(text: str, room_types: tuple[RoomTypeInfo, ...], *, understood: bool) -> str:
    """The name below a letter, or at the end of a message that asks for something in figures; "" when there is none."""
    if (match := _SIGNED.search(text)) and _is_of_somebody(match["name"], room_types):
        return match["name"]
    match = _AT_THE_END.search(text) if understood else None
    if match is None or not re.search(rf"\b{numbers.PATTERN}\b", fold(text[: match.start("name")])) or text.isupper():
        return ""
    last = match["before"].split()
    if match["mark"] == ",":
        if last[-1][0].isupper() and not _NO_NAMES.search(fold(last[-1])):
            return ""  # "en Rosario, Santa Fe"
        if any(
            mentions.kind_of(word) in {"child", "adult", "pair", "twins"} and not word.startswith("adult")
            for word in fold(" ".join(last[-4:])).split()
        ):
            return ""  # "con mi nena de 5, Lola Paz"
    return match["name"] if _is_of_somebody(match["name"], room_types) else ""


def name(text: str, *, awaiting: str | None, understood: bool, room_types: tuple[RoomTypeInfo, ...] = ()) -> dict[str, Any]:
    """A person's name, when it is introduced as one, when it was asked for and nothing else was said, or when it stands alone in
    answer to an offer."""
    text = re.sub(r"(?: ?\n ?)+", "\n", re.sub(r"[^\S\n]+", " ", text))
    if awaiting == "confirmation" and is_a_name(text) and not room_type(fold(text), room_types):
        return {"name": _cased(text.strip(" .,!\n"))}
    if awaiting in NAME_MAY_ANSWER - {"name"} and _is_of_somebody(alone := text.strip(" .,!\n"), room_types):
        if awaiting in {"room_type", "confirmation"} or not (understood and text.isupper()):
            return {"name": _cased(alone)}
    if awaiting in {"room_type", "name", "confirmation"}:
        text = _AGREES.sub("", text) if is_a_name(_AGREES.sub("", text)) else text
        parts = [part.strip() for part in _SENTENCES.split(text) if part.strip()]
        named = [part for part in parts if is_a_name(part) and not room_type(fold(part), room_types)]
        if len(named) == 1 and (len(parts) > 1 or awaiting != "name"):
            return {"name": _cased(_DOCUMENT.sub("", named[0]))}
    if awaiting == "name" and _WRITTEN_AS_NAME.fullmatch(full := _DOCUMENT.sub("", text).strip(" .,!\n")) and not _is_polite(full):
        if _LEAD_IN.sub("", full) == full or " " not in _LEAD_IN.sub("", full):
            return {"name": _cased(full)}
    if match := _NAMED.search(text):
        candidate = _ENDS.sub("", _SENTENCE_END.sub("", match["name"])).strip(" .'\"-")
        candidate = re.sub(r"^(?:it'?s|is|es|é)\s+", "", candidate, flags=re.IGNORECASE)
        asked_about = text[match.end() : match.end() + 1] == "?" and candidate.islower()  # "a nombre de mi empresa, se puede?"
        if candidate and not asked_about and fold(candidate).split()[0] not in _NOT_NAMES and len(candidate.split()) <= 5:
            introduced_by_verb = re.match(r"soy|sou|i am|i'm|quem fala", match[0], re.IGNORECASE)
            if (
                (awaiting == "name" and not candidate.islower())
                or not introduced_by_verb
                or (candidate[0].isupper() and (" " in candidate or match[0].lower().startswith("quem fala")))
            ):
                return {"name": _cased(candidate[:80])}
    for pattern in _INTRODUCED:
        if (introduced := pattern.search(text)) and not _NO_NAMES.search(fold(told := introduced["name"] or introduced["other"])):
            return {"name": told}
    if awaiting != "name" and (told := _signed(text, room_types, understood=understood)):
        return {"name": _cased(told)}
    bare = _DOCUMENT.sub("", text).strip(" .,!¡\n")
    if awaiting == "name":
        bare = bare.rsplit(": ", 1)[-1] if re.match(r"[^:]{3,40}: [^\W\d_]", bare) else bare
        bare = _LEAD_IN.sub("", bare).strip(" .,:!¡\n")
    if set(fold(bare).split()) & _NO_NAME_WORDS:
        return {}
    if awaiting == "name" and not understood and re.fullmatch(r"[^\W\d_][^\d@!?¿:;/\n]{1,60}", bare) and 1 <= len(bare.split()) <= 5:
        return {"name": _cased(bare)}
    return {}
