"""All work in the background, one line each: what it is called, who does it, who finds what is due."""

from __future__ import annotations

from flightrules.service.jobs.registry import Job

__all__ = ["JOBS"]

JOBS: dict[str, Job] = {
    "notices.deliver": Job(
        run="flightrules.service.notices.jobs.deliver", due="flightrules.service.notices.jobs.due"
    ),
    "readiness.judge": Job(
        run="flightrules.service.readiness.jobs.judge", due="flightrules.service.readiness.jobs.due"
    ),
    "readiness.remind": Job(
        run="flightrules.service.readiness.jobs.remind", due="flightrules.service.readiness.jobs.to_remind"
    ),
}
