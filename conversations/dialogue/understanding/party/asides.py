"""People who are spoken of and do not count: the writer who asks for others, part of the party spoken of again, the same
relative a second time, whoever told of the hotel."""

from __future__ import annotations

import re

from conversations.dialogue.patterns import compiled
from conversations.dialogue.understanding.party import mentions
from conversations.dialogue.understanding.party import vocabulary as v
from conversations.dialogue.understanding.party.counts import MANY, N
from conversations.dialogue.understanding.party.mentions import Mention

_GO = r"(?! (?:\w+ )?(?:ir|viajar|venir|vir|conocer|conhecer|quedarme|ficar|pasar|passar)\b)"
# "Eu queria dar de presente", "y yo necesito saber": in the singular it is the writer who wishes, not one more who comes.
_I_WISH = compiled(
    r"\b(?:(?:y|e|que|pero|porem|porque),? )?(?:yo|eu) (?=(?:(?:te|les?|lhes?|os|vos|so|solo|ja|ya|tambien|tambem|estou|estoy|tou|to|ando) )?"
    rf"(?:quiero|queria|quisiera|querria|quero|gostaria|preciso|precisava|precisaria|necesito|necesitaba|necesitaria|busco|buscaba|buscando|procuro|procurava|procurando|pensaba|pensava|pense|pensei|deseo|desejo|vivo|moro|trabajo|trabalho|estudio|estudo|escribo|escrevo)\b{_GO})"
)
_AND_I_WISH = compiled(
    r"(?:,| and|,? but|,? so) i(?=(?:'d| would| want| wanted| need| was (?:wondering|hoping|looking)| am (?:wondering|looking)|'m (?:wondering|looking)| thought| hope| wish)\b)"
)
_OF_THEIRS = compiled(
    r"\b(?:are|is|were|was|will|wants?|would|have|has|celebrat\w+|turn\w*|visit\w*|come|comes|coming|travel\w*|arriv\w+|needs?|loves?|birthday|anniversary)\b"
)
# "Vê pra mim o preço", "me lo averiguás para mí": for whom it is looked up.
_LOOKED_UP = compiled(
    r"\b(?:ve|ver|veja|vejam|olha|olhar|manda|mandar|mande|envia|enviar|envie|passa|passar|passe|consulta|consultar|consulte|confirma|confirmar|confere|conferir|checa|checar|calcula|calcular|diz|dizer|diga|fala|falar|verifica|verificar|verifique|averigua\w*|fijate|fijarte|mirar|mira|check|find|look)"
    r" (?:(?:isso|ai|tudo|esto|eso|it|this|that|up) )?(?:pra|para|for) (?:mim|mi|me)\b(?! (?:y|e|and|con|com|with)\b)"
)
# "I am her secretary", "soy la hija": who writes.
_I_AM_THEIR = compiled(
    r"\b(?:i am|i'm|soy|sou|this is|aqui (?:e|es)|aca (?:es)?|habla|fala) (?:his|her|their|su|sua|seu|el|la|o|a) (?:personal |travel )?(?:secretar\w+|assistant|assistente|asistente|agent|agente|pa|daughter|son|sister|brother|niece|nephew|hij[oa]|filh[oa]|herman[oa]|irma|irmao|sobrin\w+|niet[oa]|net[oa]|nuera|yerno|nora|genro)\b(?! (?:y|e|and|con|com|with)\b)"
)
_US = r"(?:of us|de nosotr[oa]s|de nos)"
_SOME = rf"(?:{N})"
# "Could three of us be in one room?", "dos de nosotros roncan"
_MAY_SOME = compiled(
    rf"\b(?:can|could|may|might|would|will|should|puede[ns]?|podrian?|podem|pode|poderiam?) {_SOME} {_US}\b"
    rf"|\b{_SOME} {_US} (?:can|could|may|might|puede[ns]?|podrian?|podem|pode|poderiam?)\b(?!'| not\b)"
)
_SOME_DO = compiled(
    rf"\b{_SOME} {_US} (?:would|will|be|sleep\w*|shar\w+|snor\w+|smok\w+|arriv\w+|leav\w+|prefer\w*|don't|doesn't|need|needs|want|wants|has|have|duerme[ns]?|comparte[ns]?|llega[ns]?|prefier\w+|ronca[ns]?|fuma[ns]?|quier\w+|necesita[ns]?|dorme[m]?|chega[m]?|quer(?:em)?|precisa[m]?)\b"
    rf"|\b(?:un[oa]?|uma?|one) {_US} (?:is|es|e|esta|tiene|tem)(?! (?:un |una |um |uma |a |an )?(?:child|kid|baby|nen|nin|chic|beb|crian|menor|minor|\d|de \d|under))"
)
_COUNTED = compiled(rf"\b{MANY}\b")
# "One of the couples wants two beds", after the couples.
_SOME_OF_THEM = compiled(
    rf"\b(?:{N}) (?:of|de|d[oa]s)(?: (?:the|los|las|os|as|mis?|my|our|meus|minhas|nuestr[oa]s|noss[oa]s|those|es[oa]s|ess[ae]s))? (?P<noun>[a-z]+)\b(?! (?:is|es|e|are|son|sao) (?:an? |un[oa]? |uma? )?(?:bab|beb|kid|child|crian|nen|nin))"
)


