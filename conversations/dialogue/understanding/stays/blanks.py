"""What only looks like a day of the stay: ages, money, hours, codes, addresses, marks, and days that are denied."""

from __future__ import annotations

import re

from conversations.dialogue.patterns import compiled
from conversations.dialogue.understanding.stays.vocabulary import (
    DAY,
    LONG_MONTH,
    LONG_WEEKDAY,
    MONTH,
    WEEKDAY,
)

# Months whose name, short or long, means nothing else behind a number.
_SURE_MONTH = rf"(?:{LONG_MONTH}|(?:jan|ene|feb|fev|abr|apr|jun|jul|ago|aug|sept|oct|nov|dic|dec|dez)\b)"
_CHILDREN = r"(?:anos|anitos|years?(?: old)?|yrs?|yo|y/o|meses|months?(?: old)?|mesinhos|aninhos)"
_TELLS = r"(?:paso|pasamos|mando|mandamos|confirmo|confirmamos|aviso|avisamos|digo|decimos|escribo|escribimos|envio|enviamos|cuento|contesto|llamo|respondo|passo|falo|retorno|ligo|send|tell|confirm|write|call|message|get back|let you know)"
_WHEN_TOLD = rf"(?:(?:el |on |na |no |this |esta |hoje a |hoy a la )?(?:{LONG_WEEKDAY}|manana|amanha|tomorrow|hoy|hoje|today|tonight|noche|noite)|pasado(?: manana)?|depois de amanha)"
# "A daughter of 6, 4 to 7 February": whatever goes on to another day, or names its month, is no age.
_TO = r"(?: ?[-–—] ?| (?:al?|ao|to|till?|until|hasta|ate|thru|through) (?:(?:el|the|o|dia) )*)"
_OF_A_MONTH = rf" ?(?:de |of |do )?{_SURE_MONTH}"
BLANKED = [
    compiled(pattern)
    for pattern in (
        # "la fecha te la paso mañana": when something will be told
        rf"\b(?:te|les|le|os|lhe|eu|i'll|we'll|i will|we will|i can|can i|ya|ja)(?: (?:te|les|la|las|lo|los|you|lhe))* {_TELLS}\b(?: (?:you|them|it|the|la|las|a|as|o|los|exact\w*|fechas?|dates?|datas?|dias?|days?|eso|isso|that|bien|back|recien|by|seguro|certinho))* {_WHEN_TOLD}(?! (?:al?|to|hasta|ate|until)\b)",
        rf"\b{_WHEN_TOLD},? (?:ya |recien )?(?:te|les|le|os|lhe|eu|i'll|we'll|i will|we will)(?: (?:te|les|la|las|lo|los|you|lhe))* {_TELLS}\b",
        rf"\b(?:hij[oa]s?|nen[ea]s?|nin[oa]s?|chic[oa]s?|beb[eoa]s?|niet[oa]s?|sobrin[oa]s?|filh[oa]s?|net[oa]s?|crianca\w*|menin[oa]s?|sons?|daughters?|kids?|boys?|girls?|child|children|nephews?|nieces?)(?: (?:que |who )?(?:de|of|aged|tiene|tienen|tem|is|are|con|com))+ \d{{1,2}}\b(?!{_TO}\d{{1,2}}(?:st|nd|rd|th)?{_OF_A_MONTH}|{_OF_A_MONTH})(?:(?:,| y| e| and) ?\d{{1,2}}\b(?!{_TO}\d|{_OF_A_MONTH}|/))*",
        rf"\b\d{{1,2}}(?:(?:,| y| e| and|,? &) ?\d{{1,2}})* ?-?{_CHILDREN}\b(?! (?:antes|before))",
        rf"\b(?:de|of|aged?|tiene|tem|con|com|has|cumple|faz|turns?) \d{{1,2}}(?:,? ?(?:y|e|and|&|,) ?\d{{1,2}})* {_CHILDREN}\b",
        r"(?:[$€£]|usd|ars|brl|r\$|u\$s|us\$) ?\d[\d.,]*(?: ?k\b| mil\b)?|\b\d[\d.,]* ?(?:pesos|dolares|dollars|dolar|dollar|reais|usd|ars|euros?|eur|brl|lucas|mangos|mil|k|bucks|quid)\b",
        r"\b\d{1,2}(?:[:.]\d{2} ?(?:am|pm|hs?|hrs)\b|:\d{2}| ?(?:a\.m\.|p\.m\.)| ?(?:hs|hrs|h|hours?|horas|am|pm|a\.m|p\.m|o'?clock)\b|h\d{2}\b)(?: ?(?:hs|am|pm|horas))?",
        r"\b(?:a|as|at|around|tipo|before|antes de|desde|until|till|hasta|ate|after|despues de|depois d|sobre) (?:eso de |partir de )?(?:la|las|as) \d{1,2}(?:[.:]\d{2})?(?: y media| e meia| y cuarto)?\b(?! (?:de (?:"
        + LONG_MONTH
        + ")))",
        r"\bas \d{1,2}(?: e meia)? (?:da (?:manha|tarde|noite|madrugada)|horas?)\b",
        rf"\bat \d{{1,2}}(?:[.:]\d{{2}})?(?! (?:nights?|of|to {DAY}|{MONTH}))\b(?!(?:st|nd|rd|th|/))",
        # "tipo 4 de la tarde", "lá pelas 3 da tarde", "around 9 at night" are hours
        r"\b(?:(?:tipo|como|a eso de|la pelas?|pelas?|por volta das?) (?:a |las? |das? )?)?(?<!\bel )(?<!\bdia )\d{1,2}(?:[.:]\d{2})?(?: y media| e meia)? (?:de la|da) (?:manana|tarde|noche|madrugada|manha|noite)\b",
        r"\b(?:around|about|like|at) \d{1,2}(?:[.:]\d{2})? in the (?:morning|afternoon|evening)\b",
        r"(?<!the )(?<!on )\b\d{1,2}(?:[.:]\d{2})? at night\b",
        r"\b(?:a |para |pra )?las? \d{1,2}(?:[.:]\d{2})?(?: y media| y cuarto)?\b(?= ?(?:de la (?:manana|tarde|noche|madrugada)|hs|$|[?,.!]))",
        # "18.03" is a date where a day is expected: "the 18.03", "depart 21.03"
        r"(?<!\bthe )(?<!\bel )(?<!\bdel )(?<!\bal )(?<!\bam )(?<!\bdia )(?<!\bo )(?<!\barrive )(?<!\bdepart )(?<!\barrival )(?<!\bdeparture )(?<!\bllegada )(?<!\bsalida )\b\d{1,2}[.:]\d{2}\b(?= |$|[?,!])(?!\.)",
        r"\brx[a-z0-9]{4,8}\b|\b[a-z]{2}\d{3,}\b|#\d+|\bn[°º] ?\d+",
        r"\b(?:habitacion|hab|room|rooms number|quarto|apto|cuarto|pieza|suite|piso|floor|andar|mesa|table|puerta|gate|vuelo|flight|voo|km|ruta|linea|linha|line|puntos|codigo|code|reserva(?: numero)?|numero|number|num|nro|interno|version|talle|size) (?:n[°º]? ?)?\d{1,5}\b(?!/)(?! ?(?:noches|nights|noites|al?\b|ate|to\b|-|(?:de )?(?:"
        + LONG_MONTH
        + "))))".replace("))))", ")))"),
        r"\b(?:calle|avenida|av|rua|street|st|pasaje|esquina) [^,.?!\n]{0,24}?\d{1,5}\b(?:(?: de|,) (?:"
        + LONG_MONTH
        + r"))?(?:,? \d{1,5})?|\b(?:calle|avenida|av\.?|rua|plaza|estacion) \d{1,2} (?:de|of) (?:"
        + LONG_MONTH
        + r")(?:,? \d+)?",
        r"(?<!el )(?<!dia )(?<!al )(?<!the )(?<!del )(?<!em )(?<!saio )(?<!chego )(?<!embora )(?<!ate )(?<!hasta )(?<!until )(?<!till )(?<!salida )(?<!saida )(?<!volto )(?<!vuelvo )(?<!volvemos )(?<!leaving )(?<!leave )(?<! a )(?<! to )(?<! - )\b(?:10|\d) ?(?:/|de|out of|sobre) ?10\b(?= (?:estrellas|stars|nota|points|puntos)|[!.]|$)|\b(?:de|from|del|do) [01] (?:ao?|al|to) 10\b(?! (?:de|of))",
        r"\b\d{1,3} ?(?:%|por ?ciento|percent)",
        r"\b\d{1,3} ?(?:personas?|people|persons?|pessoas?|adult\w*|pax|ninos?|ninas?|chic[oa]s?|nen[ea]s?|kids?|child\w*|criancas?"
        r"|beb\w+|guests?|huesped\w*|hospedes|habitacion\w*|rooms?|quartos?|camas?|beds?|cuadras|quadras|blocks?|kilos?|kg|km|metros|m2|minutos?|minutes?|mins?"
        r"|amig[oa]s|friends|parejas|couples|casais|perr\w+|gat\w+|dogs?|cats?|cachorr\w*|valijas|bags|malas|dobles|doubles|singles|twins|suites|cuotas|vezes|parcelas|instal\w+|horas|hours|veces|times|autos|cars|carros|toallas|towels|toalhas|almohadas|pillows|pasajeros|passageiros|viajeros|jubilad\w+|alumn\w+|hijos|hijas|filhos|filhas|menores|mayores|mujeres|hombres|women|men|girls|boys|ladies|cervezas|cafes|entradas|llaves|keys|fotos|estrellas|stars)\b",
        r"\b(?:somos|seremos|seriamos|we are|we're|we'll be|there are|there will be|party of|group of|grupo de|familia de|family of|para|pra|for) \d{1,2}\b(?! ?(?:de (?:"
        + LONG_MONTH
        + r")|of|/|-|al?\b|noches|nights|noites|noite|nites|semanas?|weeks?|dias?|days?|"
        + _SURE_MONTH
        + r"))(?!(?:st|nd|rd|th))",
        r"\b(?:anno|ano|year|desde|en|in|em|since|del) (?:19|20)\d\d\b(?!-)",
        r"\b(?:la|na) \d{1,2} de (?:" + LONG_MONTH + r")",
        r"\b(?:expediente|tramite|nota|rating|score|puntaje) (?:de )?\d{1,2}/\d{1,2}\b|\b\d ?x ?\d{1,2}/\d{1,2}\b|\b\d{1,2}/10 (?:on|en|no|in|de nota)\b|\b1/2 (?:board|pension|pensao|day|hour|hora)\b|\b\d/\d (?:of|de) (?:a |um |un )?(?:lit\w*|kilo|hora|hour|pizza|cup|taza)",
        r"\bcheck ?-?in (?:es |is |e )?(?:de|from|entre) \d{1,2} (?:a|to|y|and|e) \d{1,2}\b|\btemperatur\w*\b[^.!?]{0,30}\d{1,2}(?: ?(?:a|to|y|and|e|-) ?\d{1,2})?",
        r"\b\d{1,4}(?:-\d{1,4}){3,}\b",
        r"\b(?:iva|vat|descuento|discount|desconto|vto|val|llamame|interno) (?:es |is |e )?(?:del? |of |from )?\d{1,2}(?: ?(?:a|al|to|-) ?\d{1,2})?\b(?= ?(?:%|hs|h\b|[?.,!]|$|grados|degrees|por ciento))",
        r"\b\d{1,2}(?:er|ro|do|to|st|nd|rd|th|o) (?:piso|floor|andar)\b|\b(?:aged?|de|entre|between|from) \d{1,2} (?:to|a|y|and|e) \d{1,2} (?:anos|years)|\baged? \d{1,2} (?:to|and) \d{1,2}\b",
        r"\b(?:hace|ya van|faz|van) (?:\d{1,2}|una?|uma?) (?:noches?|noites?|dias?)\b(?: (?:que|sin|sem))?|\bfor \d{1,2} nights (?:now|already)\b",
        r"\b(?:floors?|pisos?|andar(?:es)?) (?:from |del? |do |entre )?\d{1,2} ?(?:al?|ao|to|or|ou|o|y|e|and|-) ?(?:el |the |o )?\d{1,2}\b|\b\d{1,2} (?:al?|ao|to|or|ou|o|y|e|and) (?:el |the |o )?\d{1,2} (?:piso|floor|andar)\b",
        r"\b24 ?/ ?7\b|\b24 ?hs?\b",
        r"\bs?he(?:'s| is) \d{1,2}\b(?![-/:.]\d| ?(?:nights?|of|to|and)\b)",
        r"(?<!\bon )(?<!\bfrom )(?<!\bto )(?<!\buntil )(?<!\btill )(?<!\barrive )(?<!\bleave )(?<!\bdepart )\b(?:the|us|all|both|nosotr[oa]s|nos|nois|los|las|os|as) [2-9]\b(?! ?(?:de (?:"
        + LONG_MONTH
        + r")|(?:of )?"
        + _SURE_MONTH
        + r"|al?\b|ao\b|-|/|y (?:el )?\d))",
        # hours of the house: "el desayuno es de 7 a 10"
        r"\b(?:desayun\w*|breakfast|cafe(?: da manha)?|almuerz\w*|almoco|lunch|cenas?|dinner|jantar|pileta|piscina|pool|gym|gimnasio|academia|spa|bar|restaurante?|horarios?|abr\w+|open\w*|served?|sirven|funciona\w*|atiend\w*|atend\w*|trabaj\w*|works?|turno|shift)\b[^.!\d]{0,30}\b\d{1,2} ?(?:a|to|as|-|y|e|until|till|hasta|ate|or)(?: las| as)? ?\d{1,2}(?:,? (?:o|or|ou|y|and|e) (?:de |from |das )?\d{1,2} ?(?:a|to|as|-)(?: las)? ?\d{1,2})*\b(?! ?(?:de|of|/|(?:"
        + LONG_MONTH
        + r")))",
        r"\b\d{1,2} (?:de|of) (?:"
        + LONG_MONTH
        + r")(?= (?:(?!20\d\d)\d{2,5}\b(?! (?:noches|personas))|avenue|street|square|station|av\b|avenida))",
        r"\b(?:plaza|vivo en|calle|avenida|av\.?|parque|estacion|barrio|hospital|escuela|club|estadio|paseo|bairro|praca|moro na) (?:de |del )?\d{1,2} de (?:"
        + LONG_MONTH
        + ")",
    )
]
# "el 10 en vez del 9": the ninth is what it is not.
INSTEAD = compiled(
    rf"\b(?:(?<!si )no|not|(?<!se )nao|en (?:vez|lugar) de|instead of|in place of|rather than|em vez de|ao inves de)(?: (?:in|en|em|del?|from|the|el|o|do))* (?:\d{{1,2}} (?:al?|ao|to|-) \d{{1,2}}(?! (?:de|of))|{LONG_MONTH})"
    rf"|\b(?:en (?:vez|lugar) del?|instead of|in place of|rather than|em vez d[eoa]|no lugar d[eoa]|ao inves d[eoa])(?: (?:el|the|na|o|a|on))* {LONG_WEEKDAY}(?:-feira)?"
    r"|\b(?:en (?:vez|lugar) de|instead of|in place of|rather than|em vez de|ao inves de) (?:manana|hoy|amanha|hoje|tomorrow|today|pasado manana|tonight)\b"
    # "en vez de irnos el 7", "não sai dia 7", "ni el 24 ni el 31"
    r"|\b(?:en (?:vez|lugar) de|instead of|rather than|em vez de|ao inves de) \w+(?: \w+)?(?: (?:el|on|the|no|dia|o))+ \d{1,2}(?:st|nd|rd|th)?\b(?! (?:de|of))"
    r"|\b(?:no|nao|not)(?: (?:nos|me|se|te))? (?:sai\w*|sal\w+|vamos|voy|vou|va|llega\w*|lleg\w+|cheg\w+|entr\w+|arriv\w+|leav\w+|es|e|era|is)(?: (?:el|on|the|no|dia|o))+ \d{1,2}(?:st|nd|rd|th)?(?=,)"
    # "llego el sábado, no el viernes", "no llegamos el viernes sino el sábado"; in Portuguese "no sábado" is on Saturday
    rf"|(?<!si )(?<!se )(?<!que )(?<!why )(?<!if )\b(?:no (?:el|al|del|para el|este)|(?:not|nao)(?: (?:on|the|this|na|no|a|o|e|para|pra|nesta|neste))*) {LONG_WEEKDAY}(?:-feira)?(?! (?:ok|okay|then|entonces|entao)\b|[ ,]*\?)"
    rf"|\b(?:no|nao|not|don't|won't)(?: (?:nos|me|we|i|eu|a gente))? (?:llega\w*|llego|arriv\w+|cheg\w+|com(?:e|ing)|get there|leav\w+|sal\w+|sai\w*|vamos|voy|vou|e|es|is)(?: (?:el|on|the|no|na|o|a))* {LONG_WEEKDAY}(?:-feira)?(?=,|\.| sino| but| mas| e sim)"
    r"|, (?:y |e |and )?(?:no|nao|not) \d{1,2}(?:st|nd|rd|th)?(?=\s*(?:$|[.,!]))"
    r"|\b(?:ni|nem|neither|nor)(?: (?:el|on|the|no|dia|o))* \d{1,2}(?:st|nd|rd|th)?\b"
    r"|\bnao (?:e )?(?:o )?dia \d{1,2}\b|\b(?:e nao|y no|and not)(?: (?:el|o|the|no|dia))* \d{1,2}(?:st|nd|rd|th)?\b(?! de)|\b(?:en (?:vez|lugar) de(?:l)?|instead of(?: the)?|in place of(?: the)?|em vez d[eo]|rather than(?: the)?|no (?:el|al|del)|not(?: the)?) (?:dia )?\d{1,2}(?:st|nd|rd|th)?\b(?! de)"
)
# "el jueves, no, el viernes, perdón": the first was a slip.
_SORRY = r"(?:perdon\w*|digo|disculp\w*|sorry|i mean|quise decir|quiero decir|desculp\w*|quero dizer|quer dizer|ops|oops|me equivoque|me enganei)"
SLIP = compiled(
    rf"\b(?:el |the |o |dia )?(?:{WEEKDAY}|\d{{1,2}}(?:st|nd|rd|th)?)(?: de (?:{LONG_MONTH}))?\b[ ,.]*(?:(?:no|nao)[ ,]*(?={_SORRY}|(?:el |the |o )?(?:{WEEKDAY}|\d{{1,2}})[ ,]*{_SORRY}))?(?:{_SORRY}[ ,:]*)?(?=(?:el |the |o |dia )*\b(?:{WEEKDAY}|\d{{1,2}}(?:st|nd|rd|th)?)\b(?:[ ,]*{_SORRY}))"
    rf"|\b(?:el |the |o |dia )?(?:{WEEKDAY}|\d{{1,2}}(?:st|nd|rd|th)?)[ ,.]*(?:no[ ,]*|nao[ ,]*)?{_SORRY}[ ,:.]*(?=(?:el |the |o |dia )*(?:{WEEKDAY}|\d{{1,2}}))"
)
_RANGE_TO = r" (?:al?|ao|hasta|ate|to|till?|until) "
NOT_THEN = compiled(
    rf"\b(?:(?:el|la|on|na|no|a) )?(?:hoy|manana|today|tomorrow|hoje|amanha|{WEEKDAY})(?:-feira)?,? (?:no|nao|not)\b(?= ?(?:puedo|podemos|posso|podemos|da\b|consigo|llego|llegamos|$|[,.;]))(?: (?:puedo|podemos|posso|da|consigo))?|"
    rf"\b(?:no puedo|no podemos|can't|cannot|nao posso|nao podemos|nao da|nao (?:consigo|conseguimos))(?: (?:do|make|it|come|arrive|get there|ir|llegar|chegar|viajar|pra|para))*(?: (?:el|la|on|na|no|the))* (?:hoy|manana|today|tomorrow|hoje|amanha|{LONG_WEEKDAY})(?:-feira)?\b|"
    r"\b(?:el |dia |o dia |the )\d{1,2}(?:st|nd|rd|th)?(?: de [a-z]+)? (?:is|es|e|esta) (?:no good|not good|not possible|impos\w+|full|out|complicad\w+|ruim|dificil)\b|"
    rf"\b(?:del|de|from|do|entre)(?: (?:the|dia))* {DAY}(?:{_RANGE_TO})(?:the |el |dia |o )?{DAY}(?: (?:de|of) [a-z]+)? (?:no|nao|not)\b(?=[,.;])|"
    r"\b(?:can't do|cannot do) the \d{1,2}(?:st|nd|rd|th)?\b|\b(?:el |dia |o dia |the )(\d{1,2})(?: de [a-z]+)? (?:no(?! (?:das|dos|voo|hotel|quarto|fim|final|inicio|comeco|periodo|horario|onibus|carro|aviao|nome|maximo|mesmo|cartao|almoco|jantar)\b)|nao)\b(?! (?:hay|tienen|tem|tenes|queda|me gusta))(?: (?:puedo|podemos|posso|puede|da))?"
)


def blanked(text: str, *first: re.Pattern[str]) -> str:
    """The text with blanks in the place of numbers that are no days, and, before those, of what the patterns ``first`` find."""
    for pattern in (*first, *BLANKED):
        text = pattern.sub(lambda match: " " * len(match[0]), text)
    return text


def is_corrected(folded: str) -> bool:
    """ "The 11th, not the 10th"."""
    return bool(INSTEAD.search(folded))
