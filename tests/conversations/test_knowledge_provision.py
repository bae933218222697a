"""Exact values, phrases and holidays out of a provisioning file."""

import datetime as dt
from decimal import Decimal

import pytest

from conversations import voices
from conversations.models import DeskSettings, Detail, Wording
from hotelagent.hotels.documents import DocumentError
from hotelagent.hotels.provision import provision
from tests.conftest import ROOT

FILE = (
    (ROOT / "tests" / "factories" / "hotel.yaml")
    .read_text()
    .replace("currency: ARS\n", 'currency: ARS\n  closed_days: ["2027-01-01", "2026-12-25"]\n')
)
KNOWN = """
details:
  - {topic: amenity_pool, names: {es: "la pileta"}, opens: "10:00", closes: "20:00", season: ["11-01", "03-31"]}
  - {topic: amenity_parking, price: 20000, per: 24h, weekdays: [sat, sun], opens: "00:00"}
phrases:
  address: {es: usted}
  own:
    - {language: es, key: say.thanks, text: "Un placer."}
    - {language: en, key: say.fine, text: "Very well."}
desk: {on_call_name: Marina, on_call_phone: "+54 11 5555 0199"}
"""


@pytest.fixture
def applied(db, tmp_path):
    def go(text):
        path = tmp_path / "hotel.yaml"
        path.write_text(FILE + text)
        return provision(path)

    return go


def test_twice_is_once_a_change_is_a_new_row_and_what_is_left_out_goes(applied):
    hotel = applied(KNOWN)
    first = list(Detail.objects.order_by("id").values_list("pk", flat=True))
    applied(KNOWN)
    again = list(Detail.objects.order_by("id").values_list("pk", flat=True))

    applied(KNOWN.replace("20000", "25000").replace('    - {language: en, key: say.fine, text: "Very well."}\n', ""))

    pool, parking = Detail.objects.order_by("id")
    assert first == again and pool.pk == first[0] and parking.pk not in first
    assert (pool.opens, pool.season_from, pool.names) == (dt.time(10), "11-01", {"es": "la pileta"})
    assert (parking.amount, parking.per, parking.weekdays) == (Decimal(25000), "24h", [5, 6])
    voice = voices.of(hotel.pk)
    assert (dict(voice.registers), dict(voice.phrases)) == ({"es": "usted"}, {("es", "say.thanks"): "Un placer."})
    assert Wording.objects.count() == 4
    assert hotel.closed_days == [dt.date(2026, 12, 25), dt.date(2027, 1, 1)]
    assert DeskSettings.objects.get().on_call_phone == "+54 11 5555 0199"


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ("details: [{topic: amenity_pool}]", "details[0]"),
        ('details: [{topic: amenity_pool, opens: "10:00", season: ["11-01"]}]', "details[0].season"),
        ("details: [{topic: amenity_pool, price: 5, charge: free}]", "neither free"),
        ('phrases: {own: [{language: es, key: say.nothing, text: "x"}]}', "phrases.own[0].key"),
        ('phrases: {own: [{language: es, key: say.room_full, text: "x"}]}', "phrases.own[0].text: cannot be said: missing room"),
        ("phrases: {address: {es: thou}}", "phrases.address.es"),
    ],
)
def test_what_cannot_be_is_refused_with_its_place(applied, wrong, why):
    from django.utils.translation import override

    with override("en"), pytest.raises(DocumentError) as told:
        applied(f"\n{wrong}\n")

    assert why in str(told.value)
    assert not Detail.objects.exists() and not Wording.objects.exists()
