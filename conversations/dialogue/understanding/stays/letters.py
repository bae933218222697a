"""Letters that tell of many days: a wedding, a sister-in-law's visit, when the deposit goes out. Which of them are the stay's?

The message is cut into pieces. A piece about another matter is left out; of those that tell a whole stay the one that says
"we want", "with you", "check-in" counts, and where two of them could be meant nothing is read.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from conversations.dialogue.patterns import compiled
from conversations.dialogue.understanding.stays import clauses
from conversations.dialogue.understanding.stays.reading import Reading
from conversations.dialogue.understanding.stays.vocabulary import LONG_WEEKDAY

# A letter of more pieces that name days is none that a guest writes; each is read on its own.
MOST_PIECES = 24
_CUT = compiled(
    r"(?<!\bdr)(?<!\bdra)(?<!\bsr)(?<!\bsra)(?<!\bmr)(?<!\bmrs)(?<!\btel)[.!?;\n]+(?!\d)|:(?!\d)|\((?=[^)]*\d)|\)|\s[-–—]\s"
    r"|,? ?\b(?=(?:por eso|por isso|asi que|entonces|entao|therefore|porque|because|since|ya que|pero|but|(?<!nada )(?<!mais ou )mas (?:ela|ele|a gente|nos|so|eu|trabalho|ja|quero)|although|aunque|though)\b)"
    r"|,? (?:and|y|e) (?=(?:we|we're|we'd|nosotros|a gente|reach you|(?:recien )?el \d{1,2} (?:estamos|llegamos|salimos|vamos)|only on the)\b)|, (?=(?:el|the|on the|dia|no dia|and only on the|y recien el|y el) \d)"
    r"|, (?=(?:que|as|pues|so) (?:el|la|the|on|they|she|he|we|i|no|dia|ella|el)\b)|,? (?:and|y|e) (?=(?:the|la|el|o|a|my|mi) (?:deposit|sena|sinal|pago|payment|saldo|factura|invoice|fatura|empresa|company)\b)| as (?=(?:they|he|she|i|we)\b)|,? (?:and|y|e) (?=(?:que|my|mi|meu|minha|los|las|the|os|as|o|la|el) (?!\d)[a-z]+ (?:va|vai|goes|is|llega|chega|comes|manda|mando|paga|eu mando|vuelve|volta)\b)"
)
_A_DAY = compiled(rf"\b\d{{1,2}}(?:st|nd|rd|th)?\b|\b{LONG_WEEKDAY}|\b(?:manana|tomorrow|amanha|hoy|today|hoje|carnaval|carnival)\b")
# Reasons are other matters' days: "porque el 27 vuelven con él".
_REASON = compiled(r"^\W*(?:porque|because|since|ya que|que|pues|as) ")
# Whatever it is that happens, is paid, opens, ends on that day.
_OTHER = compiled(
    r"\b(?:se(?:n|ñ)a|deposit\w*|deposito|sinal\b|cobr\w+|get paid|me pagan|recebo|pag(?:o|a|ar|amos|amento|aremos)\b|paid|pay(?:ment)?|factur\w+|invoice\w*|fatur\w+|presupuesto|quote[ds]?|orcamento|orcaram|contest\w+|respond\w*|answer|reply|rsvp|se anotan|confirmacao dos|valid\w*|valia|vale\b"
    r"|abr(?:e|en|em|iria|irem)|reabr\w+|open(?:s|ing)?\b|close[sd]?\b|cerr\w+|fecha\b|fechou|inscripci\w+|inscric\w+|entries|se juega|tournament|torneo|torneio|exposi\w+|degustac\w+|tasting|prueba de|telas|truck|camion|caminhao|vestido|dress|colacion|colacao"
    r"|cumpl\w+|birthday|aniversari\w+|fazemos anos|faz anos|faco \d+|turn(?:s|ed|ing)? \d+|nacimos|born|casa(?:n|r|mos)?\b(?! (?:de|do|da))|casa em|se casan?|boda|wedding|casamento|bautismo|batizado|christening|congreso|congresso|conference|desfil\w+|partido|match|jogo|game\b|san valentin|valentine"
    r"|me jubilo|jubil\w+|retire|me aposento|aposent\w+|me mudo|mudanza|mudanca|move house|moving|contrato|lease|alquiler|new place|departamento nuev|ape nov|apto novo|auto nuev|entregan|delivered|pego a moto|me operan|opera\b|operan|operated|cirug\w+|cirurgia|surgery|alta\b|medico|doctor libera|exam\w*|prova|retorno"
    r"|guardia|on call|plantao|trabaj\w+|trabalh\w+|work(?:s|ing)?\b|back at work|servico|clases|aulas|escuela|escola|school|vacaciones arrancan|feria"
    r"|vuelo|avion|aviao|voo|flight|plane|heathrow|aeropuerto|rental|alquilado|site aparece|en booking|website|web\b|site\b|sale disponible"
    r"|casa de un|casa de um|at a friend|friend's|brother's|casa d[eoa]|en lo de|otro hotel|another hotel|outro hotel|camping|camp(?:ing)?\b|acamp\w+|airbnb|aparte|sorts? h|por su cuenta|no se aloj\w+|don't stay|nao ficam|nao se hosped\w+|buenos aires|sao paulo|rosario|descans\w+|rest\b|termas"
    r"|vuelven con|voltam pra|go back to|tiene a los|has the kids|fica com as)\b"
)
# Whom they come with, and what for: no matter of its own.
_AT_WORK = compiled(
    r"\b(?:(?:colegas?|companer[oa]s?|companheir[oa]s?|amig[oa]s?|gente|pessoal|equipo|equipe|turma|viaje|viagem) (?:de|del|do|da) (?:trabajo|trabalho|laburo|servico)|(?:por|a|de) (?:trabajo|trabalho|laburo)|work (?:colleagues?|trip|mates?|friends?)|(?:from|for|at) work)\b"
)
_HOURS = compiled(r"\b\d{1,2}(?:[:h]\d{2}| ?(?:hs?|am|pm|horas?|hours?))\b")
# What says that these are the nights.
_MEANT = compiled(
    r"\b(?:(?:quiero|queremos|quisiera|quisieramos|queria|querria|necesito|necesitamos|busco|buscamos|pido|te pido|precis\w+|quero|gostaria|gostariamos|gustaria|procuro|want|need|would like|i'd like|we'd like|asking for|after)\b(?! (?:saber|know))"
    r"|fechas que|dates i|datas sao|las fechas|the dates|as datas|con ustedes|com voces|with you|en el hotel|no hotel|your hotel|hotel de (?:ustedes|voces)|hotel (?:esas|essas|for|nessas)|quero hotel|hospedagem|alojamiento|lodging"
    r"|entrada\b|salida\b|ingreso\b|egreso\b|llegada\b|partida\b|chegada\b|saida\b|arrival\b|departure\b|check ?-?in|check ?-?out|\bin \d{1,2}.{0,14}\bout\b"
    r"|llegar\w*|llegamos|llego\b|estamos ahi|estamos ai|nos vemos|see you|reach you|cheg(?:o|amos|aria|ariamos)|a gente chega|arriving|we arrive|i arrive|entrar\w*|entro\b|entramos|entraria|nos vamos|me voy|iria|iriamos|iremos|vou de|voy del|i'm coming|we come|vamos los|vamos os|(?:quote|presupuesto|orcamento|cotizacion|cotacao) (?:for|para|del?|de|por|do)|book me|reserv(?:o|ar|en|a)\b|reserva:|nova reserva|nueva:|new one|necesito otra"
    r"|nos quedamos|me quedo|quedar\w+|fic(?:o|aria|amos|ariamos)\b|stay(?:ing)?\b|durmo|duermo|dormir\w*|dormimos|sleep\w*|volver\b|volver del|return from|festejamos ahi|comemoracao e ai|cubrir|cobrir|cover\b|ahora queremos|esta vez|this time|desta vez|pas[ae]\w*la|passa pra|let's make it|switching|paso a|troco pra|mine is|o meu e|el mio es|lo que te pido|lo mio es|mi estadia|fechado)\b"
)
_SOMEBODY_ELSE = compiled(
    r"^\W*(?:y |e |and |pero |but |mas )?(?:(?:mi|mis|my|meu|meus|minha|minhas|nuestr[oa]s?|our|los|las|el|la|the|os|as|o|a|todo el|el resto|the rest)\b(?: (?:de(?:l)?|of|do|da|the|otr[oa]s|mi|my))* (?!(?:hotel|llegada|salida|entrada|partida|chegada|saida|arrival|departure|check|estadia|stay|noche|night|noite|gente|dia|datas?|fechas?|dates?|que|hospedagem|ideia|idea|comemoracao|mi[oa]|meu|new|nov[oa])\b)[a-z]+|ella\b|she\b|ela\b|he\b|ele\b|ell[oa]s\b|they\b)"
)
_US = compiled(r"\b(?:yo|nosotr[oa]s|eu|a gente|nos|we|i|we're|i'm|we'd|i'd|we'll|i'll|me|los dos|os dois|mi marido y yo|both)\b")
_NOT_MEANT = compiled(
    r"\b(?:ya se que|i know|sei que|estan llenos|you're full|lotou|lotado|habiamos dicho|we'd said|we had said|tinhamos dito|dijimos|combinamos|no (?:la|lo) toquen|leave (?:that|it) alone|nao mexer|esa no|ya tiene|already (?:holds|has)|ja (?:esta|tem)|forget|ignore|olviden|esquecam|no el \d|not the \d|e nao \d|that's hers|es de ella|aquilo e dela|won't work|no va\b|nao (?:da|rola))\b"
)


# "If it's dear, only until the 15th": another stay may be meant.
_OR_ELSE = compiled(
    r"^\W*(?:y |e |and )?(?:si|if|se|or|ou|sino|caso|otherwise|if not|else)\b(?! (?:abren|abrirem|you open|es asi|so\b|dios|deus|god|fuera posible|possible|posible))"
)

# "1. We need a room … 2. Our flight …": the numbers of points are no days.
_NUMBERING = compiled(r"(?:^|(?<=\n)|(?<=[.;:?!,] ))\(?([1-9])[.)] (?=\D)")


@dataclass(frozen=True)
class _Piece:
    start: int
    end: int
    worth: int  # 2: these are the nights; 1: may be; 0: another matter


def whole_stay(text: str, read: Callable[[str, clauses.Anchor | None], Reading]) -> Reading | None:
    """The one whole stay among many days of a letter, in doubt when there are several; None when there is none, or the text is no
    letter.
    ``read`` reads a text of the same length, all but some pieces blanked out."""
    pieces = [*_pieces(text)]
    dated = [piece for piece in pieces if _A_DAY.search(text[piece.start : piece.end])]
    if not 2 <= len(dated) <= MOST_PIECES or len(_A_DAY.findall(text)) < 3:
        return None
    found: dict[tuple[str, str], tuple[int, Reading]] = {}
    for group in _groups(pieces, text):
        worth = min((piece.worth for piece in group if _A_DAY.search(text[piece.start : piece.end])), default=0)
        if worth == 0:
            continue
        reading = read(_only(text, group), _month_before(text, group[0].start))
        if reading.clarify or "check_out" not in reading.slots or "check_in" not in reading.slots:
            continue
        stay = (reading.slots["check_in"], reading.slots["check_out"])
        if stay not in found or found[stay][0] < worth:
            found[stay] = (worth, reading)
    if any(
        piece.worth and _OR_ELSE.search(text[piece.start : piece.end]) and _A_DAY.search(text[piece.start : piece.end]) for piece in pieces
    ):
        return None
    top = max((worth for worth, _reading in found.values()), default=0)
    best = [reading for worth, reading in found.values() if worth == top]
    if len(best) == 1:
        return best[0]
    return replace(best[0], slots={}, clarify=("ambiguous",)) if best and top == 2 else None  # two stays that are both wanted


def without_numbering(text: str) -> str:
    """The text, as long as before, without the numbers of its points, where two or more are counted from one."""
    told = [int(match[1]) for match in _NUMBERING.finditer(text)]
    if len(told) < 2 or told != [*range(1, len(told) + 1)]:
        return text
    return _NUMBERING.sub(lambda match: " " * len(match[0]), text)


def in_doubt(text: str, slots: dict[str, object]) -> bool:
    """Whether a stay that was read from a letter begins on a day that only another matter's piece tells."""
    pieces = [*_pieces(text)]
    check_in = str(slots.get("check_in", ""))
    if len(pieces) < 2 or not check_in:
        return False
    day = int(check_in[-2:])
    own = {
        int(number) for piece in pieces if piece.worth for number in re.findall(r"\d{1,2}", _HOURS.sub(" ", text[piece.start : piece.end]))
    }
    others = {int(number) for piece in pieces if not piece.worth for number in re.findall(r"\d{1,2}", text[piece.start : piece.end])}
    return day in others - own and len(own) > 1


