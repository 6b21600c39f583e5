"""All work in the background, one line each: what it is called, who does it, who finds what is due."""

from __future__ import annotations

from flightrules.service.jobs.registry import Job

__all__ = ["JOBS"]

JOBS: dict[str, Job] = {
    "board.lapse": Job(
        run="flightrules.service.board.jobs.lapse", due="flightrules.service.board.jobs.to_lapse"
    ),
    "blockers.escalate": Job(
        run="flightrules.service.blockers.jobs.escalate", due="flightrules.service.blockers.jobs.to_escalate"
    ),
    "decisions.refresh": Job(
        run="flightrules.service.decisions.jobs.refresh", due="flightrules.service.decisions.jobs.outdated"
    ),
    "decisions.void": Job(
        run="flightrules.service.decisions.jobs.void", due="flightrules.service.decisions.jobs.to_void"
    ),
    "door.forget": Job(
        run="flightrules.service.door.jobs.forget", due="flightrules.service.door.jobs.to_forget"
    ),
    "notices.deliver": Job(
        run="flightrules.service.notices.jobs.deliver", due="flightrules.service.notices.jobs.due"
    ),
    "obligations.advance": Job(
        run="flightrules.service.obligations.jobs.advance", due="flightrules.service.obligations.jobs.due"
    ),
    "readiness.judge": Job(
        run="flightrules.service.readiness.jobs.judge",
        due="flightrules.service.readiness.jobs.due",
        much="flightrules.service.readiness.jobs.is_much",
    ),
    "readiness.remind": Job(
        run="flightrules.service.readiness.jobs.remind", due="flightrules.service.readiness.jobs.to_remind"
    ),
    "readiness.remind-waiver": Job(
        run="flightrules.service.readiness.jobs.remind_waiver",
        due="flightrules.service.readiness.jobs.waivers_to_remind",
    ),
    "decisions.escalate": Job(
        run="flightrules.service.decisions.jobs.escalate",
        due="flightrules.service.decisions.jobs.to_escalate",
    ),
}
