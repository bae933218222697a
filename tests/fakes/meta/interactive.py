"""Limits of interactive messages: reply buttons, lists, link buttons, asking for a place or a phone."""

from __future__ import annotations

from collections.abc import Callable

from .errors import GraphError
from .shapes import Json, need_id, need_list, need_object, need_text, need_unique, optional_text

BODY_MAX = 1024
# Meta's page allows 4096 for a list, Meta's own OpenAPI file 1024; the stricter one is enforced.
LIST_BODY_MAX = 1024
HEADER_MAX = FOOTER_MAX = 60
BUTTONS_MAX, BUTTON_ID_MAX, BUTTON_TITLE_MAX = 3, 256, 20
SECTIONS_MAX, ROWS_MAX, SECTION_TITLE_MAX = 10, 10, 24
ROW_ID_MAX, ROW_TITLE_MAX, ROW_DESCRIPTION_MAX = 200, 24, 72
URL_MAX = 2000
FRAME = {"type", "body", "header", "footer", "action"}

CheckMedia = Callable[[object, str, str], None]


def check_interactive(content: Json, check_media: CheckMedia) -> None:
    """Raise GraphError unless Meta would take this `interactive` object. `check_media` judges media headers."""
    interactive = need_object(content, "interactive", FRAME)
    kind = interactive.get("type")
    checks = {
        "button": _check_buttons,
        "list": _check_list,
        "cta_url": _check_link,
        "location_request_message": _check_ask("send_location"),
        "request_contact_info": _check_ask("request_contact_info"),
    }
    if not isinstance(kind, str) or kind not in checks:
        raise GraphError(100, f"Param interactive['type'] must be one of {{{', '.join(checks)}}}, got {kind!r}.")
    if "action" not in interactive:
        raise GraphError(100, "The parameter interactive['action'] is required.")
    body_max = LIST_BODY_MAX if kind == "list" else BODY_MAX
    body = need_object(interactive.get("body"), "interactive['body']", {"text"})
    need_text(body.get("text"), "interactive['body']['text']", body_max)
    if "footer" in interactive:
        footer = need_object(interactive["footer"], "interactive['footer']", {"text"})
        need_text(footer.get("text"), "interactive['footer']['text']", FOOTER_MAX)
    if "header" in interactive:
        _check_header(interactive["header"], kind, check_media)
    checks[kind](interactive)


def offered(interactive: Json) -> dict[str, str]:
    """id -> title of every choice the guest can tap; used to build a tap as the guest's phone would."""
    action = interactive.get("action", {})
    choices = [button["reply"] for button in action.get("buttons", [])]
    choices += [row for section in action.get("sections", []) for row in section["rows"]]
    return {choice["id"]: choice["title"] for choice in choices}


def _check_header(value: object, kind: str, check_media: CheckMedia) -> None:
    where = "interactive['header']"
    header = need_object(value, where, {"type", "text", "image", "video", "document"})
    header_kind = header.get("type")
    allowed = {"text"} if kind == "list" else {"text", "image", "video", "document"}
    if kind in {"location_request_message", "request_contact_info"} or header_kind not in list(allowed):
        raise GraphError(131009, f"Header of type {header_kind!r} is not allowed for interactive type {kind}.")
    if set(header) != {"type", header_kind}:
        raise GraphError(131009, f"{where} must hold exactly 'type' and '{header_kind}'.")
    if header_kind == "text":
        need_text(header["text"], f"{where}['text']", HEADER_MAX)
    else:
        check_media(header[header_kind], f"{where}['{header_kind}']", header_kind)


def _check_buttons(interactive: Json) -> None:
    action = need_object(interactive["action"], "interactive['action']", {"buttons"})
    buttons = need_list(action.get("buttons"), "buttons", 1, BUTTONS_MAX)
    ids, titles = [], []
    for index, value in enumerate(buttons):
        where = f"interactive['action']['buttons'][{index}]"
        button = need_object(value, where, {"type", "reply"})
        if button.get("type") != "reply":
            raise GraphError(131009, f"{where}['type'] must be 'reply'.")
        reply = need_object(button.get("reply"), f"{where}['reply']", {"id", "title"})
        ids.append(need_id(reply.get("id"), "Button id", BUTTON_ID_MAX))
        titles.append(need_text(reply.get("title"), "Button title", BUTTON_TITLE_MAX))
    need_unique(ids, "button id")
    need_unique(titles, "button title")


def _check_list(interactive: Json) -> None:
    action = need_object(interactive["action"], "interactive['action']", {"button", "sections"})
    need_text(action.get("button"), "List button", BUTTON_TITLE_MAX)
    sections = need_list(action.get("sections"), "sections", 1, SECTIONS_MAX)
    ids: list[str] = []
    for index, value in enumerate(sections):
        where = f"interactive['action']['sections'][{index}]"
        section = need_object(value, where, {"title", "rows"})
        if len(sections) > 1 and section.get("title") is None:
            raise GraphError(131009, f"{where}['title'] is required when there is more than one section.")
        optional_text(section.get("title"), "Section title", SECTION_TITLE_MAX)
        for row in need_list(section.get("rows"), "rows", 1, ROWS_MAX):
            need_object(row, f"{where}['rows'][]", {"id", "title", "description"})
            ids.append(need_id(row.get("id"), "Row id", ROW_ID_MAX))
            need_text(row.get("title"), "Row title", ROW_TITLE_MAX)
            optional_text(row.get("description"), "Row description", ROW_DESCRIPTION_MAX)
    if len(ids) > ROWS_MAX:
        raise GraphError(131009, f"Total row count exceed max allowed count: {ROWS_MAX}, got {len(ids)}.")
    need_unique(ids, "row id")


def _check_link(interactive: Json) -> None:
    action = need_object(interactive["action"], "interactive['action']", {"name", "parameters"})
    if action.get("name") != "cta_url":
        raise GraphError(131009, "interactive['action']['name'] must be 'cta_url'.")
    where = "interactive['action']['parameters']"
    parameters = need_object(action.get("parameters"), where, {"display_text", "url"})
    need_text(parameters.get("display_text"), "Link button text", BUTTON_TITLE_MAX)
    url = need_text(parameters.get("url"), "Link button url", URL_MAX)
    if not url.startswith(("https://", "http://")) or any(letter.isspace() for letter in url):
        raise GraphError(131009, f"{where}['url'] is not a valid URL.")


def _check_ask(name: str) -> Callable[[Json], None]:
    def check(interactive: Json) -> None:
        action = need_object(interactive["action"], "interactive['action']", {"name"})
        if action.get("name") != name:
            raise GraphError(131009, f"interactive['action']['name'] must be '{name}'.")
        if "footer" in interactive:
            raise GraphError(131009, f"Footer is not allowed for interactive type {interactive['type']}.")

    return check
