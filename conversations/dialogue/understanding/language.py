"""Which language a message is in: by its small words; undecided messages stay in the language spoken so far."""

from __future__ import annotations

from conversations.dialogue.understanding.normalise import words

_MARKERS = {
    "es": "mas tarde no hola buenas buenos dias tardes noches el los las del al una unos para con sin cuanto cuesta sale tenes tienen tiene hay "
    "habitacion reserva quiero quisiera queria necesito puedo puede gracias por favor donde cuando desayuno si pero muy mi somos "
    "soy esta este es y o que cual como tambien precio lugar noche persona personas adultos nino ninos nene hasta desde disculpa "
    "dale genial perfecto mejor ustedes vos aceptan pileta cochera horario llegar cancelar enero febrero marzo abril mayo junio "
    "julio agosto septiembre setiembre octubre noviembre diciembre son dos chico chicos nene nena llegamos quisieramos lunes martes miercoles jueves viernes sabado domingo ayuda hablar",
    "en": "no hi hello hey good morning the an is are do does you your we i i'm i'd we'd have has room rooms book booking for with and "
    "or how much what when where can could would like please thanks thank price night nights from to of any available breakfast "
    "pool parking people person adults kids children yes cancel my our tomorrow today need want check until till january february "
    "march april may june july august september october november december monday tuesday wednesday thursday friday saturday sunday "
    "it's there stay help speak talk",
    "pt": "oi ola bom boa dia tarde noite o os as do da dos das um uma uns para com sem quanto custa tem voces voce quarto reserva "
    "quero queria gostaria preciso posso pode obrigado obrigada por favor onde quando cafe manha sim mas muito meu minha somos sou "
    "esta e ou que qual como tambem preco vaga noite noites pessoa pessoas adultos crianca criancas ate desde nao melhor aceitam "
    "piscina estacionamento horario chegar cancelar ao na janeiro fevereiro marco maio junho julho agosto setembro outubro "
    "novembro dezembro segunda terca quarta quinta sexta sabado domingo ajuda falar amanha hoje",
}
_SETS = {language: frozenset(text.split()) for language, text in _MARKERS.items()}
# A word that only one language has says more.
_ONLY = {language: own.difference(*(other for name, other in _SETS.items() if name != language)) for language, own in _SETS.items()}
SWITCH_LEAD = 2


def detect(folded: str, *, previous: str, offered: tuple[str, ...]) -> str:
    """``previous`` stays unless another language leads clearly; without a previous one the hotel's first is the default."""
    found = words(folded)
    offered = tuple(language for language in offered if language in _SETS)
    scores = {language: sum((word in _SETS[language]) + 2 * (word in _ONLY[language]) for word in found) for language in offered}
    fallback = previous or (offered[0] if offered else "es")
    if not scores:
        return fallback
    best = max(scores, key=lambda language: (scores[language], language == fallback))
    lead = scores[best] - scores.get(fallback, 0)
    if best == fallback or scores[best] == 0:
        return fallback
    if not previous:
        return best
    # One word of another language in a longer message is a word, not a change of language.
    markers = len({word for word in found if word in _SETS[best]})
    return best if lead >= SWITCH_LEAD and (markers >= 2 or len(found) <= 2) else fallback
