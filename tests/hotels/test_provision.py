"""Provisioning: the database equals the file, bookings stay, and mistakes are named by line and key."""

import datetime as dt
from pathlib import Path

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.db.models import DateTimeField

from conversations.models import Fact
from hotelagent.hotels.models import Hotel, Membership, OpeningHours
from hotelagent.hotels.provision import DocumentError, provision
from pms.models import Rate, Restriction, Room, RoomType
from pms.terms import GuestDetails, Party, Stay
from reservations import booking, quoting
from reservations.models import Booking
from tests.factories import again

ROOT = Path(__file__).resolve().parents[2]
HEAD = "hotel: {slug: h, name: H, timezone: America/Argentina/Buenos_Aires, country: AR, currency: ARS, languages: [es]}\n"


def write(tmp_path, text):
    path = tmp_path / "hotel.yaml"
    path.write_text(text)
    return path


@pytest.mark.django_db
class TestDemo:
    def test_the_demo_hotel_has_what_was_promised(self):
        hotel = provision(ROOT / "demo" / "hotel.yaml")
        far = hotel.local_now().date() + dt.timedelta(days=700)

        assert (hotel.slug, hotel.timezone, hotel.currency) == ("demo", "America/Argentina/Buenos_Aires", "ARS")
        assert RoomType.objects.filter(hotel=hotel).count() >= 4 and Room.objects.filter(hotel=hotel).count() == 20
        assert all(Rate.objects.filter(room_type=kind, first_night__lte=far, end__gt=far).exists() for kind in RoomType.objects.all())
        assert set(Fact.objects.values_list("language", flat=True)) == {"es", "en", "pt"}

    def test_twice_is_once(self, sql):
        tables = ["hotels_hotel", "hotels_membership", "hotels_openinghours", "pms_roomtype", "pms_room", "pms_rate", "pms_restriction", "pms_tax",
                  "conversations_fact", "conversations_faq", "channels_app_account"]  # fmt: skip
        provision(ROOT / "demo" / "hotel.yaml")
        before = {table: sql(f"select count(*) from {table}") for table in tables}
        versions = sql("select sum(version) from conversations_fact")

        provision(ROOT / "demo" / "hotel.yaml")

        assert {table: sql(f"select count(*) from {table}") for table in tables} == before
        assert sql("select sum(version) from conversations_fact") == versions


def written():
    """Every row of every table without ids, moments and passwords, and how many hang on another by each of their keys."""
    rows = {}
    for model in apps.get_models(include_auto_created=True):
        own = [
            f
            for f in model._meta.concrete_fields
            if not (f.primary_key or f.is_relation or f.name == "password" or isinstance(f, DateTimeField))
        ]
        to = [f"{f.name}__pk" for f in model._meta.concrete_fields if f.is_relation]
        found = model._base_manager.values_list(*(f.attname for f in own))
        rows[model._meta.label] = (
            sorted(map(repr, found)),
            [model._base_manager.filter(**{f"{name}__isnull": False}).count() for name in to],
        )
    return rows


@pytest.mark.django_db
@pytest.mark.parametrize("file", [ROOT / "demo" / "hotel.yaml", ROOT / "tests" / "factories" / "hotel.yaml"], ids=["demo", "test"])
def test_the_hotel_that_tests_begin_with_is_the_one_provisioned(file):
    found = []
    for make in (provision, again.provisioned, again.provisioned, again.provisioned):
        with transaction.atomic():
            hotel = make(file)
            connection.check_constraints()
            found.append((written(), {**vars(hotel), "_state": None, "id": None}))
            transaction.set_rollback(True)

    assert found[1:] == found[:1] * 3


