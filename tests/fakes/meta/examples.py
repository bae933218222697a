"""Message bodies at and beyond Meta's limits: what the double's rules, and any client of Meta, can be tested with."""

from __future__ import annotations

from typing import Any

GUEST = "5491155551234"
Json = dict[str, Any]


def text(body: str = "hola", to: str = GUEST, **more: Any) -> Json:
    return {"messaging_product": "whatsapp", "to": to, "type": "text", "text": {"body": body}, **more}


def buttons(*pairs: tuple[str, str], body: str = "¿Sí?", **more: Any) -> Json:
    replies = [{"type": "reply", "reply": {"id": id_, "title": title}} for id_, title in pairs]
    return {"type": "button", "body": {"text": body}, "action": {"buttons": replies}, **more}


def rows(*counts: int, title: str | None = "Parte", button: str = "Ver", **row: str) -> Json:
    sections = [
        {"rows": [{"id": f"{s}-{r}", "title": "Doble", **row} for r in range(count)]} | ({"title": title} if title else {})
        for s, count in enumerate(counts)
    ]
    return {"type": "list", "body": {"text": "Elija"}, "action": {"button": button, "sections": sections}}


def link(text: str = "Pagar", url: str = "https://hotel.example/pay") -> Json:
    action = {"name": "cta_url", "parameters": {"display_text": text, "url": url}}
    return {"type": "cta_url", "body": {"text": "Pague"}, "action": action}


def interactive(content: Json) -> Json:
    return {"messaging_product": "whatsapp", "to": GUEST, "type": "interactive", "interactive": content}


def of_type(kind: str, content: Any) -> Json:
    return {"messaging_product": "whatsapp", "to": GUEST, "type": kind, kind: content}


YES, NO = ("y", "Sí"), ("n", "No")
TAKEN = [
    text("x" * 4096), text("😀" * 2048), text(recipient_type="individual"), text(to="+54 9 11 5555-1234"),
    text(biz_opaque_callback_data="x" * 512), text(context={"message_id": "wamid.1"}),
    interactive(buttons(("a" * 256, "t" * 20), YES, NO, body="b" * 1024)),
    interactive(buttons(YES, header={"type": "text", "text": "h" * 60}, footer={"text": "f" * 60})),
    interactive(buttons(YES, header={"type": "image", "image": {"link": "https://h.example/a.jpg"}})),
    interactive(rows(10, title=None)), interactive(rows(5, 5)),
    interactive(rows(1, title="s" * 24) | {"footer": {"text": "f"}}), interactive(rows(1, button="b" * 20)),
    interactive(rows(1, description="d" * 72)), interactive(link("t" * 20)),
    interactive({"type": "location_request_message", "body": {"text": "?"}, "action": {"name": "send_location"}}),
    interactive({"type": "request_contact_info", "body": {"text": "?"}, "action": {"name": "request_contact_info"}}),
    of_type("reaction", {"message_id": "wamid.1", "emoji": "👍"}), of_type("reaction", {"message_id": "w", "emoji": ""}),
    of_type("image", {"id": "700001", "caption": "c" * 1024}), of_type("audio", {"id": "700001", "voice": True}),
    of_type("document", {"link": "https://h.example/a.pdf", "filename": "a.pdf"}),
    of_type("location", {"latitude": -34.6, "longitude": "-58.4", "name": "Hotel"}),
    {"messaging_product": "whatsapp", "recipient": "AR.13491208655302741918", "text": {"body": "hola"}},
]  # fmt: skip
REFUSED = [
    (100, text("x" * 4097)), (100, text("😀" * 2049)), (100, text("")), (100, text("  ")), (100, text(messaging_product="sms")),
    (100, text(biz_opaque_callback_data="x" * 513)), (100, text(recipient_type="group")), (100, text(unknown=1)),
    (100, {"messaging_product": "whatsapp", "to": GUEST, "type": "text"}), (100, text() | {"text": {"bodi": "x"}}),
    (100, {key: value for key, value in text().items() if key != "to"}), (131009, text(to="hotel")), (131009, text(to="12")),
    (131009, {"messaging_product": "whatsapp", "recipient": "ar.1", "text": {"body": "hola"}}),
    (100, of_type("flow", {})), (100, {**text(), "type": ["text"]}), (100, interactive({"type": "product"})),
    (131009, interactive(buttons())), (131009, interactive(buttons(YES, NO, ("m", "Quizás"), ("x", "Otra")))),
    (131009, interactive(buttons(YES, ("y", "No")))), (131009, interactive(buttons(YES, ("n", "Sí")))),
    (131009, interactive(buttons(("y", "t" * 21)))), (131009, interactive(buttons(("y", "")))),
    (131009, interactive(buttons(("a" * 257, "Sí")))), (131009, interactive(buttons((" y", "Sí")))),
    (131009, interactive(buttons(YES, body="b" * 1025))), (131009, interactive(buttons(YES, footer={"text": "f" * 61}))),
    (131009, interactive(buttons(YES, header={"type": "text", "text": "h" * 61}))),
    (131009, interactive(rows(11))), (131009, interactive(rows(6, 5))), (131009, interactive(rows(0))),
    (131009, interactive(rows(1, 1, title=None))), (131009, interactive(rows(1, title="s" * 25))),
    (131009, interactive(rows(1, button="b" * 21))), (131009, interactive(rows(1, button=" "))),
    (131009, interactive({**rows(1), "action": {"button": "Ver", "sections": [{"rows": [{"id": "1", "title": "t" * 25}]}]}})),
    (131009, interactive(rows(1, description="d" * 73))), (131009, interactive(rows(1, id="i" * 201))),
    (131009, interactive(rows(2, id="same"))), (131009, interactive(link("t" * 21))), (131009, interactive(link(url="ftp://x"))),
    (100, of_type("image", {"id": "700001", "link": "https://h.example/a.jpg"})), (100, of_type("image", {})),
    (100, of_type("image", {"id": "1"})), (131009, of_type("image", {"link": "http://h.example/a.jpg"})),
    (131009, of_type("image", {"id": "700001", "caption": "c" * 1025})), (100, of_type("audio", {"id": "700001", "caption": "c"})),
    (131009, of_type("reaction", {"message_id": "w", "emoji": "ok"})), (100, of_type("reaction", {"message_id": "w"})),
    (131009, of_type("location", {"latitude": 91, "longitude": 0})), (100, of_type("location", {"latitude": 1})),
    (131009, of_type("contacts", [])),
]  # fmt: skip
