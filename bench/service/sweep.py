"""What one sweep costs with 20 and with 1,000 open polls: processor time, and questions to the database.

Twenty polls are whole: a release with evidence, both gates judged, a verdict and a vote. The others are their
copies in the database, which is enough for all that a sweep asks of those whose turn it is not. As in
practice the ledger of their product grows between two sweeps, so every poll of it has news.

    python bench/service/sweep.py [--polls 1000] [--database sqlite|postgresql]
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import load
import run as office

_TESTS = str(Path(__file__).resolve().parents[2] / "tests")
_WHOLE, _SWEEPS = 20, 10


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--polls", type=int, default=1000)
    parser.add_argument("--database", choices=sorted(office.GOALS))
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.inside:
        _inside(asked.polls)
        return 0
    for database in [asked.database] if asked.database else sorted(office.GOALS, reverse=True):
        _measured(database, asked.polls)
    return 0


def _measured(database: str, polls: int) -> None:
    with tempfile.TemporaryDirectory(prefix="flightrules-bench-") as folder, office.address(database) as url:
        environment = office.environment_of(folder, url)
        environment["PYTHONPATH"] = os.pathsep.join((_TESTS, os.environ.get("PYTHONPATH", "")))
        print(f"\n{database}:", flush=True)
        command = [sys.executable, __file__, "--inside", "--polls", str(polls)]
        subprocess.run(command, env=environment, check=True)


def _inside(polls: int) -> None:
    from flightrules.service.config.start import start

    start()
    from flightrules.service.config.migrate import migrate

    migrate()
    from service.faults_platform.lanes import lane_to_go, shop_here

    for number in range(_WHOLE):
        lane_to_go(shop_here(), f"7.{number}.0", adopted=number == 0)
    _said(_WHOLE)
    _copied(polls - _WHOLE)
    _said(polls)


def _copied(count: int) -> None:
    """More open polls, each on a release of its own."""
    from uuid import uuid4

    from django.db import transaction

    from flightrules.service.decisions.models import Poll

    whole = list(Poll.objects.select_related("release"))
    with transaction.atomic():
        for number in range(count):
            poll = whole[number % len(whole)]
            release = poll.release
            release.pk, release.version = uuid4(), f"8.{number}.0"
            release.save(force_insert=True)
            poll.pk, poll.release = uuid4(), release
            poll.save(force_insert=True)


def _said(polls: int) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from flightrules.service.jobs.sweep import sweep

    offered: list[str] = []
    times: list[float] = []
    questions = 0
    for _ in range(_SWEEPS):
        at = _news()
        before = time.process_time()
        with CaptureQueriesContext(connection) as asked:
            sweep(lambda name, _key: offered.append(name), at)
        times.append(time.process_time() - before)
        questions += len(asked)
    times.sort()
    print(
        f"  {polls:>6,} open polls: a sweep takes p50 {load.percentile(times, 50) * 1000:.0f} ms, at most"
        f" {times[-1] * 1000:.0f} ms of a processor, {questions / _SWEEPS:.0f} questions;"
        f" offered {len(offered)}, load average {os.getloadavg()[0]:.1f}",
        flush=True,
    )


def _news() -> datetime:
    """Something happens in the product; the moment after it."""
    from django.db import transaction

    from flightrules.service.records.actor import SYSTEM
    from flightrules.service.records.services import append, product_stream
    from flightrules.service.records.tags import Tag

    at = datetime.now(UTC)  # noqa: TID251 -- the bench is the door here
    with transaction.atomic():
        append(stream=product_stream("shop"), tag=Tag.CHANNEL_TRIED, by=SYSTEM, at=at, subject="channel/x")
    return at


if __name__ == "__main__":
    sys.exit(main())
