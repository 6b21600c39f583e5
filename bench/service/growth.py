"""What growth costs: reads, lists and changes through REST, up to 1,000,000 entries and 100,000 releases.

Releases and entries are put into the database behind the office's back, in one stream, and each size is
measured with the same requests, so that whatever grows with the tables shows as a row that grows. Entries are
real: canonical bytes, hashed, under a tip that the ledger's key signs, for each change verifies the tip.

    python bench/service/growth.py [--database sqlite|postgresql] [--steps 1000,10000,100000] [--seconds 2]
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from functools import partial

import load
import run as office

_RELEASES = (1_000, 10_000, 100_000)
_ENTRIES = (1_000, 100_000, 1_000_000)

_FILL = """
import sys, uuid
from datetime import timedelta
from flightrules.service.config.start import start
start()
from django.db import transaction
from django.utils import timezone
from flightrules.ledger.checkpoint import Checkpoint as Head
from flightrules.ledger.entry import Entry as Content, entry_bytes, moment
from flightrules.ledger.merkle import leaf_hash
from flightrules.ledger.note import sign_note
from flightrules.service.notices.models import Outbox
from flightrules.service.records.models import Entry, Stream
from flightrules.service.records.services import origin, product_stream, require_signed_tip
from flightrules.service.records.signer import ledger_key
from flightrules.service.releases.models import Release

releases, entries = int(sys.argv[1]), int(sys.argv[2])
at, batch = timezone.now(), 5000
there = Release.objects.filter(product="shop").count()
for first in range(there, releases, batch):
    Release.objects.bulk_create([
        Release(product_id="shop", version=f"1.{number}.0", opened_by="bench", opened_at=at)
        for number in range(first, min(first + batch, releases))])
told = Outbox.objects.filter(product="shop").count()
for first in range(told, releases, batch):
    Outbox.objects.bulk_create([
        Outbox(once=uuid.uuid4().hex, product="shop", kind="trial", about="channel/x", channel="slack",
               state="done", told_at=at, finished_at=at)
        for _ in range(first, min(first + batch, releases))])
key = ledger_key()
with transaction.atomic():
    tip = Stream.objects.select_for_update().get(name=product_stream("shop"))
    name, edge = require_signed_tip(tip, key.public)
    last, size = bytes(tip.last), tip.size
    while size < entries:
        rows = []
        for seq in range(size, min(size + batch, entries)):
            body = entry_bytes(Content(
                seq=seq, at=moment(at), tag="notices:channel:tried", actor="bench", subject=f"release/{seq}",
                stream=tip.name, prev=last.hex(), by={"kind": "system", "via": "bench"}, data={}))
            last = leaf_hash(body)
            edge = edge.appended(last)
            rows.append(Entry(stream=tip, seq=seq, at=at, tag="notices:channel:tried", actor="bench",
                              subject=f"release/{seq}", body=body, leaf=last))
        Entry.objects.bulk_create(rows)
        size += len(rows)
    tip.size, tip.frontier, tip.last = size, edge.to_bytes(), last
    tip.head = sign_note(Head(name, edge.size, edge.root).text, [(name, key)])
    tip.save()
print(Release.objects.order_by("key").values_list("key", flat=True)[releases // 2])
"""


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--database", choices=sorted(office.GOALS))
    parser.add_argument("--releases", default=",".join(map(str, _RELEASES)))
    parser.add_argument("--entries", default=",".join(map(str, _ENTRIES)))
    parser.add_argument("--seconds", type=float, default=2.0)
    asked = parser.parse_args()
    sizes = list(zip(map(int, asked.releases.split(",")), map(int, asked.entries.split(",")), strict=True))
    for database in [asked.database] if asked.database else sorted(office.GOALS, reverse=True):
        _measured(database, sizes, asked.seconds)
    return 0


def _measured(database: str, sizes: list[tuple[int, int]], seconds: float) -> None:
    with (
        tempfile.TemporaryDirectory(prefix="flightrules-bench-") as folder,
        office.address(database) as url,
        office.running(folder, url) as (port, token, web),
    ):
        change = office.trials(port, token, 1)[0]
        load.without_pause(port, [change], 0.5)
        print(f"\n{database}: processor time of the web for a request, and p50, by size")
        for releases, entries in sizes:
            key = _filled(folder, url, releases, entries)
            proof = load.request("GET", f"/ledger/proof?stream=product/shop&seq={entries // 2}", token)
            asks = {
                "change": change,
                "release": load.request("GET", f"/releases/{key}", token),
                "releases, first 20": load.request("GET", "/releases?limit=20", token),
                "releases, middle 20": load.request("GET", f"/releases?limit=20&after={key}", token),
                "releases of one": load.request("GET", "/releases?product=shop&limit=20", token),
                "entries, first 20": load.request(
                    "GET", "/ledger/entries?stream=product/shop&limit=20", token
                ),
                "notices, first 20": load.request("GET", "/products/shop/notices?limit=20", token),
                "first proof": proof,
                "one proof": proof,
                "entries, last 20": load.request(
                    "GET", f"/ledger/entries?stream=product/shop&limit=20&after={entries - 30}", token
                ),
            }
            for what, data in asks.items():
                lasts = 0.001 if what == "first proof" else seconds  # the first of a process reads all
                found = office.with_cpu(web, partial(load.without_pause, port, [data], lasts))
                print(
                    f"  {releases:>9,} releases {entries:>9,} entries  {what:20}"
                    f" cpu {found.cpu_ms:6.2f} ms  p50 {found.p50_ms:8.2f} ms  p95 {found.p95_ms:8.2f} ms"
                    f"  failed {found.failed}",
                    flush=True,
                )


def _filled(folder: str, url: str, releases: int, entries: int) -> str:
    environment = {
        **os.environ,
        "FLIGHTRULES_HOME": os.path.join(folder, "home"),
        **({"FLIGHTRULES_DATABASE_URL": url} if url else {}),
    }
    command = [sys.executable, "-c", _FILL, str(releases), str(entries)]
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    return done.stdout.strip()


if __name__ == "__main__":
    sys.exit(main())
