"""The guest's own words of a mail: without quotes, the lines that announce them, signatures, and what programs add.

Pure text in, pure text out, for clients in Spanish, Portuguese and English. Answers between quoted lines are the guest's
words. When nothing is left the caller decides what to do with the whole.
"""

from __future__ import annotations

import itertools
import re

_DAY = r"(?:\d{1,4}[./-]\d{1,2}[./-]\d{1,4}|\d{1,2}\s+(?:de\s+)?[a-zç]{3,10}\.?|[a-z]{3,9}\.?\s+\d{1,2})"
_TIME = r"\d{1,2}[:.h]\d{2}"
# "El mié, 3 dic 2025 a las 10:22, Hotel X (<a@b>) escribió:", broken over up to four lines.
_WROTE = re.compile(
    r"^\W{0,20}(?:(?:El|En|Em|On|Le|Am|Il|No dia|Na|Op|Citando|Quoting)\b.{0,240}?"
    r"(?:escribi[oó]|escreveu|wrote|a écrit|schrieb|ha scritto|schreef|Citando|Quoting)?\b.{0,80}?"
    r"|.{0,120}?<[^<>@\s]+@[^<>\s]+>.{0,60}?\b(?:escribi[oó]|escreveu|wrote)\b.{0,60}?"
    r"|\d{4}[/-]\d{1,2}[/-]\d{1,2}.{0,80}?<[^<>@\s]+@[^<>\s]+>)\s*:?[\s*_-]*$",
    re.I | re.S,
)
_VERB = re.compile(
    r"\b(?:escribi[oó]|escreveu|wrote|a écrit|schrieb|ha scritto|schreef)\b"
    r"|^\W{0,20}(?:Citando|Quoting)\b|^\d{4}[/-]\d{1,2}[/-]\d{1,2}\b",
    re.I,
)
_ENDS_WROTE = re.compile(
    r"\b(?:escribi[oó]|escreveu|wrote|a écrit|schrieb|ha scritto|schreef)\b.{0,3}:\s*$|\b(?:schrieb|schreef)\s.{1,60}:\s*$", re.I
)
_STARTS_WROTE = re.compile(
    r"^\W{0,20}(?:El|En|Em|On|Le|Am|Il|No dia|Na|Op|Citando|Quoting)\b|^.{0,120}<[^<>@\s]+@[^<>\s]+>|^\d{4}[/-]\d{1,2}[/-]\d{1,2}\b", re.I
)
# People say that too: only with marked lines below.
_NAME_WROTE = re.compile(r"^[^<>@?]{1,80}\b(?:wrote on|escribi[oó] el|escreveu (?:em|no dia|na))\s.{0,60}\d.{0,30}:\s*$", re.I)
_MARK = re.compile(rf"{_TIME}|{_DAY}|@", re.I)
_HEADER = re.compile(
    r"^\W{0,20}(?P<name>De|Desde|From|Von|Enviad[oa]s?(?: el| em| a)?|Sent|Fecha|Data|Date|Para|To|A|Asunto|Assunto|Subject|CC|Cc|Cco"
    r"|Responder a|Reply-To)\s*:\*?\s+\S",
    re.I,
)
_SUBJECTS = {"asunto", "assunto", "subject"}
_INLINE = re.compile(r"(?:Para|To|Fecha|Data|Date|Asunto|Assunto|Subject|Enviado|Sent)\s*:")
_FROM = re.compile(r"^\W{0,20}(?:De|From|Desde)\s*:\*?\s+\S", re.I)
_ORIGINAL = re.compile(
    r"^\W{0,20}-{2,}\s*(?:(?:Mensaje|Mensagem) (?:original|reenviado|encaminhada)|(?:Original|Forwarded) message|Original)"
    r"(?:\s+(?:de|from)\s.{0,120}?)?\s*-{2,}"
    r"|^\W{0,20}(?:Inicio del mensaje reenviado|Início da mensagem encaminhada|Begin forwarded message"
    r"|Mensaje reenviado|Mensagem encaminhada)"
    r"\s*:?\W{0,20}$",
    re.I,
)
_RULE = re.compile(r"^\s*_{5,}\s*$")
_DEVICE = re.compile(
    r"^\W{0,20}(?:(?:Enviado|Enviada|Mandado)\s+(?:desde|do|da|por|con|com|a partir do|via|usando|mediante|pelo|através)\b.{1,120}"
    r"|(?:Von meinem|Gesendet (?:von|mit)|Envoyé (?:de|depuis|avec)|Inviato da(?:l mio)?|Verstuurd (?:vanaf|met))\s.{1,80}"
    r"|Sent via \w.{0,80}|(?:Sent|Get|Written)\s+(?:from|via|with|using|by)?\s*(?:my|Outlook|Yahoo|Mail|the|Samsung|Proton|a|an|Spark|BlueMail|Huawei)\b.{0,120}"
    r"|(?:Obtener|Obtén|Obtenga|Obter|Baixe|Descargar|Descarga)\s+(?:o\s+|la\s+|el\s+)?(?:Outlook|BlueMail|Spark|Yahoo)\b.{0,120}"
    r"|Libre de virus.{0,80}|Livre de vírus.{0,80}|Virus-free.{0,80}|Este (?:correo|mensaje|email|e-mail).{0,60}(?:virus|Avast|AVG).{0,80}"
    r"|Este e-mail foi verificado.{0,80}|This (?:e-?mail|message) has been (?:checked|scanned).{0,80}"
    r"|(?:No imprimas|Antes de imprimir|Before printing|Please consider the environment|Pense no meio ambiente).{0,160})\W{0,20}$",
    re.I,
)
_PLACEHOLDER = re.compile(
    r"^\s*(?:(?:\[(?:image|cid|imagen|imagem|inline image|foto)\b[^\]]*\]|<(?:image|mailto)[^>]*>)(?:\s*<https?://[^>\s]*>)?\s*)+$", re.I
)
_LOGO = re.compile(r"^\s*\[(?:cid:|(?:image|imagen|imagem)[\s:]{0,5}(?:image0\d\d|.{0,20}logo)|logo)[^\]]*\]\W*$", re.I)
# Programs name themselves; what else was "sent from" somewhere is only one of theirs at the very end.
_PROGRAM = re.compile(
    r"^\W{0,20}(?:Enviad[oa]|Mandado|Sent|Get|Obtener|Obtén|Obtenga|Obter|Baixe)\s.{0,40}?\b(?:iPhone|iPad|Android|Samsung|Galaxy|Huawei|Xiaomi"
    r"|Redmi|Motorola|moto|LG|celular|m[oó]vil|tel[eé]fono|telefone|smartphone|phone|tablet|Outlook|Yahoo|Gmail|Correo|E-?mail|Mail|Proton\w*"
    r"|BlueMail|Spark|Zimbra|dispositivo)\b[^,?]{0,60}$",
    re.I,
)
_BANNER = re.compile(
    r"^\W{0,20}(?:CAUTION|WARNING|ATENCI[OÓ]N|ATEN[CÇ][AÃ]O|PRECAUCI[OÓ]N|ADVERTENCIA|AVISO|EXTERNAL|EXTERNO|CUIDADO)\b.{0,60}"
    r"(?:\bexternal|\bextern[oa]|outside|remitente|remetente|origin|(?:fuera|fora) d[ea] .{0,20}(?:organiza|empresa|compa)).{0,240}$",
    re.I,
)
# Above what somebody wrote: their provider, or the hotel's, does not know them.
_UNKNOWN = re.compile(
    r"^\W{0,20}(?:(?:You don.t|Some people who received this message don.t) often get e-?mail from"
    r"|No (?:suele|sueles|suelo) recibir correos? |(?:Você n[ãa]o costuma|Algumas pessoas .{0,40}n[ãa]o costumam) receber"
    r"|(?:Mensaje|Correo|E-?mail|Mensagem) extern[oa]\b|EXTERN(?:AL|O|A)(?: (?:E-?MAIL|SENDER|MESSAGE|MENSAJE|CORREO))?\W{0,3}(?:$|\]|\*| -|:)).{0,300}$",
    re.I,
)
_PGP = re.compile(r"^-----BEGIN PGP SIGNED MESSAGE-----\n(?:[^\s:]{1,40}:[^\n]{0,100}\n){0,5}\n", re.M)
_PGP_END = "-----BEGIN PGP SIGNATURE-----"
# Below what somebody wrote on an operator's telephone.
_OPERATOR = re.compile(
    r"^\W{0,20}(?:Para (?:no|n[ãa]o|dejar de|deixar de) (?:recibir|receber)\b.{0,60}(?:publicidad|ofert|mensaj|mensag|promo|correo|e-?mail|mail)"
    r"|To (?:stop receiving|unsubscribe|opt out)\b|(?:This message was sent|Sent) from an? .{0,40}(?:phone|mobile)\b|Mensagem enviada (?:pel[oa]|d[eo])\b"
    r"|Mensaje enviado (?:desde|por|con)\b).{0,200}$",
    re.I,
)
_HEADING = re.compile(r"^\W{0,20}(?:Disclaimer|Aviso legal|Aviso de confidenciali\w+|Confidentiality notice|Legal notice)\W{0,20}$", re.I)
_ALONE = re.compile(r"^\s*<(?:https?://[^>\s]*|#[0-9A-Za-z-]+)>\s*$")
_CHECKED = re.compile(r"^\W{0,20}(?:Libre de virus|Livre de vírus|Virus-free)\b.{0,80}$", re.I)
_DASHES = re.compile(r"^\s*(?:[-–—_=*~]{2,}|- -|—|–)\s*$")
_CLOSING = re.compile(
    r"^\W{0,20}(?:(?:muchas |muchísimas |mil |desde ya,? )*gracias|saludos?|slds|(?:un |muy )?(?:cordial(?:es)? )?(?:saludos?|abrazos?)"
    r"|atte|atentamente|cordialmente|respetuosamente|quedo (?:atent[oa]|a la espera|a disposici[oó]n)|sin otro particular"
    r"|un abrazo|abrazos?|besos?|desde ya"
    r"|(?:muito |desde j[aá],? )*obrigad[oa]|agrade[çc]o|grat[oa]|att|atenciosamente|cordiais|fico no aguardo|abra[çc]os?|abs|cumprimentos"
    r"|beijos?|(?:many |so many )?thanks|thank you|(?:best|kind|warm|kindest|warmest)?\s*regards|best(?: wishes)?|all the best|cheers"
    r"|sincerely|respectfully|warmly|take care|yours(?: \w+)?)\b",
    re.I,
)
_CONTACT = re.compile(
    r"(?:\b(?:tel(?:/fax|/cel)?|t[eé]l[eé]fono|telefone|phone|cel|celular|m[oó]vil|mobile|mob|whatsapp|wsp|wpp|fax|ph|m|t|p|c)\b"
    r"\s*[.:/]{0,2}\s*\+?[\d(][\d\s().-]{5,})"
    r"|(?:^|[|·/,]\s*)\+?\(?\d[\d\s().-]{7,}\d\s*(?:$|[|·/])|\bwww\.\S+|https?://\S+"
    r"|^\W{0,20}[^\s@]+@[^\s@]+\.\w+\W{0,20}$|^\W{0,20}(?:e-?mail|correo|mail|web|site|linkedin)\s*:",
    re.I,
)
_NUMBERED = re.compile(r"^\W{0,20}[^\W\d_]{3,15}\s*:\s*\+?\d[\d\s().-]{6,}\d\W{0,20}$")
_NUMBER = re.compile(r"\W*(?:[^\W\d_]{1,12}\W{0,3}){0,2}\+?\(?\d[\d\s().-]{5,}\W*")
_LEGAL = re.compile(
    r"\b(?:privilegiad[oa]s?|confidencial\w*|confidential\w*|privileged|destinatario|destinat[aá]rio|intended (?:only|recipient|solely)"
    r"|aviso legal|disclaimer|informaci[oó]n contenida|informa[çc][õo]es contidas|received this .{0,40}in error|por error.{0,80}(?:elim|borr|destruy|devu)"
    r"|recebeu est[ae] .{0,40}(?:engano|erro)|(?:copying|distribution|disclosure) .{0,40}(?:prohibited|forbidden))\b",
    re.I,
)
_PS = re.compile(
    r"^\W{0,20}(?:(?i:(?:P\.?\s?[DS]\.?|P\.S|PS|PD|Pos?t? ?data|Post ?scriptum|Obs|N\.?B)\s*[:.])|(?:PS|PD|P\.S\.|P\.D\.)\s*[-–,]?\s\w)"
)
_NAME = re.compile(
    r"^\W{0,20}(?:(?:Lic|Dra?|Ing|Prof|Mr|Mrs|Ms|Sra?)\.?\s+)?[A-ZÁÉÍÓÚÑÇÂÊÔÃÕ][\w'’-]+"
    r"(?:\s+(?:de|da|do|del|la|dos|van|von|[A-ZÁÉÍÓÚÑÇÂÊÔÃÕ][\w.'’-]*)){1,4}\W{0,20}$"
)
# Whoever says "my number" tells it.
_OWN = re.compile(r"\b(?:mi|mis|my|meu|minha|me|nuestr[oa]|nosso|our)\b", re.I)
# What a sentence ends with; a line of a signature does not, unless with a company's short form.
_SENTENCE = re.compile(
    r"(?<!\bLtda)(?<!\bLtd)(?<!\bS\.A)(?<!\bS\.L)(?<!\bS\.R\.L)(?<!\bInc)(?<!\bCo)(?<!\bCorp)(?<!\bC[ií]a)(?<!\bCoop)(?<!\bAs)[.!?…]\s*$"
)
_TALK = re.compile(r"[?¿!¡:]\s*$|[?¿]|^\W{0,5}[-*•]\s|^(?:\S+\s+){6,}\S+[.!]\s*$")
CLOSING_LIMIT = 90
# A whole mail has more lines than what somebody tells of one.
FEW = 4
_ENDS = (_DASHES, _RULE, _DEVICE, _ALONE, _OPERATOR, _HEADING)
SIGNATURE_LINES = 18
# RFC 3676: nobody types the blank.
SIGNED = "-- "
# Longer than any line that announces a quote, or signs.
ANNOUNCEMENT_LIMIT, SIGN_LIMIT = 700, 300


