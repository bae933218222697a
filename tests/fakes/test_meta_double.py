"""The double of Meta's Cloud API: it must refuse what Meta refuses, and its ledger must tell what happened."""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.fakes.meta.client import MetaDouble
from tests.fakes.meta.errors import GraphError
from tests.fakes.meta.examples import GUEST, NO, REFUSED, TAKEN, YES, buttons, interactive, of_type, rows, text
from tests.fakes.meta.hook import Hook
from tests.fakes.meta.pacing import Pacing, spellings, window_is_open
from tests.fakes.meta.rules import check_message

DAY_S = 24 * 3600
Json = dict[str, Any]


@pytest.fixture
def hotel() -> Iterator[Hook]:
    hook = Hook()
    yield hook
    hook.close()


@pytest.fixture
def make(hotel: Hook, tmp_path: Path) -> Iterator[Callable[..., MetaDouble]]:
    running: list[MetaDouble] = []

    def start(*extra: str, **options: Any) -> MetaDouble:
        double = MetaDouble(tmp_path / "ledger.sqlite3", hotel.url, extra=extra, **options).start()
        running.append(double)
        return double

    yield start
    assert [double.stop() for double in running] == [0] * len(running)


@pytest.fixture
def double(make: Callable[..., MetaDouble]) -> MetaDouble:
    return make()


def post(double: MetaDouble, body: Json, *, token: str | None = None, prefix: str = "", number: str = "1001") -> Any:
    url = f"{double.base_url}{prefix}/v26.0/{number}/messages"
    return requests.post(url, json=body, headers={"Authorization": f"Bearer {token or double.token}"}, timeout=10)


def get(double: MetaDouble, path: str) -> Any:
    headers = {"Authorization": f"Bearer {double.token}"}
    return requests.get(path if path.startswith("http") else double.base_url + path, headers=headers, timeout=10)


def refusal(body: Json) -> int | None:
    try:
        check_message(body, lambda content, to_bsuid: None, lambda media_id: media_id == "700001")
    except GraphError as error:
        assert error.http_status == 400 and error.details
        return error.code
    return None


@pytest.mark.parametrize("body", TAKEN)
def test_rules_take_what_is_within_the_limits(body: Json) -> None:
    assert refusal(body) is None


@pytest.mark.parametrize(("code", "body"), REFUSED)
def test_rules_refuse_what_is_beyond_a_limit(code: int, body: Json) -> None:
    assert refusal(body) == code


def test_window_closes_to_the_second() -> None:
    assert window_is_open(1000.0, 1000.0 + DAY_S - 1)
    assert not window_is_open(1000.0, 1000.0 + DAY_S)
    assert not window_is_open(None, 1000.0)


def test_pair_burst_of_45_is_repaid_at_one_per_six_seconds() -> None:
    pacing, codes = Pacing(80), []

    def send(now: float) -> int:
        try:
            pacing.admit("1001", "g", now)
        except GraphError as error:
            return error.code
        return 0

    codes = [send(100.0) for _ in range(46)]
    later = [send(105.9), send(106.0), send(106.0), send(50.0)]

    assert codes == [0] * 45 + [131056]
    assert later == [131056, 0, 131056, 131056]


def test_throughput_of_80_counts_inbound_too() -> None:
    pacing = Pacing(80)
    pacing.note_inbound("1001", 100.0)
    for guest in range(79):
        pacing.admit("1001", str(guest), 100.0)

    with pytest.raises(GraphError) as refused:
        pacing.admit("1001", "one more", 100.9)

    assert refused.value.code == 130429
    pacing.admit("1001", "one more", 101.0)
    pacing.admit("1002", "other number", 100.9)


@pytest.mark.parametrize(
    ("digits", "other"), [("541155551234", GUEST), ("5215512345678", "525512345678"), ("551187654321", "5511987654321")]
)
def test_spellings_know_the_national_forms(digits: str, other: str) -> None:
    assert spellings(digits) == [digits, other]


