"""The only door to a hotel's rows: every query of a person starts from the hotels that person may see."""

from __future__ import annotations

from typing import Any, TypeVar

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db.models import Model, QuerySet
from django.http import Http404

from hotelagent.hotels.models import Hotel, Membership, Role

Rows = TypeVar("Rows", bound=Model)
Person = AbstractBaseUser | AnonymousUser


def hotels_of(user: Person) -> QuerySet[Hotel]:
    """The hotels this person may see: all for the platform's own administrators, else those of their memberships."""
    if not user.is_authenticated or not getattr(user, "is_active", False):
        return Hotel.objects.none()
    if getattr(user, "is_superuser", False):
        return Hotel.objects.all()
    return Hotel.objects.filter(memberships__user_id=user.pk or 0).distinct()


def hotel_or_404(user: Person, slug: str) -> Hotel:
    """A foreign hotel and one that does not exist look the same. Raises Http404."""
    try:
        return hotels_of(user).get(slug=slug)
    except Hotel.DoesNotExist as error:
        raise Http404 from error


def within(user: Person, rows: QuerySet[Rows], path: str = "hotel") -> QuerySet[Rows]:
    """``rows`` narrowed to the person's hotels; ``path`` is the lookup from the row to its hotel."""
    if getattr(user, "is_superuser", False) and getattr(user, "is_active", False):
        return rows
    lookup: dict[str, Any] = {f"{path}__in" if path else "pk__in": hotels_of(user).values("pk")}
    return rows.filter(**lookup)


def has_role(user: Person, hotel: Hotel, *roles: Role) -> bool:
    """Has the person one of these roles at the hotel? The platform's administrators have all."""
    if getattr(user, "is_superuser", False):
        return True
    return Membership.objects.filter(user_id=user.pk or 0, hotel=hotel, role__in=[role.value for role in roles]).exists()