def own_words(text: str) -> str:
    """What the writer typed for this mail."""
    text = text.replace("\r\n", "\n")
    if (head := _PGP.search(text)) and (end := text.find(_PGP_END, head.end())) >= 0:
        text = re.sub(r"^- (?=-)", "", text[head.end() : end].removesuffix("\n"), flags=re.M)
    lines = [(line if line == SIGNED else line.rstrip()).replace("\u00a0", " ") for line in text.replace("\r", "\n").split("\n")]
    lines = _without_quotes(lines)
    lines = [line for line in lines if _LOGO.match(line) or not any(mark.match(line) for mark in (_PLACEHOLDER, _BANNER, _PROGRAM))]
    lines = [line for line in _without_signature(_without_banner(lines)) if not _PLACEHOLDER.match(line)]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _without_banner(lines: list[str]) -> list[str]:
    """At the very top: what provider or program says of a sender it does not know."""
    for number, line in enumerate(lines):
        if line.strip() and not _UNKNOWN.match(line):
            return lines[number:]
    return lines


def _without_quotes(lines: list[str]) -> list[str]:
    """Below a line that announces a quote every marked line is somebody else's; above the first one people also write lists
    that way."""
    above: list[str] = []
    below: list[str] = []
    announced = False
    index = 0
    while index < len(lines):
        if length := _announces(lines, index):
            index += length
            announced = True
            if not any(line.lstrip().startswith(">") for line in lines[index : index + 6] if line.strip()):
                break  # without marks nobody can tell where a quote ends: all that follows is one
            continue
        if _is_block(lines, index):
            break
        (below if announced else above).append(lines[index])
        index += 1
    answers = [line for line in below if not line.lstrip().startswith(">")]
    return [*_without_marked(above), *answers]