def test_send_answers_as_meta_does_and_statuses_follow(double: MetaDouble, hotel: Hook) -> None:
    double.guest_says(GUEST, "hola", name="Ana")

    answer = post(double, text(biz_opaque_callback_data="outbox-7", to="541155551234"))
    double.wait_idle()

    assert answer.status_code == 200
    wamid = answer.json()["messages"][0]["id"]
    assert wamid.startswith("wamid.")
    assert answer.json() == {
        "messaging_product": "whatsapp",
        "contacts": [{"input": "541155551234", "wa_id": GUEST}],
        "messages": [{"id": wamid}],
    }
    sent, delivered = hotel.statuses()
    assert [sent["status"], delivered["status"]] == ["sent", "delivered"]
    for status in (sent, delivered):
        assert (status["id"], status["recipient_id"]) == (wamid, GUEST)
        assert status["biz_opaque_callback_data"] == "outbox-7"
        assert status["pricing"]["pricing_model"] == "PMP" and status["pricing"]["category"] == "service"
        assert "conversation" not in status


def test_read_status_comes_last_when_receipts_are_on(make: Callable[..., MetaDouble], hotel: Hook) -> None:
    double = make("--read")
    double.guest_says(GUEST, "hola")

    post(double, text())
    double.wait_idle()

    assert [status["status"] for status in hotel.statuses()] == ["sent", "delivered", "read"]


def test_wrong_token_is_401_with_code_190(double: MetaDouble) -> None:
    double.guest_says(GUEST, "hola")

    refused = post(double, text(), token="old")
    double.set_token("old")
    taken = post(double, text(), token="old")

    error = refused.json()["error"]
    assert (refused.status_code, error["code"], error["type"]) == (401, 190, "OAuthException")
    assert error["fbtrace_id"]
    assert taken.status_code == 200
    assert double.sql("SELECT outcome, code, http_status FROM calls") == [("refused", 190, 401), ("accepted", 0, 200)]


def test_unknown_number_and_undeclared_json_are_refused(double: MetaDouble) -> None:
    unknown = post(double, text(), number="999")
    headers = {"Authorization": f"Bearer {double.token}"}
    url = f"{double.base_url}/v26.0/1001/messages"
    undeclared = requests.post(url, data=json.dumps(text()), headers=headers, timeout=10)

    assert (unknown.status_code, unknown.json()["error"]["code"]) == (400, 100)
    assert (undeclared.status_code, undeclared.json()["error"]["code"]) == (400, 100)
    assert double.sql("SELECT count(*) FROM accepted") == [(0,)]


def test_refusal_names_the_limit(double: MetaDouble) -> None:
    double.guest_says(GUEST, "hola")

    answer = post(double, interactive(buttons(("y", "t" * 21))), prefix="/meta/graph")

    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (400, 131009)
    assert error["message"] == "(#131009) Parameter value is not valid"
    assert error["error_data"] == {
        "messaging_product": "whatsapp",
        "details": "Button title length invalid. Min length: 1, Max length: 20, got 21",
    }


def test_closed_window_is_told_by_a_failed_status(double: MetaDouble, hotel: Hook) -> None:
    double.guest_says(GUEST, "hola", timestamp=int(time.time()) - DAY_S - 1, deliver=False)

    answer = post(double, text(biz_opaque_callback_data="outbox-8"))
    double.wait_idle()

    wamid = answer.json()["messages"][0]["id"]
    [failed] = hotel.statuses()
    assert (failed["id"], failed["status"], failed["errors"][0]["code"]) == (wamid, "failed", 131047)
    assert failed["biz_opaque_callback_data"] == "outbox-8"
    assert "pricing" not in failed and "contacts" not in hotel.values()[0]
    assert double.sql("SELECT wamid, window_open, fail_code FROM accepted") == [(wamid, 0, 131047)]


