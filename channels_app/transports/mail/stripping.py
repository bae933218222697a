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
_STARTS_WROTE = re.compile(
    r"^\W{0,20}(?:El|En|Em|On|Le|Am|Il|No dia|Na|Op|Citando|Quoting)\b|^.{0,120}<[^<>@\s]+@[^<>\s]+>|^\d{4}[/-]\d{1,2}[/-]\d{1,2}\b", re.I
)
_MARK = re.compile(rf"{_TIME}|{_DAY}|@", re.I)
_HEADER = re.compile(
    r"^\W{0,20}(?P<name>De|Desde|From|Von|Enviad[oa]s?(?: el| em| a)?|Sent|Fecha|Data|Date|Para|To|A|Asunto|Assunto|Subject|CC|Cc|Cco"
    r"|Responder a|Reply-To)\s*:\*?\s+\S",
    re.I,
)
_INLINE = re.compile(r"(?:Para|To|Fecha|Data|Date|Asunto|Assunto|Subject|Enviado|Sent)\s*:")
_FROM = re.compile(r"^\W{0,20}(?:De|From|Desde)\s*:\*?\s+\S", re.I)
_ORIGINAL = re.compile(
    r"^\W{0,20}-{2,}\s*(?:(?:Mensaje|Mensagem) (?:original|reenviado|encaminhada)|(?:Original|Forwarded) message|Original)\s*-{2,}"
    r"|^\W{0,20}(?:Inicio del mensaje reenviado|Início da mensagem encaminhada|Begin forwarded message"
    r"|Mensaje reenviado|Mensagem encaminhada)"
    r"\s*:?\W{0,20}$",
    re.I,
)
_RULE = re.compile(r"^\s*_{5,}\s*$")
_DEVICE = re.compile(
    r"^\W{0,20}(?:(?:Enviado|Enviada|Mandado)\s+(?:desde|do|da|por|con|com|a partir do|via|usando|mediante|pelo|através)\b.{1,120}"
    r"|(?:Sent|Get|Written)\s+(?:from|via|with|using|by)?\s*(?:my|Outlook|Yahoo|Mail|the|Samsung|Proton|a|an|Spark|BlueMail|Huawei)\b.{0,120}"
    r"|(?:Obtener|Obtén|Obtenga|Obter|Baixe|Descargar|Descarga)\s+(?:o\s+|la\s+|el\s+)?(?:Outlook|BlueMail|Spark|Yahoo)\b.{0,120}"
    r"|Libre de virus.{0,80}|Livre de vírus.{0,80}|Virus-free.{0,80}|Este (?:correo|mensaje|email|e-mail).{0,60}(?:virus|Avast|AVG).{0,80}"
    r"|Este e-mail foi verificado.{0,80}|This (?:e-?mail|message) has been (?:checked|scanned).{0,80}"
    r"|(?:No imprimas|Antes de imprimir|Before printing|Please consider the environment|Pense no meio ambiente).{0,160})\W{0,20}$",
    re.I,
)
_PLACEHOLDER = re.compile(
    r"^\s*(?:(?:\[(?:image|cid|imagen|imagem|inline image|foto)\b[^\]]*\]|<(?:image|mailto)[^>]*>)(?:\s*<https?://[^>\s]*>)?\s*)+$", re.I
)
# Programs name themselves; what else was "sent from" somewhere is only one of theirs at the very end.
_PROGRAM = re.compile(
    r"^\W{0,20}(?:Enviad[oa]|Mandado|Sent|Get|Obtener|Obtén|Obtenga|Obter|Baixe)\s.{0,40}?\b(?:iPhone|iPad|Android|Samsung|Galaxy|Huawei|Xiaomi"
    r"|Redmi|Motorola|moto|LG|celular|m[oó]vil|tel[eé]fono|telefone|smartphone|phone|tablet|Outlook|Yahoo|Gmail|Correo|E-?mail|Mail|Proton\w*"
    r"|BlueMail|Spark|Zimbra|dispositivo)\b[^,?]{0,60}$",
    re.I,
)
_BANNER = re.compile(
    r"^\W{0,20}(?:CAUTION|ATENCI[OÓ]N|ATEN[CÇ][AÃ]O|EXTERNAL|EXTERNO|CUIDADO)\b.{0,20}(?:external|extern|outside|remitente|remetente|origin).{0,240}$",
    re.I,
)
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
    r"\s*[.:/]?\s*\+?[\d(][\d\s().-]{5,})"
    r"|(?:^|[|·/,]\s*)\+?\d[\d\s().-]{7,}\d\s*(?:$|[|·/])|\bwww\.\S+|https?://\S+"
    r"|^\W{0,20}[^\s@]+@[^\s@]+\.\w+\W{0,20}$|^\W{0,20}(?:e-?mail|correo|mail|web|site|linkedin)\s*:",
    re.I,
)
_NUMBERED = re.compile(r"^\W{0,20}[^\W\d_]{3,15}\s*:\s*\+?\d[\d\s().-]{6,}\d\W{0,20}$")
_LEGAL = re.compile(
    r"\b(?:privilegiad[oa]s?|confidencial\w*|confidential\w*|privileged|destinatario|destinat[aá]rio|intended (?:only|recipient|solely)"
    r"|aviso legal|disclaimer|informaci[oó]n contenida|informa[çc][õo]es contidas)\b",
    re.I,
)
_PS = re.compile(r"^\W{0,20}(?:P\.?\s?[DS]\.?|P\.S|PS|PD|Post ?data)\s*[:.]", re.I)
_NAME = re.compile(
    r"^\W{0,20}(?:(?:Lic|Dra?|Ing|Prof|Mr|Mrs|Ms|Sra?)\.?\s+)?[A-ZÁÉÍÓÚÑÇÂÊÔÃÕ][\w'’-]+"
    r"(?:\s+(?:de|da|do|del|la|dos|van|von|[A-ZÁÉÍÓÚÑÇÂÊÔÃÕ][\w.'’-]*)){1,4}\W{0,20}$"
)
# What a sentence ends with; a line of a signature does not.
_SENTENCE = re.compile(r"[.!?…]\s*$")
SIGNATURE_LINES = 12
# Longer than any line that announces a quote, or signs.
ANNOUNCEMENT_LIMIT, SIGN_LIMIT = 700, 300


