"""How long it takes to verify a ledger in SQLite, next to the floors that SHA-256 and the disk set.

usage: ledger_verify.py [ENTRIES] [FOLDER]

Makes a ledger with ENTRIES entries (default 1,000,000) in a new installation under FOLDER, quickly: rows are
written in large transactions, the tip is signed once. Then measures, each in a process of its own, with the
files read before (warm) and after their pages were dropped from memory (cold, as far as the kernel follows):
  plain    SHA-256 over all entries' bytes, lying one after the other in a plain file
  leaves   SHA-256 over each entry as the tree wants it, read from the database; nothing is compared
  verify   `flightrules ledger verify`'s own function: hashes, columns, order, tree, heads
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import tempfile
import time

HERE = os.path.abspath(__file__)
AT = "2026-11-21 12:00:00"


def main() -> None:
    if len(sys.argv) > 1 and sys.argv[1] in MEASURED:
        _measure(sys.argv[1], sys.argv[2])
        return
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    folder = sys.argv[2] if len(sys.argv) > 2 else tempfile.mkdtemp(prefix="flightrules-bench-")
    environment = os.environ | {"FLIGHTRULES_HOME": folder}
    if not os.path.exists(os.path.join(folder, "plain")):
        _run("make", str(count), environment)
    print(f"{'':8}{'s warm':>8}{'s cold':>8}   {count:,} entries")
    floors: dict[str, float] = {}
    for what in ("plain", "leaves", "verify"):
        warm = [float(_run(what, folder, environment)) for _ in range(3)]
        cold = []
        for _ in range(2):
            _drop(folder)
            cold.append(float(_run(what, folder, environment)))
        floors[what] = min(warm)
        print(f"{what:8}{min(warm):8.2f}{min(cold):8.2f}")
    for floor in ("plain", "leaves"):
        print(f"verify / {floor} = {floors['verify'] / floors[floor]:.1f}")


def _run(what: str, argument: str, environment: dict[str, str]) -> str:
    argv = [sys.executable, HERE, what, argument]
    return subprocess.run(argv, env=environment, check=True, capture_output=True, text=True).stdout


def _drop(folder: str) -> None:
    for name in ("plain", "flightrules.sqlite3"):
        descriptor = os.open(os.path.join(folder, name), os.O_RDONLY)
        os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
        os.close(descriptor)


def _measure(what: str, argument: str) -> None:
    begun = time.perf_counter()
    seconds = MEASURED[what](argument)
    print(seconds if seconds is not None else time.perf_counter() - begun)


def _make(count: str) -> None:
    from flightrules.service.config.start import start

    start()
    from flightrules.service.config.migrate import migrate

    migrate()
    from django.conf import settings
    from django.db import connection, transaction

    from flightrules.ledger.checkpoint import Checkpoint as Head
    from flightrules.ledger.entry import Entry as Content
    from flightrules.ledger.entry import entry_bytes
    from flightrules.ledger.frontier import EMPTY
    from flightrules.ledger.merkle import leaf_hash
    from flightrules.ledger.note import sign_note
    from flightrules.service.records.models import Stream
    from flightrules.service.records.services import origin
    from flightrules.service.records.signer import ledger_key

    stream, edge, prev, rows = "product/shop", EMPTY, b"", []
    tip = Stream.objects.create(name=stream)
    insert = (
        "INSERT INTO records_entry (stream_id, seq, at, tag, actor, subject, body, leaf)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s)"
    )
    actor, tag = "0b9c6fae-8c2b-4a0c-9a39-2d9d3d1a7f12", "readiness:evidence:received"
    by = {"account": "1c9c6fae-8c2b-4a0c-9a39-2d9d3d1a7f13", "kind": "person", "via": "token"}
    with open(os.path.join(settings.FLIGHTRULES_HOME, "plain"), "wb") as plain:
        for seq in range(int(count)):
            subject = f"evidence/{seq % 5000:032x}"
            data = {"method": "nightly", "name": "reports/junit.xml", "sha256": f"{seq:064x}", "size": seq}
            at = f"2026-11-21T12:00:00.{seq % 1_000_000:06d}Z"
            body = entry_bytes(
                Content(
                    seq=seq,
                    at=at,
                    tag=tag,
                    actor=actor,
                    subject=subject,
                    stream=stream,
                    prev=prev.hex(),
                    by=by,
                    data=data,
                )
            )
            plain.write(body)
            prev = leaf_hash(body)
            shown = AT if at.endswith(".000000Z") else f"{AT}.{at[20:26]}"
            rows.append((tip.pk, seq, shown, tag, actor, subject, body, prev))
            if len(rows) == 20_000 or seq == int(count) - 1:
                edge = edge.extended([row[7] for row in rows])
                with transaction.atomic(), connection.cursor() as cursor:
                    cursor.executemany(insert, rows)
                rows = []
        name = origin(stream)
        tip.size, tip.frontier, tip.last = edge.size, edge.to_bytes(), prev
        tip.head = sign_note(Head(name, edge.size, edge.root).text, [(name, ledger_key())])
        tip.save()
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _plain(folder: str) -> None:
    seen = hashlib.sha256()
    with open(os.path.join(folder, "plain"), "rb") as file:
        while piece := file.read(1 << 20):
            seen.update(piece)


def _leaves(folder: str) -> None:
    import sqlite3

    database = sqlite3.connect(os.path.join(folder, "flightrules.sqlite3"))
    for (body,) in database.execute("SELECT body FROM records_entry WHERE stream_id = 1 ORDER BY seq"):
        hashlib.sha256(b"\x00" + body).digest()
    database.close()


def _verify(_folder: str) -> float:
    from flightrules.service.config.start import start

    start()
    from flightrules.service.records.queries import public_keys
    from flightrules.service.records.verification import verify_ledger

    begun = time.perf_counter()
    reports = list(verify_ledger(keys=public_keys()))
    seconds = time.perf_counter() - begun
    if not all(report.ok for report in reports):
        raise SystemExit(f"the ledger does not hold: {reports}")
    return seconds


MEASURED = {"make": _make, "plain": _plain, "leaves": _leaves, "verify": _verify}

if __name__ == "__main__":
    main()
