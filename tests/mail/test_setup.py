"""A mailbox in a provisioning file, in the environment, in the back office; and whether it works."""

from __future__ import annotations

import itertools
from io import StringIO

import pytest
import yaml
from django.core.management import CommandError, call_command
from django.db.models import Count
from django.urls import reverse
from django.utils.translation import override
from django_q.models import OrmQ

from channels_app import provision, repairs
from channels_app.models import Account, Mailbox, MailFolder, Outbound
from channels_app.transports.mail import imap, servers, smtp, writing
from hotelagent.hotels.documents import DocumentError
from hotelagent.hotels.models import Hotel, Membership
from hotelagent.hotels.provision import provision as apply
from tests.mail.conftest import ADDRESS, look
from tests.mail.test_sending import opened

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def password(monkeypatch):
    monkeypatch.setenv("MAIL_TEST_PASSWORD", "abcdefghijklmnop")


def channel(post_office, **more):
    return {
        "kind": "email", "name": "Reservas", "address": ADDRESS.upper(), "app_password": "env:MAIL_TEST_PASSWORD",
        "imap_host": post_office.host, "imap_port": post_office.imap_port, "smtp_host": post_office.host,
        "smtp_port": post_office.smtp_port, **more,
    }  # fmt: skip


def applied(tmp_path, hotel, *channels):
    file = tmp_path / "hotel.yaml"
    about = {"slug": hotel.slug, "name": hotel.name, "timezone": hotel.timezone, "country": "AR", "currency": "ARS", "languages": ["es"]}
    file.write_text(yaml.safe_dump({"hotel": about, "channels": list(channels)}))
    apply(file)


def test_a_provisioning_file_makes_a_mailbox_that_works(hotel, post_office, tmp_path):
    more = {"aliases": ["info@hotel.example"], "poll_seconds": 120, "daily_limit": 90, "colour": "#aa3300", "reply_to": "r@hotel.example"}
    more |= {"prearrival": True, "prearrival_days": 3, "prearrival_hour": 9}
    applied(tmp_path, hotel, channel(post_office, **more))
    box = Mailbox.objects.get()
    assert (box.address, box.account.state, box.imap_tls, box.smtp_tls) == (ADDRESS, "connected", "none", "none")
    assert (box.aliases, box.poll_s, box.daily_limit, box.colour) == (["info@hotel.example"], 120, 90, "#aa3300")
    assert (box.prearrival, box.prearrival_days, box.prearrival_hour) == (True, 3, 9)
    assert look()[0].trouble == ""
    applied(tmp_path, hotel, channel(post_office, daily_limit=100))
    assert (Mailbox.objects.count(), Mailbox.objects.get().daily_limit, MailFolder.objects.filter(role="inbox").count()) == (1, 100, 1)


def test_another_address_is_read_from_its_own_beginning(hotel, post_office, tmp_path):
    applied(tmp_path, hotel, channel(post_office))
    look()
    applied(tmp_path, hotel, channel(post_office, address="otra@hotel.example"))
    assert MailFolder.objects.count() == 0


@pytest.mark.parametrize(
    "wrong",
    [{"address": "no address"}, {"imap_port": 0}, {"imap_tls": "maybe"}, {"colour": "red"}, {"poll_seconds": 5}, {"aliases": ["x"]}],
)
def test_what_is_wrong_in_a_file_is_told_with_its_place(hotel, post_office, tmp_path, wrong):
    with pytest.raises(DocumentError) as told:
        applied(tmp_path, hotel, channel(post_office, **wrong))
    assert next(iter(wrong)) in str(told.value)
    assert Mailbox.objects.count() == 0


def test_without_a_password_it_says_what_is_missing(hotel, post_office, tmp_path):
    given = channel(post_office)
    del given["app_password"]
    applied(tmp_path, hotel, given)
    account = Account.objects.get(kind="email")
    assert (account.state, account.state_reason) == ("not_connected", "missing: app password or refresh token")


@pytest.mark.parametrize(
    ("host", "port", "tls"),
    [
        ("imap.gmail.com", 993, "tls"), ("smtp.gmail.com", 465, "tls"), ("smtp.gmail.com", 587, "starttls"), ("mail.hotel.example", 143, "starttls"),
        ("127.0.0.1", 1143, "none"), ("localhost", 1025, "none"), ("mail.hotel.example", 1143, "tls"), ("127.0.0.1", 993, "tls"),
    ],
)  # fmt: skip
def test_only_this_machine_is_ever_spoken_to_in_the_clear(host, port, tls):
    assert provision.usual_tls(host, port) == tls


