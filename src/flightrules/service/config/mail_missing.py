"""Where no mail server is named: mail is not taken, so that its notice waits, visibly, until there is one."""

from __future__ import annotations

from collections.abc import Sequence

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

__all__ = ["EmailBackend"]


class EmailBackend(BaseEmailBackend):
    """Takes nothing."""

    def send_messages(self, _messages: Sequence[EmailMessage]) -> int:
        """Refuse.

        Raises:
            ConnectionRefusedError: always.
        """
        raise ConnectionRefusedError("no mail server is named by FLIGHTRULES_SMTP_URL")
