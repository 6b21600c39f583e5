"""How the body of a request is read: JSON as the standard has it, each name once, nothing unfit to keep."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja.parser import Parser

from flightrules.errors import EvidenceError
from flightrules.evidence.reading.json import decode_text
from flightrules.service.door.refusals import InvalidError

__all__ = ["StrictParser"]


class StrictParser(Parser):
    """Refuses what a lenient reader would take in its own way: a name twice, NaN, bottomless nesting."""

    def parse_body(self, request: HttpRequest) -> Any:
        """The decoded body.

        Raises:
            InvalidError: the code of the class of fault, such as E_DUPLICATE_KEY.
        """
        try:
            return decode_text(request.body.decode("utf-8"), "body")
        except UnicodeDecodeError:
            raise InvalidError("E_ENCODING", "the body is not valid UTF-8") from None
        except EvidenceError as error:
            raise InvalidError(error.code, error.message, hint=error.hint) from None
