"""A party that changes: who is added to those who are known, who does not come after all, an age set right."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from conversations.dialogue.patterns import compiled
from conversations.dialogue.understanding import numbers
from conversations.dialogue.understanding.party import mentions
from conversations.dialogue.understanding.party import vocabulary as v
from conversations.dialogue.understanding.party.counts import MANY, N
from conversations.dialogue.understanding.party.mentions import Mention

_END = r"(?= ?(?:$|[,.;:!?)]))"
_TRAVEL = r"(?:venir|ir|viajar|llegar|estar|sumarse|acompanar\w*|vir|come|coming|join\w*|make it|travel\w*|attend|be (?:there|coming|joining|with us))"
# Who does not come after all.
_LEAVES = compiled(
    r"\bno (?:me |nos |se |les? )?(?:(?:va|van) a (?:poder )?"
    + _TRAVEL
    + r"|(?:va|van) a poder(?! \w+r\b)|(?:puede|pueden|podra|podran|podria|pudo|pudieron|quiere|quieren|llega|llegan) (?:a )?"
    + _TRAVEL
    + rf"|(?:puede|pueden|podra|podran|pudo){_END}|viene|vienen|viaja|viajan|vendra|vendran|ira|iran|acompana|acompanan|suma|suman|(?:va|van)(?! a\b)(?= ?(?:$|[,.;!?]|mas\b|al final|con\b|por|mi|el\b|la\b|los\b|las\b)))\b"
    r"|\bse (?:nos |me )?(?:baj(?:o|a|an|aron)|cay(?:o|eron)|borr(?:o|aron)|arrepinti\w+)\b|\bse qued(?:a|an|o|aron)(?: (?:en (?:su |mi |la |el )?casa|con\b|afuera|cuidando|al final)|(?= ?(?:$|[,.;!])))"
    r"|\b(?:desist\w+|se bajan|baj[ae]te|saca(?:le|me|lo|la|los|las)?|saca[rn]|saquen|saque|sacamos|quita(?:le|me|lo|la|los|las)?|quita[rn]|quitamos|resta(?:le|me)?|descont\w+|elimin\w+)\b"
    r"|\b(?:no (?:llevo|llevamos|traigo|traemos|vamos a llevar|voy a llevar)|sin (?=(?:mi|mis|el|la|los|las)\b))"
    r"|\b(?:is|are|am)(?:n't| not)(?: going to| able to| gonna| now)?(?: be)? "
    + _TRAVEL
    + r"\b|\b(?:can't|cannot|can not|couldn't|won't|will not|can no longer|no longer able to)(?: now| be able to| actually)? "
    + _TRAVEL
    + r"\b|\b(?:not|no longer|never) (?:coming|joining|travell?ing)\b|\b(?:drop(?:s|ped|ping)?|pull(?:s|ed|ing)?|back(?:s|ed|ing)?|bow(?:s|ed|ing)?|bail(?:s|ed|ing)?) out\b|\bbail(?:ed|s)?\b|\bcancell?ed on (?:me|us)\b"
    r"|\b(?:is|are)(?: now)? out(?: again)?\b(?! (?:of|at|in|on|for|there|with|until|till|all))|\bnot invited\b|\bstay(?:s|ing)? with\b|\b(?:drop|lose|scratch|ditch) (?=(?:my|the|our|one|a|two|him|her)\b)"
    r"|\bno (?:l[oa]s?|me l[oa]) (?:cuent\w+|sum\w+)|\b(?:don't|do not) count\b|\bnao (?:cont[ae]\w*|precisa contar)\b"
    r"|\bstay(?:s|ing)? (?:at )?home\b|\bstay(?:s|ing)? behind\b|\b(?:take|taking) (?=(?:my|the|our|one|a|two|him|her)\b.*\boff\b)|\bremov\w+|\bwithout (?=(?:my|the|our|him|her)\b)|\bminus (?=(?:my|the|our|one|a|two)\b)|\b(?:not|aren't|won't be) bringing\b|\bwon't bring\b|\bleav(?:e|ing) (?=(?:my|the|our)\b.*\b(?:home|behind|with)\b)"
    r"|\bnao (?:vem|viaja|viajam|vira|virao|ira|irao)\b|\bnao (?:vai|vao)(?= ?(?:$|[,.;!?]|mais\b|poder\b(?! \w+r\b)|poder (?:ir|vir|viajar)|com\b|conosco|vir\b|viajar|junto|nessa|conseguir))|\bnao (?:pode|podem|consegue|conseguem|podera|poderao|quer|querem|vai conseguir|vao conseguir) (?:mais )?(?:ir|vir|viajar)\b"
    rf"|\bnao (?:pode|podem|consegue|conseguem){_END}|\b(?:furou|furaram|cancelou|cancelaram|pulou fora|pularam fora)\b|\b(?:fica|ficam|vai ficar|vao ficar|ficou|ficaram) (?:em casa|com)\b|\b(?:caiu|cairam|pulou|saiu) fora\b|\bacab(?:ou|aram) desistindo\b|\btir(?:a|ar|e|em|amos)\b|\bsem (?=(?:meu|minha|meus|minhas|o|a|os|as)\b)|\bnao (?:levo|levamos|vou levar|vamos levar|vou mais levar)\b"
)
# Who is added, whatever else is said.
_JOINS = compiled(
    r"\bse (?:nos |me |le |les )?(?:(?:va|van) a )?(?:sum(?:a|an|o|aron|ara|aran|aria|arian|ar)|agreg(?:a|an|o|aron|ar)|acopl\w+|prend(?:e|en|io|ieron)|enganch\w+|anot(?:a|an|o|aron)|une|unen|unio|incorpor\w+)\b"
    r"|\b(?:sumamos|sumo|suma(?:me|le|les|nos)|sumar(?:le|les|me|lo|la)?|sumen|agreg(?:a|o|amos|ue|uen|ame|ale|anos|ar|arle|aria)|anad(?:i|ir|o|imos|an|ime)|incorpor(?:o|ar|amos)|inclu(?:ir|i|yan|ya|yo|ime|imos))\b(?! el desayuno)"
    r"|\btambien (?:se )?(?:viene|vienen|va|van|viaja|viajan|vendria\w*|llega)\b|\b(?:viene|vienen|va|van|viaja|viajan)(?: con nosotros| conmigo)? tambien\b|\b(?:viene|vienen|viaja|viajan) con nosotros\b|\bse viene\b"
    r"|\bjoin(?:s|ing|ed)?\b|\btag(?:s|ging)? along\b|\b(?:come|comes|coming) (?:along|too|as well|with us|after all)\b|\balso (?:coming|comes|come|travell?ing|be coming)\b|\b(?:is|are|'s) now coming\b|\badd(?:ing)? (?=(?:a|an|one|two|three|my|our|another|his|her|\d)\b)|\b(?:can|could) (?:come|make it) after all\b|\b(?:decided|wants?|managed) to (?:come|join)\b"
    r"|\b(?:cont[ae](?:l[oa]s?|me)|contar (?:tambien )?a|falta(?:ba)? (?:contar|sumar|agregar)|me olvid\w+ (?:de|a)|olvide (?:a|contar|decir|mencionar)|forgot (?:to (?:mention|add|count|say)|about|my|the)|left out|esqueci(?:a)? (?:de|do|da|d[oe]s)|faltou (?:contar|o|a)|conta(?:r)? (?:ela|ele|com)|count (?:him|her|them)(?: in)?|(?:duerme|duermen|dorme|dormem|vai dormir|dormira|sleep(?:s|ing)?|be sleeping) (?:con nosotros|ahi tambien|com a gente|conosco|aqui tambem|with us|there (?:too|as well)))\b"
    r"|\btambem (?:vem|vai|vao|viaja\w*|quer\w* (?:ir|vir))\b|\b(?:vem|vai|vao|viaja|viajam)(?: com a gente| conosco| comigo)? (?:tambem|junto)\b|\b(?:vem|vai|vao) (?:com a gente|conosco)\b|\b(?:resolv|decid)(?:eu|iu|eram|iram) (?:ir|vir|entrar)\b|\b(?:entra|entram|entrou|entraram)\b|\b(?:acrescent|adicion)\w+|\bcoloca(?:r)? mais\b|\b(?:vem|vai) mais\b"
)
# Who comes now and did not before: "al final viene mi suegra".
_COMES = compiled(
    r"\b(?:(?:viajamos|vamos|venimos) (?=con\b)|viene|vienen|va|van|viaja|viajan|venga|vengan|vendra|vendran|llevo|llevamos|traigo|traemos|nos acompana\w*|com(?:e|es|ing)|bring(?:s|ing)?|travell?ing|vem|vai|vao|levo|levamos|vou levar|vamos levar|trago|trazemos|can make it|va a venir|pudo|puede venir|pode (?:ir|vir))\b"
)
_AFTER_ALL = compiled(
    r"\b(?:al final|finalmente|a ultimo momento|a ultima hora|despues de todo|ahora|tambien|ademas|igual|si viene|si vienen|si va|after all|in the end|as well|too|also|now|last minute|no final|no fim|afinal|por fim|tambem|agora|de ultima hora|acabou que|alem disso)\b"
)
# "mi mujer no, pero sí mi hermano", "but my brother is"
_BUT_DOES = compiled(rf"\b(?:si|sim|yes)\b(?! (?:que|por))|\b(?:is|are|does|can){_END}")
_INSTEAD_OF = compiled(
    r"\b(?:en (?:vez|lugar) de|instead of|rather than|in place of|em vez d[aeo]|no lugar d[aeo]|ao inves d[aeo]|reemplaz\w+ a)\b"
)
# "Sumá un bebé a los dos chicos": those are known.
_KNOWN_ONES = compiled(
    r"\b(?:a (?:los|las|ellos)|a l[oa]s? (?=\d)|to the|to our|besides|on top of|alem d[aeo]s?|ademas de|aparte de|junto a(?: los)?|como (?:los|las)|same (?:number|amount) of|mism[oa]s?|mesm[oa]s?|(?:los|las|os|as|the) (?:otr[oa]s|outr[oa]s|demas|other|rest)|con|com|with)(?: (?:mis?|my|los|las|the|os|as|el|la|o|a|su|their|his|her))* ?$"
)
_MAYBE = compiled(
    r"\b(?:capaz|quizas?|tal vez|talvez|puede ser que|puede que|a lo mejor|maybe|might|perhaps|possibly|pode ser que|acaso|no se si|not sure (?:if|whether)|nao sei se|depende)\b"
)
_BREAK = compiled(r"[.;!?\n]+|:(?!\d)|,|\b(?:pero|but|porem|aunque|y|e|and|asi que|so|entonces|entao)\b")
# Without a noun: "una persona menos", "we'll be one more", "somos dos más".
_PEOPLE = r"(?:personas?|personitas?|people|persons?|pessoas?|guests?|huesped\w*|hospedes?|pax|pasajer\w+)"
_MORE = compiled(
    rf"\b(?P<count>{N}) (?:{_PEOPLE} )?(?:mas|more|extra|adicional\w*|a mais)\b(?! ?(?:noch|night|noit|dia|day|hab|cuart|quart|room|cama|bed|hora|hour|cosa|thing|coisa|pregunt|question))(?: {_PEOPLE})?"
    rf"|\b(?:otr[oa]s?|another|outr[oa]s?|mais|mas|extra)(?: (?P<number>{N}))? {_PEOPLE}\b|\b(?:alguien|somebody|someone|alguem) (?:mas|else|mais)\b|\b(?:mais|\+ ?)(?P<plus>{N}){_END}|\bplus (?P<added>{N}){_END}|\b(?P<named>{N}) {_PEOPLE}\b"
)
_FEWER = compiled(
    rf"\b(?P<count>{N}) (?:{_PEOPLE} )?(?:menos|less|fewer|a menos)\b(?! ?(?:noch|night|noit|dia|day|hab|cuart|quart|room|cama|bed))|\b(?:menos|minus|less) (?P<number>{N})(?: {_PEOPLE})?{_END}|\b(?P<named>{N})(?: {_PEOPLE})?{_END}"
    rf"|\b(?P<gone>{N})(?: of us| of them| de nosotr[oa]s| de nos| de ell[oa]s| del[ea]s)? (?=(?:(?:al final|acabou|ya|ja|has|have|just|nos|me) )*(?:desist\w+|se (?:nos )?(?:baj|cay|borr|arrepint)\w+|no (?:viene|van?|puede|podra)\w*|nao (?:vem|vai|vao|pode)\w*|dropp\w+|pull\w+|bail\w+|back\w+|can't|cannot|isn't|aren't|won't|fur(?:ou|aram)|cancelou|cancelaram|pul(?:ou|aram) fora)\b)"
)
_WE_ARE = compiled(
    r"\b(?:somos|seremos|seriamos|vamos|vamos a ser|quedamos|we are|we're|we'll be|there'?s|there'll be|hay|son|sao|seria|ficamos|a gente)\b"
)
_ROOM_NOUN = r"(?:habitacion(?:es)?|habs?|cuartos?|piezas?|rooms?|quartos?|aptos?)"
_MORE_ROOMS = compiled(
    rf"\b(?P<count>{N}) {_ROOM_NOUN} (?:mas|more|extra|adicional\w*|a mais)\b|\b(?P<more>{N}) (?:more|extra|mas|mais|additional) {_ROOM_NOUN}\b|\b(?:mais|mas) (?P<number>{N}) {_ROOM_NOUN}\b"
    rf"|\b(?:agreg\w+|sum\w+|add\w*|acrescent\w+|inclu\w+|necesit\w+|need|precis\w+)(?: (?:tambien|tambem|also|me|nos))* (?:otra|another|outro) {_ROOM_NOUN}\b"
)
_FEWER_ROOMS = compiled(
    rf"\b(?P<count>{N}) {_ROOM_NOUN} (?:menos|less|fewer|a menos)\b|\b(?P<number>{N}) (?:less|fewer|menos) {_ROOM_NOUN}\b|\b(?:sac\w+|quit\w+|drop|remov\w+|cancel\w*|tir\w+)(?: me)? (?P<out>{N})(?: de las| of the| dos)? {_ROOM_NOUN}\b"
)
_OLDEST = compiled(r"\b(?:mayor|mas grande|oldest|older|eldest|elder|mais velh[oa])\b")
_YOUNGEST = compiled(r"\b(?:menor|mas chic[oa]|mas peque\w*|youngest|younger|mais nov[oa]|cacula)\b")
_NOT_AGE = compiled(
    r"\b(?P<now>\d{1,2})(?: anos| years(?: old)?)?,? (?:(?:y|e|and) )?(?:no|not|nao|en (?:vez|lugar) de|instead of|rather than|em vez de)(?: (?:tiene|tem|de))? (?P<was>\d{1,2})\b"
    r"|\b(?:no|not|nao|isn't|doesn't|in(?:stead)? of)(?: (?:tiene|tem|son|sao|es|is|e|de|he's|she's))* (?P<old>\d{1,2})(?: anos| years(?: old)?)?,? (?:(?:sino|but|mas|porem|y|e|si no|he's|she's|tiene|tem|is|es|que|son) )*(?P<right>\d{1,2})\b"
)
_WITHOUT = compiled(r"\b(?:sin|sem|without|minus)\b")
_GROWN_UP = frozenset(
    {
        "hijo",
        "hija",
        "son",
        "daughter",
        "filho",
        "filha",
        "sobrino",
        "sobrina",
        "nephew",
        "niece",
        "sobrinho",
        "sobrinha",
        "nieto",
        "nieta",
        "neto",
        "neta",
    }
)
MOST_CLAUSES = 24
# The whole party is told as well: "quedamos tres", "it's just me".
COUNTED = compiled(rf"{MANY}\b|\b(?:somos|quedamos|ficamos|sol[oa]|so|just|only|alone|sozinh[oa]|nomas)\b")
Told = Callable[[str], dict[str, Any]]


@dataclass
class _Clause:
    """Part of a message and what it does to the party: 1 adds, -1 takes away, 0 says nothing of it."""

    start: int
    end: int
    sign: int
    verb: int = 0  # where its verb stands


@dataclass
class _Difference:
    adults: int = 0
    children: int = 0
    ages: list[int] = field(default_factory=list)  # of children who are added
    gone: list[int] = field(default_factory=list)  # of children who do not come
    all_children: bool = False  # none of them comes
    unclear: bool = False  # somebody is added or missing, nobody knows how many

    @property
    def is_empty(self) -> bool:
        return not (self.adults or self.children or self.all_children or self.unclear)


# Who cannot come to the phone, joins for dinner, or whose cot goes, changes no party.
_ELSEWHERE = compiled(
    r"\b(?:to|for|at|al?|a la|ao|a el|no|na|pro|pra|para|en el|en la) (?:(?:the|la|el|o|a|un|una|um|uma|our|my) )?(?:phone|dinner|lunch|breakfast|spa|pool|gym|bar|cen[ae]\w*|almorz\w+"
    r"|almuerzo|desayun\w*|jantar|almoco|almocar|cafe|llamada|reunion|telefono|telefone|meeting|call|chat|grupo|massages?|masajes?|massagem|airport|aeropuerto|aeroporto|pileta"
    r"|piscina|gimnasio|academia|buscar\w*|recog\w+|pick)\b"
    r"|\b(?:cunas?|cunitas?|cam(?:a|as|ita)|cribs?|cots?|beds?|berco\w*|caminha|silla\w*|high ?chair|cadeirinha|babysitter|nineras?|baba)\b"
    r"|\b(?:stays?|staying|queda\w*|fica\w*|dorm\w+|sleep\w*) (?:with (?:us|me)|con nosotros|conmigo|com a gente|conosco|comigo|in (?:the|our|my) room|en (?:la|nuestra|mi) (?:habitacion|pieza)|no (?:mesmo |nosso )?quarto)\b"
)


# "Cada casal num quarto, a criança fica com os pais": who sleeps where.
_BESIDE_THE_PARENTS = compiled(
    r"\b(?:stays?|staying|goes|queda\w*|fica\w*|dorm\w+|duerm\w+|sleep\w*|va|van|vai|vao) (?:with|con|com) (?:(?:the|los|os|sus|their|his|her|seus) )?(?:padres|papas|papis|pais|parents)\b"
)
_IN_ROOMS = compiled(r"\b(?:habitaci\w+|cuartos?|piezas?|dobles?|quartos?|rooms?|doubles?|camas?|beds?)\b")


def tells(text: str) -> bool:
    """Whether somebody is added or does not come: more than a person who is only spoken of."""
    return not _ELSEWHERE.search(text) and bool(
        _LEAVES.search(text) or _JOINS.search(text) or (_COMES.search(text) and _AFTER_ALL.search(text))
    )


def read(text: str, *, language: str, known: dict[str, Any], told: Told) -> tuple[dict[str, Any], bool] | None:
    """What a message changes of the ``known`` party (adults, children, child_ages, rooms), and whether it does not add up;
    None when it changes nothing. ``told`` reads a text that tells the whole party."""
    if (rooms := _rooms(text, known)) is not None:
        return {"rooms": rooms}, False
    if known.get("adults") is None:
        return None
    if (ages := _corrected_ages(text, known)) is not None:
        return {"child_ages": ages}, False
    if (rather := _rather(text, known)) is not None:
        return rather, False
    if (grown := _now_grown(text, known)) is not None:
        return grown, False
    clauses = [clause for clause in _clauses(text, language, known) if clause.sign]
    if not clauses:
        return None
    difference = _difference(text, clauses, language, known)
    if difference.is_empty:  # one comes for the other, or nobody of the party is spoken of
        return ({}, False) if len({clause.sign for clause in clauses}) > 1 or _INSTEAD_OF.search(text) else None
    rest = text
    for clause in clauses:
        rest = rest[: clause.start] + " " * (clause.end - clause.start) + rest[clause.end :]
    whole = (
        {name: value for name, value in told(rest).items() if name in {"adults", "children", "child_ages"}} if COUNTED.search(rest) else {}
    )
    slots, doubt = _applied(difference, known)
    if whole.get("adults") is None:
        return (slots, doubt) if not _MAYBE.search(text) else ({}, True)
    after = known | slots
    everyone = after["adults"] + (after.get("children") or 0)
    if not doubt and whole["adults"] in {after["adults"], everyone} and whole.get("children") in {None, after.get("children")}:
        return slots, False
    if difference.unclear and not after.get("children"):
        return whole, False
    if re.search(r"[a-z\d]", rest[: clauses[0].start]) and told(rest[: clauses[0].start]).get("adults"):
        return None  # "somos 2 y se suma un nene": told all anew
    return {}, True


def _rooms(text: str, known: dict[str, Any]) -> int | None:
    for pattern, sign in ((_MORE_ROOMS, 1), (_FEWER_ROOMS, -1)):
        if (match := pattern.search(text)) and known.get("rooms"):
            count = next((numbers.value(word) for word in match.groupdict().values() if word), 1)
            return max(1, int(known["rooms"]) + sign * count)
    return None


def _corrected_ages(text: str, known: dict[str, Any]) -> list[int] | None:
    """ "El nene tiene 5, no 4"."""
    ages = list(known.get("child_ages") or ())
    match = _NOT_AGE.search(text)
    if match is None or not ages:
        return None
    was, is_now = int(match["was"] or match["old"]), int(match["now"] or match["right"])
    if was not in ages or is_now >= mentions.GROWN:
        return None
    ages[ages.index(was)] = is_now
    return ages


_COUNTS_AS_GROWN = compiled(
    r"\b(?:cuent[ae]\w*|va|pas[ae]|cont[ae]\w*|entra|treat\w*|count\w*|put|consider\w*|poner?l[oa]|pon[eg]\w*)\b.{0,16}\b(?:como|as|por|de|an)(?: (?:an?|un|una|um|uma))? (?:adult\w*|grande|mayor|grown[- ]?up)\b"
)


def _now_grown(text: str, known: dict[str, Any]) -> dict[str, Any] | None:
    """ "La mayor ya cumplió 18, cuenta como grande"."""
    children = int(known.get("children") or 0)
    if not children or not _COUNTS_AS_GROWN.search(text):
        return None
    slots: dict[str, Any] = {"adults": int(known["adults"]) + 1, "children": children - 1}
    ages = [*(known.get("child_ages") or ())]
    if len(ages) == children:
        told = [int(age) for age in re.findall(r"\b\d{1,2}\b", text) if int(age) in ages]
        ages.remove(told[0] if told else max(ages))
        if ages:
            slots["child_ages"] = ages
    return slots


def _clauses(text: str, language: str, known: dict[str, Any]) -> list[_Clause]:
    """The clauses with what they do; a row of people without a verb goes with the verb beside it."""
    found: list[_Clause] = []
    start = 0
    breaks = [*_BREAK.finditer(text)]
    if len(breaks) > MOST_CLAUSES:
        return []  # a letter, or somebody who repeats himself
    for match in [*breaks, None]:
        end = match.start() if match else len(text)
        part = text[start:end]
        if part.strip():
            found.append(_signed(text, start, end, language, known))
        start = match.end() if match else end
    joined: list[_Clause] = []
    for clause in found:
        before = joined[-1] if joined else None
        if before is not None and not re.search(r"[.;!?\n]", text[before.end : clause.start]):
            bare = clause.sign == 0 and _is_row(text[clause.start : clause.end], language)
            was_bare = before.sign == 0 and _is_row(text[before.start : before.end], language)
            if (bare and before.sign and mentions.find(text[before.verb : before.end], language, all_of_them=True)) or (bare and was_bare):
                before.end = clause.end
                continue
            if was_bare and clause.sign:
                joined[-1] = _Clause(before.start, clause.end, clause.sign, clause.verb)
                continue
        joined.append(clause)
    return joined


_BRINGS = compiled(
    r"\b(?:(?:voy|vamos|vou|quiero|queremos|quero) (?:a )?(?:llevar|traer|levar|trazer)|(?:i'll|we'll|i will|we will|i'd like to|i am|i'm|we're|we are) (?:be )?bring(?:ing)?|llevo|llevamos|traigo|traemos|trae|traen|levo|levamos|trago|trazemos|traz|trazem)\b"
)


_WE_BRING = compiled(r"\b(?:llevamos|traemos|levamos|trazemos|vamos (?:a )?(?:llevar|traer|levar|trazer)|we'll|we're|we are|we will)\b")


def _is_one_more(part: str, one: Mention) -> bool:
    """ "Un nene más", "another kid"; not "mi marido llega más tarde"."""
    before, after = part[max(0, one.start - 14) : one.end - len(one.noun)], part[one.end :]
    return bool(
        re.search(r"\b(?:otr[oa]s?|another|outr[oa]s?|mais|more|extra|additional)\b", before)
        or re.match(r" (?:mas|more|extra|a mais)\b(?! (?:tarde|temprano|cedo|late))", after)
    )


def _is_a_new_child(one: Mention, known: dict[str, Any]) -> bool:
    """ "Se suma mi cuñado con la nena de 5": of an age nobody known has."""
    return one.kind == "child" and bool(one.ages) and not set(one.ages) <= set(known.get("child_ages") or ())


def _is_new(people: list[Mention], known: dict[str, Any], *, plural: bool) -> bool:
    """Whether somebody who is brought along was not counted yet: a first companion, a first child."""
    if any(one.kind != "adult" for one in people):
        return not known.get("children")
    return known.get("adults") == 1 or (plural and all(one.noun not in v.PARTNER for one in people))


def _signed(text: str, start: int, end: int, language: str, known: dict[str, Any]) -> _Clause:
    part = text[start:end]
    if _ELSEWHERE.search(part) or (_BESIDE_THE_PARENTS.search(part) and _IN_ROOMS.search(text)):
        return _Clause(start, end, 0)
    if match := _LEAVES.search(part):
        return _Clause(start, end, -1, start + match.start())
    if match := _JOINS.search(part):
        return _Clause(start, end, 1, start + match.start())
    people = _people(part, language)
    if people and (match := re.match(r"\W*(?:no|nao|not)[ ,]+(?=(?:el|la|o|a|the|mi|my|meu|minha)\b)|.*\b(?:no|nao)\W*$", part)):
        return _Clause(start, end, -1, start + match.start())  # "el de 15 no"
    if (match := _COMES.search(part)) and people and (_AFTER_ALL.search(text) or _INSTEAD_OF.search(part)):
        return _Clause(start, end, 1, start + match.start())
    if (match := _BUT_DOES.search(part)) and people and re.search(r"\b(?:no|nao|not)\b|n't\b", text[:start]):
        return _Clause(start, end, 1, start + match.start())
    if (match := _BRINGS.search(part)) and people and _is_new(people, known, plural=bool(_WE_BRING.search(part))):
        return _Clause(start, end, 1, start + match.start())
    if (match := re.match(r"\W*(?:plus|\+|y tambien|and also|e tambem|e mais|mas)\b(?! o menos)", part)) and (people or _MORE.search(part)):
        return _Clause(start, end, 1, start + match.start())
    if match := re.search(r"\b(?:menos|less|fewer|a menos)\b", part):
        if people or (_FEWER.search(part) and (_WE_ARE.search(part) or re.search(_PEOPLE, part) or len(part.split()) <= 4)):
            return _Clause(start, end, -1, start + match.start())
    if match := re.search(r"\b(?:mas|more|extra|mais|otr[oa]s?|another|outr[oa]s?)\b", part):
        more = _MORE.search(part)
        if (not _WE_ARE.search(part) and any(_is_one_more(part, one) for one in people)) or (
            more and (_WE_ARE.search(part) or re.search(_PEOPLE, part))
        ):
            return _Clause(start, end, 1, start + match.start())
    return _Clause(start, end, 0)


_FILLERS = frozenset(
    [
        "ni",
        "nor",
        "neither",
        "tampoco",
        "nem",
        "tambien",
        "tambem",
        "too",
        "also",
        "as",
        "well",
        "either",
        "igual",
        "al",
        "final",
        "ya",
        "por",
        "ahora",
        "mas",
        "mais",
        "more",
        "juntos",
    ]
)


_ONE_MORE = compiled(rf"\b({N}) (?:more|extra|additional|mas|mais|outr[oa]s?|otr[oa]s?) (?=[a-z])")


# "Mother-in-law is joining": a relative of the writer's, whatever stands before.
def _people(part: str, language: str) -> list[Mention]:
    """Those a clause speaks of, whether they come or not; a relation without an article is one."""
    part = re.sub(r"\bd(?=[oa]s?\b)", " ", part) if language == "pt" else part.replace(" del ", "  el ")
    if (
        one := re.search(
            r"\b(?:un[oa]?|one|um|uma) (?:de|of|d[oa]s)(?: (?:los|las|the|mis|my|os|as|nuestr[oa]s|our|meus|minhas))* (?P<noun>[a-z]+)",
            part,
        )
    ) and (kind := mentions.kind_of(one["noun"])) in {"adult", "child"}:
        return [Mention(kind, one["noun"], one.start(), one.end(), 1)]
    found = mentions.find(_ONE_MORE.sub(lambda match: match[1] + " " * (len(match[0]) - len(match[1])), part), language, all_of_them=True)
    if found:
        return found
    first = re.match(
        r"\W*(?:(?:al final|turns out|finally|bueno|ah|no|nao|y|e|and|ya|now|actually|parece que|resulta que|que|acabou que)[ ,]+)*(?P<noun>[a-z]+(?:-[a-z]+)*)",
        part,
    )
    noun = first["noun"] if first else ""
    if noun in v.ADULT | v.PARTNER and mentions.kind_of(noun) == "adult":
        assert first is not None
        return [Mention("adult", noun, first.start("noun"), first.end("noun"), 1)]
    # "el de 15 no", "not the 15-year-old"
    if (aged := re.search(r"\b(?:el|la|o|a|the) (?:de |of )?(?P<age>\d{1,2})\b", part)) and int(aged["age"]) < mentions.GROWN:
        return [Mention("child", "kid", aged.start(), aged.end(), 1, ages=[int(aged["age"])])]
    return []


def _is_row(part: str, language: str) -> bool:
    """Whether a clause is nothing but people: "mi cuñado", "los dos chicos", "5"."""
    people = mentions.find(part, language, all_of_them=True)
    kept = part
    for one in people:
        kept = kept[: one.start] + " " * (one.end - one.start) + kept[one.end :]
    if re.search(r"\b(?:son|are|sao|tienen?|have|has|tem|is|es|somos)\b", part):
        return False
    left = [word for word in re.findall(r"[a-z]+", kept) if word not in _FILLERS and word not in v.BETWEEN | v.OWNERS | v.ARTICLES]
    return not left and (bool(people) or bool(re.search(r"\d", part)))


_PRONOUN = compiled(r"\b(?:el|ella|ell[oa]s|he|she|they|him|her|them|ele|ela|eles|elas)\b")


def _difference(text: str, clauses: list[_Clause], language: str, known: dict[str, Any]) -> _Difference:
    found = _Difference()
    before_it: _Clause | None = None
    for clause in clauses:
        last, before_it = before_it, clause
        part = _WITHOUT.sub(lambda match: " " * len(match[0]), text[clause.start : clause.end])
        people = _people(part, language)
        if not people and _PRONOUN.search(part):  # "viene mi suegra, se suma ella"
            if last is not None and last.sign == clause.sign and _people(text[last.start : last.end], language):
                continue  # "vamos a llevar a mi sobrina, hay que incluirla a ella": told already
            before = re.split(r"[.;!?\n,]", text[: clause.start].rstrip(" ,.;"))[-1]
            people = [replace(one, start=0, end=0) for one in _people(before, language)[-1:]]
        instead = _INSTEAD_OF.search(part)
        verb = clause.verb - clause.start
        for one in people:
            sign = clause.sign
            if one.start > verb and len(people) > 1 and _KNOWN_ONES.search(part[verb : one.start]) and not _is_a_new_child(one, known):
                continue
            if (
                one.start > verb
                and sign < 0
                and re.search(
                    r"\b(?:con|com|with)\b(?: (?:mis?|my|la|el|o|a|the|su|sua|seu|their|his|her))* ?$", part[: one.end - len(one.noun)]
                )
            ):
                continue  # "se quedan con la abuela"
            if instead and one is next((two for two in people if two.end > instead.end()), None):
                sign = -clause.sign
            _count(found, one, sign, known)
        if people:
            _by_order(found, part, clause.sign, known)
            continue
        if clause.sign < 0 and (_OLDEST.search(part) or _YOUNGEST.search(part)) and known.get("children"):
            found.children -= 1
            _by_order(found, part, -1, known)
            continue
        match = (_FEWER if clause.sign < 0 else _MORE).search(part)
        if match is None:
            found.unclear = found.unclear or bool(re.search(r"\bse (?:nos )?(?:sum|baj)|\bjoin|\b(?:drop|pull|bail)\w* out", part))
            continue
        word = next((word for word in match.groupdict().values() if word), "1")
        count = numbers.value(word) if not word.isdigit() else int(word)
        if clause.sign < 0 and known.get("children"):
            found.unclear = True  # a grown-up, or a child?
        else:
            found.adults += clause.sign * count
    return found


def _by_order(found: _Difference, part: str, sign: int, known: dict[str, Any]) -> None:
    """ "La más chica no viene": which age."""
    ages = known.get("child_ages") or []
    if sign < 0 and found.children == -1 and ages and not found.gone and len(ages) == known.get("children"):
        if _OLDEST.search(part):
            found.gone.append(max(ages))
        elif _YOUNGEST.search(part):
            found.gone.append(min(ages))


def _count(found: _Difference, one: Mention, sign: int, known: dict[str, Any]) -> None:
    children = int(known.get("children") or 0)
    if one.kind == "adult":
        if one.noun in {"mayor", "menor"} and sign < 0 and children > 1:
            found.children -= 1
        elif one.count is None:
            found.unclear = True
        else:
            found.adults += sign * one.count
        return
    count = one.count if one.count is not None and not one.negated else len(one.ages) or None
    if sign < 0 and one.noun in _GROWN_UP and not children and not one.ages:
        found.adults -= count or 1
        found.unclear = found.unclear or count is None
        return
    if sign > 0 and [age for age in one.ages if age >= mentions.GROWN]:
        found.adults += count or len(one.ages)
        return
    if sign < 0 and (count is None or one.negated):
        found.all_children = True
    elif count is None:
        found.unclear = True
    else:
        found.children += sign * count
        ages = one.ages * count if len(one.ages) == 1 else one.ages
        (found.ages if sign > 0 else found.gone).extend(ages if len(ages) == count else [])


def _applied(difference: _Difference, known: dict[str, Any]) -> tuple[dict[str, Any], bool]:
    """The new values of what has changed; True when they do not add up."""
    adults, children = int(known["adults"]), int(known.get("children") or 0)
    after_adults = adults + difference.adults
    after_children = 0 if difference.all_children else children + difference.children
    if difference.unclear or after_adults < 1 or after_children < 0 or (difference.all_children and not children):
        return {}, True
    slots: dict[str, Any] = {}
    if after_adults != adults:
        slots["adults"] = after_adults
    if after_children != children:
        slots["children"] = after_children
        ages = [*(known.get("child_ages") or ())]
        if len(ages) == children:
            for age in difference.gone:
                if age not in ages:
                    return {}, True  # nobody of that age was told of
                ages.remove(age)
            ages += difference.ages
            if not difference.ages and difference.children < 0 < after_children and len(ages) != after_children:
                if len(set(ages)) > 1:
                    return {}, True  # which of them?
                ages = ages[:after_children]
            if after_children and len(ages) == after_children:
                slots["child_ages"] = ages
    return slots, False


# "En vez de tres, cuatro", "not three, two", "três não, dois", "instead of two children there is only one"
_RATHER = compiled(
    rf"\b(?:en (?:vez|lugar) de|instead of|rather than|em vez de|ao inves de) (?:los |las |the |as |os )?(?P<was>{N}) ?(?P<noun>[a-z]+)?,? (?:[a-z]+ ){{0,4}}?(?P<now>{N})\b(?! ?(?:noch|night|noit|hab|cuart|quart|room|cama|bed|dia|day))"
    rf"|\b(?P<become>{N}),? (?:en (?:vez|lugar) de|instead of|rather than|em vez de|ao inves de|y no|and not|e nao) (?P<been>{N})\b(?! ?(?:noch|night|noit|hab|cuart|quart|room|cama|bed|dia|day))"
    rf"|\b(?:no|not|nao)(?: (?:son|somos|eran|we are|are|we're|sao|era))? (?P<old>{N}),? (?:sino |but |mas |porem |somos |son |we're |sao )*(?P<right>{N})\b(?! ?(?:noch|night|noit|hab|cuart|quart|room|cama|bed|dia|day))|^\W*(?P<former>{N}) (?:no|nao|not),? (?P<latter>{N})\W*$"
)


def _rather(text: str, known: dict[str, Any]) -> dict[str, Any] | None:
    match = _RATHER.search(text)
    if match is None:
        return None
    was = numbers.value(match["was"] or match["been"] or match["old"] or match["former"])
    is_now = numbers.value(match["now"] or match["become"] or match["right"] or match["latter"])
    adults, children = known.get("adults"), known.get("children") or 0
    noun = match["noun"] or ""
    if mentions.kind_of(noun) == "child" or (
        was == children and was != adults and any(mentions.kind_of(word) == "child" for word in re.findall(r"[a-z]+", text))
    ):
        return {"children": is_now} if was == children else None
    if adults is not None and was == adults + children and is_now > children:
        return {"adults": is_now - children}
    return {"adults": is_now} if was == adults else None
