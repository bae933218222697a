"""What the live desk keeps: how a hotel runs it, who is on shift, what was read, noted, planned, and asked of whom."""

from __future__ import annotations

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from conversations.models.conversation import Conversation, Message
from hotelagent.hotels.models import Hotel, Language


class DeskSettings(models.Model):
    """How one hotel's desk works. Without a row everything is as the defaults say."""

    class Mode(models.TextChoices):
        LIVE = "live", _("Live")
        CURRENT = "current", _("Current guests only")
        PAUSED = "paused", _("Paused")

    hotel = models.OneToOneField(Hotel, models.CASCADE, related_name="desk", verbose_name=_("hotel"))
    mode = models.CharField(
        _("receptionist"), max_length=8, choices=Mode.choices, default=Mode.LIVE,
        help_text=_("Paused: it says nothing to anybody, every message waits for a person."),
    )  # fmt: skip
    answer_min = models.PositiveSmallIntegerField(
        _("first answer of a person within (minutes)"), default=5, validators=[MinValueValidator(1), MaxValueValidator(1440)]
    )
    alert_min = models.PositiveSmallIntegerField(_("sound again after (minutes)"), default=2, validators=[MinValueValidator(1)])
    duty_min = models.PositiveSmallIntegerField(_("call the duty phone after (minutes)"), default=5, validators=[MinValueValidator(1)])
    manager_min = models.PositiveSmallIntegerField(_("call the manager after (minutes)"), default=10, validators=[MinValueValidator(1)])
    duty_phone = models.CharField(_("duty phone (WhatsApp)"), max_length=40, blank=True)
    manager_phone = models.CharField(_("manager's phone (WhatsApp)"), max_length=40, blank=True)
    on_call_name = models.CharField(
        _("on call: name"),
        max_length=80,
        blank=True,
        help_text=_("Whom guests may call when something cannot wait and reception is closed"),
    )
    on_call_phone = models.CharField(_("on call: phone"), max_length=40, blank=True, help_text=_("Told to guests as it is written here"))
    duty_email = models.EmailField(_("duty e-mail"), blank=True, max_length=160)
    manager_email = models.EmailField(_("manager's e-mail"), blank=True, max_length=160)
    alert_template = models.CharField(
        _("template for calls"), max_length=200, blank=True,
        help_text=_("Name of an approved template with two variables: the guest and the reason."),
    )  # fmt: skip
    push_words = models.BooleanField(
        _("guest and words in notifications"), default=False, help_text=_("Else a browser says only that a guest waits, and why."),
    )  # fmt: skip
    suggest = models.BooleanField(
        _("draft answers for people"), default=True, help_text=_("From the hotel's own words; nothing leaves by itself.")
    )
    undo_s = models.PositiveSmallIntegerField(
        _("undo a sent message within (seconds)"), default=0, validators=[MaxValueValidator(30)], help_text=_("0: sent at once")
    )

    class Meta:
        verbose_name = _("desk settings")
        verbose_name_plural = _("desk settings")

    def __str__(self) -> str:
        return str(self.hotel)

    def clean(self) -> None:
        if self.on_call_name and not self.on_call_phone:
            raise ValidationError({"on_call_phone": _("A name without a phone cannot be called.")})
        if not self.alert_min <= self.duty_min <= self.manager_min:
            raise ValidationError(_("Each step of the ladder comes after the one before it."))

    @classmethod
    def of(cls, hotel: Hotel) -> DeskSettings:
        """The hotel's settings, or the defaults (not saved)."""
        return cls.objects.filter(hotel=hotel).first() or cls(hotel=hotel)


class Attendance(models.Model):
    """Is a person at the desk? Somebody who is off keeps no guest waiting."""

    class State(models.TextChoices):
        ONLINE = "online", _("At the desk")
        AWAY = "away", _("Away")
        OFF = "off", _("Off")

    hotel = models.ForeignKey(Hotel, models.CASCADE, related_name="attendance", verbose_name=_("hotel"))
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("person"))
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.ONLINE)
    since = models.DateTimeField(_("since"))

    class Meta:
        verbose_name = _("attendance")
        verbose_name_plural = _("attendance")
        constraints = [models.UniqueConstraint(fields=["hotel", "user"], name="one_attendance_per_person")]

    def __str__(self) -> str:
        return f"{self.user} · {self.get_state_display()}"


class Seen(models.Model):
    """Up to which message a person has read a conversation."""

    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="seen", verbose_name=_("conversation"))
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("person"))
    up_to = models.BigIntegerField(_("up to message"))

    class Meta:
        verbose_name = _("read up to")
        verbose_name_plural = _("read up to")
        constraints = [models.UniqueConstraint(fields=["conversation", "user"], name="one_seen_per_person")]

    def __str__(self) -> str:
        return f"{self.user}: {self.up_to}"


class Note(models.Model):
    """Words between colleagues. A row of its own kind: nothing that sends ever reads it."""

    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="notes", verbose_name=_("conversation"))
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("person"))
    mentions = models.ManyToManyField(settings.AUTH_USER_MODEL, blank=True, related_name="+", verbose_name=_("for"))
    text = models.TextField(_("text"))
    key = models.CharField(max_length=64)
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("note")
        verbose_name_plural = _("notes")
        ordering = ["at", "id"]
        constraints = [models.UniqueConstraint(fields=["conversation", "key"], name="one_note_per_key")]

    def __str__(self) -> str:
        return self.text[:60]


