"""A hotel's mailbox: how it is reached, how far its folders were read, and the raw mails themselves."""

from __future__ import annotations

import math

from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from channels_app.models.account import Account
from channels_app.models.inbound import Inbound
from hotelagent.ops.crypto import SecretField

PORT = [MinValueValidator(1), MaxValueValidator(65535)]


class Mailbox(models.Model):
    """How an e-mail account is reached. Its address is the account's ``external_id``."""

    class Tls(models.TextChoices):
        TLS = "tls", _("TLS")
        STARTTLS = "starttls", "STARTTLS"
        NONE = "none", _("none (only inside the house)")

    class Way(models.TextChoices):
        IMAP = "imap", _("IMAP and SMTP")
        GMAIL_API = "gmail_api", _("Gmail's API (with Google's consent)")

    class Provider(models.TextChoices):
        OWN = "", _("the servers above, or Gmail's API")
        AMAZON_SES = "amazon_ses", _("Amazon SES (by its SMTP server, above)")
        MAILGUN = "mailgun", "Mailgun"
        MAILGUN_EU = "mailgun_eu", "Mailgun (EU)"
        POSTMARK = "postmark", "Postmark"

    account = models.OneToOneField(Account, models.CASCADE, related_name="mailbox", verbose_name=_("account"))
    aliases = models.JSONField(_("other addresses"), default=list, blank=True, help_text=_("Addresses whose mail arrives here too"))
    sender_name = models.CharField(_("name of the sender"), max_length=100, blank=True, help_text=_("Empty: the hotel's name"))
    reply_to = models.EmailField(_("answers go to"), blank=True, help_text=_("Empty: the address itself"))
    username = models.CharField(_("user"), max_length=200, blank=True, help_text=_("Empty: the address"))
    password = SecretField(_("app password"), blank=True, default="")
    client_id = models.CharField(_("OAuth client id"), max_length=200, blank=True)
    client_secret = SecretField(_("OAuth client secret"), blank=True, default="")
    refresh_token = SecretField(_("OAuth refresh token"), blank=True, default="")
    # Google said no for good; not asked again until something about the way in changes.
    consent_gone = models.BooleanField(default=False, editable=False)
    access_token = SecretField(blank=True, default="", editable=False)
    access_until = models.DateTimeField(null=True, blank=True, editable=False)
    read_by = models.CharField(_("reached by"), max_length=10, choices=Way.choices, default=Way.IMAP)
    push_topic = models.CharField(
        _("Pub/Sub topic"), max_length=200, blank=True, help_text=_("projects/…/topics/…: Google then says at once that mail came")
    )
    push_until = models.DateTimeField(_("Google tells of mail until"), null=True, blank=True, editable=False)
    api_url = models.URLField(default="https://gmail.googleapis.com", editable=False)
    token_url = models.URLField(default="https://oauth2.googleapis.com/token", editable=False)
    imap_host = models.CharField(_("IMAP server"), max_length=200, default="imap.gmail.com")
    imap_port = models.PositiveIntegerField(_("IMAP port"), default=993, validators=PORT)
    imap_tls = models.CharField(_("IMAP security"), max_length=8, choices=Tls.choices, default=Tls.TLS)
    smtp_host = models.CharField(_("SMTP server"), max_length=200, default="smtp.gmail.com")
    smtp_port = models.PositiveIntegerField(_("SMTP port"), default=465, validators=PORT)
    smtp_tls = models.CharField(_("SMTP security"), max_length=8, choices=Tls.choices, default=Tls.TLS)
    smtp_username = models.CharField(
        _("SMTP user"),
        max_length=200,
        blank=True,
        help_text=_("Only for another provider of outgoing mail, e.g. Amazon SES"),
    )
    smtp_password = SecretField(_("SMTP password"), blank=True, default="")
    provider = models.CharField(_("mail goes out by"), max_length=12, choices=Provider.choices, blank=True, default=Provider.OWN)
    provider_key = SecretField(_("API key of the provider"), blank=True, default="", help_text=_("Postmark: the server's API token"))
    provider_domain = models.CharField(
        _("sending domain"), max_length=200, blank=True, help_text=_("Mailgun; empty: the domain of the address")
    )
    # Only from a provisioning file: the provider's API somewhere else.
    provider_url = models.URLField(blank=True, default="", editable=False)
    webhook_secret = SecretField(
        _("secret of the provider's webhook"),
        blank=True,
        default="",
        help_text=_("Mailgun: its webhook signing key; any other: a long password of your own, for the address it reports to"),
    )
    # A server without TLS, or inside the house, is reached only when whoever installs the product gave it.
    servers_trusted = models.BooleanField(_("servers given by the operator"), default=False, editable=False)
    logo = models.BinaryField(_("logo"), null=True, blank=True)
    colour = models.CharField(
        _("colour"), max_length=7, default="#1f5f8b", validators=[RegexValidator(r"^#[0-9a-fA-F]{6}$")], help_text=_("As #1f5f8b")
    )
    footer = models.CharField(_("last lines of every mail"), max_length=500, blank=True)
    poll_s = models.PositiveSmallIntegerField(
        _("looked at every (seconds)"), default=60, validators=[MinValueValidator(30), MaxValueValidator(300)]
    )
    mark_seen = models.BooleanField(_("mark answered mails as read"), default=True)
    import_days = models.PositiveSmallIntegerField(
        _("days of history to read at first"), default=0, validators=[MaxValueValidator(30)], help_text=_("Shown, never answered")
    )
    daily_limit = models.PositiveIntegerField(
        _("mails a day at most"), default=450, validators=[MinValueValidator(1)], help_text=_("Gmail allows 500, Workspace 2000")
    )
    prearrival = models.BooleanField(_("mail before the arrival"), default=False, help_text=_("To guests with a confirmed booking"))
    prearrival_days = models.PositiveSmallIntegerField(
        _("days before the arrival"), default=2, validators=[MinValueValidator(1), MaxValueValidator(14)]
    )
    prearrival_hour = models.PositiveSmallIntegerField(
        _("at (hour)"), default=10, validators=[MinValueValidator(6), MaxValueValidator(20)], help_text=_("On the hotel's clock, 6 to 20")
    )
    next_arrivals_at = models.DateTimeField(default=timezone.now, editable=False)
    looked_at = models.DateTimeField(_("last looked"), null=True, blank=True, editable=False)
    next_look_at = models.DateTimeField(default=timezone.now, editable=False)
    # The provider wants to be left alone until then, whoever says that mail came.
    paused_until = models.DateTimeField(null=True, blank=True, editable=False)
    lease_until = models.DateTimeField(null=True, blank=True, editable=False)
    fence = models.PositiveIntegerField(default=0, editable=False)
    failures = models.PositiveSmallIntegerField(_("failures in a row"), default=0, editable=False)
    trouble = models.CharField(_("trouble"), max_length=300, blank=True, editable=False)

    class Meta:
        verbose_name = _("mailbox")
        verbose_name_plural = _("mailboxes")
        indexes = [models.Index(fields=["next_look_at"], name="mailbox_due")]

    # Somebody waits for what is asked of its servers until then, by the monotonic clock; not kept.
    deadline = math.inf

    def __str__(self) -> str:
        return self.address

    @property
    def address(self) -> str:
        return self.account.external_id

    @property
    def user(self) -> str:
        return self.username or self.address

    @property
    def by_api(self) -> bool:
        """By Gmail's API; by IMAP and SMTP while the consent is gone, when there is an app password."""
        return self.read_by == self.Way.GMAIL_API and not (self.consent_gone and self.password)

    @property
    def sends_by_api(self) -> bool:
        return self.by_api and not self.smtp_username and not self.provider

    @property
    def sends_by_provider(self) -> bool:
        """By the API of another provider."""
        return self.provider not in {self.Provider.OWN, self.Provider.AMAZON_SES}

    @property
    def sends_where_it_reads(self) -> bool:
        """Is what is sent filed in the mailbox by its own provider?"""
        if self.by_api:
            return self.sends_by_api
        return not self.smtp_username and not self.provider and self.smtp_host.split(".")[-2:] == self.imap_host.split(".")[-2:]

    @property
    def ours(self) -> frozenset[str]:
        """Every address that is the hotel's own, small."""
        return frozenset(str(one).strip().lower() for one in (self.address, self.reply_to, *self.aliases) if one)


