"""JSON log lines: one event a line, the correlation id, ids instead of contents, a redactor below everything."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

from hotelagent.ops.reports import Reporter

_SECRET_KEYS = re.compile(r"token|secret|password|authorization|api_key|cookie", re.IGNORECASE)
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
# Ten digits and more in a row, with the usual separators: phone and card numbers, never our own ids (they carry letters).
_LONG_NUMBER = re.compile(r"(?<![\w.-])\+?\d(?:[ ()-]{0,2}\d){9,18}(?![\w-])")


def configure(options: dict[str, str]) -> None:
    """``LOGGING_CONFIG`` of the settings: everything goes to standard error as JSON."""
    shared: list[structlog.types.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[structlog.stdlib.ExtraAdder(), *shared],
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            redact,
            structlog.processors.JSONRenderer(default=str, ensure_ascii=False),
        ],
    )
    handlers: list[logging.Handler] = [logging.StreamHandler(sys.stderr)]
    if options.get("report_to"):
        handlers.append(Reporter())
    for handler in handlers:
        handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers[:] = handlers
    root.setLevel(options["level"])
    for name, level in (("django_q", "WARNING"), ("django-q", "WARNING"), ("urllib3", "WARNING"), ("uvicorn.access", "WARNING")):
        logging.getLogger(name).setLevel(level)
    for name in ("django", "django.server", "django-q", "uvicorn", "uvicorn.error", "uvicorn.access"):
        logger = logging.getLogger(name)
        logger.handlers[:] = []
        logger.propagate = True


def redact(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Last processor before the line is written: no secret and no personal data passes."""
    for key, value in event.items():
        if _SECRET_KEYS.search(key):
            event[key] = "[redacted]"
        elif isinstance(value, str) and key not in {"timestamp", "correlation_id"}:
            event[key] = _LONG_NUMBER.sub("[number]", _EMAIL.sub("[e-mail]", value))
        elif key == "request":  # Django's request logger attaches the whole object
            event[key] = "[request]"
    return event
