"""What the guest wants: the classifier's scores, of the whole message and of its sentences, and what is decided from them.

A message that is nothing but a plain "sí", "no gracias", "hola" is read by the lexicon's lists, not by the classifier.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from conversations.dialogue.patterns import compiled
from conversations.dialogue.types import Intent
from conversations.dialogue.understanding import disputes, lexicon
from conversations.dialogue.understanding.model import Model
from conversations.dialogue.understanding.stays.vocabulary import MONTHS

# Scores from which an intent is decided, and told as possible.
DECIDED, CANDIDATE = 0.4, 0.1
# Scores are surer than they should be on people nobody trained on: this factor on their log-odds makes 0.8 mean 98 of 100.
COOLED = 0.35
# The confidence (cooled) from which an intent is acted on.
ACT = 0.54
# A raw score that makes a statement a complaint.
GRIEVANCE = 0.16
INSULT_WORDS = 8
_NO_GRIEVANCE = frozenset({"cancel_reservation", "modify_reservation", "make_reservation", "check_availability", "out_of_scope", "thanks"})
# A sentence of the message speaks for an intent when it is this sure, and the whole message does not deny it.
SENTENCE, NOT_DENIED = 0.65, 0.05
# A letter of so many parts says too much for a question in one of them to be heard in the whole: then the part has to be surer.
LETTER, IN_A_LETTER = 7, 0.75
_QUESTION = compiled(r"(?:amenity|policy|airport|location|payment|invoice|room_info|check_in_time|check_out_time|late|early|accessibility)")
# A yes, or a remark out of scope, counts beside something else only from this score on.
SURE = 0.6
# Nobody wants both: the less sure one goes unless it is surer than this.
EXCLUSIVE, KEPT = (
    (("make_reservation", "check_availability"), ("make_reservation", "modify_reservation"), ("check_availability", "modify_reservation")),
    0.7,
)
# What is no hotel's business is told so from this score on, unless a wish is that many times as likely.
OUTSIDE, TIMES_AS_LIKELY = 0.2, 2
SMALL_TALK = frozenset({"greeting", "thanks", "goodbye"})
SHORT = frozenset({"affirm", "deny", "repeat"})
LONE = frozenset({"inform", "out_of_scope"})
# Wants a person, whatever else is said.
FOR_PEOPLE = frozenset({"human_handoff", "emergency", "complaint"})
# A yes to a summary is plain: no doubt, no condition, no question, few words.
PLAIN_YES, PLAIN_WORDS = 0.62, 8
# A yes that names what it is about has so many words at most, and beside a month, a day or a code nothing but these: whatever
# else is said may be about keeping it.
NAMING_WORDS = 10
_NAMING = compiled(
    r"(?:si|s|sim|yes|yep|ok|okey|okay|dale|claro|isso|eso|exacto|correcto|confirm(?:o|ado)|bueno|listo|pode|va|del?|d[oa]|l[ao]s?|el|[ao]s?|es[ae]|ess[ae]|"
    r"th(?:at|e|is)|one|so(?:lo)?|apenas|only|just|nomas|mism[oa]|mesm[oa]|por|favor|porfa|please|gracias|thanks|obrigad[oa]|reserva|booking|reservation|"
    r"codigo|code|y|e|and|cancel\w*)"
)
_NOT_PLAIN = compiled(
    r"\?|\b(?:no|not|nao|nem|ni|pero|but|mas|aunque|though|although|embora|salvo|excepto|except|menos|unless|don'?t|dont|nunca|never|todavia|ainda|"
    r"wait|esper\w+|hold on|primero|first|primeiro|antes|before|despues|depois|later|luego|mas tarde|manana|tomorrow|amanha|ahora vuelvo|"
    r"cambi\w+|modific\w+|change|mud[ae]\w*|en vez|instead|rather|en lugar|mejor|melhor|better|ojala|quiza\w*|tal vez|capaz|maybe|perhaps|talvez|"
    r"creo|think|acho|suppose|supongo|parece que|(?:a|que|dejame|let me|vou|vamos a?) ver|veo|vemos|consult\w+|pregunt\w+|ask|question|duda|dudas|pens\w+|solo que|so que|falta|"
    r"other|otra|otro|outra|outro|descuento|discount|desconto|gratis|free|barat\w+|cheaper)\b"
)
# "Dale, la de marzo la dejo" agrees to no cancellation.
_KEEP = compiled(
    r"\b(?:dej[aeo]\w*|qued[aeo]\w*|mant[ei]\w+|conserv\w+|keep\w*|stays?|leave\w*|remain\w*|rest|resto|(?:la|lo) (?:quiero|queremos)|quer(?:o|emos) (?:a|essa)|fic[ao]\w*|permanec\w+|deix\w+|sigue\w*|continu\w+)\b"
)
# "si me hacés precio", "if you can": not a yes yet.
_CONDITION = compiled(
    r"\bsi (?:(?:me|te|nos|les?|se|la|lo) )?(?!parece|sirve|gusta|confirm|quier[oe]|reserv|tom|llev|agrad)(?:hay|tien\w+|tenes|pued\w+|podes|podrian?|fuer\w+|inclu\w+|hac\w+|baj\w+|dej\w+|"
    r"pag\w+|cancel\w+|acept\w+|est[ae]n?|hub\w+|entr\w+|llueve|viene\w*|trae\w*|permit\w+|cobr\w+|dan|das|es|son)\b|\b(?:if|se (?:voce\w*|tiver|for|der|puder|houver|fizer\w*)|caso|siempre que|sempre que|as long as|provided)\b"
)
_THANKS = frozenset({"gracias", "thanks", "thank", "you", "obrigado", "obrigada", "valeu", "thx", "brigado", "brigada", "gracia", "ty"})
_GLAD = frozenset(
    [
        "ah", "oh", "que", "muy", "muito", "muchas", "mil", "many", "so", "much", "very", "how", "a", "lot", "bueno", "buena", "buenisimo",
        "genial", "barbaro", "joya", "perfecto", "perfeito", "perfeita", "perfect", "great", "lovely", "good", "nice", "wonderful",
        "excelente", "excellent", "otimo", "otima", "maravilha", "maravilla", "show", "legal", "bien", "bem", "cool", "brilliant", "awesome",
        "super", "ta", "bom", "buen", "entonces", "entao", "then", "pela", "por", "la", "el", "the", "info", "informacion", "informacao",
    ]
)  # fmt: skip
_NO_TROUBLE = compiled(
    r"\b(?:no hay|ningun|sin|no|nao tem|sem|nenhum) (?:drama|problema|problem|worries|apuro|stress)s?(?: con [\w ]{1,30}$)?|\bno(?: |)mas\b|\bwhy not\b|\bno doubt\b"
)
_CHANGE_IT = compiled(
    r"\b(?:cambia|cambie|cambien|muda|mude|troca|troque|change|switch|move)(?:r|la|lo|me|mela|melo|it|them)?\b(?: (?:it|them|la|lo|isso|a reserva|la reserva|the booking))?$|\b(?:cambia|cambie|mude|muda|change)(?:la|lo|mela|r)?\b(?: it)?(?=[,.!]|$)"
)
_YES_WORD = (
    r"(?:s+i+p?o*|sisi|claro(?: que si+)?|obvio|dale+|ok+|oki|oka|okey|okay|k|listo|perfect\w*|de acuerdo|bueno|buenisimo|genial|joya|barbaro|acepto|adelante|va|vale|correct\w*|exact\w*|"
    r"confirm\w*|yes+|yep|yeah|yup|ya|sure|great|fine|absolutely|definitely|of course|please do|go ahead|go for it|do it|sounds good|deal|agreed|book it|"
    r"s+i+m+|isso|pode|fechado|fecha|beleza|blz|certo|combinado|aceito|perfeit\w*|com certeza|tudo certo|manda ver|bora|topo|de una|de toque|fechadissimo|agora sim|ahora si|now (?:it's|its) right|that's (?:it|right|me|the one)|spot on|obviamente|por supuesto|totally|esta bien|esta perfecto|ta bien|tudo bem|all good)"
)
_SAYS_YES = compiled(
    rf"^\W*(?:(?:ay|ah|oh|uf|bueno|bien|entonces|ahora|well|then|so|entao|hola|ta|mm+|great|buenisimo|perfecto|gracias|thanks|por favor|porfa|please)\W+)*{_YES_WORD}\b|[,.!;] *(?:entonces |then |entao )?{_YES_WORD}\W*$"
)
# "reservala", "confirm the booking", "pode fechar": what the summary asks for, told to be done.
_DO_IT = compiled(
    r"\b(?:confirm(?:o|a|ame\w*|amos|ala|alo|e|en|ela|elo|ado|ada|ed|ar)?|reserv(?:a|o|ala|alo|ame\w*|e|ela|elo|en|enla|emos|amos|ar)|agendal[ao]|anotal[ao]|anotame|cerral[ao]|cerramos|hacel[ao]|hagal[ao]|"
    r"book (?:it|them|both|that|this|us|me)|make (?:it|the booking|that)|"
    r"pode (?:confirmar|reservar|fechar|mandar|fazer|alterar)|fech(?:a|ado|ar|e|amos)|pode ser)\b"
)
_CANCEL_IT = compiled(
    r"\b(?:cancel(?:a|ala|alo|ame\w*|e|ela|elo|en|enla|o|ar|amos|it|led|ada|ado)?|anul(?:a|ala|e|ela|ar|ame\w*)|da(?:la|le)? de baja|dela de baja|desmarca\w*)\b"
)
_AGAINST = frozenset(
    ["deny", "cancel_reservation", "modify_reservation", "human_handoff", "complaint", "emergency", "opt_out", "repeat", "out_of_scope"]
)
_WITH_A_YES = frozenset(
    ["affirm", "inform", "make_reservation", "check_availability", "cancel_reservation", "modify_reservation", "reservation_status"]
)
_ASKS = compiled(r"\?|\b(?:do you have|have you got|is there|are there|any|hay|tenes|tienen|tendran|tem|teria\w*|voces tem|queda|quedan)\b")
_SENTENCES = compiled(r"[.?!\n;]+|, (?=\w+ \w+ \w+)| (?:y|and|e|also|tambien|tambem|ademas) (?=\w+ \w+ \w+)")

# "¿A qué hora es y cuánto sale el desayuno?": a question whose thing is named in the next one.
_HEAD = compiled(
    r"\W*(?:(?:hola|buenas|perdon|disculpa|oi|ola|hi|hello|hey|sorry|y|e|and)[ ,]+)*"
    r"(?:(?:a|hasta|desde|ate) que horas?|que horas?|que horarios?|cuando|hasta cuando|donde|cuanto|como|quando|ate quando|onde|quanto|what time|when|until when|where|how (?:much|long|far|late))"
    r"(?: (?:es|esta|sale|abren?|cierran?|cuesta|vale|queda|dura|empieza|termina|se sirve|is|are|does|do|it|they|open|opens|close|closes|cost|costs|start|starts|end|ends|e|fica|custa|sai|fecham?|comeca|servem))*\W*"
)


_PRICED = ("amenity_", "policy_", "airport_", "location_", "room_service", "late_checkout", "early_checkin")
_OF_ROOMS = compiled(
    r"\b(?:rooms?|nights?|rates?|stay\w*|doubles?|twins?|suites?|singles?|weeks?|habitacion\w*|noches?|tarifas?|estad\w+|doble\w*|cuartos?|piezas?|semanas?"
    r"|quartos?|noites?|diarias?|tarifas?|hosped\w+|duplos?|del? \d|from \d|\d+ (?:a|al|to|till|until|ate)\b)"
)
_IS_IT_CANCELLED = compiled(
    r"\b(?:was|is|has|have|got|been|did|fue|esta|quedo|quedaron|se|me|foi|ficou|ta|aparece|figura|appears?|shows?|says)\b.{0,30}\bcancel(?:l?ed|ad[ao]s?|aron|aram)\b"
)
# Whoever calls the machine names wants somebody else to talk to.
_INSULT = compiled(
    r"\b(?:stupid|dumb|useless|idiot\w*|fucking|bloody|crap\w*|rubbish|worthless)\b.{0,12}\b(?:robot|bot|machine|computer|chat ?bot|program|assistant|ai)\b"
    r"|\b(?:bot|robot|maquina|contestador|asistente|chatbot)\b.{0,12}\b(?:inutil\w*|estupid\w+|tont\w+|idiota|de mierda|pedorr\w+|no sirve\w*)\b"
    r"|\b(?:robo|bot|maquina|assistente|chatbot)\b.{0,12}\b(?:burr[oa]|inutil|idiota|estupid\w+|de merda|nao serve\w*)\b"
)
# Danger to somebody's life or safety, said in so many words. A gas heater, an exit or an extinguisher is none.
_DANGER = compiled(
    r"\b(?:(?:call|send|need|get)(?: me| us| for)? (?:an? |the )?(?:ambulance|police|cops|paramedics?|fire ?(?:fighters|brigade|department|men))"
    r"|(?:llam\w+|mand\w+|necesit\w+|pid\w+) (?:ya )?(?:a |por )?(?:una |la |los |al )?(?:ambulancia|policia|bomberos|same|911)"
    r"|(?:cham\w+|mand\w+|precis\w+|lig\w+) (?:logo )?(?:d?e? ?(?:uma|a|o|os|pra|para a|pro) )?(?:ambulancia|policia|bombeiros?|samu|190|192|193)"
    r"|(?:not|isn'?t|stopped|can'?t|cannot|cant) breath\w*|no (?:puede |esta |puedo )?respira\w*|nao (?:esta |ta |consigo |consegue )?respira\w*"
    r"|unconscious|passed out|fainted|inconsciente|desmay\w+|desmaiou|desmaiad\w+|chest pains?|heart attack|infarto|ataque (?:cardiaco|al corazon)"
    r"|having a (?:stroke|seizure)|convulsion\w*|convulsao|choking|atragant\w+|engasgad\w+|drowning|ahogando\w*|afogando"
    r"|bleeding (?:a lot|badly|heavily|everywhere|won'?t)|overdos\w+|sobredosis"
    r"|(?:there'?s|there is|smell\w*|hay|sale|tem|saindo|cheiro de|huele a|olor a) (?:a lot of |of |mucho |muito |a )?(?:smoke|fire|gas|humo|fuego|incendio|fumaca|fogo|gas)\b"
    r"(?! (?:pit|place|alarm|exit|heat\w*|stove|station|natural|detector|extinguisher|central|encanado))"
    r"|(?:someone|somebody|a man|some guy|they|alguien|un tipo|alguem|um cara) (?:is |are |esta |ta )?(?:breaking in|trying to (?:get in|open|break)|attack\w+|with a (?:knife|gun)"
    r"|forzando|rompiendo la puerta|quer\w+ entrar|tentando (?:entrar|arrombar)|arrombando|con un (?:arma|cuchillo)|com uma (?:arma|faca)))\b"
)


def read(folded: str, language: str, *, has_slots: bool, asked: str | None = None) -> tuple[tuple[Intent, ...], tuple[Intent, ...]]:
    """(what is decided, the rest that is possible), surest first; "inform" when the message only fills slots."""
    if not folded.strip():
        return (), ()
    if plain := lexicon.plain(folded, language, asked):
        scores, places = plain, dict.fromkeys(plain, 0)
    else:
        scores, places = _scored(folded)
        if disputes.is_one(folded):
            scores["complaint"] = max(scores["complaint"], 0.95)
        if _INSULT.search(folded) and len(folded.split()) <= INSULT_WORDS:
            scores["human_handoff"] = max(scores["human_handoff"], 0.9)
        if _DANGER.search(folded):
            scores["emergency"] = max(scores["emergency"], 0.95)
    chosen = _chosen(scores, folded, has_slots=has_slots, asked=asked)
    decided = [Intent(name, _confidence(sure), places.get(name, 0)) for name, sure in chosen.items()]
    possible = [Intent(name, _confidence(sure)) for name, sure in scores.items() if sure >= CANDIDATE and name not in chosen]
    return tuple(sorted(decided, key=_order)), tuple(sorted(possible, key=_order))


def _confidence(score: float) -> float:
    bounded = min(max(score, 1e-6), 1 - 1e-6)
    odds: float = ((1 - bounded) / bounded) ** COOLED
    return round(1 / (1 + odds), 3)


def _order(intent: Intent) -> tuple[bool, float]:
    return intent.name in SMALL_TALK, -intent.confidence


def _scored(folded: str) -> tuple[dict[str, float], dict[str, int]]:
    """Every intent's score, and where in the text it is spoken of."""
    model = Model.load()
    scores = model.scores(folded)
    places: dict[str, int] = {}
    sentences = _sentences(folded)
    for at, sentence in sentences:
        for name, sure in model.scores(sentence).items():
            if sure >= DECIDED:
                places.setdefault(name, at)
            asked_in_a_letter = sure >= IN_A_LETTER and len(sentences) >= LETTER and _QUESTION.match(name)
            speaks = asked_in_a_letter or (sure >= SENTENCE and scores[name] >= NOT_DENIED)
            if speaks and name not in LONE | SHORT:
                scores[name] = max(scores[name], sure)
    return scores, places