def _without_marked(lines: list[str]) -> list[str]:
    """Without blocks of three or more lines that begin with ">" at the top or the bottom; without all of them when there is
    nothing else."""
    marked = [line.lstrip().startswith(">") for line in lines]
    if sum(marked) == sum(bool(line.strip()) for line in lines):
        return [line for line, is_quote in zip(lines, marked, strict=True) if not is_quote]
    filled = [number for number, line in enumerate(lines) if line.strip()]
    if filled and marked[filled[0]] and any(marked[one] and not marked[before] for before, one in itertools.pairwise(filled)):
        return [line for line, is_quote in zip(lines, marked, strict=True) if not is_quote]  # answers between what they answer
    dropped: set[int] = set()
    for order in (filled, filled[::-1]):
        block = list(itertools.takewhile(lambda number: marked[number], order))
        first = min(block, default=0)
        before = [number for number in filled if number < first]
        if len(block) >= 3 and not (before and lines[before[-1]].endswith(":")):
            dropped |= set(block)
    return [line for number, line in enumerate(lines) if number not in dropped]


def _announces(lines: list[str], index: int) -> int:
    """How many lines from here say "… wrote:", 0 when they do not. Guests write that too: an announcement names an address or
    the whole date, or has marked lines below."""
    first = lines[index].lstrip("> ")
    if not lines[index].strip() or not (_STARTS_WROTE.search(first) or _NAME_WROTE.match(first)):
        return 0
    for length in range(1, 5):
        block = [line.lstrip("> ").strip() for line in lines[index : index + length]]
        if len(block) < length or not all(block):
            return 0
        joined = " ".join(block)
        if len(joined) > ANNOUNCEMENT_LIMIT:
            return 0
        named = _NAME_WROTE.match(joined)
        if (named or _WROTE.match(joined)) and _VERB.search(joined) and _MARK.search(joined):
            following = next((line for line in lines[index + length :] if line.strip()), "")
            # What people tell of a letter goes on after the verb.
            says = bool(re.search(r"\b(?:19|20)\d\d\b|\d[/.-]\d{2}\b", joined)) and bool(_ENDS_WROTE.search(joined))
            rest = [line for line in lines[index + length :] if line.strip()]
            sure = "@" in joined or (says and not named and len(rest) > FEW)
            if sure or (joined.endswith(":") and following.lstrip().startswith(">")):
                return length
    return 0


