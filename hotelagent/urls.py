"""Every address of the product."""

from django.contrib import admin
from django.urls import include, path, re_path

from channels_app.webhooks import GmailWebhook, MailWebhook, WhatsAppWebhook
from hotelagent import front
from hotelagent.ops import health, metrics

urlpatterns = [
    path("", front.index, name="index"),
    path("favicon.ico", front.icon, name="icon"),
    path("health/live", health.live, name="health-live"),
    path("health/ready", health.ready, name="health-ready"),
    path("health", health.ready, name="health"),
    path("metrics", metrics.metrics, name="metrics"),
    # One view, every spelling Meta may have been given, never a redirect.
    re_path(r"^(?:webhooks?/whatsapp|api/webhooks/whatsapp|webhook)/?$", WhatsAppWebhook.as_view(), name="webhook-whatsapp"),
    re_path(r"^(?:api/)?webhooks?/gmail/?$", GmailWebhook.as_view(), name="webhook-gmail"),
    re_path(r"^(?:api/)?webhooks?/mail/(?P<provider>[a-z_]{1,20})/?$", MailWebhook.as_view(), name="webhook-mail"),
    path("simulator/", include("conversations.simulator.urls")),
    path("console/", include("conversations.console.urls")),
    path("i18n/", include("django.conf.urls.i18n")),
    path("admin/", admin.site.urls),
]
