from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class HotelsConfig(AppConfig):
    name = "hotelagent.hotels"
    label = "hotels"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = _("Hotel")