def _is_block(lines: list[str], index: int) -> bool:
    """Does a header block of another mail, or the line above one, begin here?"""
    line = lines[index].lstrip("> ")
    if _ORIGINAL.match(line):
        return True
    following = [one.lstrip("> ") for one in lines[index : index + 9] if one.strip()]
    if _RULE.match(line):
        return len(following) > 1 and _is_header(following[1:])
    is_apart = index == 0 or not lines[index - 1].lstrip("> ").strip()
    return bool(_HEADER.match(line)) and _is_header(following, is_apart=is_apart)


def _is_header(lines: list[str], *, is_apart: bool = True) -> bool:
    heads = list(itertools.takewhile(lambda line: _HEADER.match(line), lines[:6]))
    names = {match["name"].lower().split()[0] for line in heads if (match := _HEADER.match(line))}
    # People write forms like that too: a mail's head names an address, or stands apart with subject and hour.
    is_from = any(_FROM.match(line) for line in heads) and len(names) >= 3
    if is_from and (
        any("@" in line for line in heads) or (is_apart and _SUBJECTS & names and any(re.search(_TIME, line) for line in heads))
    ):
        return True
    return bool(_FROM.match(lines[0])) and len(_INLINE.findall(lines[0])) >= 2  # some phones write it on one line


def _without_signature(lines: list[str]) -> list[str]:
    lines = _without_checked(lines)
    for number, line in enumerate(lines):
        if _DASHES.match(line) and number >= len(lines) - 25 and _may_sign(lines[number + 1 :], is_sure=line == SIGNED):
            lines = [*lines[:number], *_postscript(lines[number + 1 :])]
            break
    return _trimmed(_without_contact_block(_trimmed(lines)))


