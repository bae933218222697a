"""A time that a guest means and does not name: when exactly?"""

from __future__ import annotations

from conversations.dialogue.patterns import compiled
from conversations.dialogue.understanding.stays.points import Found, Point
from conversations.dialogue.understanding.stays.vocabulary import LONG_MONTH, MONTH

_VAGUE = compiled(
    rf"\b(?:a |para |hacia |about |around |in |no |em |la |el |o |the |por |la por )*(?:principios?|comienzos?|mediados?|finales|fines|fim|fin|primera (?:semana|quincena)|segunda (?:semana|quincena)|ultima semana|primeir[oa] (?:semana|quinzena)|segunda quinzena|ultima semana|inicio|comeco|meados?|final|early|mid|middle|late|end|beginning|start|first (?:week|half)|second (?:week|half)|last week|sometime)[ -](?:de |del |do |da |of |in |em |the |next |el |la |o |a )*(?:mes|month|ano|year|semana|week|{LONG_MONTH}|{MONTH})(?: que vi?em?)?"
    r"|\b(?:la |the |a )?(?:semana|week|mes|month) (?:que viene|que vem|proxim[oa])\b|\b(?:next|coming|proxim[oa]s) (?:couple of |few |unas |par de |\d )?(?:weeks|days|semanas|dias|months|meses)\b|\b(?:this month|este mes|deste mes|neste mes)\b(?! \d)|\b(?:this week|esta semana|a fin de mes|fin de mes|end of the month|fim do mes)\b|\b(?:next|coming|proxim[oa]) (?:week|month|semana|mes)\b|\b(?:algun|some|algum) (?:dia|day|finde|fin de semana|weekend|fim de semana)\b"
)
_SEASON = compiled(
    r"\b(?:pras?|pros?|en|in|em|no|na|nas|durante|during|over|for|para|pra)(?: (?:el|la|las|los|the|o|a|as|os|my|mis|this|este|esta|next|proxim[oa]))* (?:holidays|feriado(?! largo)|invierno|verano|otono|primavera|winter|summer|autumn|spring|inverno|verao|outono|ferias|vacaciones|fiestas|festas)\b"
)
_VAGUE_MONTH = compiled(
    rf"\b(?:principios?|comienzos?|mediados?|finales|fines|fim|inicio|comeco|comecinho|meados?|finalzinho|final|early|mid|middle|late|end|beginning|start|sometime|some time|la pra|la para|la por|tipo|por|hacia|around|primera|segunda|ultima|last week|first week)\b.{{0,22}}?\b{LONG_MONTH}|\b{LONG_MONTH}-?ish\b"
)
PRICED = compiled(r"\b(?:cuanto|how much|quanto|hotel|precio|price|preco)\b")
_FEAST = r"(?:fiestas|festas|holidays|navidad|christmas|xmas|natal|ano nuevo|ano novo|new year'?s?|reyes|pascuas?|easter|semana santa|carnaval|carnival)"
_A_FEW = r"(?:unos|algunos|varios|pocos|a few|few|some|several|a couple of|uns|alguns|poucos|un par de|um par de)"
# A time that a guest means and does not name: "a few days in October", "around Easter", "any week in March", "whenever it's cheapest".
WHENEVER = compiled(
    rf"\b{_A_FEW} (?:dias|days|diitas)\b(?:.{{0,14}}\b(?:en|in|em|de|del|of|no|na|next|que viene|que vem)\b|$)|\b(?:mes (?:que viene|que vem|proximo)|proximo mes|next month)\b.{{0,12}}\b{_A_FEW} (?:dias|days)"
    rf"|\b(?:los )?(?:primeros|ultimos|primeir[oa]s|the first few|1 few|first few|last few|the last few) (?:dias|days) (?:de|del|of|do)\b"
    rf"|\b(?:en|dentro de|in|daqui a|em)(?: (?:unas?|unos|uns|umas?|about|around|a|like))+ (?:\d+ |par de |couple of |fortnight)(?:semanas?|weeks?|mes(?:es)?|months?|dias|days)?\b|\b(?:dentro de|daqui(?: a)?|de aca a|de aqui a) (?:un|um|una|uma|1) (?:mes|semana)\b|\bin a (?:month|fortnight)\b|\bin (?:about )?a fortnight\b"
    rf"|\b(?:despues de(?: l[ao]s?)?|depois d[aeo]s?|after(?: the)?|around|cerca de|por ahi de|near) {_FEAST}\b|\b{_FEAST} (?:o|ou|or) (?:por ahi|por ai|around then|thereabouts|cerca)\b"
    r"|\b(?:cualquier|qualquer|any|algun[oa]?|algum[a]?|un|um|some) (?:otr[oa] )?(?:semana|week|finde|fin de semana|fim de semana|weekend|feriado|dia|day)\b(?: (?:de|in|em|en|of|que|cualquiera|qualquer)\b|$)|\b(?:feriado|finde|semana) (?:cualquiera|qualquer)\b"
    r"|\b(?:cuando|quando|when|whenever) (?:haya|hay|tengan|tenga|tiver\w*|houver|you've|you have|there's|there is|se pueda|puedan)(?: got| some| un| algun| alg[uo]ma?)? (?:lugar|space|room|vagas?|disponib\w+|availability|algo|something|quarto)\b|\b(?:lo antes posible|cuanto antes|asap|as soon as|o quanto antes|assim que|en cuanto (?:haya|tengan|se pueda))\b|\b(?:cuando|quando|when|whenever)(?: (?:sea|for|it's|its|it is|esta|este|fica|ficar))+ (?:lo )?(?:mas |mais )?(?:cheap\w*|barat\w*|tranquil\w*|quiet\w*)"
    rf"|\b(?:the )?week after next\b|\b(?:towards?|around|hacia|la para|la pro|la por el|a) (?:the )?(?:end|fim|fin|final|finales|beginning|start|inicio|comeco) (?:of|de|del|do) (?:the )?(?:year|ano|month|mes)\b|\ba fin de ano\b|\bmidweek\b|\b(?:in|en|em|no) (?:spring|summer|autumn|fall|winter|verano|invierno|otono|primavera|verao|inverno|outono)\b|\b(?:vacaciones|ferias) de (?:invierno|verano|julio|julho|verao|inverno)\b"
)
FEW_DAYS = compiled(rf"\b{_A_FEW} (?:dias|days|diitas|diazinhos|noches|nights|noites)\b(?! (?:antes|before|despues|depois|later))")
STAYS = compiled(
    r"\b(?:lleg\w+|arriv\w+|cheg\w+|estadia|stay\w*|book\w*|reserv\w+|noches?|nights?|noites?|lugar|dispon\w+|avail\w+|libre|free|vaga\w*|quarto|habitaci\w+|room|viaj\w+|travel\w*|trip|come|coming|ir|vamos|voy|iria\w*|vou|visit\w*|pasar|passar|spend|queda\w*|tenes|tienen|tem|have|got|fechas?|dates?|datas?|with you|con ustedes|com voces)\b"
)