def test_closed_window_can_be_told_at_once(make: Callable[..., MetaDouble], hotel: Hook) -> None:
    double = make("--window", "sync")
    double.guest_says(GUEST, "hola")

    inside = post(double, text())
    double.set_clock(DAY_S)
    outside = post(double, text())
    template = post(double, of_type("template", {"name": "hello_world", "language": {"code": "en_US"}}))

    assert [inside.status_code, outside.status_code, template.status_code] == [200, 400, 200]
    assert outside.json()["error"]["code"] == 131047
    assert [row["type"] for row in double.messages(GUEST)] == ["text", "template"]


def test_reaction_does_not_open_the_window(double: MetaDouble, hotel: Hook) -> None:
    double.guest(GUEST, type="reaction", reaction={"message_id": "wamid.1", "emoji": "👍"})

    post(double, text())
    double.wait_idle()

    assert [status["status"] for status in hotel.statuses()] == ["failed"]


def test_pair_limit_is_enforced_over_http_and_repaid_with_the_clock(double: MetaDouble) -> None:
    double.guest_says(GUEST, "hola")

    answers = [post(double, text(to="541155551234" if index % 2 else GUEST)) for index in range(47)]
    double.set_clock(60)
    after = post(double, text())

    refused = [answer for answer in answers if answer.status_code != 200]
    assert refused and {answer.json()["error"]["code"] for answer in refused} == {131056}
    assert {answer.status_code for answer in refused} == {400}
    assert after.status_code == 200


def test_signature_covers_the_raw_bytes_with_metas_escapes(double: MetaDouble, hotel: Hook) -> None:
    answer = double.guest_says(GUEST, "Señal 😀 a/b", name="José")

    headers, body = hotel.got[0]
    expected = hmac.new(double.app_secret.encode(), body, hashlib.sha256).hexdigest()
    assert answer["status"] == 200
    assert headers["X-Hub-Signature-256"] == f"sha256={expected}"
    assert b"Se\\u00f1al \\ud83d\\ude00 a\\/b" in body
    assert hotel.values()[0]["messages"][0]["text"] == {"body": "Señal 😀 a/b"}


def test_envelope_carries_both_identities(double: MetaDouble, hotel: Hook) -> None:
    double.guest_says(GUEST, "hola", name="Ana", id="wamid.A", timestamp=1700000000)
    double.guest_says(None, "hola", user_id="PE.ABC", username="ana")

    first, second = hotel.values()
    user_id = first["contacts"][0]["user_id"]
    assert first["metadata"] == {"display_phone_number": "5491150000000", "phone_number_id": "1001"}
    assert first["contacts"] == [{"profile": {"name": "Ana"}, "wa_id": GUEST, "user_id": user_id}]
    assert first["messages"][0] == {
        "from": GUEST,
        "from_user_id": user_id,
        "id": "wamid.A",
        "timestamp": "1700000000",
        "type": "text",
        "text": {"body": "hola"},
    }
    assert "wa_id" not in second["contacts"][0] and "from" not in second["messages"][0]
    assert second["messages"][0]["from_user_id"] == "PE.ABC"


def test_guest_known_by_user_id_only_is_answered_by_recipient(double: MetaDouble, hotel: Hook) -> None:
    double.guest_says(None, "hola", user_id="PE.ABC")

    answer = post(double, {"messaging_product": "whatsapp", "recipient": "PE.ABC", "text": {"body": "hola"}})
    double.wait_idle()

    assert answer.json()["contacts"] == [{"input": "PE.ABC", "user_id": "PE.ABC"}]
    assert [status["recipient_user_id"] for status in hotel.statuses()] == ["PE.ABC", "PE.ABC"]


def test_phone_and_user_id_of_one_guest_share_the_pace(double: MetaDouble) -> None:
    double.guest_says(GUEST, "hola", user_id="AR.1")
    double.guest_says(None, "hola otra vez", user_id="AR.1")

    post(double, text())
    post(double, {"messaging_product": "whatsapp", "recipient": "AR.1", "text": {"body": "hola"}})

    assert double.sql("SELECT wa_id, user_id, window_open FROM accepted") == [(GUEST, "AR.1", 1)] * 2


