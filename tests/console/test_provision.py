"""The desk's part of a provisioning file."""

import pytest

from conversations.models import CannedReply, DeskSettings, StaffPhone
from conversations.provision import phone_from_environment
from hotelagent.hotels.documents import DocumentError
from hotelagent.hotels.provision import provision
from tests.conftest import ROOT

FILE = (ROOT / "tests" / "factories" / "hotel.yaml").read_text()
DESK = """
desk: {answer_min: 7, duty_phone: "+5491144440001", alert_template: llamado}
canned_replies:
  - {shortcut: ya-voy, language: es, text: "Ya voy"}
  - {shortcut: ya-voy, language: en, text: "On my way"}
"""


def test_settings_and_replies_come_from_the_file_and_twice_is_once(db, tmp_path):
    path = tmp_path / "hotel.yaml"
    path.write_text(FILE + DESK)
    for _twice in range(2):
        hotel = provision(path)
    DeskSettings.objects.filter(hotel=hotel).update(mode="paused")
    path.write_text(FILE + DESK.replace("  - {shortcut: ya-voy, language: en", "  - {shortcut: wifi, language: en"))

    provision(path)

    row = DeskSettings.objects.get(hotel=hotel)
    assert (row.answer_min, row.alert_min, row.duty_phone, row.alert_template, row.mode) == (7, 2, "+5491144440001", "llamado", "paused")
    assert list(CannedReply.objects.values_list("shortcut", "language")) == [("wifi", "en"), ("ya-voy", "es")]


@pytest.mark.parametrize(
    "wrong", ["desk: {answer_min: 0}", "desk: {alert_min: 9, duty_min: 3}", "canned_replies: [{shortcut: 'Ya voy', language: es, text: x}]"]
)
def test_what_cannot_be_is_refused_with_its_line(db, tmp_path, wrong):
    path = tmp_path / "hotel.yaml"
    path.write_text(f"{FILE}\n{wrong}\n")

    with pytest.raises(DocumentError):
        provision(path)
    assert not DeskSettings.objects.exists() and not CannedReply.objects.exists()


STAFF = """
staff:
  - {email: "eva@h.example", role: hotel_admin, whatsapp: "11 6666-0001"}
  - {email: "leo@h.example", role: receptionist}
"""


def test_phones_of_the_staff_come_from_the_file_and_from_the_environment(db, tmp_path, settings):
    path = tmp_path / "hotel.yaml"
    path.write_text(FILE + STAFF)
    hotel = provision(path)
    path.write_text((FILE + STAFF).replace(', whatsapp: "11 6666-0001"', ""))
    provision(path)  # not named: kept
    assert list(StaffPhone.objects.values_list("user__username", "key")) == [("eva@h.example", "541166660001")]

    path.write_text((FILE + STAFF).replace("11 6666-0001", "none"))
    provision(path)
    assert not StaffPhone.objects.exists()
    for number, kept in (("no number", []), ("+54 9 11 6666-0002", ["541166660002"])):
        settings.AGENT_WHATSAPP_NUMBER = number
        phone_from_environment(hotel.slug)
        assert list(StaffPhone.objects.values_list("key", flat=True)) == kept

    path.write_text((FILE + STAFF).replace("11 6666-0001", "12"))
    with pytest.raises(DocumentError, match="whatsapp"):
        provision(path)
