"""The webhook as Meta meets it: handshake, signature, everything stored, nothing of anybody else."""

import json
import random

import pytest
from django.test import Client

from channels_app.models import AccountNotice, DeliveryReceipt, Inbound, MetaApp
from channels_app.transports.whatsapp import parse
from tests.conftest import NUMBER, SECRET, VERIFY, envelope, make_account, signed, text_message
from tests.promises import promise

PATHS = ["/webhooks/whatsapp/", "/webhook/whatsapp", "/webhooks/whatsapp", "/api/webhooks/whatsapp", "/webhook"]


def handshake(client, path="/webhooks/whatsapp/", **query):
    return client.get(path, {f"hub.{key}": value for key, value in query.items()})


@promise("A1")
class TestHandshake:
    def test_right_token_gets_the_challenge_as_plain_text(self, client, whatsapp):
        response = handshake(client, mode="subscribe", verify_token=VERIFY, challenge="<b>1158201444</b>")

        assert (response.status_code, response.content, response["Content-Type"]) == (
            200,
            b"<b>1158201444</b>",
            "text/plain; charset=utf-8",
        )

    @pytest.mark.parametrize(
        ("query", "status"),
        [
            ({"mode": "subscribe", "verify_token": "wrong", "challenge": "1"}, 403),
            ({"mode": "unsubscribe", "verify_token": VERIFY, "challenge": "1"}, 403),
            ({"verify_token": VERIFY, "challenge": "1"}, 400),
            ({"mode": ["subscribe", "subscribe"], "verify_token": VERIFY, "challenge": "1"}, 400),
            ({"mode": "subscribe", "verify_token": [VERIFY, VERIFY], "challenge": "1"}, 400),
            ({"mode": "subscribe", "verify_token": VERIFY, "challenge": "1" * 10_000}, 400),
        ],
    )
    def test_anything_else_is_refused_and_nothing_is_reflected(self, client, whatsapp, query, status):
        response = handshake(client, **query)

        assert (response.status_code, response.content) == (status, b"")

    def test_an_app_without_verify_token_accepts_no_empty_one(self, client, whatsapp):
        MetaApp.objects.update(verify_token="")

        assert handshake(client, mode="subscribe", verify_token="", challenge="1").status_code == 403

    @promise("A11")
    @pytest.mark.parametrize("path", [spelling for path in PATHS for spelling in (path.rstrip("/"), path.rstrip("/") + "/")])
    def test_every_spelling_of_the_path_is_the_same_view(self, client, whatsapp, post, path):
        answer = handshake(client, path, mode="subscribe", verify_token=VERIFY, challenge="7")
        stored = post(envelope(text_message(path, wamid=path)), path=path)

        assert (answer.content, stored.status_code, Inbound.objects.get().text) == (b"7", 200, path)


@promise("A2")
class TestSignature:
    def body(self):
        return json.dumps(envelope(text_message("hola á", wamid="w1"))).encode()

    def bad_headers(self, body):
        good = signed(body)["X-Hub-Signature-256"]
        flipped = good[:-1] + ("0" if good[-1] != "0" else "1")
        reserialised = json.dumps(json.loads(body), ensure_ascii=False, separators=(",", ":")).encode()
        return {
            "bit flipped": {"X-Hub-Signature-256": flipped},
            "missing": {},
            "sha1": {"X-Hub-Signature-256": good.replace("sha256=", "sha1=")},
            "old header": {"X-Hub-Signature": good},
            "upper case": {"X-Hub-Signature-256": "sha256=" + good[7:].upper()},
            "empty": {"X-Hub-Signature-256": ""},
            "no digest": {"X-Hub-Signature-256": "sha256="},
            "re-serialised": signed(reserialised),
            "unknown secret": signed(body, "nobody's secret"),
            "empty secret": signed(body, ""),
            "magic": {"X-Hub-Signature-256": "sha256=test", "X-Debug": "1"},
        }

    def test_only_the_right_signature_has_an_effect(self, whatsapp, post):
        body = self.body()
        MetaApp.objects.create(name="without secret", secret="")

        refused = {name: post(body, headers=headers).status_code for name, headers in self.bad_headers(body).items()}
        stored_before = Inbound.objects.count() + AccountNotice.objects.count()
        accepted = post(body).status_code

        assert refused == dict.fromkeys(refused, 401)
        assert (stored_before, accepted, Inbound.objects.get().text) == (0, 200, "hola á")

    def test_an_unsigned_body_is_not_even_parsed(self, whatsapp, post, monkeypatch):
        monkeypatch.setattr("channels_app.webhooks.parse.parse", lambda payload: pytest.fail("parsed"))

        assert post(b'{"entry": [', headers={}).status_code == 401

    def test_the_previous_secret_counts_while_it_is_kept(self, whatsapp, post):
        MetaApp.objects.update(secret="the new secret", previous_secret=SECRET)
        during = post(envelope(text_message("uno", wamid="w1"))).status_code
        MetaApp.objects.update(previous_secret="")

        after = post(envelope(text_message("dos", wamid="w2"))).status_code

        assert (during, after, [row.text for row in Inbound.objects.all()]) == (200, 401, ["uno"])

    def test_another_configured_apps_secret_is_quarantined(self, whatsapp, post):
        MetaApp.objects.create(name="other", secret="the other app's secret")

        response = post(self.body(), secret="the other app's secret")

        notice = AccountNotice.objects.get()
        assert (response.status_code, Inbound.objects.count()) == (200, 0)
        assert (notice.account, notice.quarantined, notice.raw["id"]) == (None, True, "w1")

    def test_control_a_comparison_that_accepts_everything_is_noticed(self, whatsapp, post, monkeypatch):
        monkeypatch.setattr("channels_app.transports.whatsapp.signature.hmac.compare_digest", lambda *_: True)

        assert post(self.body(), headers=signed(self.body(), "nobody's secret")).status_code == 200


