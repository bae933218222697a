"""The product's settings with one more view, so that the webhook and a view that does nothing share one server."""

from hotelagent.settings import *  # noqa: F403

ROOT_URLCONF = "tests.load.urls"