@pytest.mark.parametrize("kind", ["button_reply", "list_reply"])
def test_tap_answers_the_message_that_offered_the_choice(double: MetaDouble, hotel: Hook, kind: str) -> None:
    double.guest_says(GUEST, "hola")
    content = interactive(buttons(("y", "Doble"), NO) if kind == "button_reply" else rows(1, id="y"))
    wamid = post(double, content).json()["messages"][0]["id"]

    double.guest_taps(GUEST, "y", kind=kind)

    message = [value["messages"][0] for value in hotel.values() if "messages" in value][-1]
    assert message["interactive"] == {"type": kind, kind: {"id": "y", "title": "Doble"}}
    assert message["context"] == {"id": wamid}


def test_read_and_typing_need_a_known_inbound_message(double: MetaDouble) -> None:
    inbound = double.guest_says(GUEST, "hola")["id"]
    read = {
        "messaging_product": "whatsapp",
        "status": "read",
        "message_id": inbound,
        "typing_indicator": {"type": "text"},
    }

    known = post(double, read)
    unknown = post(double, read | {"message_id": "wamid.nobody"})

    assert (known.status_code, known.json()) == (200, {"success": True})
    assert (unknown.status_code, unknown.json()["error"]["code"]) == (400, 100)
    assert double.sql("SELECT kind, outcome FROM calls") == [("read", "ok"), ("read", "refused")]


def test_webhook_is_retried_until_200(double: MetaDouble, hotel: Hook) -> None:
    hotel.answers[:] = [503, 302]

    first = double.guest_says(GUEST, "hola", id="wamid.A")
    double.wait_idle(10)

    assert first == {"id": "wamid.A", "status": 503}
    assert len({body for _, body in hotel.got}) == 1
    attempts = double.sql("SELECT attempt, http_status FROM webhooks WHERE item_id = 'wamid.A' ORDER BY id")
    assert attempts == [(1, 503), (2, 302), (3, 200)]
    first_at, second_at, third_at = (at for (at,) in double.sql("SELECT at FROM webhooks ORDER BY id"))
    assert second_at - first_at >= 0.5 and third_at - second_at >= 1.0


def test_raw_bytes_are_posted_once_and_signed_as_told(double: MetaDouble, hotel: Hook) -> None:
    hotel.answers[:] = [401, 401, 401]

    answers = [double.raw(b"{}", signature="sha256=00"), double.raw(b"{}", signature=None), double.raw(b"{}")]

    signatures = [headers.get("X-Hub-Signature-256") for headers, _ in hotel.got]
    signed = "sha256=" + hmac.new(double.app_secret.encode(), b"{}", hashlib.sha256).hexdigest()
    assert [answer["status"] for answer in answers] == [401, 401, 401]
    assert signatures == ["sha256=00", None, signed]


def test_handshake_and_account_fields_reach_the_hotel(double: MetaDouble, hotel: Hook) -> None:
    assert double.verify(challenge="12345") == {"status": 200, "body": "12345", "ok": True}

    double.webhook("account_update", {"event": "ACCOUNT_RESTRICTION"})

    assert hotel.values() == [{"event": "ACCOUNT_RESTRICTION"}]


@pytest.mark.parametrize(
    ("details", "status", "code"),
    [
        ({"status": 500, "code": 131000}, 500, 131000),
        ({"code": 130429}, 400, 130429),
        ({"status": 429, "code": 4}, 429, 4),
    ],
)
def test_fault_http_answers_the_code_and_takes_nothing(double: MetaDouble, details: Json, status: int, code: int) -> None:
    double.guest_says(GUEST, "hola")
    double.fault("http", **details, headers={"Retry-After": "3"})

    spoiled, next_one = post(double, text()), post(double, text())

    assert (spoiled.status_code, spoiled.json()["error"]["code"]) == (status, code)
    assert spoiled.headers["Retry-After"] == "3"
    assert next_one.status_code == 200
    assert double.sql("SELECT outcome, code, http_status, fault FROM calls") == [
        ("fault", code, status, "http"),
        ("accepted", 0, 200, None),
    ]


