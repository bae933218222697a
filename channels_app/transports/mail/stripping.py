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
    r"^\W*(?:(?:El|Em|On|Le|Am|Il|No dia|Op)\b.{0,240}?(?:escribi[oó]|escreveu|wrote|a écrit|schrieb|ha scritto|schreef)\b.{0,80}?"
    r"|.{0,120}?<[^<>@\s]+@[^<>\s]+>.{0,60}?\b(?:escribi[oó]|escreveu|wrote)\b.{0,60}?"
    r"|\d{4}[/-]\d{1,2}[/-]\d{1,2}.{0,80}?<[^<>@\s]+@[^<>\s]+>)\s*:?\s*$",
    re.I | re.S,
)
_STARTS_WROTE = re.compile(r"^\W*(?:El|Em|On|Le|Am|Il|No dia|Op)\b|^.{0,120}<[^<>@\s]+@[^<>\s]+>|^\d{4}[/-]\d{1,2}[/-]\d{1,2}\b", re.I)
_MARK = re.compile(rf"{_TIME}|{_DAY}|@", re.I)
_HEADER = re.compile(
    r"^\W*(?P<name>De|Desde|From|Von|Enviado(?: el| em| a)?|Enviada(?: em)?|Sent|Fecha|Data|Date|Para|To|A|Asunto|Assunto|Subject|CC|Cc|Cco"
    r"|Responder a|Reply-To)\s*:\*?\s+\S",
    re.I,
)
_INLINE = re.compile(r"(?:Para|To|Fecha|Data|Date|Asunto|Assunto|Subject|Enviado|Sent)\s*:")
_FROM = re.compile(r"^\W*(?:De|From|Desde)\s*:\*?\s+\S", re.I)
_ORIGINAL = re.compile(
    r"^\W*-{2,}\s*(?:(?:Mensaje|Mensagem) (?:original|reenviado|encaminhada)|(?:Original|Forwarded) message|Original)\s*-{2,}"
    r"|^\W*(?:Inicio del mensaje reenviado|Início da mensagem encaminhada|Begin forwarded message|Mensaje reenviado|Mensagem encaminhada)"
    r"\s*:?\W*$",
    re.I,
)
_RULE = re.compile(r"^\s*_{5,}\s*$")
_DEVICE = re.compile(
    r"^\W*(?:(?:Enviado|Enviada|Mandado)\s+(?:desde|do|da|por|con|com|a partir do|via|usando|mediante|pelo|através)\b.{1,120}"
    r"|(?:Sent|Get|Written)\s+(?:from|via|with|using|by)?\s*(?:my|Outlook|Yahoo|Mail|the|Samsung|Proton|a|an|Spark|BlueMail|Huawei)\b.{0,120}"
    r"|(?:Obtener|Obtén|Obtenga|Obter|Baixe|Descargar|Descarga)\s+(?:o\s+|la\s+|el\s+)?(?:Outlook|BlueMail|Spark|Yahoo)\b.{0,120}"
    r"|Libre de virus.{0,80}|Livre de vírus.{0,80}|Virus-free.{0,80}|Este (?:correo|mensaje|email|e-mail).{0,60}(?:virus|Avast|AVG).{0,80}"
    r"|Este e-mail foi verificado.{0,80}|This (?:e-?mail|message) has been (?:checked|scanned).{0,80}"
    r"|(?:No imprimas|Antes de imprimir|Before printing|Please consider the environment|Pense no meio ambiente).{0,160})\W*$",
    re.I,
)
_PLACEHOLDER = re.compile(r"^\s*(?:\[(?:image|cid|imagen|imagem|inline image|foto)\b[^\]]*\]|<(?:image|mailto)[^>]*>)\s*$", re.I)
_BANNER = re.compile(
    r"^\W*(?:CAUTION|ATENCI[OÓ]N|ATEN[CÇ][AÃ]O|EXTERNAL|EXTERNO|CUIDADO)\b.{0,20}(?:external|extern|outside|remitente|remetente|origin).{0,240}$",
    re.I,
)
_DASHES = re.compile(r"^\s*(?:--|—|- -|–)\s?$")
_CLOSING = re.compile(
    r"^\W*(?:(?:muchas |muchísimas )?gracias|saludos?|un (?:abrazo|saludo)|atte|atentamente|cordialmente|cordiales saludos|abrazos?"
    r"|besos?|(?:muito )?obrigad[oa]|grat[oa]|att|atenciosamente|abra[çc]os?|abs|cumprimentos|(?:many )?thanks|thank you"
    r"|(?:best|kind|warm)?\s*regards|best(?: wishes)?|cheers|sincerely|yours(?: \w+)?|desde ya)\b",
    re.I,
)
_CONTACT = re.compile(
    r"(?:\b(?:tel|t[eé]l[eé]fono|telefone|phone|cel|celular|m[oó]vil|mobile|mob|whatsapp|wsp|wpp|fax|ph|m|t|p|c)\b\s*[.:/]?\s*\+?[\d(][\d\s().-]{5,})"
    r"|(?:^\W*\+\d[\d\s().-]{7,}\W*$)|\bwww\.\S+|https?://\S+|^\W*[^\s@]+@[^\s@]+\.\w+\W*$|^\W*(?:e-?mail|correo|mail|web|site|linkedin)\s*:",
    re.I,
)
_LEGAL = re.compile(
    r"\b(?:confidencial\w*|confidential\w*|privileged|destinatario|destinat[aá]rio|intended (?:only|recipient|solely)|aviso legal"
    r"|disclaimer|informaci[oó]n contenida|informa[çc][õo]es contidas)\b",
    re.I,
)
_PS = re.compile(r"^\W*(?:P\.?\s?[DS]\.?|P\.S|PS|PD|Post ?data)\s*[:.]", re.I)
# What a sentence ends with; a line of a signature does not.
_SENTENCE = re.compile(r"[.!?…]\s*$")
SIGNATURE_LINES = 12


