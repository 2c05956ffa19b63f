"""What the service says of itself: events with fields, one line each, as JSON for machines or as text for people."""

import json
import logging
import sys
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

_LOGGER = logging.getLogger("distributor")


class LogFormat(StrEnum):
    json = "json"
    text = "text"


def set_up_logging(form: LogFormat) -> None:
    """Write events to standard error, from information upwards; warnings of libraries too."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Json() if form is LogFormat.json else _Text())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    _LOGGER.setLevel(logging.INFO)


def log_event(name: str, **fields: Any) -> None:
    """Log that something happened: "run_closed", run="…". No addresses and no secrets in the fields."""
    _LOGGER.info(name, extra={"fields": fields})


def log_trouble(name: str, error: BaseException, **fields: Any) -> None:
    """Log that something went wrong, with the error's sentence; its traceback where it is none of ours."""
    _LOGGER.error(name, extra={"fields": {**fields, "error": str(error) or type(error).__name__}}, exc_info=error)


class _Json(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        content = {"at": _at(record), "level": record.levelname.lower(), "event": record.getMessage()}
        content |= getattr(record, "fields", {})
        if record.exc_info and record.exc_info[0] is not None:
            content["trace"] = self.formatException(record.exc_info)
        return json.dumps(content, ensure_ascii=False, default=str)


class _Text(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        fields = " ".join(f"{name}={value}" for name, value in getattr(record, "fields", {}).items())
        return f"{_at(record)}  {record.getMessage()}  {fields}".rstrip()


def _at(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