@pytest.mark.django_db
class TestChanges:
    def test_what_the_file_no_longer_names_goes_and_what_it_does_not_speak_of_stays(self, tmp_path, hotel):
        Fact.objects.create(hotel=hotel, topic="policy_smoking", language="es", text="No se fuma.")
        provision(write(tmp_path, HEAD.replace("slug: h", "slug: prueba") + "restrictions: [{from: today, to: today+30d, min_stay: 2}]\n"))
        text = "facts: [{topic: policy_pets, language: es, text: Sin mascotas.}]\n"

        provision(write(tmp_path, HEAD.replace("slug: h", "slug: prueba") + text))

        assert list(Fact.objects.values_list("topic", "text", "version")) == [("policy_pets", "Sin mascotas.", 2)]
        assert (Room.objects.filter(active=True).count(), Restriction.objects.count(), Hotel.objects.get().name) == (3, 1, "H")

    def test_bookings_stay_even_when_their_room_goes(self, tmp_path, hotel):
        start = hotel.local_now().date() + dt.timedelta(days=5)
        quote = quoting.quote(hotel, Stay(start, start + dt.timedelta(days=1)), Party(2), "SUI", guest_key="g")
        booking.place(quote, booking.Booker(GuestDetails("Ana"), "g"))
        types = '[{code: DBL, names: {es: Doble}, max_adults: 2, rooms: ["101"]}]'

        provision(write(tmp_path, HEAD.replace("slug: h", "slug: prueba") + f"room_types: {types}\n"))

        assert Booking.objects.get().state == "confirmed"
        assert list(Room.objects.filter(active=True).values_list("number", flat=True)) == ["101"]

    def test_staff_get_roles_and_lose_them(self, tmp_path):
        path = write(tmp_path, HEAD + "staff: [{email: a@x.com, name: A, role: supervisor}, {email: b@x.com, role: receptionist}]\n")
        provision(path)
        provision(write(tmp_path, HEAD + "staff: [{email: a@x.com, role: hotel_admin}]\n"))

        assert list(Membership.objects.values_list("user__username", "role", "user__is_staff")) == [("a@x.com", "hotel_admin", True)]
        assert not Membership.objects.get().user.has_usable_password()

    def test_two_periods_a_day(self, tmp_path):
        provision(write(tmp_path, HEAD + 'opening_hours: {mon: ["08:00-13:00", "16:00-21:00"]}\n'))

        assert [str(row.opens) for row in OpeningHours.objects.all()] == ["08:00:00", "16:00:00"]

    def test_secrets_come_from_the_environment_only(self, tmp_path, monkeypatch, sql):
        monkeypatch.setenv("TOKEN_OF_HOTEL", "the token")
        monkeypatch.setenv("SECRET_OF_APP", "the secret")
        channel = (
            "{kind: whatsapp, name: Principal, phone_number_id: '77', api_url: 'http://127.0.0.1:9/v25.0', "
            "access_token: env:TOKEN_OF_HOTEL, app_secret: env:SECRET_OF_APP}"
        )
        hotel = provision(write(tmp_path, HEAD + f"channels: [{channel}]\n"))

        account = hotel.accounts.get()
        assert (account.access_token, account.app.secret, account.state, account.api_url_trusted) == (
            "the token",
            "the secret",
            "connected",
            True,
        )
        stored = sql("select access_token from channels_app_account")[0][0] + sql("select secret from channels_app_metaapp")[0][0]
        assert "the token" not in stored and "the secret" not in stored


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("text", "line", "key"),
    [
        ("hotel: {slug: h}\n", 1, "name"),
        (HEAD + "colour: red\n", 2, "colour: unknown key"),
        (HEAD.replace("name: H", "name: H, stars: 5"), 1, "hotel.stars: unknown key"),
        (HEAD.replace("Buenos_Aires", "Nowhere"), 1, "timezone"),
        (HEAD + "room_types:\n  - {code: A, names: {es: A}, max_adults: two, rooms: []}\n", 3, "room_types[0].max_adults"),
        (HEAD + "room_types:\n  - {code: A, names: {fr: A}, max_adults: 2, rooms: []}\n", 3, "room_types[0].names.fr: unknown key"),
        (HEAD + "rates: [{room_type: NO, from: today, to: today+1d, price: 1}]\n", 2, "rates[0].room_type"),
        (HEAD + "restrictions: [{from: 2027-01-02, to: 2027-01-02}]\n", 2, "restrictions[0].to"),
        (HEAD + "restrictions: [{from: 2027-02-30, to: 2027-03-02}]\n", 2, "restrictions[0].from"),
        (HEAD + "opening_hours: {mon: ['13:00-08:00']}\n", 2, "opening_hours.mon[0]"),
        (HEAD + "staff: [{email: nobody, role: receptionist}]\n", 2, "staff[0].email"),
        (HEAD + "staff: [{email: a@x.com, role: king}]\n", 2, "staff[0].role"),
        (HEAD + "channels: [{kind: whatsapp, name: X, access_token: in-clear}]\n", 2, "channels[0].access_token"),
        (HEAD + "facts: [{topic: astrology, language: es, text: x}]\n", 2, "facts[0].topic"),
        (HEAD + "taxes: [{name: IVA, percent: 210}]\n", 2, "taxes[0].percent"),
        (HEAD + "hotel: {}\n", 2, "hotel: the key appears twice"),
        ("hotel: [\n", 2, "not YAML"),
        ("", None, "empty"),
    ],
)
def test_a_mistake_is_named_by_line_and_key_and_nothing_changes(tmp_path, text, line, key):
    with pytest.raises(DocumentError) as error:
        provision(write(tmp_path, text))

    message = str(error.value)
    assert key in message and (line is None or message.startswith(f"line {line}: ")), message
    assert Hotel.objects.count() == 0
