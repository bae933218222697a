"""Staff who answer from their own WhatsApp: their phones, the short code of every guest, and which letter is about whom."""

from __future__ import annotations

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from channels_app.models import Inbound, Outbound
from channels_app.phones import match_key, to_digits
from conversations.models.conversation import Conversation
from hotelagent.hotels.models import Hotel, Membership


class StaffPhone(models.Model):
    """Whoever writes to the hotel from this number is that person of the staff, and no guest."""

    hotel = models.ForeignKey(Hotel, models.CASCADE, related_name="staff_phones", verbose_name=_("hotel"))
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("person"))
    number = models.CharField(
        _("WhatsApp number"), max_length=40,
        help_text=_("Guests who wait are told to this phone, and what it answers goes to them. Messages from it are never a guest's."),
    )  # fmt: skip
    # phones.match_key of the number: what an arriving letter is recognised by.
    key = models.CharField(max_length=40, editable=False)

    class Meta:
        verbose_name = _("phone of the staff")
        verbose_name_plural = _("phones of the staff")
        constraints = [
            models.UniqueConstraint(
                fields=["hotel", "key"], name="one_person_per_phone", violation_error_message=_("Another person has this number.")
            ),
            models.UniqueConstraint(
                fields=["hotel", "user"], name="one_phone_per_person", violation_error_message=_("This person has a phone already.")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.number}"

    def clean(self) -> None:
        """Raises ValidationError for what is no number, or nobody of the hotel's staff."""
        if not self.hotel_id or not self.user_id:
            return
        digits = to_digits(self.number, self.hotel.country)
        if not digits:
            raise ValidationError({"number": _("This is not a telephone number.")})
        self.key = match_key(digits)
        if not Membership.objects.filter(hotel=self.hotel_id, user=self.user_id).exists():
            raise ValidationError({"user": _("This person does not work at the hotel.")})

    @classmethod
    def working(cls) -> models.QuerySet[StaffPhone]:
        """Those of people who still work there: nobody else speaks for the hotel."""
        return cls.objects.filter(user__is_active=True, user__memberships__hotel=models.F("hotel"))

    @property
    def digits(self) -> str:
        """The number as it is sent to before the person has written."""
        return to_digits(self.number, self.hotel.country)


class RelayCode(models.Model):
    """Four characters a guest is called by on the staff's phones. Never given to another guest of the hotel."""

    conversation = models.OneToOneField(Conversation, models.CASCADE, related_name="relay_code")
    hotel = models.ForeignKey(Hotel, models.CASCADE, related_name="+")
    code = models.CharField(_("short code"), max_length=8)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["hotel", "code"], name="one_guest_per_code")]

    def __str__(self) -> str:
        return self.code


class RelayLine(models.Model):
    """A letter between us and a phone of the staff is about this conversation. One of ours may be about several."""

    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="relayed")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    outbound = models.ForeignKey(Outbound, models.CASCADE, null=True, related_name="relayed")
    inbound = models.OneToOneField(Inbound, models.CASCADE, null=True, related_name="relayed")
    # The guest's last message it told of.
    up_to = models.BigIntegerField(default=0)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["outbound", "conversation"], name="one_line_per_letter_and_guest")]
        indexes = [models.Index(fields=["user", "at"], name="relayed_lately")]

    def __str__(self) -> str:
        return f"{self.conversation_id} {self.user_id}"
