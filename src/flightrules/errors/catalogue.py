"""The message catalogue behind ``flightrules explain CODE``; loaded only when somebody asks."""

from __future__ import annotations

from flightrules.errors.cli_codes import CLI_CODES
from flightrules.errors.code import Code
from flightrules.errors.evidence_codes import EVIDENCE_CODES
from flightrules.errors.ledger_codes import LEDGER_CODES
from flightrules.errors.rulebook_codes import RULEBOOK_CODES
from flightrules.errors.service_codes import SERVICE_CODES

__all__ = ["CATALOGUE", "Code"]

CATALOGUE: dict[str, Code] = {
    code.name: code
    for family in (EVIDENCE_CODES, RULEBOOK_CODES, LEDGER_CODES, CLI_CODES, SERVICE_CODES)
    for code in family
}