def test_the_environment_makes_the_demos_mailbox(hotel, post_office, settings):
    provision.mailbox_from_environment(hotel.slug)
    assert Mailbox.objects.count() == 0
    settings.GMAIL = {
        **settings.GMAIL, "address": ADDRESS, "app_password": post_office.password, "imap_host": post_office.host,
        "imap_port": post_office.imap_port, "smtp_host": post_office.host, "smtp_port": post_office.smtp_port,
    }  # fmt: skip
    for _again in range(2):
        provision.mailbox_from_environment(hotel.slug)
    assert Account.objects.get(kind="email").state == "connected"
    assert look()[0].trouble == ""


def checked(account=ADDRESS):
    out = StringIO()
    try:
        with override("en"):
            call_command("check_gmail", account, stdout=out)
    except CommandError as error:
        return out.getvalue(), str(error)
    return out.getvalue(), ""


def test_a_good_connection_is_told_step_by_step(mailbox):
    told, wrong = checked()
    assert wrong == ""
    assert [line.split()[0] for line in told.splitlines()[:-1]] == ["ok"] * 5
    assert "The connection is good." in told
    assert checked(str(mailbox.account_id))[1] == ""


@pytest.mark.parametrize(
    ("break_it", "step", "advice"),
    [
        (lambda box, office: office.change_password("another"), "FAIL  Receiving (IMAP)", "app password"),
        (lambda box, office: office.fault("imap_overquota"), "FAIL  Receiving (IMAP)", "pause"),
        (lambda box, office: office.fault("smtp_auth"), "FAIL  Sending (SMTP)", "same user"),
        (lambda box, office: Mailbox.objects.update(smtp_port=1), "FAIL  Sending (SMTP)", "465 is TLS"),
        (lambda box, office: Mailbox.objects.update(imap_port=1), "FAIL  Receiving (IMAP)", "server, port"),
        (lambda box, office: Mailbox.objects.update(servers_trusted=False), "FAIL  Receiving (IMAP)", "server, port"),
        (lambda box, office: Mailbox.objects.update(refresh_token="1//gone", password=""), "FAIL  Google's consent", "consent again"),
    ],
)
def test_what_is_wrong_is_told_with_what_to_do(mailbox, post_office, break_it, step, advice):
    break_it(mailbox, post_office)
    told, wrong = checked()
    assert wrong == "the connection is not good yet"
    assert step in told
    assert advice in told
    assert post_office.password not in told


def test_nothing_is_sent_or_marked_by_a_check(mailbox, post_office):
    checked()
    assert post_office.sent == []
    assert post_office.seen_uids == []


def test_an_unknown_account_is_told_which_there_are(mailbox):
    assert ADDRESS in checked("nobody@x.example")[1]


# --- back office -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def boss(hotel, client, django_user_model):
    user = django_user_model.objects.create_user("jefa", email="jefa@hotel.example", is_staff=True)
    Membership.objects.create(user=user, hotel=hotel, role="hotel_admin")
    client.force_login(user)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


def page(box, name="change"):
    return reverse(f"admin:channels_app_mailbox_{name}", args=[box.pk])


def form(box, **changed):
    names = (
        "username", "client_id", "read_by", "imap_host", "imap_port", "imap_tls", "smtp_host", "smtp_port", "smtp_tls", "poll_s", "import_days",
        "prearrival_days", "prearrival_hour", "sender_name", "reply_to", "daily_limit", "colour", "footer",
    )  # fmt: skip
    return {name: getattr(box, name) for name in names} | {"aliases": "", "mark_seen": "on", "provider": "", **changed}


def test_the_page_keeps_the_password_and_never_shows_it(boss, mailbox, post_office):
    shown = boss.get(page(mailbox)).content.decode()
    assert post_office.password not in shown
    assert boss.post(page(mailbox), form(mailbox, aliases="Info@Hotel.example\n\nweb@hotel.example", footer="CUIT 30-1")).status_code == 302
    box = Mailbox.objects.get()
    assert (box.password, box.aliases, box.servers_trusted) == (post_office.password, ["info@hotel.example", "web@hotel.example"], True)


def test_nobody_opens_the_houses_own_network_from_the_page(boss, mailbox):
    told = boss.post(page(mailbox), form(mailbox, imap_host="10.0.0.7")).content.decode()
    assert "given by the operator" in told
    assert Mailbox.objects.get().imap_host == mailbox.imap_host


