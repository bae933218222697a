from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ConversationsConfig(AppConfig):
    name = "conversations"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = _("Conversations")

    def ready(self) -> None:
        from conversations import doorbells  # noqa: PLC0415 - signals can be connected only once models are loaded

        doorbells.connect()