def _trimmed(lines: list[str]) -> list[str]:
    """Without what programs put at the end."""
    end = len(lines)
    while end and (not lines[end - 1].strip() or any(mark.match(lines[end - 1]) for mark in _ENDS)):
        end -= 1
    return lines[:end]


def _without_checked(lines: list[str]) -> list[str]:
    """ "Libre de virus", also over two lines, and the bare links around it."""
    for number in range(len(lines)):
        if any(_CHECKED.match(" ".join(lines[number : number + length])) for length in (1, 2)):
            above = [line for line in lines[:number] if not _ALONE.match(line)]
            rest = [line for line in lines[number + 1 :] if not _ALONE.match(line) and "avast" not in line.lower()]
            return [*above, *rest]
    return lines


def _may_sign(rest: list[str], *, is_sure: bool) -> bool:
    """Below two dashes: no question, no paragraph; and no talk at all when a person may have drawn the line (``is_sure``: not)."""
    said = [line for line in itertools.takewhile(lambda line: not _PS.match(line) and not _LEGAL.search(line), rest) if line.strip()]
    if not said:
        return any(line.strip() for line in rest)
    if not is_sure and any(_TALK.search(line) and not _DEVICE.match(line) and not _is_sign(line) for line in said):
        return False
    return bool(said) and not any(line.rstrip().endswith("?") or len(line) > 90 for line in said)


