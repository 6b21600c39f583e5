"""Django's PostgreSQL, which looks whether a kept connection still stands instead of asking the server."""

from __future__ import annotations

import select

from django.db.backends.postgresql import base
from psycopg.pq import TransactionStatus

__all__ = ["DatabaseWrapper"]


class DatabaseWrapper(base.DatabaseWrapper):
    """What Django calls it: the connection of one thread."""

    def is_usable(self) -> bool:
        """Whether the connection, kept from an earlier request, can be used for this one.

        A server that went away has closed its side, and that can be seen here; only where there is something
        to see is it asked. Django asks each time: one more trip to the server in each request, of the
        four that a read takes.
        """
        line = self.connection
        if line is None or line.closed or line.info.transaction_status != TransactionStatus.IDLE:
            return super().is_usable()
        return not _has_word(line.fileno()) or super().is_usable()


def _has_word(descriptor: int) -> bool:
    """Whether the other side has sent something unasked, or has hung up."""
    watched = select.poll()
    watched.register(descriptor, select.POLLIN | select.POLLHUP | select.POLLERR)
    return bool(watched.poll(0))