@pytest.mark.parametrize(
    ("kind", "details", "accepted"),
    [
        ("drop_before", {}, 0),
        ("drop_before", {"reset": True}, 0),
        ("lost_answer", {}, 1),
        ("lost_answer", {"reset": True}, 1),
    ],
)
def test_fault_hangs_up_before_or_after_taking_the_message(
    double: MetaDouble, hotel: Hook, kind: str, details: Json, accepted: int
) -> None:
    double.guest_says(GUEST, "hola")
    double.fault(kind, **details)

    with pytest.raises(requests.ConnectionError) as cut:
        post(double, text())
    double.wait_idle()

    assert ("reset" in str(cut.value).lower()) == details.get("reset", False)
    assert double.sql("SELECT count(*) FROM accepted") == [(accepted,)]
    assert double.sql("SELECT http_status, fault FROM calls") == [(0, kind)]
    assert [status["status"] for status in hotel.statuses()] == ["sent", "delivered"] * accepted


@pytest.mark.parametrize("accepted", [False, True])
def test_fault_html_answers_a_page(double: MetaDouble, accepted: bool) -> None:
    double.guest_says(GUEST, "hola")
    double.fault("html", status=200, accepted=accepted)

    page = post(double, text())

    assert page.headers["Content-Type"].startswith("text/html") and page.text.startswith("<!DOCTYPE html>")
    assert double.sql("SELECT count(*) FROM accepted") == [(int(accepted),)]


def test_fault_no_id_takes_the_message_and_hides_its_id(double: MetaDouble, hotel: Hook) -> None:
    double.guest_says(GUEST, "hola")
    double.fault("no_id")

    answer = post(double, text(biz_opaque_callback_data="outbox-9"))
    double.wait_idle()

    assert (answer.status_code, "messages" in answer.json()) == (200, False)
    assert [status["biz_opaque_callback_data"] for status in hotel.statuses()] == ["outbox-9"] * 2


def test_fault_delay_takes_the_message_first(double: MetaDouble) -> None:
    double.guest_says(GUEST, "hola")
    double.fault("delay", seconds=1)
    sending = threading.Thread(target=post, args=(double, text()))
    sending.start()

    double.messages(GUEST, at_least=1)

    assert sending.is_alive()
    sending.join()


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("duplicate_status", ["sent", "sent", "delivered", "delivered"]),
        ("reorder_status", ["delivered", "sent"]),
        ("no_status", []),
        ("only_sent", ["sent"]),
        ("fail_status", ["failed"]),
    ],
)
def test_fault_changes_the_statuses(double: MetaDouble, hotel: Hook, kind: str, expected: list[str]) -> None:
    double.guest_says(GUEST, "hola")
    double.fault(kind)

    answer = post(double, text())
    double.wait_idle()

    assert answer.status_code == 200
    assert [status["status"] for status in hotel.statuses()] == expected
    assert double.sql("SELECT fault FROM calls") == [(kind,)]


def test_fault_status_before_answer(double: MetaDouble, hotel: Hook) -> None:
    double.guest_says(GUEST, "hola")
    double.fault("status_before_answer")
    answered = threading.Event()
    sending = threading.Thread(target=lambda: (post(double, text()), answered.set()))
    hotel.gate.clear()
    sending.start()

    hotel.wait_posts(2)

    assert not answered.is_set()
    hotel.gate.set()
    sending.join()
    assert [status["status"] for status in hotel.statuses()] == ["sent", "delivered"]