def own_words(text: str) -> str:
    """What the writer typed for this mail."""
    lines = [line.rstrip().replace("\u00a0", " ") for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")]
    lines = _without_quotes(lines)
    lines = [line for line in lines if not _PLACEHOLDER.match(line) and not _BANNER.match(line)]
    lines = _without_signature(lines)
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _without_quotes(lines: list[str]) -> list[str]:
    kept: list[str] = []
    index = 0
    while index < len(lines):
        if length := _announces(lines, index):
            index += length
            if not any(line.lstrip().startswith(">") for line in lines[index : index + 6] if line.strip()):
                break  # without marks nobody can tell where a quote ends: all that follows is one
            continue
        if _is_block(lines, index):
            break
        kept.append(lines[index])
        index += 1
    return _without_marked(kept, announced=len(kept) < len(lines))


def _without_marked(lines: list[str], *, announced: bool) -> list[str]:
    """Without lines that begin with ">". Where nothing announces them only a block of three or more at the top or the bottom
    is somebody else's: people write lists that way."""
    marked = [line.lstrip().startswith(">") for line in lines]
    if announced or sum(marked) == sum(bool(line.strip()) for line in lines):
        return [line for line, is_quote in zip(lines, marked, strict=True) if not is_quote]
    filled = [number for number, line in enumerate(lines) if line.strip()]
    dropped: set[int] = set()
    for order in (filled, filled[::-1]):
        block = list(itertools.takewhile(lambda number: marked[number], order))
        if len(block) >= 3:
            dropped |= set(block)
    return [line for number, line in enumerate(lines) if number not in dropped]


def _announces(lines: list[str], index: int) -> int:
    """How many lines from here say "… wrote:", 0 when they do not."""
    if not lines[index].strip() or not _STARTS_WROTE.search(lines[index].lstrip("> ")):
        return 0
    for length in range(1, 5):
        block = [line.lstrip("> ").strip() for line in lines[index : index + length]]
        if len(block) < length or not all(block):
            return 0
        joined = " ".join(block)
        if _WROTE.match(joined) and _MARK.search(joined):
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
    return bool(_FROM.match(line)) and _is_header(following)


def _is_header(lines: list[str]) -> bool:
    names = {match["name"].lower().split()[0] for line in lines[:6] if (match := _HEADER.match(line))}
    if _FROM.match(lines[0]) and len(names) >= 3:
        return True
    return bool(_FROM.match(lines[0])) and len(_INLINE.findall(lines[0])) >= 2  # some phones write it on one line


def _without_signature(lines: list[str]) -> list[str]:
    for number, line in enumerate(lines):
        if _DASHES.match(line) and number >= len(lines) - 25 and any(one.strip() for one in lines[number + 1 :]):
            rest = lines[number + 1 :]
            lines = [*lines[:number], *_after_signature(rest)]
            break
    lines = [line for line in lines if not _DEVICE.match(line)]
    while lines and (not lines[-1].strip() or _DASHES.match(lines[-1]) or _RULE.match(lines[-1])):
        lines.pop()
    return _without_contact_block(lines)


def _after_signature(rest: list[str]) -> list[str]:
    """A postscript below a signature is the writer's."""
    for number, line in enumerate(rest):
        if _PS.match(line):
            return ["", *rest[number:]]
    return []


def _without_contact_block(lines: list[str]) -> list[str]:
    """A signature without a mark: the last lines after a closing word that hold a telephone, a site, a company, a notice."""
    filled = [number for number, line in enumerate(lines) if line.strip()]
    tail = filled[-SIGNATURE_LINES:]
    signs = [number for number in tail if _is_sign(lines[number])]
    if not signs:
        return lines
    start = _block_start(lines, signs[0], tail)
    if start is None:
        return lines
    # All below must look like it: short lines, contacts, notices.
    below = [lines[number] for number in filled if number >= start]
    if any(len(line) > 90 and not _LEGAL.search(line) for line in below) and not any(_LEGAL.search(line) for line in below):
        return lines
    return lines[:start]


def _is_sign(line: str) -> bool:
    """A telephone, a site, a notice: not within a sentence."""
    if _LEGAL.search(line) and len(line.split()) > 6:
        return True
    return bool(_CONTACT.search(line)) and not _SENTENCE.search(line) and len(line.split()) <= 9


def _block_start(lines: list[str], sign: int, tail: list[int]) -> int | None:
    """Where the block that contains ``sign`` begins: after a closing word, else after the blank line above it."""
    start = sign
    for number in reversed([one for one in tail if one < sign]):
        line = lines[number].strip()
        if _CLOSING.match(line):
            following = [one for one in tail if number < one <= sign]
            # The name right below a closing belongs to the signature when more of one follows.
            return following[0] if following else None
        if len(line) > 60 or (line.endswith(("?", ".", "!", ":")) and len(line.split()) > 4):
            return _first_of_block(lines, start)
        start = number
    return _first_of_block(lines, start) if start != tail[0] else None


def _first_of_block(lines: list[str], start: int) -> int | None:
    return start if start > 0 and any(line.strip() for line in lines[:start]) else None
