"""Every setting, read once from the environment (and ``.env``). A wrong value stops the start and names the variable."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import quote, urlsplit

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from hotelagent.ops import embedded, environment

BASE_DIR = environment.ROOT
environment.load_dotenv()

# --- where and how we run ---------------------------------------------------------------------------------------------
VERSION = "0.1.0"
APP_ENV = environment.choice("APP_ENV", "ENVIRONMENT", options=("development", "test", "production"), default="development")
PRODUCTION = APP_ENV == "production"
DEBUG = environment.flag("DEBUG", default=False)
DATA_DIR_NAMED = environment.text("DATA_DIR") != ""
DATA_DIR = Path(environment.text("DATA_DIR", default=str(BASE_DIR / "var"))).resolve()
# What this process is: the web process pools its connections, everything that forks must not.
PROCESS_ROLE = environment.choice("PROCESS_ROLE", options=("command", "web", "worker", "sweeper"), default="command")
HOST = environment.text("HOST", default="127.0.0.1")
PORT = environment.number("PORT", default=8000, minimum=1, maximum=65535)
PUBLIC_URL = environment.url("PUBLIC_URL", schemes=("http", "https"), default=f"http://127.0.0.1:{PORT}")

# --- secrets ----------------------------------------------------------------------------------------------------------
SECRET_KEY = environment.text("SECRET_KEY", "DJANGO_SECRET_KEY")
# Keys of the encrypted columns, newest first; old ones stay until every row is re-encrypted.
ENCRYPTION_KEYS = environment.words("ENCRYPTION_KEYS", "ENCRYPTION_KEY")
if not PRODUCTION:
    SECRET_KEY = SECRET_KEY or environment.local_secret(DATA_DIR / "secret_key")
    ENCRYPTION_KEYS = ENCRYPTION_KEYS or [environment.local_secret(DATA_DIR / "encryption_key")]

# --- WhatsApp: the demo account is made from these at every start; several historic names are understood ---------------
WHATSAPP = {
    "access_token": environment.text("WHATSAPP_ACCESS_TOKEN", "WHATSAPP_TOKEN", "META_WA_ACCESS_TOKEN", "META_ACCESS_TOKEN"),
    "app_secret": environment.text("WHATSAPP_APP_SECRET", "META_WA_APP_SECRET", "META_APP_SECRET"),
    "verify_token": environment.text("WHATSAPP_VERIFY_TOKEN", "META_WA_VERIFY_TOKEN", "WHATSAPP_WEBHOOK_VERIFY_TOKEN"),
    "phone_number_id": environment.text("WHATSAPP_PHONE_NUMBER_ID", "META_WA_PHONE_NUMBER_ID", "PHONE_NUMBER_ID"),
    "business_account_id": environment.text("WHATSAPP_BUSINESS_ACCOUNT_ID", "META_WA_BUSINESS_ACCOUNT_ID"),
    "display_number": environment.text("WHATSAPP_DISPLAY_NUMBER", "META_WA_DISPLAY_NUMBER"),
    "api_url": environment.url("WHATSAPP_API_URL", "META_WA_API_URL", schemes=("http", "https"), default="https://graph.facebook.com"),
}
# DEMO_META=1: the demo talks to a double of Meta on this machine instead of Meta.
DEMO_META = environment.flag("DEMO_META", default=False)
DEMO_META_PORT = environment.number("DEMO_META_PORT", default=9100, minimum=1, maximum=65535)
if DEMO_META and not PRODUCTION:
    WHATSAPP = {
        "access_token": environment.local_secret(DATA_DIR / "double_token"),
        "app_secret": environment.local_secret(DATA_DIR / "double_secret"),
        "verify_token": "demo-verify-token",
        "phone_number_id": "1001",
        "business_account_id": "2001",
        "display_number": "5491150000000",
        "api_url": f"http://127.0.0.1:{DEMO_META_PORT}",
    }
AGENT_WHATSAPP_NUMBER = environment.text("AGENT_WHATSAPP_NUMBER")

# --- named now, used by the parts that need them -----------------------------------------------------------------------
GMAIL = {
    "address": environment.text("GMAIL_ADDRESS", "GMAIL_USER"),
    "app_password": environment.text("GMAIL_APP_PASSWORD"),
    "client_id": environment.text("GMAIL_CLIENT_ID"),
    "client_secret": environment.text("GMAIL_CLIENT_SECRET"),
    "refresh_token": environment.text("GMAIL_REFRESH_TOKEN"),
    # "gmail_api" needs the three values of Google's consent.
    "read_by": environment.choice("GMAIL_READ_BY", options=("imap", "gmail_api"), default="imap"),
    "imap_host": environment.text("GMAIL_IMAP_HOST", default="imap.gmail.com"),
    "imap_port": environment.number("GMAIL_IMAP_PORT", default=993, minimum=1, maximum=65535),
    "smtp_host": environment.text("GMAIL_SMTP_HOST", default="smtp.gmail.com"),
    "smtp_port": environment.number("GMAIL_SMTP_PORT", default=587, minimum=1, maximum=65535),
    # Empty: what the port means; only this machine itself is spoken to in the clear.
    "imap_tls": environment.choice("GMAIL_IMAP_TLS", options=("tls", "starttls", "none", ""), default=""),
    "smtp_tls": environment.choice("GMAIL_SMTP_TLS", options=("tls", "starttls", "none", ""), default=""),
    "poll_s": environment.number("GMAIL_POLL_SECONDS", "GMAIL_POLL_INTERVAL", default=60, minimum=30, maximum=300),
    "token_url": environment.url("GMAIL_TOKEN_URL", schemes=("http", "https"), default="https://oauth2.googleapis.com/token"),
    "api_url": environment.url("GMAIL_API_URL", schemes=("http", "https"), default="https://gmail.googleapis.com"),
    # Where Google says that mail came; who signs pushed notifications, and for whom; without them no push is believed.
    "push_topic": environment.text("GMAIL_PUSH_TOPIC"),
    "push_audience": environment.text("GMAIL_PUSH_AUDIENCE"),
    "push_account": environment.text("GMAIL_PUSH_SERVICE_ACCOUNT"),
    "push_subscription": environment.text("GMAIL_PUSH_SUBSCRIPTION"),
    "push_keys_url": environment.url(
        "GMAIL_PUSH_KEYS_URL", schemes=("http", "https"), default="https://www.googleapis.com/oauth2/v3/certs"
    ),
}
OPENAI = {
    "base_url": environment.url("OPENAI_BASE_URL", schemes=("http", "https")),
    "api_key": environment.text("OPENAI_API_KEY"),
    "model": environment.text("OPENAI_MODEL"),
}
# Notifications of browsers whose desk is closed (manage.py web_push_keys makes a key); without a key there are none.
WEB_PUSH = {
    "private_key": environment.key("WEB_PUSH_PRIVATE_KEY", size_bytes=32),
    # Whom a push service asks when something is wrong: an address of mail or of the web.
    "contact": environment.text("WEB_PUSH_CONTACT"),
    # Origins of push services of one's own: inside the house, or without TLS.
    "trusted": environment.words("WEB_PUSH_TRUSTED_SERVICES"),
}
AWS = {
    "access_key_id": environment.text("AWS_ACCESS_KEY_ID"),
    "secret_access_key": environment.text("AWS_SECRET_ACCESS_KEY"),
    "region": environment.text("AWS_REGION"),
}
# "mock" is the historic name of the embedded PMS.
PMS = {
    "type": environment.choice("PMS_TYPE", options=("embedded", "mock", "qloapps"), default="embedded").replace("mock", "embedded"),
    "base_url": environment.url("PMS_BASE_URL", schemes=("http", "https")),
    "api_key": environment.text("PMS_API_KEY"),
    "hotel_id": environment.text("PMS_HOTEL_ID"),
}
CHECK_PMS_IN_READINESS = environment.flag("CHECK_PMS_IN_READINESS", default=False)
ERROR_LOG_EMAIL = environment.text("ERROR_LOG_EMAIL")
# Errors are reported through the server that sends the demo hotel's mail.
SERVER_EMAIL = environment.text("ERROR_FROM_EMAIL", default=str(GMAIL["address"]) or "hotel-receptionist@localhost")
EMAIL_HOST, EMAIL_PORT = GMAIL["smtp_host"], GMAIL["smtp_port"]
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = (GMAIL["address"], GMAIL["app_password"]) if GMAIL["app_password"] else ("", "")
EMAIL_USE_SSL = GMAIL["smtp_tls"] == "tls" or EMAIL_PORT == 465
EMAIL_USE_TLS = GMAIL["smtp_tls"] == "starttls" or EMAIL_PORT == 587
EMAIL_TIMEOUT = 30
REPLY_TO_EMAIL = environment.text("REPLY_TO_EMAIL")
CORS_ALLOWED_ORIGINS = environment.words("CORS_ALLOWED_ORIGINS", "ALLOWED_ORIGINS")

# --- the database: one engine everywhere -------------------------------------------------------------------------------


def _database() -> dict[str, object]:
    name = environment.text("POSTGRES_DB", default="hotelagent")
    host = environment.text("POSTGRES_HOST")
    given = environment.text("DATABASE_URL", "POSTGRES_URL").replace("postgresql+asyncpg://", "postgresql://", 1)
    if not given and host:
        user, password = environment.text("POSTGRES_USER", default="postgres"), environment.text("POSTGRES_PASSWORD")
        port = environment.number("POSTGRES_PORT", default=5432, minimum=1, maximum=65535)
        given = f"postgresql://{quote(user)}:{quote(password, safe='')}@{host}:{port}/{name}"
    if given and urlsplit(given).scheme not in {"postgresql", "postgres"}:
        raise ImproperlyConfigured("DATABASE_URL must be a postgresql:// URL; PostgreSQL is the only database")
    config: dict[str, object] = dict(environ.Env.db_url_config(given or embedded.join(DATA_DIR, explicit=DATA_DIR_NAMED)))
    options: dict[str, object] = {"connect_timeout": 5}
    if PROCESS_ROLE == "web":
        # Given up after 2 s, a new connection is tried with the next request: the pool's own backoff grows to half a
        # minute, which a database that came back would have to wait out.
        options["pool"] = {"min_size": 2, "max_size": 16, "timeout": 5, "reconnect_timeout": 2}
        config["CONN_MAX_AGE"] = 0
    else:
        config["CONN_MAX_AGE"] = 60
        config["CONN_HEALTH_CHECKS"] = True
    config["OPTIONS"] = options
    return config


DATABASES = {"default": _database()}
# For LISTEN, migrations and backups when DATABASE_URL is a pooler.
DATABASE_DIRECT_URL = environment.text("DATABASE_DIRECT_URL")
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- the cache: only what may be lost ----------------------------------------------------------------------------------


def _redis_url() -> str:
    host = environment.text("REDIS_HOST")
    given = environment.url("REDIS_URL", schemes=("redis", "rediss", "unix"))
    if given or not host:
        return given
    password = environment.text("REDIS_PASSWORD")
    port = environment.number("REDIS_PORT", default=6379, minimum=1, maximum=65535)
    return f"redis://{f':{quote(password, safe=str())}@' if password else ''}{host}:{port}/0"


REDIS_URL = _redis_url()
if REDIS_URL:
    CACHES = {
        "default": {
            "BACKEND": "django_redis.cache.RedisCache",
            "LOCATION": REDIS_URL,
            "OPTIONS": {"SOCKET_CONNECT_TIMEOUT": 1, "SOCKET_TIMEOUT": 1, "IGNORE_EXCEPTIONS": True},
        }
    }
else:
    CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.db.DatabaseCache",
            "LOCATION": "ops_cache",
            "OPTIONS": {"MAX_ENTRIES": 20_000},
        }
    }
DJANGO_REDIS_LOG_IGNORED_EXCEPTIONS = True

if PRODUCTION:
    environment.refuse_weak(
        {
            "SECRET_KEY": SECRET_KEY,
            "ENCRYPTION_KEYS": ",".join(ENCRYPTION_KEYS),
            "WHATSAPP_ACCESS_TOKEN": WHATSAPP["access_token"],
            "WHATSAPP_APP_SECRET": WHATSAPP["app_secret"],
            "WHATSAPP_VERIFY_TOKEN": WHATSAPP["verify_token"],
            "POSTGRES_PASSWORD": environment.text("POSTGRES_PASSWORD"),
            "REDIS_PASSWORD": environment.text("REDIS_PASSWORD"),
            "GMAIL_APP_PASSWORD": str(GMAIL["app_password"]),
            "GMAIL_CLIENT_SECRET": str(GMAIL["client_secret"]),
            "GMAIL_REFRESH_TOKEN": str(GMAIL["refresh_token"]),
            "PMS_API_KEY": PMS["api_key"],
            "OPENAI_API_KEY": OPENAI["api_key"],
            "AWS_SECRET_ACCESS_KEY": AWS["secret_access_key"],
            "WEB_PUSH_PRIVATE_KEY": str(WEB_PUSH["private_key"]),
        },
        required=("SECRET_KEY", "ENCRYPTION_KEYS"),
    )
    if DEBUG:
        raise ImproperlyConfigured("DEBUG must be false in production")
    if environment.text("KILL_POINT"):
        raise ImproperlyConfigured("KILL_POINT lets processes die on purpose: not in production")

# --- Django ------------------------------------------------------------------------------------------------------------
ALLOWED_HOSTS = environment.words("ALLOWED_HOSTS", default=() if PRODUCTION else ("*",))
CSRF_TRUSTED_ORIGINS = environment.words("CSRF_TRUSTED_ORIGINS")
ROOT_URLCONF = "hotelagent.urls"
WSGI_APPLICATION = "hotelagent.wsgi.application"
ASGI_APPLICATION = "hotelagent.asgi.application"
APPEND_SLASH = True

INSTALLED_APPS = [
    "unfold",
    "unfold.contrib.filters",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "rest_framework",
    "channels",
    "django_htmx",
    "hotelagent.ops",  # before django_q: its qcluster command stands for theirs
    "django_q",
    "django_prometheus",
    "csp",
    "hotelagent.hotels",
    "pms",
    "channels_app",
    "reservations",
    "conversations",
]

MIDDLEWARE = [
    "django_prometheus.middleware.PrometheusBeforeMiddleware",
    "hotelagent.ops.correlation.CorrelationMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "hotelagent.ops.headers.HeadersMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_prometheus.middleware.PrometheusAfterMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 8}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "admin:login"
LOGIN_REDIRECT_URL = "admin:index"

LANGUAGE_CODE = "es"
LANGUAGES = [("es", _("Spanish")), ("en", _("English")), ("pt", _("Portuguese"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
TIME_ZONE = "UTC"
USE_TZ = True

STATIC_URL = "static/"
STATIC_ROOT = Path(environment.text("STATIC_ROOT", default=str(DATA_DIR / "static")))
STATIC_ROOT.mkdir(parents=True, exist_ok=True)
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_USE_FINDERS = not PRODUCTION  # the demo serves straight from the packages
WHITENOISE_AUTOREFRESH = False
if PRODUCTION:
    STORAGES = {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
        "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
    }

# A full WhatsApp payload is 3 MB; Django's own limit of 2.5 MB would turn it away for seven days (facts/WHATSAPP.md 1).
MAX_BODY_BYTES = 4 * 1024 * 1024
# Files of guests above it are not fetched.
MEDIA_LIMIT_BYTES = 20 * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = MAX_BODY_BYTES

# --- security headers; /admin alone has a wider policy (see ops/headers.py) ---------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "connect-src": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "object-src": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
COOP_ENABLED = environment.flag("COOP_ENABLED", default=True)
COEP_ENABLED = environment.flag("COEP_ENABLED", default=False)
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin" if COOP_ENABLED else None
SECURE_HSTS_SECONDS = 31_536_000
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PRODUCTION
SECURE_SSL_REDIRECT = False  # the proxy redirects; webhooks must never be redirected
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if PRODUCTION else None
# The proxy speaks TLS to the world and plain HTTP to us.
SILENCED_SYSTEM_CHECKS = ["security.W008"]

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": [],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "UNAUTHENTICATED_USER": None,
}

# --- queue: rows do the work, these tasks only wake workers (facts/PLATFORM.md C) ----------------------------------------
Q_CLUSTER = {
    "name": "default",
    "orm": "default",
    "workers": environment.number("WORKERS", default=2, minimum=1, maximum=32),
    "queue_limit": environment.number("WORKERS", default=2, minimum=1, maximum=32),
    "bulk": 1,
    "timeout": 300,
    "retry": 900,
    "max_attempts": 3,
    "ack_failures": True,
    "save_limit": -1,
    "catch_up": False,
    "poll": 0.1,
    "recycle": 500,
    "guard_cycle": 0.5,
    "label": "Queue",
    "ALT_CLUSTERS": {
        "slow": {"workers": 1, "queue_limit": 1, "timeout": 300, "retry": 900, "max_attempts": 3, "poll": 1.0, "guard_cycle": 2.0}
    },
}
# What a cluster computes before it forks its workers, so that no guest waits for it and the workers share it.
BEFORE_FORKING = {"default": ["conversations.turns.prepare"], "slow": []}
# What a rung worker drains, per cluster, in this order.
DRAINS = {
    "default": [
        "conversations.tasks.SORTING",
        "conversations.tasks.TURNS",
        "reservations.tasks.PLACING",
        "channels_app.tasks.RECEIPTS",
        "conversations.tasks.PLANNED",
        "conversations.tasks.ALERTS",
        "conversations.tasks.SNOOZED",
        "conversations.tasks.ANSWERING",
        "conversations.tasks.TELLING",
        "conversations.tasks.PUSHING",
        "channels_app.tasks.DELIVERY",
        "channels_app.tasks.MEDIA",
    ],
    "slow": [
        "channels_app.tasks.MAILBOXES",
        "channels_app.tasks.STANDING",
        "reservations.tasks.HOLDS",
        "reservations.tasks.SYNC",
        "conversations.tasks.ARRIVALS",
    ],
}
# SQL that says when the next row of a room is due; the sweeper asks them together.
DUE = {
    "default": ["conversations.tasks.DUE", "conversations.tasks.DESK_DUE", "reservations.tasks.DUE_PLACINGS", "channels_app.tasks.DUE"],
    "slow": ["channels_app.tasks.DUE_MAILBOXES", "reservations.tasks.DUE_HOLDS"],
}
# Once a minute the sweeper repairs what a killed worker left behind.
REPAIRS = ["channels_app.tasks.repair", "conversations.tasks.repair", "reservations.tasks.repair"]
# Gauges computed by SQL when somebody looks at /metrics.
GAUGES = ["channels_app.tasks.gauges", "reservations.tasks.gauges", "pms.sync.gauges"]
# Asked by /health/ready when CHECK_PMS_IN_READINESS is on; returns a sentence when something is wrong.
PMS_HEALTH = "pms.gateway.health"
# Makes the API token of the demo's user known.
DEMO_KEY = "hotelagent.hotels.api_tokens.keep"
# Mails as they look, for the page that shows them.
MAIL_SAMPLES = "conversations.mails.samples"
# Asked of a letter that leaves: why it must not after all, or "".
MAY_LEAVE = "conversations.arrivals.may_leave"
# Rung by the post office when letters arrive.
INBOUND_TASK = "conversations.tasks.letters_arrived"
# What of the environment becomes rows of the demo hotel at every start.
FROM_ENVIRONMENT = [
    "channels_app.provision.account_from_environment",
    "channels_app.provision.mailbox_from_environment",
    "pms.provision.connection_from_environment",
    "conversations.provision.phone_from_environment",
]
# Sections of a provisioning file, each applied by the room that owns the rows, in this order.
PROVISION_SECTIONS = [
    "hotelagent.hotels.provision.apply_hotel",
    "hotelagent.hotels.provision.apply_staff",
    "hotelagent.hotels.provision.apply_opening_hours",
    "pms.provision.apply_pms",
    "pms.provision.apply_inventory",
    "reservations.provision.apply_deposit",
    "conversations.provision.apply_knowledge",
    "conversations.provision.apply_phrases",
    "conversations.provision.apply_desk",
    "conversations.provision.apply_phones",
    "channels_app.provision.apply_channels",
]
# Guests wait this long for their own next letter before we answer, and at most that long in all (seconds).
DEBOUNCE_S = float(environment.text("DEBOUNCE_S", default="1.5"))
DEBOUNCE_MAX_S = 6.0
# A lease is renewed three times in this time while its work goes on; a process that dies is noticed after it (seconds).
LEASE_S = environment.number("LEASE_S", default=15, minimum=2, maximum=120)
CHANNEL_LAYERS = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}

# --- logs and metrics --------------------------------------------------------------------------------------------------
LOG_LEVEL = environment.choice("LOG_LEVEL", options=("DEBUG", "INFO", "WARNING", "ERROR"), default="INFO")
LOGGING_CONFIG = "hotelagent.ops.logging.configure"
LOGGING = {"level": LOG_LEVEL, "report_to": ERROR_LOG_EMAIL}
PROMETHEUS_EXPORT_MIGRATIONS = False
if metrics_dir := os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
    Path(metrics_dir).mkdir(parents=True, exist_ok=True)

# --- the admin ---------------------------------------------------------------------------------------------------------
UNFOLD = {
    "SITE_TITLE": "Hotel Receptionist",
    "SITE_HEADER": "Hotel Receptionist",
    "SITE_SUBHEADER": _("Back office"),
    "SITE_SYMBOL": "concierge",
    "SITE_URL": "/",
    "SHOW_HISTORY": True,
    "SHOW_VIEW_ON_SITE": False,
    "SHOW_LANGUAGES": True,
    "DASHBOARD_CALLBACK": "conversations.dashboard.dashboard",
    "COLORS": {
        "primary": {
            "50": "236 250 249",
            "100": "206 240 238",
            "200": "160 224 221",
            "300": "110 203 198",
            "400": "61 184 176",
            "500": "24 148 142",
            "600": "11 110 110",
            "700": "10 91 91",
            "800": "10 72 73",
            "900": "9 56 58",
            "950": "4 33 35",
        }
    },
    "SIDEBAR": {"show_search": True, "navigation": "conversations.dashboard.navigation"},
}
