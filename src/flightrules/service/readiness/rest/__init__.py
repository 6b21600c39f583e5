"""REST of readiness: evidence, gate runs and reports, and the registers that people keep."""

from __future__ import annotations

from ninja import Router

from flightrules.service.readiness.rest.defects import router as defects
from flightrules.service.readiness.rest.evidence import router as evidence
from flightrules.service.readiness.rest.gate_runs import router as gate_runs
from flightrules.service.readiness.rest.registers import router as registers

__all__ = ["router"]

router = Router()
for part in (evidence, gate_runs, defects, registers):
    router.add_router("", part)