class TestContent:
    @promise("A3")
    @pytest.mark.parametrize("text", ["Núñez está aquí ☕ 🏨", "são joão", "¿qué tal? ‮abc", "日本語 العربية"])
    @pytest.mark.parametrize("ascii_only", [True, False])
    def test_text_arrives_byte_for_byte(self, whatsapp, post, text, ascii_only):
        body = json.dumps(envelope(text_message(text)), ensure_ascii=ascii_only).replace("/", "\\/").encode()

        response = post(body)

        assert (response.status_code, Inbound.objects.get().text) == (200, text)

    @promise("A4")
    def test_every_item_of_every_change_of_every_entry_is_kept(self, whatsapp, post):
        status = {"id": "wamid.out", "status": "sent", "timestamp": "1790000000", "recipient_id": "5491155551234"}
        one = envelope(text_message("a", wamid="a"), text_message("b", wamid="b", sender="5491155559999"), statuses=[status])
        two = envelope(text_message("c", wamid="c"))
        one["entry"] += two["entry"] + [{}]
        one["entry"][0]["changes"].append({"field": "account_update", "value": {"event": "DISABLED_UPDATE"}})

        response = post(one)

        assert response.status_code == 200
        assert sorted(Inbound.objects.values_list("provider_id", flat=True)) == ["a", "b", "c"]
        assert DeliveryReceipt.objects.get().provider_id == "wamid.out"
        assert sorted(AccountNotice.objects.values_list("kind", "quarantined")) == [("account_update", False), ("empty_entry", False)]

    @promise("A4", small=100, full=1000)
    def test_random_mixtures_are_kept_whole(self, whatsapp, post, size, figures):
        """``size`` payloads of up to four entries, changes and items each, letters and statuses mixed."""
        rng, letters, statuses = random.Random(4), set(), set()
        for _payload in range(size):
            entries = []
            for _entry in range(rng.randint(1, 4)):
                changes = []
                for _change in range(rng.randint(1, 4)):
                    texts = [text_message("hola", sender=f"54911{rng.randrange(10**8):08d}") for _ in range(rng.randint(0, 4))]
                    marks = [
                        {"id": f"wamid.s{rng.randrange(10**12)}", "status": rng.choice(["sent", "read"]), "timestamp": "1790000000"}
                        for _ in range(rng.randint(0 if texts else 1, 4))
                    ]
                    letters |= {text["id"] for text in texts}
                    statuses |= {mark["id"] for mark in marks}
                    changes += envelope(*texts, statuses=marks)["entry"][0]["changes"]
                entries.append({"id": "2001", "changes": changes})
            assert post({"object": "whatsapp_business_account", "entry": entries}).status_code == 200

        figures.update(payloads=size, letters=len(letters), statuses=len(statuses))
        assert set(Inbound.objects.values_list("provider_id", flat=True)) == letters
        assert set(DeliveryReceipt.objects.values_list("provider_id", flat=True)) == statuses

    @promise("A5")
    def test_one_bad_item_never_loses_its_siblings(self, whatsapp, post):
        nameless = {"type": "text", "text": {"body": "no id"}, "from": "54911", "timestamp": "1790000000"}
        future = text_message("x", wamid="future") | {"timestamp": "99999999999999"}
        nul = text_message("ho\x00la", wamid="nul")

        response = post(envelope(nameless, future, "not an object", nul, text_message("bien", wamid="good")) if False else {
            "entry": [{"changes": [{"field": "messages", "value": {"metadata": {"phone_number_id": NUMBER}, "messages": [nameless, future, "no", nul, text_message("bien", wamid="good")]}}]}]
        })  # fmt: skip

        assert response.status_code == 200
        assert sorted(Inbound.objects.values_list("provider_id", "text")) == [("good", "bien"), ("nul", "hola")]
        assert AccountNotice.objects.filter(kind__startswith="unreadable").count() == 3

    @pytest.mark.parametrize(
        "kind", ["order", "system", "reaction", "sticker", "contacts", "location", "unsupported", "request_welcome", "hologram"]
    )
    @promise("A5")
    def test_unknown_kinds_are_stored_and_answered_200(self, whatsapp, post, work, kind):
        message = {"from": "5491155551234", "id": f"w-{kind}", "timestamp": "1790000000", "type": kind, kind: {"anything": 1}}

        response = post(envelope(message))
        work()

        row = Inbound.objects.get()
        assert (response.status_code, row.kind, row.raw["type"]) == (200, kind, kind)
        assert row.message.conversation.messages.first().kind == kind

    @pytest.mark.parametrize("body", [b"", b"[]", b"null", b"{", b'{"entry": 5}', b"[" * 100_000, b"\xff\xfe"])
    def test_signed_nonsense_is_kept_and_answered_200(self, whatsapp, post, body):
        assert (post(body).status_code, AccountNotice.objects.count()) == (200, 1)

    def test_a_body_above_four_megabytes_is_refused(self, whatsapp, post):
        big = json.dumps(envelope(text_message("x" * (4 * 1024 * 1024)))).encode()

        assert (post(big).status_code, Inbound.objects.count()) == (413, 0)

    def test_a_body_of_three_megabytes_is_taken(self, whatsapp, post):
        messages = [text_message("y" * 3000, wamid=f"m{index}") for index in range(1000)]

        assert (post(envelope(*messages)).status_code, Inbound.objects.count()) == (200, 1000)

    def test_names_come_from_the_contact_with_the_guests_id_and_each_contact_is_read_once(self, whatsapp, post, monkeypatch):
        """A body may carry a thousand guests' letters; reading all contacts for each letter took seconds."""
        read = []
        monkeypatch.setattr(parse, "digits", lambda text: read.append(text) or "".join(filter(str.isdigit, text)))
        guests = [f"54911{index:08d}" for index in range(100)]
        body = envelope(*(text_message("hola", sender=guest, wamid=f"w{guest}") for guest in guests))
        value = body["entry"][0]["changes"][0]["value"]
        value["contacts"] = [{"profile": {"name": f"N{guest}"}, "wa_id": guest, "user_id": f"AR.{guest}"} for guest in reversed(guests)]
        value["contacts"].append({"profile": {"name": "Only by id"}, "user_id": "AR.x"})
        value["messages"].append({**text_message("hola", wamid="wx"), "from": "", "from_user_id": "AR.x"})

        post(body)

        known = {row.provider_id: (row.sender_name, row.sender_user_id) for row in Inbound.objects.all()}
        assert known == {f"w{guest}": (f"N{guest}", f"AR.{guest}") for guest in guests} | {"wx": ("Only by id", "AR.x")}
        assert len(read) <= 2 * len(known)

    @promise("A12")
    def test_an_unknown_number_is_quarantined_and_never_another_hotels(self, whatsapp, post):
        response = post(envelope(text_message("hola"), number="9999"))

        notice = AccountNotice.objects.get()
        assert (response.status_code, Inbound.objects.count(), notice.quarantined) == (200, 0, True)
        assert notice.raw["_account_key"] == "9999"

    def test_a_disabled_account_is_no_account(self, whatsapp, post):
        whatsapp.enabled = False
        whatsapp.save()

        assert (post(envelope(text_message("hola"))).status_code, Inbound.objects.count()) == (200, 0)