def _pieces(text: str) -> Iterator[_Piece]:
    start, inside, before, short = 0, False, 2, False
    for match in [*_CUT.finditer(text), None]:
        end = match.start() if match else len(text)
        if text[start:end].strip():
            worth = 0 if _NOT_MEANT.search(text[start:end]) else _worth(text[start:end])
            short = len(text[start:end].split()) <= 2
            before = min(worth, before) if inside else worth  # what stands in brackets goes with what stands before them
            yield _Piece(start, end, before)
        start = match.end() if match else end
        inside = bool(match and (match[0] == "(" or (match[0] == ":" and short)))  # "Casamento: 20/02"


def _worth(piece: str) -> int:
    if _REASON.search(piece) or clauses.PAST.search(piece):
        return 0
    meant = bool(_MEANT.search(piece))
    piece = _AT_WORK.sub(" ", piece)
    if _SOMEBODY_ELSE.search(piece) and not _US.search(piece):
        return 1 if not _OTHER.search(piece) and re.search(r"\b(?:y|and|e)\b|\b(?:del?|from) \d", piece) else 0
    if _OTHER.search(piece) and not (
        meant and re.search(r"\b(?:del?|from|for|de|do|entrada|llegada|arrival|chegada|in)\b.{0,30}\d", piece)
    ):
        return 0
    return 2 if meant else 1


def _groups(pieces: list[_Piece], text: str) -> Iterator[list[_Piece]]:
    """Each piece, and two beside each other: "El 22 estamos ahí. Nos vamos el 26"."""
    for index, piece in enumerate(pieces):
        yield [piece]
        if index + 1 < len(pieces) and piece.worth and pieces[index + 1].worth:
            yield [piece, pieces[index + 1]]


def _only(text: str, group: list[_Piece]) -> str:
    start, end = group[0].start, group[-1].end
    return " " * start + text[start:end] + " " * (len(text) - end)


def _month_before(text: str, end: int) -> clauses.Anchor | None:
    """The last day with its month that was told before."""
    found = [match for match in clauses.DATE.finditer(text[:end])]
    return clauses.anchor_of(found[-1]) if found else None