@pytest.mark.parametrize("data", [b"<svg onload=alert(1)>", b"GIF89a", writing.PNG + b"x" * writing.LOGO_LIMIT])
def test_a_logo_is_a_picture_by_its_bytes(boss, mailbox, data):
    from django.core.files.uploadedfile import SimpleUploadedFile

    file = SimpleUploadedFile("logo.png", data, content_type="image/png")
    assert "PNG" in boss.post(page(mailbox), form(mailbox, logo_file=file)).content.decode()
    assert not Mailbox.objects.get().logo


def test_a_logo_is_kept_shown_and_taken_away(boss, mailbox):
    from django.core.files.uploadedfile import SimpleUploadedFile

    boss.post(page(mailbox), form(mailbox, logo_file=SimpleUploadedFile("x", writing.PNG + b"rest")))
    assert bytes(Mailbox.objects.get().logo) == writing.PNG + b"rest"
    sample = boss.get(reverse("admin:channels_app_mailbox_sample", args=[mailbox.pk, "confirmed", "pt"]))
    assert "data:image/png;base64," in sample.content.decode()
    boss.post(page(mailbox), form(mailbox, without_logo="on"))
    assert not Mailbox.objects.get().logo


def test_the_preview_runs_nothing(boss, mailbox):
    assert boss.get(page(mailbox, "preview"), {"kind": "cancelled", "language": "en"}).status_code == 200
    sample = boss.get(reverse("admin:channels_app_mailbox_sample", args=[mailbox.pk, "cancelled", "en"]))
    assert "Your booking is cancelled" in sample.content.decode()
    assert sample["Content-Security-Policy"].startswith("sandbox")
    assert "default-src 'none'" in sample["Content-Security-Policy"]


def act(client, name, box):
    return client.post(
        reverse("admin:channels_app_mailbox_changelist"), {"action": name, "_selected_action": box.pk}, follow=True
    ).content.decode()


def test_connecting_again_rings_whoever_looks_and_whoever_sends(mailbox):
    OrmQ.objects.all().delete()
    assert repairs.connect(mailbox.account)
    assert set(OrmQ.objects.values_list("key", flat=True)) == {"slow", "default"}


def test_the_buttons_check_look_and_send_a_test(boss, mailbox, post_office, work):
    assert "Receiving (IMAP)" in act(boss, "check_connection", mailbox)
    assert ADDRESS in act(boss, "look_now", mailbox)
    assert "jefa@hotel.example" in act(boss, "send_test", mailbox)
    work()
    assert post_office.sent[0]["To"].endswith("jefa@hotel.example>") or post_office.sent[0]["To"] == "jefa@hotel.example"


def test_every_mail_is_sent_as_a_test_in_every_language(boss, mailbox, post_office, work):
    """As it is shown, to who asks, and tied to no booking and no talk."""
    kinds = ("confirmed", "changed", "cancelled", "arrival", "answer", "calling")
    for kind, language in itertools.product(kinds, ("es", "en", "pt")):
        assert boss.post(f"{page(mailbox, 'preview')}?kind={kind}&language={language}").status_code == 302
    for row in Outbound.objects.all():
        assert row.content["mail"].keys().isdisjoint({"arrival", "guest", "conversation"})
    assert Outbound.objects.values("content__language").annotate(n=Count("pk")).values_list("n", flat=True)[0] == len(kinds)
    assert set(Outbound.objects.values_list("thread__user_id", flat=True)) == {"jefa@hotel.example"}
    assert len({row.content["text"] for row in Outbound.objects.all()}) == 3 * len(kinds)
    Outbound.objects.exclude(content__mail__heading="Falta poco para tu llegada").delete()
    work()
    assert [opened(one)["Subject"] for one in post_office.sent] == ["Te esperamos en Hotel Prueba · RX000000"]


def test_who_runs_the_house_gets_a_test_of_the_error_report(client, admin_user, mailbox, mailoutbox):
    client.force_login(admin_user)
    for language, heading in (("es", "Algo salió mal"), ("en", "Something went wrong"), ("pt", "Algo deu errado")):
        address = f"{page(mailbox, 'preview')}?kind=report&language={language}"
        sample = client.get(reverse("admin:channels_app_mailbox_sample", args=[mailbox.pk, "report", language])).content.decode()
        assert client.post(address).status_code == 302
        assert heading in sample and heading in mailoutbox[-1].body and heading in mailoutbox[-1].alternatives[0][0]
    assert {mail.to[0] for mail in mailoutbox} == {admin_user.email}