def own_words(text: str) -> str:
    """What the writer typed for this mail."""
    lines = [line.rstrip().replace("\u00a0", " ") for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")]
    lines = _without_quotes(lines)
    lines = [line for line in lines if not _PLACEHOLDER.match(line) and not _BANNER.match(line) and not _PROGRAM.match(line)]
    lines = _without_signature(lines)
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


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
    dropped: set[int] = set()
    for order in (filled, filled[::-1]):
        block = list(itertools.takewhile(lambda number: marked[number], order))
        if len(block) >= 3:
            dropped |= set(block)
    return [line for number, line in enumerate(lines) if number not in dropped]


def _announces(lines: list[str], index: int) -> int:
    """How many lines from here say "… wrote:", 0 when they do not. Guests write that too: an announcement names an address or
    the whole date, or has marked lines below."""
    if not lines[index].strip() or not _STARTS_WROTE.search(lines[index].lstrip("> ")):
        return 0
    for length in range(1, 5):
        block = [line.lstrip("> ").strip() for line in lines[index : index + length]]
        if len(block) < length or not all(block):
            return 0
        joined = " ".join(block)
        if len(joined) > ANNOUNCEMENT_LIMIT:
            return 0
        if _WROTE.match(joined) and _VERB.search(joined) and _MARK.search(joined):
            following = next((line for line in lines[index + length :] if line.strip()), "")
            sure = "@" in joined or (re.search(r"\b(?:19|20)\d\d\b|\d[/.-]\d{2}\b", joined) and joined.endswith(":"))
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
    return bool(_HEADER.match(line)) and _is_header(following)


def _is_header(lines: list[str]) -> bool:
    heads = list(itertools.takewhile(lambda line: _HEADER.match(line), lines[:6]))
    names = {match["name"].lower().split()[0] for line in heads if (match := _HEADER.match(line))}
    # People write forms like that too: a mail's head names an address, or the hour.
    if any(_FROM.match(line) for line in heads) and len(names) >= 3 and any("@" in line or re.search(_TIME, line) for line in heads):
        return True
    return bool(_FROM.match(lines[0])) and len(_INLINE.findall(lines[0])) >= 2  # some phones write it on one line


def _without_signature(lines: list[str]) -> list[str]:
    lines = _without_checked(lines)
    for number, line in enumerate(lines):
        if _DASHES.match(line) and number >= len(lines) - 25 and _may_sign(lines[number + 1 :]):
            lines = [*lines[:number], *_postscript(lines[number + 1 :])]
            break
    return _trimmed(_without_contact_block(_trimmed(lines)))


def _trimmed(lines: list[str]) -> list[str]:
    """Without what programs put at the end."""
    end = len(lines)
    while end and (not lines[end - 1].strip() or any(mark.match(lines[end - 1]) for mark in (_DASHES, _RULE, _DEVICE, _ALONE))):
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


def _may_sign(rest: list[str]) -> bool:
    """Below two dashes: no question, no paragraph."""
    said = [line for line in itertools.takewhile(lambda line: not _PS.match(line) and not _LEGAL.search(line), rest) if line.strip()]
    if not said:
        return any(line.strip() for line in rest)
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
    notice = any(_LEGAL.search(line) for line in below)
    if not notice and any(len(line) > 110 or line.rstrip().endswith("?") for line in below):
        return lines
    return [*body[:start], *(["", *after] if after else [])]


def _below_closing(lines: list[str], filled: list[int], signs: list[int]) -> int | None:
    """Where the signature below the last closing word begins: with the next paragraph when only a name stands under the closing,
    else right below it. None when there is no closing, or no sign below."""
    closing = next((number for number in reversed(filled) if _CLOSING.match(lines[number]) and number < signs[-1]), None)
    if closing is None:
        return None
    below = list(itertools.takewhile(lambda number: lines[number].strip(), range(closing + 1, len(lines))))
    own = below[:1] if len(below) <= 2 and below and not _is_sign(lines[below[0]]) and len(lines[below[0]].split()) <= 4 else []
    if own and len(below) == 1:
        start = next((number for number in filled if number > own[0]), None)
    else:
        start = next((number for number in filled if number > closing), None)
    return start if start is not None and any(number >= start for number in signs) else None


def _paragraph_of(lines: list[str], signs: list[int]) -> int | None:
    """The first line of the paragraph of the first sign, when it is plainly nobody's sentence: a notice, several signs, or a name
    with what belongs to it."""
    start = signs[0]
    while start > 0 and lines[start - 1].strip():
        start -= 1
    if _LEGAL.search(lines[signs[0]]):
        return start
    above = next((line for line in reversed(lines[:start]) if line.strip()), "")
    block = list(itertools.takewhile(lambda line: not _LEGAL.search(line), [line for line in lines[start:] if line.strip()]))
    if above.rstrip().endswith(":") or any(len(line) > 70 or _SENTENCE.search(line) for line in block):
        return None
    return start if len(signs) > 1 or (len(block) >= 3 and _NAME.match(block[0])) else None


def _is_sign(line: str) -> bool:
    """A telephone, a site, a notice: not within a sentence."""
    if len(line) > SIGN_LIMIT:
        return bool(_LEGAL.search(line[:2000]))
    if _LEGAL.search(line) and len(line.split()) > 6:
        return True
    return bool(_CONTACT.search(line) or _NUMBERED.match(line)) and not _SENTENCE.search(line) and len(line.split()) <= 12