def test_faults_hit_only_what_they_are_aimed_at(double: MetaDouble) -> None:
    double.guest_says(GUEST, "hola")
    double.fault("http", code=131016, match={"to": GUEST, "type": "interactive"}, skip=1, times=2)

    codes = [post(double, text()).status_code]
    codes += [post(double, interactive(buttons(YES))).status_code for _ in range(4)]

    assert codes == [200, 200, 503, 503, 200]
    with pytest.raises(ValueError, match="unknown kind"):
        double.fault("no_such_fault")


def test_templates_are_paged_and_checked(double: MetaDouble) -> None:
    body = "Hola {{1}}, llega el {{2}}"
    double.set_templates(*({"name": f"t{n}", "language": "es_AR", "body": body} for n in range(30)))
    double.set_templates({"name": "off", "language": "es_AR", "status": "PAUSED", "body": "x"}, append=True)

    def send(name: str, *params: str) -> int:
        parts = [{"type": "body", "parameters": [{"type": "text", "text": value} for value in params]}]
        content = {"name": name, "language": {"code": "es_AR"}, "components": parts}
        answer = post(double, of_type("template", content)).json()
        return answer["error"]["code"] if "error" in answer else 0

    first = get(double, "/v26.0/2001/message_templates?limit=20").json()
    second = get(double, first["paging"]["next"]).json()

    assert [len(first["data"]), len(second["data"])] == [20, 11]
    assert "next" not in second["paging"]
    assert send("t0", "Ana", "lunes") == 0
    assert [send("t0", "Ana"), send("t0", "Ana", ""), send("t0", "Ana", "a\nb")] == [132000, 131008, 132018]
    assert [send("none"), send("off")] == [132001, 132015]


def test_number_tells_its_quality(double: MetaDouble) -> None:
    double.set_number("1001", quality_rating="RED")

    answer = get(double, "/v26.0/1001?fields=quality_rating,display_phone_number,verified_name").json()

    assert answer == {
        "quality_rating": "RED",
        "display_phone_number": "+5491150000000",
        "verified_name": "Hotel",
        "id": "1001",
    }
    assert get(double, "/v26.0/1001?fields=nonsense").json()["error"]["code"] == 100


def test_media_is_uploaded_described_and_downloaded(double: MetaDouble) -> None:
    headers = {"Authorization": f"Bearer {double.token}"}
    files = {"file": ("a.pdf", b"%PDF-1.4\r\n\x00\xff", "application/pdf")}
    url = f"{double.base_url}/v26.0/1001/media"

    media_id = requests.post(url, data={"messaging_product": "whatsapp"}, files=files, headers=headers, timeout=10).json()["id"]
    described = get(double, f"/v26.0/{media_id}").json()
    downloaded = get(double, described["url"]).content
    bare = requests.get(described["url"], timeout=10)
    double.set_clock(301)
    late = get(double, described["url"])

    assert downloaded == b"%PDF-1.4\r\n\x00\xff"
    assert described["sha256"] == hashlib.sha256(downloaded).hexdigest()
    assert [bare.status_code, late.status_code] == [401, 404]
    assert double.plant_media(b"voz", "audio/ogg; codecs=opus")["id"] != media_id


def test_ledger_outlives_a_restart(make: Callable[..., MetaDouble], hotel: Hook) -> None:
    double = make()
    double.guest_says(GUEST, "hola", id="wamid.A")
    post(double, text())
    double.wait_idle()
    assert double.stop() == 0

    double.start()
    post(double, text("otra vez"))
    double.wait_idle()

    assert [row["window_open"] for row in double.messages(GUEST, at_least=2)] == [1, 1]
    assert double.sql("SELECT phone_number_id, id, wa_id, type, opens_window FROM inbound") == [("1001", "wamid.A", GUEST, "text", 1)]
    kinds = [(row["kind"], row["detail"]) for row in double.ledger()["webhooks"]]
    assert kinds == [("message", "text"), *[("status", "sent"), ("status", "delivered")] * 2]
    assert double.sql("PRAGMA journal_mode") == [("wal",)]
