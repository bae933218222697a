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
    if not quotes:
        _without_quotes(tree)
    parts: list[str] = []
    _read(tree.body, parts)
    text = "\n".join(line.strip(" \t") for line in "".join(parts).split("\n"))
    return re.sub(r"\n{3,}", "\n\n", text).strip()


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