class MailFolder(models.Model):
    """How far one folder was read. The mark moves in the transaction that keeps the mail."""

    class Role(models.TextChoices):
        INBOX = "inbox", _("Inbox")
        JUNK = "junk", _("Spam")

    mailbox = models.ForeignKey(Mailbox, models.CASCADE, related_name="folders", verbose_name=_("mailbox"))
    role = models.CharField(_("folder"), max_length=8, choices=Role.choices)
    uid_validity = models.BigIntegerField(null=True, blank=True)
    last_uid = models.BigIntegerField(default=0)
    # Gmail's API: what happened up to here is known.
    history_id = models.BigIntegerField(null=True, blank=True)
    # This mail could not be fetched so many times.
    stuck_uid = models.BigIntegerField(default=0)
    stuck = models.PositiveSmallIntegerField(default=0)
    looked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("mail folder")
        verbose_name_plural = _("mail folders")
        constraints = [models.UniqueConstraint(fields=["mailbox", "role"], name="one_mark_per_folder")]

    def __str__(self) -> str:
        return f"{self.mailbox} · {self.get_role_display()}"

    @property
    def is_new(self) -> bool:
        """Never looked into, by either way."""
        return self.uid_validity is None and self.history_id is None


class RawMail(models.Model):
    """A mail as it came: what was read out of it can be read again. Without a letter it is a report about one of ours."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="mails", verbose_name=_("account"))
    inbound = models.OneToOneField(Inbound, models.CASCADE, null=True, blank=True, related_name="mail", verbose_name=_("letter"))
    provider_id = models.CharField(_("provider's id"), max_length=200)
    # The same mail under another number, in another folder, or at another provider.
    content_id = models.CharField(max_length=64)
    raw = models.BinaryField(_("raw"))
    message_id = models.CharField(_("Message-ID"), max_length=250)
    references = models.JSONField(_("references"), default=list, blank=True)
    subject = models.CharField(_("subject"), max_length=500, blank=True)
    # Where Gmail's API has it.
    gmail_thread = models.CharField(max_length=32, blank=True)
    # By IMAP with its UIDVALIDITY; by Gmail's API its number there, without.
    uid = models.BigIntegerField(_("UID"), null=True, blank=True)
    uid_validity = models.BigIntegerField(null=True, blank=True)
    marked = models.BooleanField(_("marked as read"), default=False)
    received_at = models.DateTimeField(_("received"))

    class Meta:
        verbose_name = _("mail")
        verbose_name_plural = _("mails")
        constraints = [
            models.UniqueConstraint(fields=["account", "provider_id"], name="one_mail_per_provider_id"),
            models.UniqueConstraint(fields=["account", "content_id"], name="one_mail_per_content"),
        ]
        indexes = [models.Index(fields=["account", "uid"], condition=Q(marked=False, uid__isnull=False), name="mail_unmarked")]

    def __str__(self) -> str:
        return self.subject or self.message_id