class CannedReply(models.Model):
    """Words a desk writes every day, with variables such as {{guest.first_name}} and {{stay.check_out}}."""

    hotel = models.ForeignKey(Hotel, models.CASCADE, related_name="canned_replies", verbose_name=_("hotel"))
    shortcut = models.SlugField(_("shortcut"), max_length=40, help_text=_("Typed after a slash"))
    language = models.CharField(_("language"), max_length=2, choices=Language.choices)
    text = models.TextField(_("text"), max_length=4000)
    # A picture or a PDF that goes with it, as it is sent.
    file = models.BinaryField(null=True)
    file_name = models.CharField(_("file"), max_length=100, blank=True)
    file_type = models.CharField(max_length=40, blank=True, editable=False)

    class Meta:
        verbose_name = _("canned reply")
        verbose_name_plural = _("canned replies")
        ordering = ["shortcut", "language"]
        constraints = [models.UniqueConstraint(fields=["hotel", "shortcut", "language"], name="one_canned_per_shortcut")]

    def __str__(self) -> str:
        return f"/{self.shortcut} ({self.language})"


class SavedView(models.Model):
    """A view of the queue somebody goes back to, of their own or (without a person) of everybody at the hotel's desk."""

    hotel = models.ForeignKey(Hotel, models.CASCADE, related_name="saved_views", verbose_name=_("hotel"))
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="+", verbose_name=_("person"))
    name = models.CharField(_("name"), max_length=40)
    view = models.CharField(max_length=16)
    term = models.CharField(_("words"), max_length=100, blank=True)
    channel = models.CharField(_("channel"), max_length=16, blank=True)
    unread = models.BooleanField(_("unread"), default=False)

    class Meta:
        verbose_name = _("saved view")
        verbose_name_plural = _("saved views")
        ordering = ["name", "id"]
        constraints = [models.UniqueConstraint(fields=["hotel", "user", "name"], name="one_view_per_name", nulls_distinct=False)]

    def __str__(self) -> str:
        return self.name


class PlannedReply(models.Model):
    """A person's answer that leaves later: after the seconds in which it can be taken back, or at the hour it was planned for."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        SENT = "sent", _("Sent")
        WITHDRAWN = "withdrawn", _("Withdrawn")
        REFUSED = "refused", _("Refused")

    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="planned", verbose_name=_("conversation"))
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("person"))
    text = models.TextField(_("text"))
    key = models.CharField(max_length=64)
    # The last message its writer knew of: what came after it is still owed an answer.
    covers = models.BigIntegerField(default=0)
    due_at = models.DateTimeField(_("due"))
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.WAITING)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("planned message")
        verbose_name_plural = _("planned messages")
        ordering = ["due_at"]
        constraints = [models.UniqueConstraint(fields=["conversation", "key"], name="one_planned_per_key")]
        indexes = [models.Index(fields=["due_at"], condition=Q(state="waiting"), name="planned_due")]

    def __str__(self) -> str:
        return self.text[:60]


class Task(models.Model):
    """Something somebody in the house has to do for a guest."""

    class Kind(models.TextChoices):
        HOUSEKEEPING = "housekeeping", _("Housekeeping")
        MAINTENANCE = "maintenance", _("Maintenance")
        REQUEST = "request", _("Request")

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        DOING = "doing", _("Under way")
        DONE = "done", _("Done")
        DROPPED = "dropped", _("Dropped")

    hotel = models.ForeignKey(Hotel, models.CASCADE, related_name="tasks", verbose_name=_("hotel"))
    conversation = models.ForeignKey(
        Conversation, models.SET_NULL, null=True, blank=True, related_name="tasks", verbose_name=_("conversation")
    )
    message = models.ForeignKey(Message, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("message"))
    kind = models.CharField(_("kind"), max_length=14, choices=Kind.choices, default=Kind.REQUEST)
    room = models.CharField(_("room"), max_length=20, blank=True)
    text = models.CharField(_("what"), max_length=300)
    next_step = models.CharField(_("next step"), max_length=300, blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("who does it")
    )
    due_at = models.DateTimeField(_("due"), null=True, blank=True)
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.OPEN)
    tell_guest = models.BooleanField(_("tell the guest when it is done"), default=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("asked by")
    )
    created_at = models.DateTimeField(_("asked"), auto_now_add=True)
    done_at = models.DateTimeField(_("done"), null=True, blank=True)

    class Meta:
        verbose_name = _("task")
        verbose_name_plural = _("tasks")
        ordering = ["due_at", "id"]
        indexes = [models.Index(fields=["hotel", "state", "due_at"], name="task_by_state")]

    def __str__(self) -> str:
        return self.text


class ShiftAcceptance(models.Model):
    """Who took the shift over, and what was open then."""

    hotel = models.ForeignKey(Hotel, models.CASCADE, related_name="shifts", verbose_name=_("hotel"))
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("person"))
    at = models.DateTimeField(_("at"))
    open_tasks = models.PositiveIntegerField(_("open tasks"))
    open_conversations = models.PositiveIntegerField(_("open conversations"))
    note = models.TextField(_("note"), blank=True)

    class Meta:
        verbose_name = _("shift taken over")
        verbose_name_plural = _("shifts taken over")
        ordering = ["-at"]

    def __str__(self) -> str:
        return f"{self.user} · {self.at:%Y-%m-%d %H:%M}"


class ModeChange(models.Model):
    """Who turned the hotel-wide switch, and when; append only."""

    hotel = models.ForeignKey(Hotel, models.CASCADE, related_name="mode_changes", verbose_name=_("hotel"))
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("person"))
    before = models.CharField(_("before"), max_length=8, choices=DeskSettings.Mode.choices)
    after = models.CharField(_("after"), max_length=8, choices=DeskSettings.Mode.choices)
    at = models.DateTimeField(_("at"), auto_now_add=True)

    class Meta:
        verbose_name = _("switch turned")
        verbose_name_plural = _("switch turned")
        ordering = ["-at"]

    def __str__(self) -> str:
        return f"{self.before} → {self.after}"