def _postscript(rest: list[str]) -> list[str]:
    """A postscript below a signature is the writer's."""
    for number, line in enumerate(rest):
        if _PS.match(line):
            return ["", *rest[number:]]
    return []


def _without_contact_block(lines: list[str]) -> list[str]:
    """A signature without a mark: what follows a closing word, or stands at the end by itself, and holds a telephone, a site, a
    company, a notice."""
    body = list(itertools.takewhile(lambda line: not _PS.match(line), lines))
    after = lines[len(body) :]
    filled = [number for number, line in enumerate(body) if line.strip()][-SIGNATURE_LINES:]
    signs = [number for number in filled if _is_sign(body[number])]
    if not signs:
        return lines
    start = _below_closing(body, filled, signs)
    if start is None:
        start = _paragraph_of(body, signs)
    if start is None or not any(line.strip() for line in body[:start]):
        return lines
    below = [body[number] for number in filled if number >= start]
    if len(below) == 1 and _NUMBER.fullmatch(below[0]):
        return lines  # no more than a number to call: they tell it
    notice = any(_LEGAL.search(line) for line in below)
    if not notice and any(len(line) > 110 or line.rstrip().endswith("?") for line in below):
        return lines
    return [*body[:start], *(["", *after] if after else [])]


def _below_closing(lines: list[str], filled: list[int], signs: list[int]) -> int | None:
    """Where the signature below the last closing word begins: with the next paragraph when only a name stands under the closing,
    else right below it. None when there is no closing, or no sign below."""
    closing = next((number for number in reversed(filled) if _is_closing(lines[number]) and number < signs[-1]), None)
    if closing is None:
        return None
    below = list(itertools.takewhile(lambda number: lines[number].strip(), range(closing + 1, len(lines))))
    apart = [number for number in filled if number > closing][:2]
    if not below and len(apart) == 2 and _is_repeated(lines[apart[0]], lines[apart[1]]):
        below = apart[:1]
    own = below[:1] if len(below) <= 2 and below and not _is_sign(lines[below[0]]) and len(lines[below[0]].split()) <= 4 else []
    if own and len(below) == 1:
        start = next((number for number in filled if number > own[0]), None)
    else:
        start = next((number for number in filled if number > closing), None)
    return start if start is not None and any(number >= start for number in signs) else None


def _is_closing(line: str) -> bool:
    return _CLOSING.match(line) is not None and len(line) <= CLOSING_LIMIT and "?" not in line


def _is_repeated(name: str, whole: str) -> bool:
    """ "Ana" above, "Ana Pérez" begins the block below."""
    return (
        len(name.split()) <= 2
        and whole.split()[0].casefold() == name.split()[0].strip(",.").casefold()
        and len(whole.split()) > len(name.split())
    )


def _paragraph_of(lines: list[str], signs: list[int]) -> int | None:
    """The first line of the paragraph of the first sign, when it is plainly nobody's sentence: a notice, several signs, or a name
    with what belongs to it."""
    start = signs[0]
    while start > 0 and lines[start - 1].strip():
        start -= 1
    if _LEGAL.search(lines[signs[0]]):
        return start
    above = next((line for line in reversed(lines[:start]) if line.strip()), "")
    rest = [line for line in lines[start:] if line.strip() and not _DEVICE.match(line)]
    block = list(itertools.takewhile(lambda line: not _LEGAL.search(line), rest))
    if above.rstrip().endswith(":") or any(len(line) > 70 or _SENTENCE.search(line) for line in block):
        return None
    return start if len(signs) > 1 or (len(block) >= 3 and _NAME.match(block[0])) else None


def _is_sign(line: str) -> bool:
    """A telephone, a site, a notice: not within a sentence."""
    if len(line) > SIGN_LIMIT:
        return bool(_LEGAL.search(line[:2000]))
    if _LEGAL.search(line) and len(line.split()) > 6:
        return True
    if _LOGO.match(line):
        return True
    return (
        bool(_CONTACT.search(line) or _NUMBERED.match(line))
        and not _OWN.search(line)
        and not _SENTENCE.search(line)
        and len(line.split()) <= 12
    )
