"""How security formats are recognised: the common scanners first, then the others."""

from __future__ import annotations

from flightrules.evidence.format import Format
from flightrules.evidence.signatures.security_core import SECURITY_CORE
from flightrules.evidence.signatures.security_newer import SECURITY_NEWER_FORMATS
from flightrules.evidence.signatures.security_tail import SECURITY_TAIL_FORMATS

__all__ = ["SECURITY_FORMATS"]

SECURITY_FORMATS: tuple[Format, ...] = (*SECURITY_CORE, *SECURITY_TAIL_FORMATS, *SECURITY_NEWER_FORMATS)