# "Una pareja quiere dos camas", after three couples.
_ONE_PAIR = compiled(
    r"\b(?:una?|uma?|one|another|(?:la |the |a |o )(?:otra|other|outra|outro)) (?P<noun>pareja|casal|couple|matrimonio|familia|family)"
    r"(?= (?:quiere|quer|wants?|needs?|necesita|precisa|prefiere|prefere|prefers?|llega|chega|arrives?|is|es|esta|tiene|tem|has|se|fica|stays?|would|trae|traz|brings?|va|vai)\b)"
)
_THAT_CHILD = compiled(
    r"(?:\b(?:y|e|and) )?\b(?:the|el|la|o|a|al|ao) (?:kid |child |nen[ea] |nin[oa] |chic[oa] |menin[oa] |crianca |bebe |beb[ea] |baby |girl |boy )?(?:(?:de|of) )?(?P<age>\d{1,2})(?: anos)?(?: year[- ]olds?| years? old)?(?= (?:is|needs?|wants?|has|can|could|does|sleeps?|eats?|es|esta|necesita|quiere|tiene|puede|paga|pays?|come|duerme|precisa|quer|tem|pode|come|dorme|e)\b)"
)
# A height, a weight, a distance; "chiquita, 4 kilos" is an animal's.
_MEASURE = r"(?:\d{1,4}(?:[.,]\d{1,3})? ?(?:mts?|metros?|meters?|metres?|cms?|kms?|kgs?|kilos?|kilitos?|quilos?|quilinhos?|lbs?|pounds?|libras?|ft|feet|foot|inch(?:es)?|lts?|litros?|lit(?:er|re)s?)\b|\d{1,3}[.,]\d{1,3} ?m\b)"
_MEASURED = compiled(
    rf"(?:\b(?:chiquit|chic|pequen|pequenin|mini|little|small|tiny|cachorr|grande|big)[a-z]*,? (?:(?:y |and |e |de |pesa |weighs |about |unos |uns |como |so |solo |only |tiene |tem |has )){{0,3}})?\b{_MEASURE}(?:,? (?:chiquit|chic|pequen)[oa][a-z]*)?"
)
_PAIRS = compiled(rf"\b{MANY} (?:parejas|casais|couples|matrimonios|familias|families)\b")


def without(text: str) -> str:
    """The text without such words."""
    text = _I_WISH.sub(lambda match: ", " if match.start() else "", text)
    text = _AND_I_WISH.sub(lambda match: " , " if _is_own_clause(text[: match.start()]) else match[0], text)
    text = _LOOKED_UP.sub(" ", text)
    text = _I_AM_THEIR.sub(" ", text)
    text = _MEASURED.sub(" ", text)
    text = _MAY_SOME.sub(" ", text)
    text = _SOME_DO.sub(lambda match: " , " if _COUNTED.search(match.string[: match.start()]) else match[0], text)
    text = _ONE_PAIR.sub(lambda match: " , " if _PAIRS.search(match.string[: match.start()]) else match[0], text)
    return _SOME_OF_THEM.sub(lambda match: " , " if _is_counted_before(match) else match[0], text)


def without_that_child(text: str, known: list[int]) -> str:
    """The text without a child who is named by an age that was told before: "the four-year-old needs a cot"."""

    def again(match: re.Match[str]) -> str:
        before = match.string[: match.start()]
        told = int(match["age"]) in known or (
            re.search(rf"\b{match['age']}\b", before) and any(mentions.kind_of(word) == "child" for word in re.findall(r"[a-z]+", before))
        )
        return " , " if told else match[0]

    return _THAT_CHILD.sub(again, text)


_SLEEPS = compiled(r"\b(?:duerm\w+|dorm\w+|sleep\w*|compart\w+|shar(?:e|es|ing)|se acomod\w+|bunk\w*)\b")
_ONE_MORE_OR_ALL = compiled(
    r"\b(?:tambien|tambem|too|also|as well|mas|mais|more|otr[oa]s?|outr[oa]s?|another|somos|seremos|vamos|viajamos|we are|we're|suma\w*|agreg\w*|add\w*|falt\w+|olvid\w+|forgot|esquec\w+)\b(?! (?:velh|nov|chic|grand|peque))"
)
_THE = compiled(r"(?:el|la|los|las|the|o|a|os|as|mis?|my|our|meus?|minhas?|nuestr[oa]s?|noss[oa]s?)\b")


def tells_who_sleeps_where(text: str, language: str, children: int) -> bool:
    """Whether children who are known are only put to bed: "los dos chiquitos duermen con nosotros y la grande sola"."""
    if not _SLEEPS.search(text) or _ONE_MORE_OR_ALL.search(text):
        return False
    found = [one for one in mentions.find(text, language) if one.kind in {"child", "twins"}]
    return (
        bool(found)
        and all(_THE.match(text, one.start) or re.search(r"\b(?:los|las|the|os|as) $", text[: one.start]) for one in found)
        and not any(one.negated or one.ages for one in found)
        and sum(one.count or 0 for one in found) <= children
    )


