"""Why the service did not do what was asked; each has a stable code and the HTTP status of its kind."""

from __future__ import annotations

from typing import Any, ClassVar, Self

from flightrules.errors import FlightrulesError

__all__ = [
    "ConflictError",
    "DeniedError",
    "ForeignError",
    "InvalidError",
    "LockedError",
    "PreconditionError",
    "RefusalError",
    "UnauthenticatedError",
    "UnavailableError",
]


class RefusalError(FlightrulesError):
    """Base of all refusals of the service.

    Args:
        code: stable name, such as ``E_POWER``; explained by ``flightrules explain CODE``.
        message: one sentence, safe to show to the person who asked.
        hint: what to do about it.
        detail: further members of the problem document; text, numbers, lists and objects of them.
    """

    status: ClassVar[int] = 400

    def __init__(self, code: str, message: str, *, hint: str | None = None, **detail: Any) -> None:
        super().__init__(code, message, hint=hint)
        self.detail = detail
        self.on_record: tuple[str, str] | None = None

    def about(self, stream: str, subject: str) -> Self:
        """This refusal, with the stream and the subject under which it goes on record."""
        self.on_record = (stream, subject)
        return self


class InvalidError(RefusalError):
    """What was sent makes no sense as it stands."""

    status = 422


class UnauthenticatedError(RefusalError):
    """Nobody known asks, or a fresh proof of who asks is missing."""

    status = 401


class DeniedError(RefusalError):
    """A known person or machine asks for something that is not theirs to do; the attempt goes on record."""

    status = 403


class ForeignError(RefusalError):
    """There is no such thing, or not for the one who asks: both read alike, so that nothing leaks."""

    status = 404


class ConflictError(RefusalError):
    """The state of things does not allow it (any more); the attempt goes on record where it is protected."""

    status = 409


class PreconditionError(RefusalError):
    """The thing has changed since the caller read it, or the caller did not say what was read."""

    status = 412


class LockedError(RefusalError):
    """Too many tries; wait."""

    status = 429


class UnavailableError(RefusalError):
    """The service cannot keep its promise at this moment, so it does nothing."""

    status = 503
