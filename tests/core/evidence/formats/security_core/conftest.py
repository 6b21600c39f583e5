"""These tests look at reports as those of the further scanners do."""

import importlib.util
from pathlib import Path

_PLACE = Path(__file__).parent.parent / "security_tail" / "conftest.py"
_SPEC = importlib.util.spec_from_file_location("how_to_look_at_findings", _PLACE)
_SHARED = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(_SHARED)

reading, outcome, survives = _SHARED.reading, _SHARED.outcome, _SHARED.survives
