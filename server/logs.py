"""How a line of the server's log looks: plain, or JSON for a collector; one line for each.

Of an exception its class and where it was are written, and its text only where that is SQLite's or
ours: other texts hold what was being read, and that may be a password or a place. Never here: how
many lines there may be, what is logged.
"""

import json
import logging
import traceback
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from server.config import LogFormat

_TEXT_IS_HARMLESS = frozenset({"sqlite3", "server.store.engine", "server.config"})
_MOST_FRAMES = 12


def write_as(log_format: LogFormat) -> None:
    """Let every line of this process be written so from now on."""
    for handler in logging.getLogger().handlers:
        handler.setFormatter(FORMATTERS[log_format])


class Plain(logging.Formatter):
    """Time, level, message; behind it what was raised."""

    def format(self, record: logging.LogRecord) -> str:
        """See logging.Formatter."""
        line = f"{self.formatTime(record)} {record.levelname} {record.getMessage()}"
        raised = _raised(record)
        return f"{line}: {raised}" if raised else line


class Json(logging.Formatter):
    """An object of the same, with the logger's name; the time in UTC."""

    def format(self, record: logging.LogRecord) -> str:
        """See logging.Formatter."""
        at = datetime.fromtimestamp(record.created, UTC)
        line = {
            "time": at.isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        raised = _raised(record)
        return json.dumps(line | ({"raised": raised} if raised else {}), ensure_ascii=False)


FORMATTERS: Mapping[LogFormat, logging.Formatter] = {"plain": Plain(), "json": Json()}


def _raised(record: logging.LogRecord) -> str:
    """Return what was raised, where, and from what, the innermost place first; empty: nothing."""
    told = []
    error = record.exc_info[1] if record.exc_info else None
    while error is not None:
        frames = traceback.extract_tb(error.__traceback__)[-_MOST_FRAMES:]
        places = (f"{_short(frame.filename)}:{frame.lineno}" for frame in reversed(frames))
        kind = type(error)
        text = f" ({error})" if kind.__module__ in _TEXT_IS_HARMLESS else ""
        told.append(f"{kind.__name__}{text} at {' < '.join(places)}")
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return "; from ".join(told)


def _short(filename: str) -> str:
    return "/".join(Path(filename).parts[-3:])
