"""Is the connection to a hotel's PMS good? Asked step by step, told in words a hotelier understands. Changes nothing there."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator

from django.utils.translation import gettext as _

from hotelagent.hotels.models import Hotel
from hotelagent.ops.steps import Step
from pms import breaker, cache
from pms.adapters.qloapps import QloApps
from pms.adapters.qloapps.setup import read_setup
from pms.errors import AuthFailed, PmsError
from pms.gateway import gateway
from pms.line import check_address
from pms.models import Connection, EmailMode, PmsType
from pms.terms import Party, Stay

# What the key must be allowed to do, beyond looking.
NEEDED = (
    "bookings", "configurations", "currencies", "customers", "hotel_ari", "hotel_room_types", "hotels", "languages", "order_histories",
    "orders", "room_bookings", "room_types",
)  # fmt: skip
AHEAD = 60


def steps(hotel: Hotel) -> Iterator[Step]:
    """One after the other; the first that is not good is the last (warnings apart)."""
    row = Connection.objects.filter(hotel=hotel).first()
    if row is None or row.type == PmsType.EMBEDDED:
        yield from _embedded(hotel)
        return
    breaker.reset(hotel.pk)
    cache.forget(hotel.pk)
    pms = QloApps(hotel)
    checks: list[tuple[str, Callable[[Hotel, QloApps], tuple[str, str]], str]] = [
        (_("The address is right"), _address, _("Give the address under which guests open the shop.")),
        (_("The PMS answers and knows our key"), _key, _("In QloApps: Advanced Parameters → Webservice. Switch it on, and copy the key.")),
        (_("The key has the rights we need"), _rights, _("Tick the resources that are missing for this key in QloApps.")),
        (_("It tells its time zone and currency"), _setup, _("Set the time zone in Localization, the currency in Currencies.")),
        (_("This hotel has room types"), _room_types, _("Look up the hotel's number in QloApps, and whether its room types are active.")),
        (_("It tells what is free, with prices"), _availability, _("Look whether the rooms are in service and have prices.")),
        (_("Mails of the PMS have an address"), _mail, _("Give the hotel an e-mail address, or the connection one of its own.")),
    ]
    for name, check, advice in checks:
        try:
            told, doubt = check(hotel, pms)
        except PmsError as error:
            yield Step(name, good=False, told=str(error), advice=_advice(error) or advice)
            return
        yield Step(name, good=True, told=told)
        if doubt:
            yield Step(name, good=False, told=doubt, advice=advice, warning=True)


def _embedded(hotel: Hotel) -> Iterator[Step]:
    types = gateway(hotel).room_types()
    yield Step(_("This hotel has room types"), bool(types), ", ".join(info.name(hotel.main_language) for info in types),
               _("Add room types, rooms and prices in the back office."))  # fmt: skip


def _address(_hotel: Hotel, pms: QloApps) -> tuple[str, str]:
    check_address(pms.connection.base_url, trusted=pms.connection.base_url_trusted)
    plain = pms.connection.base_url.startswith("http://")
    return pms.connection.base_url, _("It is not encrypted (http): anybody between us and the PMS reads along.") if plain else ""


def _key(_hotel: Hotel, pms: QloApps) -> tuple[str, str]:
    return _("%(count)d resources") % {"count": len(pms.api.resources())}, ""


def _rights(_hotel: Hotel, pms: QloApps) -> tuple[str, str]:
    missing = sorted(set(NEEDED) - pms.api.resources())
    if missing:
        raise AuthFailed(_("missing: %(names)s") % {"names": ", ".join(missing)})
    return ", ".join(NEEDED), ""


def _setup(hotel: Hotel, pms: QloApps) -> tuple[str, str]:
    setup = read_setup(pms.api)
    doubts = []
    if setup.currency != hotel.currency:
        told = {"ours": hotel.currency, "theirs": setup.currency}
        doubts.append(_("The hotel's currency here is %(ours)s: guests are told %(theirs)s.") % told)
    if setup.zone != hotel.timezone:
        doubts.append(_("The hotel's time zone here is %(ours)s.") % {"ours": hotel.timezone})
    return f"{setup.zone}, {setup.currency}", " ".join(doubts)


def _room_types(_hotel: Hotel, pms: QloApps) -> tuple[str, str]:
    found = pms.room_types()
    if not found:
        raise AuthFailed(_("hotel number %(number)s has no active room type") % {"number": pms.connection.property_id or "?"})
    return ", ".join(f"{info.name('es')} ({info.rooms})" for info in found), ""


def _availability(hotel: Hotel, pms: QloApps) -> tuple[str, str]:
    start = hotel.local_now().date() + dt.timedelta(days=AHEAD)
    offers = pms.availability(Stay(start, start + dt.timedelta(days=2)), Party(1))
    priced = [offer for offer in offers if offer.price is not None]
    if not priced:
        raise AuthFailed(_("no room type has a price for two nights in %(days)d days") % {"days": AHEAD})
    cheapest = priced[0]
    assert cheapest.price is not None
    told = _("%(free)d free, two nights from %(price)s %(currency)s") % {
        "free": sum(offer.free for offer in offers), "price": cheapest.price.total, "currency": cheapest.price.currency,
    }  # fmt: skip
    return told, "" if any(offer.free for offer in offers) else _("Nothing is free on those nights.")


def _mail(hotel: Hotel, pms: QloApps) -> tuple[str, str]:
    if pms.connection.email_mode == EmailMode.GUEST:
        return _("the guest's own: the PMS writes to guests by itself"), ""
    own = pms.connection.relay_address or hotel.email
    if not own:
        raise AuthFailed(_("neither the hotel nor the connection has one"))
    return own, ""


def _advice(error: PmsError) -> str:
    text = str(error)
    if "elsewhere" in text:
        return _("Give the very address that QloApps knows as its shop domain (Preferences → SEO & URLs).")
    if "not connected" in text or "no host" in text:
        return _("Is the server on, and can this machine reach it?")
    return ""
