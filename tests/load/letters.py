"""What guests and Meta post: ten questions with known answers, payloads, signatures, whole HTTP requests as bytes.

Written without product code: the harness must not share a mistake with what it measures.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
from dataclasses import dataclass

SECRET, TOKEN, VERIFY = "app-secret-of-the-bench", "token-of-the-bench", "verify-token-of-the-bench"
PATH = "/webhooks/whatsapp/"

# topic, language, the hotel's words: "{hotel}" tells an answer of one hotel from another's.
FACTS = [
    ("amenity_breakfast", "es", "El desayuno es de 7 a 10 ({hotel})."),
    ("amenity_wifi", "es", "Hay wifi gratis en todo el hotel ({hotel})."),
    ("amenity_parking", "es", "La cochera cuesta 5000 por noche ({hotel})."),
    ("policy_pets", "es", "Aceptamos perros de hasta 10 kg ({hotel})."),
    ("amenity_breakfast", "en", "Breakfast is from 7 to 10 ({hotel})."),
    ("amenity_pool", "en", "The pool is open from 9 to 20 ({hotel})."),
    ("check_out_time", "en", "Check-out is until 11 ({hotel})."),
    ("amenity_breakfast", "pt", "O café da manhã é das 7 às 10 ({hotel})."),
    ("amenity_parking", "pt", "O estacionamento custa 5000 por noite ({hotel})."),
    ("policy_pets", "pt", "Aceitamos cachorros de até 10 kg ({hotel})."),
]
# One question for each fact, in its order.
QUESTIONS = [
    "a qué hora es el desayuno?",
    "hola, tienen wifi en las habitaciones?",
    "hay cochera?",
    "se puede ir con perro?",
    "what time is breakfast?",
    "hi, do you have a swimming pool?",
    "what time is check-out?",
    "que horas é o café da manhã?",
    "vocês têm estacionamento?",
    "posso levar meu cachorro?",
]


@dataclass(frozen=True)
class Line:
    """One of our numbers at Meta, and the hotel behind it."""

    number: str
    hotel: str
    display: str


@dataclass(frozen=True)
class Text:
    """A question of one guest to one number."""

    id: str
    line: Line
    sender: str
    question: int
    at: float

    @property
    def answer(self) -> str:
        """What the guest must be told."""
        return FACTS[self.question][2].format(hotel=self.line.hotel)


def lines(count: int) -> list[Line]:
    """Numbers of ours, one hotel each."""
    return [Line(str(100_001 + index), f"bench-{index:02d}", str(5491150000000 + index)) for index in range(count)]


def phone(guest: int) -> str:
    """A guest's number as WhatsApp spells it (Argentina)."""
    return f"54911{20_000_000 + guest}"


def run_mark() -> str:
    """Letters of one run share it, so that SQL finds them."""
    return secrets.token_hex(4)


def wamid(mark: str, number: int) -> str:
    """An id as long as Meta's."""
    return f"wamid.HBgN{mark}" + base64.b64encode(f"{number:018d}FQIAERgS".encode()).decode()


def text_body(text: Text) -> bytes:
    message = {
        "from": text.sender,
        "id": text.id,
        "timestamp": str(int(text.at)),
        "type": "text",
        "text": {"body": QUESTIONS[text.question]},
    }
    contacts = [{"profile": {"name": f"Guest {text.sender[-4:]}"}, "wa_id": text.sender}]
    return _body(text.line, {"contacts": contacts, "messages": [message]})


def status_body(line: Line, provider_id: str, callback: str, recipient: str, name: str, at: float) -> bytes:
    """A delivery status of one letter of ours."""
    status = {
        "id": provider_id,
        "status": name,
        "timestamp": str(int(at)),
        "recipient_id": recipient,
        "biz_opaque_callback_data": callback,
        "conversation": {"id": f"c{recipient}", "origin": {"type": "service"}},
        "pricing": {"billable": False, "pricing_model": "PMP", "category": "service", "type": "free_customer_service"},
    }
    return _body(line, {"statuses": [status]})


def request(port: int, body: bytes, path: str = PATH) -> bytes:
    """The signed POST, ready for the wire."""
    signature = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUser-Agent: facebookexternalua\r\nAccept: */*\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\nX-Hub-Signature-256: sha256={signature}\r\n\r\n"
    )
    return head.encode() + body


def _body(line: Line, value: dict[str, object]) -> bytes:
    metadata = {"display_phone_number": line.display, "phone_number_id": line.number}
    value = {"messaging_product": "whatsapp", "metadata": metadata, **value}
    entry = {"id": "2001", "changes": [{"field": "messages", "value": value}]}
    return json.dumps({"object": "whatsapp_business_account", "entry": [entry]}, ensure_ascii=False).encode()
