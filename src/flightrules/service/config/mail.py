"""The mail server by one address: ``smtps://user:password@host`` or ``smtp+starttls://host:587``."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote, urlsplit

from flightrules.errors import UsageError

__all__ = ["mail_settings"]

_BACKEND = "django.core.mail.backends."
_PORTS = {"smtps": 465, "smtp+starttls": 587, "smtp": 25}


def mail_settings(url: str) -> dict[str, Any]:
    """Django's settings of the mail server; without an address mail is refused and waits, it is not lost.

    Raises:
        UsageError: E_SETTING.
    """
    if not url:
        return {"EMAIL_BACKEND": "flightrules.service.config.mail_missing.EmailBackend", "EMAIL_TIMEOUT": 10}
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise _senseless() from None
    if parts.scheme not in _PORTS or not parts.hostname:
        raise _senseless()
    return {
        "EMAIL_BACKEND": _BACKEND + "smtp.EmailBackend",
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": port or _PORTS[parts.scheme],
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_SSL": parts.scheme == "smtps",
        "EMAIL_USE_TLS": parts.scheme == "smtp+starttls",
        "EMAIL_TIMEOUT": 10,
    }


def _senseless() -> UsageError:
    return UsageError(
        "E_SETTING",
        "FLIGHTRULES_SMTP_URL is not understood",
        hint="write smtps://user:password@host, or smtp+starttls://user:password@host:587",
    )
