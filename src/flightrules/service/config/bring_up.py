"""What a process that writes does before it takes up work: see that what is kept is whole, and migrate."""

from __future__ import annotations

import sys

from flightrules.service.config.migrate import migrate
from flightrules.service.records.soundness import require_sound_tips, require_whole_database

__all__ = ["bring_up"]


def bring_up() -> None:
    """Migrate a database that is whole, and refuse a ledger that is not as it was signed.

    Raises:
        UsageError: E_DATABASE, E_LEDGER_TIP, and those of ``migrate``.
    """
    require_whole_database()
    migrate()
    warning = require_sound_tips()
    if warning:
        sys.stderr.write(f"warning: {warning}\n")
