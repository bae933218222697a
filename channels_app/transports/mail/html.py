"""HTML of a mail as plain lines: what a person sees of it, without what other programs and other people put in."""

from __future__ import annotations

import re

from selectolax.lexbor import LexborHTMLParser as HTMLParser
from selectolax.lexbor import LexborNode as Node

# Quotes and headers of answered mails, by the marks their clients leave.
QUOTES = (
    "blockquote.gmail_quote", "div.gmail_extra blockquote", "blockquote[type=cite]", "#divRplyFwdMsg", "#appendonsend",
    ".moz-cite-prefix", "div.yahoo_quoted", "div#ydp-quoted", "div.protonmail_quote", "div.zmail_extra",
    "#mail-editor-reference-message-container",
    "div#reply-intro", "div.gmail_attr", "#OLK_SRC_BODY_SECTION", "blockquote",
)  # fmt: skip
SIGNATURES = (
    "div.gmail_signature", ".gmail_signature_prefix", ".moz-signature", "#Signature", "#signature", "#ms-outlook-mobile-signature",
    "#mobile_signature", ".ms-outlook-mobile-signature", "div#x_Signature",
)  # fmt: skip
HIDDEN = re.compile(r"display\s*:\s*none|font-size\s*:\s*0(?:px|pt|em|%)?\s*(?:;|$)|visibility\s*:\s*hidden|mso-hide\s*:\s*all", re.I)
# Outlook draws a line above what it quotes, and says nothing else.
RULE = re.compile(r"border(?:-top)?\s*:\s*(?:solid\s+#?\w+\s+[\d.]+pt|none;\s*border-top\s*:\s*solid)", re.I)
# Who answers within what they quote says so above, and writes in a colour of their own; Outlook's own is no choice.
_SAYS = re.compile(
    r"\b(?:azul|celeste|roj[oa]|verde|violeta|naranja|color(?:es)?|vermelh[oa]|laranja|cor|blue|red|green|purple|orange|colou?r"
    r"|abajo|debajo|abaixo|below|inline|in line|entre l[ií]neas|entre linhas|en el mismo|sobre el mismo|no pr[oó]prio|no mesmo)\b",
    re.I,
)
_COLOUR = re.compile(r"(?:^|;)\s*color\s*:\s*([^;]+)", re.I)
_PLAIN = re.compile(
    r"(?:windowtext|black|gr[ae]y|white|auto|inherit|initial|#1f497d|#([0-9a-f])\1*|#([0-9a-f]{2})\2\2|rgb\(\s*(\d+)\s*,\s*\3\s*,\s*\3\s*\))",
    re.I,
)
# Boxes in boxes in boxes: the text of each is read anew, so only so many are asked for theirs.
MARKUP_LIMIT, NODES_LIMIT = 200_000, 300
BLOCKS = {"p", "div", "tr", "li", "table", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "blockquote", "pre", "section", "article"}
PARAGRAPHS = {"p", "h1", "h2", "h3", "ul", "ol", "table"}


def to_lines(markup: str, *, quotes: bool = False) -> str:
    """The visible text, a line a block; ``quotes``: with what is quoted and signed."""
    tree = HTMLParser(markup)
    if tree.body is None:
        return ""
    for name in ("script", "style", "head", "title", "template", "noscript", "svg"):
        for node in tree.css(name):
            node.decompose()
    for node in tree.css("[style], [hidden]"):
        if HIDDEN.search(node.attributes.get("style") or "") or "hidden" in node.attributes:
            node.decompose()
    found = [] if quotes else _answers(tree)
    if not quotes:
        _without_quotes(tree)
    parts: list[str] = []
    try:
        _read(tree.body, parts)
    except RecursionError:  # a thousand boxes in one another are no letter's
        parts = [tree.body.text(separator="\n")]
    text = "\n".join(line.strip(" \t") for line in "".join(parts).split("\n"))
    if found and says_where(text):
        text = "\n\n".join([text.rstrip(), *found])
    return re.sub(r"\n{3,}", "\n\n", text).strip()


def bold(markup: str) -> set[str]:
    """What stands out in it, white space folded: programs put stars around that in the plain form."""
    tree = HTMLParser(markup[:MARKUP_LIMIT])
    return {" ".join(node.text().split()) for node in tree.css("b, strong")[:NODES_LIMIT]}


def says_where(text: str) -> bool:
    """That the answers stand further below?"""
    return _SAYS.search(text) is not None


def answers(markup: str) -> list[str]:
    """Lines in a colour of their own below where Outlook begins to quote."""
    return _answers(HTMLParser(markup))


def _answers(tree: HTMLParser) -> list[str]:
    found: list[str] = []
    is_below, looked_at = False, 0
    for node in tree.css("div, span, font"):
        attributes = node.attributes
        style = attributes.get("style") or ""
        if node.tag == "div" and (RULE.search(style) or attributes.get("id") in {"divRplyFwdMsg", "appendonsend"}):
            is_below = True
        elif is_below and node.tag != "div":
            given = _COLOUR.search(style)
            colour = given[1] if given else attributes.get("color") or "black"
            if _PLAIN.fullmatch(colour.strip()):
                continue
            if (looked_at := looked_at + 1) > NODES_LIMIT:
                break
            words = " ".join(node.text().split())
            if words and (not found or words not in found[-1]):
                found.append(words)
    return found


def _without_quotes(tree: HTMLParser) -> None:
    for node in tree.css("div[style]"):
        if RULE.search(node.attributes.get("style") or ""):
            _drop_from(node)
            break
    for selector in (*QUOTES, *SIGNATURES):
        for node in tree.css(selector):
            if selector == "#divRplyFwdMsg" or selector == "#appendonsend":
                _drop_from(node)
            else:
                node.decompose()


def _drop_from(node: Node) -> None:
    """The node, and what follows it in its own box and in the boxes around."""
    place: Node | None = node
    while place is not None and place.tag not in {"body", "html"}:
        following = place.next
        while following is not None:
            after = following.next
            following.decompose()
            following = after
        place = place.parent
    node.decompose()


def _read(node: Node, parts: list[str]) -> None:
    for child in node.iter(include_text=True):
        tag = child.tag
        if tag == "-text":
            parts.append(re.sub(r"[ \t\r\n\f]+", " ", child.text_content or ""))
        elif tag == "br":
            parts.append("\n")
        elif tag in BLOCKS:
            parts.append("\n")
            if tag == "blockquote":
                inner: list[str] = []
                _read(child, inner)
                parts.append("\n".join(f"> {line}" for line in "".join(inner).strip().splitlines()))
            elif tag == "pre":
                parts.append(child.text())
            else:
                if tag == "li":
                    parts.append("- ")
                _read(child, parts)
            parts.append("\n\n" if tag in PARAGRAPHS else "\n")
        else:
            _read(child, parts)
            if tag in {"td", "th"}:
                parts.append(" ")