def _sentences(folded: str) -> list[tuple[int, str]]:
    """Parts of two words and more, and where they begin; none for a message of one sentence."""
    breaks = [match.span() for match in _SENTENCES.finditer(folded)]
    starts, ends = [0, *(end for _start, end in breaks)], [*(start for start, _end in breaks), len(folded)]
    spans = list(zip(starts, ends, strict=True))
    for index in reversed(range(len(spans) - 1)):
        if _HEAD.fullmatch(folded[slice(*spans[index])]) and not re.search(r"[.?!\n;]", folded[spans[index][1] : spans[index + 1][0]]):
            spans[index : index + 2] = [(spans[index][0], spans[index + 1][1])]
    parts = [(start, folded[start:end].strip()) for start, end in spans]
    parts = [(start, part) for start, part in parts if len(part.split()) >= 2]
    return parts if len(parts) > 1 else []


def _chosen(scores: dict[str, float], folded: str, *, has_slots: bool, asked: str | None) -> dict[str, float]:
    chosen = {name: sure for name, sure in scores.items() if sure >= DECIDED}
    wishes = chosen.keys() - SMALL_TALK - SHORT - LONE
    if wishes:
        chosen = {name: sure for name, sure in chosen.items() if name not in LONE and (name not in SHORT or sure >= SURE)}
    if "price_quote" in chosen and not _OF_ROOMS.search(folded):
        # "a deposit? how much?" asks for the price of that; rooms and nights are not spoken of
        others = [sure for name, sure in chosen.items() if name.startswith(_PRICED)]
        if others and max(others) >= chosen["price_quote"]:
            chosen.pop("price_quote")
    if {"cancel_reservation", "reservation_status"} <= chosen.keys() and _IS_IT_CANCELLED.search(folded):
        chosen.pop("cancel_reservation")
    for pair in EXCLUSIVE:
        if chosen.keys() >= set(pair) and (less := min(pair, key=lambda name: chosen[name])) and chosen[less] < KEPT:
            chosen.pop(less)
    outside = scores.get("out_of_scope", 0.0)
    wanted = {name: sure for name, sure in chosen.items() if name not in SMALL_TALK | SHORT | LONE}
    if (
        wanted
        and outside >= OUTSIDE
        and max(wanted.values()) <= TIMES_AS_LIKELY * outside
        and not (has_slots or wanted.keys() & FOR_PEOPLE)
    ):
        chosen = {name: sure for name, sure in chosen.items() if name not in wanted} | {"out_of_scope": max(outside, DECIDED)}
    aggrieved = scores.get("complaint", 0.0) >= GRIEVANCE and "?" not in folded and not asked and not chosen.keys() & _NO_GRIEVANCE
    if aggrieved and len(_sentences(folded)) < LETTER:  # a letter says much
        chosen["complaint"] = scores["complaint"]  # a person too many costs less than a guest who is argued with
    if {"affirm", "deny"} <= chosen.keys():
        chosen.pop("affirm")  # yes and no in one breath is no yes
    if "affirm" in chosen and has_slots:
        chosen.pop("affirm")  # "sí, pero del 4 al 6" changes what was asked
    if "out_of_scope" in chosen and has_slots and chosen["out_of_scope"] < SURE:
        chosen.pop("out_of_scope")
    rest = {name: sure for name, sure in scores.items() if name not in SMALL_TALK | SHORT}
    if has_slots and not chosen.keys() - SMALL_TALK - SHORT:
        # Dates and people come with a wish more often than alone, unless they answer a question.
        wish = max(rest.keys() - {"inform"}, key=lambda name: rest[name], default="")
        if not asked and rest.get(wish, 0.0) >= CANDIDATE:
            chosen[wish] = rest[wish]
        elif not asked and _ASKS.search(folded):
            chosen["check_availability"] = DECIDED
        else:
            chosen["inform"] = max(scores.get("inform", 0.0), 0.9 if asked else 0.7)
    if not chosen.keys() - SMALL_TALK:
        best = max(rest, key=lambda name: rest[name], default="")
        if rest.get(best, 0.0) >= (0.25 if chosen else CANDIDATE):
            chosen[best] = rest[best]
    return chosen


