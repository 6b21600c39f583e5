"""The service's log: one JSON object a line, with the request's id and without anybody's secret.

Only the members named here are written, and known secrets are struck out of the finished line as a last
guard.
"""

from __future__ import annotations

import json
import logging
import re
import traceback
from datetime import UTC, datetime

__all__ = ["JsonLines", "hide"]

_MEMBERS = (
    "request_id",
    "method",
    "route",
    "status",
    "ms",
    "work",
    "row",
    "fault",
    "code",
)
_SHAPES = re.compile(
    r"(?i)(bearer\s+|whsec_|frt_|fri_|sessionid=|://[^/\s:@]*:)[^\s\"'\\,;@]{4,}|hooks\.slack\.com/[^\s\"'\\]+"
)
_FRAMES = 12
_SECRET_LENGTH = 8
_hidden: set[str] = set()


def hide(*secrets: str) -> None:
    """Never let these values into a line; short ones are left, for they would strike out ordinary words."""
    _hidden.update(one for one in secrets if len(one) >= _SECRET_LENGTH)


class JsonLines(logging.Formatter):
    """A record as one line of JSON; what an error was about by its kind and place, not by its text."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        shown: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        shown |= {name: getattr(record, name) for name in _MEMBERS if hasattr(record, name)}
        if record.exc_info and record.exc_info[0]:
            shown["error"] = record.exc_info[0].__name__
            shown["frames"] = [
                f"{frame.filename}:{frame.lineno} {frame.name}"
                for frame in traceback.extract_tb(record.exc_info[2])[-_FRAMES:]
            ]
        return _struck(json.dumps(shown, default=str))


def _struck(line: str) -> str:
    for secret in _hidden:
        line = line.replace(secret, "[hidden]").replace(json.dumps(secret)[1:-1], "[hidden]")
    return _SHAPES.sub(lambda found: (found.group(1) or "") + "[hidden]", line)