def test_the_report_of_the_house_is_not_a_hotels(boss, mailbox, mailoutbox):
    assert boss.get(reverse("admin:channels_app_mailbox_sample", args=[mailbox.pk, "report", "en"])).status_code == 404
    boss.post(f"{page(mailbox, 'preview')}?kind=report&language=en")
    assert mailoutbox == []


def test_another_hotels_boss_sees_and_moves_nothing(client, mailbox, post_office, django_user_model):
    other = Hotel.objects.create(slug="otro", name="Otro", timezone="UTC", country="AR", currency="ARS")
    user = django_user_model.objects.create_user("ajena", email="a@otro.example", is_staff=True)
    Membership.objects.create(user=user, hotel=other, role="hotel_admin")
    client.force_login(user)
    assert client.get(page(mailbox)).status_code in {302, 403, 404}
    assert client.get(page(mailbox, "preview")).status_code == 404
    assert client.get(reverse("admin:channels_app_mailbox_sample", args=[mailbox.pk, "confirmed", "es"])).status_code == 404
    assert client.post(page(mailbox, "preview")).status_code == 404
    for name in ("check_connection", "look_now", "send_test"):
        act(client, name, mailbox)
    assert Outbound.objects.count() == 0


def test_a_receptionist_may_look_and_not_change(client, hotel, mailbox, django_user_model):
    user = django_user_model.objects.create_user("eva", email="e@hotel.example", is_staff=True)
    Membership.objects.create(user=user, hotel=hotel, role="receptionist")
    client.force_login(user)
    assert mailbox.address in client.get(page(mailbox)).content.decode()
    client.post(page(mailbox), form(mailbox, footer="otra"))
    act(client, "send_test", mailbox)
    assert client.post(page(mailbox, "preview")).status_code == 404
    assert Mailbox.objects.get().footer == ""
    assert Outbound.objects.count() == 0


def test_a_new_account_of_this_kind_gets_its_mailbox(boss, hotel):
    answer = boss.post(
        reverse("admin:channels_app_account_add"),
        {
            "hotel": hotel.pk,
            "kind": "email",
            "name": "Reservas",
            "enabled": "on",
            "external_id": "Reservas@Hotel.example",
            "api_version": "v26.0",
        },
    )
    assert answer.status_code == 302
    assert Mailbox.objects.get().address == "reservas@hotel.example"


@pytest.mark.parametrize(
    ("address", "outside"),
    [
        ("8.8.8.8", True), ("2a00:1450:4001:81b::2005", True), ("10.0.0.7", False), ("127.0.0.1", False), ("::1", False), ("fe80::1", False),
        ("::ffff:10.0.0.7", False), ("64:ff9b::7f00:1", False), ("2002:7f00:1::", False), ("::127.0.0.1", False), ("fec0::1", False),
        ("169.254.169.254", False),
    ],
)  # fmt: skip
def test_no_disguise_opens_the_house(monkeypatch, address, outside):
    monkeypatch.setattr(servers.socket, "getaddrinfo", lambda *_a, **_k: [(0, 0, 0, "", (address, 993))])
    server = servers.Server("mail.example", 993, "tls", trusted=False, user="")
    if outside:
        servers.addresses(server)
    else:
        with pytest.raises(servers.ConnectionFailed):
            servers.addresses(server)


@pytest.mark.parametrize("open_", [smtp.opened, lambda server: imap.connected(server).__enter__()])
def test_the_name_is_asked_once_and_the_answer_is_where_the_line_goes(monkeypatch, open_):
    """A name server that tells another address the second time leads nobody into the house."""
    answers, reached = iter(["8.8.8.8", "127.0.0.1", "127.0.0.1"]), []

    def connect(where, *_args, **_more):
        reached.append(where if where[0][0].isdigit() else (next(answers), where[1]))
        raise ConnectionRefusedError

    monkeypatch.setattr(servers.socket, "getaddrinfo", lambda *_a, **_k: [(0, 0, 0, "", (next(answers), 993))])
    monkeypatch.setattr(servers.socket, "create_connection", connect)
    with pytest.raises((servers.ConnectionFailed, OSError)):
        open_(servers.Server("mail.example", 993, "tls", trusted=False, user="", password="x"))
    assert reached == [("8.8.8.8", 993)]