def says_yes(folded: str) -> bool:
    """Is there a yes in it, with no condition and no doubt?"""
    return bool(_SAYS_YES.search(folded)) and not _NOT_PLAIN.search(folded) and not _CONDITION.search(folded)


@dataclass(frozen=True)
class Named:
    """The months and days of the month that a yes names."""

    months: frozenset[int]
    days: frozenset[int]


def named_in_a_yes(folded: str, *, code: str) -> Named | None:
    """What "sí, la de marzo", "yes, just RX4K2M9" names (``code``: that of the booking, folded). None when it is no yes, asks,
    names nothing, or says anything else, which may be about keeping it."""
    if not says_yes(folded) or "?" in folded or len(folded.split()) > NAMING_WORDS:
        return None
    rest = folded.replace(code, " ")
    words = re.findall(r"[^\W\d_]+", rest)
    months = frozenset(MONTHS[word] for word in words if word in MONTHS)
    days = frozenset(int(number) for number in re.findall(r"\d+", rest))
    if not all(_NAMING.fullmatch(word) or word in MONTHS for word in words):
        return None
    return Named(months, days) if months or days or code in folded else None


def _is_only_thanks(folded: str) -> bool:
    """ "Buenísimo, gracias", "perfect, thank you": glad to know, with no word that tells to do it."""
    said = set(re.findall(r"[a-z]+", folded))
    return bool(said & _THANKS) and said <= _THANKS | _GLAD