class TestRepeats:
    def test_the_same_letter_again_has_no_second_effect(self, whatsapp, post):
        payload = envelope(text_message("hola", wamid="w"))

        statuses = [post(payload).status_code for _ in range(3)]

        assert (statuses, Inbound.objects.count()) == ([200, 200, 200], 1)

    @promise("B4")
    def test_same_id_other_body_the_first_wins_and_it_is_logged(self, whatsapp, post, caplog):
        post(envelope(text_message("primero", wamid="w")))

        post(envelope(text_message("segundo", wamid="w")))

        assert Inbound.objects.get().text == "primero"
        assert any("different body" in record.getMessage() for record in caplog.records)

    @promise("B5")
    def test_the_same_id_on_two_numbers_is_two_letters(self, hotel, whatsapp, post):
        make_account(hotel, number="1002")

        post(envelope(text_message("a", wamid="w")))
        post(envelope(text_message("a", wamid="w"), number="1002"))

        assert sorted(Inbound.objects.values_list("account__external_id", flat=True)) == ["1001", "1002"]


def test_the_views_need_no_csrf_token_and_no_login(whatsapp):
    body = json.dumps(envelope(text_message("hola"))).encode()

    response = Client(enforce_csrf_checks=True).post("/webhook", body, content_type="application/json", headers=signed(body))

    assert (response.status_code, Inbound.objects.count()) == (200, 1)