def _is_own_clause(before: str) -> bool:
    """Whether "and I would like" begins a clause of its own: "my parents are coming and I would like", not "my wife and I"."""
    sentence = re.split(r"[.!?\n]", before[-200:])[-1]
    words = re.findall(r"[a-z'-]+", sentence)
    last = next((at for at in reversed(range(len(words))) if mentions.kind_of(words[at])), None)
    return last is not None and bool(_OF_THEIRS.search(" ".join(words[last + 1 :])))


def _is_counted_before(match: re.Match[str]) -> bool:
    """Whether those of whom some are spoken of were counted before."""
    noun = match["noun"]
    if not mentions.kind_of(noun) or mentions.kind_of(noun) == "people":
        return False
    return bool(re.search(rf"\b(?:{MANY}) (?:[a-z]+ )?{re.escape(noun)}\b", match.string[: match.start()]))


# Who the two are of whom one word speaks: "mis viejos".
_ONES = {
    **dict.fromkeys(["padres", "pais", "papas", "papis", "parents", "folks", "viejos"], v.PARENT),
    **dict.fromkeys(["abuelos", "avos", "grandparents"], v.GRANDPARENT),
    **dict.fromkeys(["suegros", "sogros", "in-laws", "inlaws"], v.IN_LAW),
}
_MOST = 24
_MINE = compiled(r"\b(?:mi|my|meu|minha|la|el|a|o|the)\b")
_JOINED = compiled(r"\b(?:y|e|and|con|com|with|mas|mais|plus|\+|&|otr[oa]|outr[oa]|another|ou|o|or) ?$")


def once_each(text: str, found: list[Mention]) -> list[Mention]:
    """The mentions without those who were named before: "mis viejos, mi papá anda con bastón", "mi marido … mi marido"."""
    if len(found) > _MOST:
        return found  # somebody who repeats himself
    kept: list[Mention] = []
    for one in found:
        if one.kind != "adult" or one.count not in {1, 2}:
            kept.append(one)
            continue
        members = _ONES.get(one.noun)
        if members and one.count == 2:
            kept = [before for before in kept if not (before.kind == "adult" and before.count == 1 and before.noun in members)]
        if not any(_is_the_same(text, before, one) for before in kept):
            kept.append(one)
    return kept


# "Somos un casal, meu marido …": the writer and the one who is spoken of; "two ladies. My name's …, with my sister".
_OURSELVES = compiled(
    r"(?:^|\b(?:somos|seremos|seriamos|we are|we're|we'd be|vamos|viajamos|para|pra|for|em|en|as|it's|seria)) ?(?:(?:un|una|um|uma|a|2|two|dos|dois|duas) )?$"
)
_PAIR_NOUNS = frozenset({"casal", "casalzinho", "pareja", "parejita", "matrimonio", "couple", "novios", "noivos", "newlyweds"})
AND_I_AM = compiled(
    r"[.;!?\n][^.;!?\n]{0,12}\b(?:my name's|my name is|name's|i am|i'm|me llamo|mi nombre es|soy|me chamo|meu nome e|sou|aqui e)\b[^.;!?\n]{2,40}\b(?:with|con|com|y|e|and) $"
)


def _is_one_of_the_two(text: str, before: Mention, one: Mention) -> bool:
    """Whether "one" is half of a pair the writer belongs to."""
    between = text[before.end : one.start]
    if not _OURSELVES.search(text[: before.end - len(before.noun)]):
        return False
    if before.noun in _PAIR_NOUNS:
        return one.noun in v.PARTNER and not _JOINED.search(between) and not re.match(r" (?:de |of )?(?:amig|friend|vizinh|vecin)", between)
    return before.noun not in _ONES and bool(AND_I_AM.search(between))


def _is_the_same(text: str, before: Mention, one: Mention) -> bool:
    if before.kind != "adult" or not one.owned or not _MINE.search(text[one.start : one.end]):
        return False
    if one.count == 1 and before.count == 2 and _is_one_of_the_two(text, before, one):
        return True
    if one.count == 1 and before.count == 2 and one.noun in _ONES.get(before.noun, ()):
        return True
    if before.count != one.count or not (before.owned and _MINE.search(text[before.start : before.end])):
        return False
    between = text[before.end : one.start]
    if _JOINED.search(between) or re.match(r" (?:de|del|do|da|of) (?:mi|my|meu|minha|su|el|la|a|o|ella?|[a-z]{3,})\b", text[one.end :]):
        return False
    if before.noun in v.PARTNER and one.noun in v.PARTNER:
        return True
    alike = before.noun == one.noun
    only_one = before.noun in v.PARENT | v.IN_LAW or before.noun in _ONES
    return alike and (only_one or bool(re.search(r"[.;!?\n]", between)))