def is_plain_yes(folded: str, decided: tuple[Intent, ...], *, kind: str = "") -> bool:
    """Nothing but a yes: only this agrees to a summary of that kind (book, change, cancel). It begins or ends with a yes, or
    tells to do what the summary says; any condition, doubt, question or other wish makes it none."""
    folded = _NO_TROUBLE.sub(" ", folded)
    if kind == "change":
        folded = _CHANGE_IT.sub(" confirmo ", folded)
    if _NOT_PLAIN.search(folded) or _CONDITION.search(folded) or (kind == "cancel" and _KEEP.search(folded)):
        return False
    if kind in {"change", "cancel"} and _is_only_thanks(folded):
        return False  # for the answer; the booking there is stays as it is
    names = {intent.name for intent in decided}
    if names & _AGAINST - ({"cancel_reservation"} if kind == "cancel" else {"modify_reservation"} if kind == "change" else set()):
        return False
    if kind != "cancel" and _CANCEL_IT.search(folded):
        return False
    wishes = {intent.name: intent.confidence for intent in decided if intent.name not in SMALL_TALK}
    if wishes.keys() == {"affirm"} and wishes["affirm"] >= PLAIN_YES and len(folded.split()) <= PLAIN_WORDS:
        return True
    if (_DO_IT if kind != "cancel" else _CANCEL_IT).search(folded) and len(folded.split()) <= 2 * PLAIN_WORDS:
        return True
    return bool(_SAYS_YES.search(folded)) and len(folded.split()) <= PLAIN_WORDS + 2 and wishes.keys() <= _WITH_A_YES