# "Todavía no sé", in answer to a question about the stay.
UNKNOWN_YET = compiled(
    r"\b(?:no|nao) (?:(?:lo|la|las|los|o|as) )?(?:se|sei|sabemos)(?= ?(?:$|[.,;!?]|todavia|aun|ainda|bien|bem|cuando|quando|la fecha|a data|que (?:dia|fecha|data)|exact\w*))"
    r"|\b(?:todavia|aun|ainda|por ahora|por enquanto) (?:no|nao) (?:(?:lo|la|las|los) )?(?:se|sei|sabemos|defin\w+|decid\w+)\b"
    r"|\b(?:no|nao) (?:(?:lo|la|las|los) )?(?:tengo|tenemos|esta|estan|tenho|temos)(?: \w+)? (?:definid\w+|decidid\w+|claro|clara|cerrad\w+|fechad\w+)\b"
    r"|\b(?:no|nao) (?:defini\w*|decidi\w*)\b|\b(?:don't|do not|dont) know(?= ?(?:$|[.,;!?]|yet|when|the date|exactly))"
    r"|\bnot (?:yet )?(?:sure|decided|certain)(?= ?(?:$|[.,;!?]|yet|when|about the date|of the date))|\bhaven't (?:yet )?decided\b|\bundecided\b|\b(?:no idea|ni idea|nem ideia)\b"
)


def is_relative(ends: list[Point]) -> bool:
    """No day is named but by a feast ("around Easter") or a weekday ("Thursday to Sunday, any week in March")."""
    return all(point.feast or point.date is not None for point in ends) and sum(point.feast for point in ends) < 2


def vague_doubts(text: str, found: Found, nights: int | None, about_a_stay: bool | None) -> list[str]:
    """ "a principios de enero", "next week", "en febrero": when exactly?"""
    if found.doubtful_feast and (about_a_stay or STAYS.search(text)):
        return ["incomplete"]
    if (
        not about_a_stay
        and not (about_a_stay is None and _VAGUE.search(text))
        and not (about_a_stay is None and found.month is not None and len(text.split()) <= 5)
        and not STAYS.search(text)
        and not _VAGUE_MONTH.search(text)
        and not (about_a_stay is None and _SEASON.search(text))
    ):
        return []
    if (
        _VAGUE.search(text)
        or _VAGUE_MONTH.search(text)
        or _SEASON.search(text)
        or (found.month is not None and (about_a_stay is not False or nights is not None or STAYS.search(text)))
    ):
        return ["incomplete"]
    return []


_SEASONS = r"(?:invierno|verano|otono|primavera|winter|summer|autumn|fall|spring|inverno|verao|outono|vacaciones|ferias)"
# Whole messages that name a time and no day, whatever else they are about.
_OPEN = [
    (
        "past",
        compiled(
            r"\b(?:para|pra|for|de|a partir de|desde) (?:ayer|ontem|yesterday|last night|anoche|anteayer|anteontem)\b(?! (?:a la|at|as))"
        ),
    ),
    (
        "incomplete",
        compiled(
            r"^\W*(?:(?:son|serian|seria|unos|por|for|about|uns|just|solo|creo que|me quedo|quedamos|ficamos)[ ,]+)*\d{1,2} (?:dias?|days?)\W*$"
            r"|\b(?:escapad\w+|getaway|trip|viaje|viagem|bate-volta|paseo|passeio|break|mini ?vacaciones|city break|estadia|stay)\b.{0,24}\b\d{1,2}[- ]?(?:dias?|days?)\b|\b\d{1,2}[- ]day (?:getaway|trip|break|stay|visit)\b"
            rf"|\b(?:todo|toda|whole|all|entire|el|the|o)(?: (?:el|la|o|a|the))? {_SEASONS}(?: (?:todo|inteiro|entero|long))?\W*$"
            r"|\b(?:no se|nao sei|don't know|not sure|dunno|no tengo claro|sin definir)\b.{0,14}\b(?:cuando|quando|when|fechas?|dates?|datas?)\b"
            r"|^\W*(?:antes|despues|depois|after|before)(?: (?:de|das|dos|the|las|los))* (?:fiestas|festas|holidays|feriado)\W*$"
        ),
    ),
]


def open_doubt(text: str) -> str:
    """Why a message that names no day is in doubt: "para ayer", "una escapada de dos días", "todo el invierno"; "" when it is not."""
    return next((doubt for doubt, pattern in _OPEN if pattern.search(text)), "")
