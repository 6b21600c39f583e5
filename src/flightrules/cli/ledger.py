"""Verify, export, prove, anchor or rekey the ledger of this installation; reading needs no signing key.

verify     re-hash every stored entry and compare it with every signed head; name the first bad entry
export     write the case file of a release, a product or a stream; `flightrules verify` checks it offline
prove      print the proof that an entry stands under the newest signed head; flightrules verify checks it
head       print the newest signed heads, to be kept elsewhere as anchors
anchor     have the newest head witnessed outside: by an RFC 3161 authority, or as a note in a git repository
adopt-key  let the key in use vouch for its successor, before the key file is replaced

Exit code 0 when the ledger holds, 1 when it does not or is behind an anchor, 5 when nothing is recorded.
"""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import IO, TYPE_CHECKING, Any

from flightrules.cli.terminal import say_json
from flightrules.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from flightrules.service.records.verification import StreamReport

__all__ = ["configure", "execute"]

_DEEDS = ("verify", "export", "prove", "head", "anchor", "adopt-key")


def configure(parser: ArgumentParser) -> None:
    """Arguments of the command."""
    parser.add_argument("deed", choices=_DEEDS, help="what to do, as above")
    parser.add_argument("--stream", metavar="NAME", help="only this stream: office, or product/KEY")
    parser.add_argument("--release", metavar="KEY", help="export: the case of this release")
    parser.add_argument("--product", metavar="KEY", help="export: the case of this product")
    parser.add_argument("--seq", type=int, metavar="N", help="prove: the entry's number")
    parser.add_argument("--out", metavar="FILE", help="export: write here; never over an existing file")
    parser.add_argument(
        "--good-prefix", action="store_true", help="export what lies before the damage of a damaged ledger"
    )
    parser.add_argument(
        "--anchor",
        action="append",
        default=[],
        metavar="FILE",
        help="a head that was kept elsewhere; repeatable",
    )
    parser.add_argument(
        "--key",
        action="append",
        default=[],
        metavar="PUB",
        help="public key to believe or to adopt; repeatable",
    )
    parser.add_argument("--timestamp", metavar="URL", help="anchor: ask this RFC 3161 authority")
    parser.add_argument("--git", metavar="FOLDER", help="anchor: leave a note in this repository")
    parser.add_argument("--format", choices=("text", "json"), default="text")


def execute(arguments: Namespace) -> int:
    """Carry out one deed."""
    from flightrules.cli.started import started

    deeds = {
        "verify": _verify,
        "export": _export,
        "prove": _prove,
        "head": _head,
        "anchor": _anchor,
        "adopt-key": _adopt_key,
    }
    with started():
        return deeds[arguments.deed](arguments)


def _verify(arguments: Namespace) -> int:
    from flightrules.cli.started import keys_from
    from flightrules.cli.trust import anchors_from
    from flightrules.service.records.verification import verify_ledger

    streams = [arguments.stream] if arguments.stream else None
    reports = list(
        verify_ledger(keys=keys_from(arguments.key), anchors=anchors_from(arguments.anchor), streams=streams)
    )
    holds = all(report.ok for report in reports)
    if arguments.format == "json":
        found = {"ok": holds and bool(reports), "streams": [_record(report) for report in reports]}
        say_json(found)
    else:
        _say(reports)
    if not reports:
        return int(ExitCode.NOTHING_EVALUATED)
    return int(ExitCode.GO if holds else ExitCode.NO_GO)


def _say(reports: list[StreamReport]) -> None:
    for report in reports:
        compared = f", {report.anchors} anchors" if report.anchors else ""
        mark = "ok  " if report.ok else "FAIL"
        print(f"{mark} {report.stream or 'anchors'}: {report.size} entries, {report.heads} heads{compared}")
        for fault in report.faults:
            print(f"     first bad entry {fault.seq}: {fault.code} {fault.message}")
    if not reports:
        print("nothing is recorded yet")
    elif all(report.ok for report in reports):
        print(f"\nverified: {sum(report.size for report in reports)} entries in {len(reports)} streams")
    else:
        code = next(fault.code for report in reports for fault in report.faults)
        print(f"\nerror {code}: the ledger does not hold; do not rely on it")
        print("  fix    restore it from a backup, and keep this state as proof")
        print(f"  learn  flightrules explain {code}")


def _record(report: StreamReport) -> dict[str, Any]:
    return {
        "stream": report.stream,
        "size": report.size,
        "root": report.root,
        "heads": report.heads,
        "anchors": report.anchors,
        "ok": report.ok,
        "faults": [
            {"seq": fault.seq, "code": fault.code, "message": fault.message} for fault in report.faults
        ],
    }


def _export(arguments: Namespace) -> int:
    from flightrules.service.records import case_files

    named = [name for name in ("release", "product", "stream") if getattr(arguments, name)]
    if len(named) != 1 or not arguments.out:
        raise UsageError(
            "E_CASE",
            "an export is of one release, product or stream, into one file",
            hint="give --release KEY --out FILE",
        )
    at = datetime.now(UTC)
    with _new_file(arguments.out) as file:
        if named == ["release"]:
            done = case_files.export_release(file, release_key=arguments.release, at=at)
        elif named == ["product"]:
            done = case_files.export_product(file, product_key=arguments.product, at=at)
        else:
            done = case_files.export_stream(
                file, name=arguments.stream, at=at, good_prefix=arguments.good_prefix
            )
    gone = sorted(f"{state} sha256:{digest}" for digest, state in done.blobs.items() if state != "intact")
    print(f"{arguments.out}: {done.about}, {done.entries} entries, {len(done.blobs)} files of evidence")
    for one in gone:
        print(f"  {one}")
    print("verify it anywhere with: flightrules verify FILE --key PUBLIC_KEY")
    return int(ExitCode.NO_GO if gone else ExitCode.GO)


def _prove(arguments: Namespace) -> int:
    from flightrules.service.records.proofs import proof

    if not arguments.stream or arguments.seq is None:
        raise UsageError("E_CASE", "a proof is of one entry", hint="give --stream NAME --seq N")
    found = proof(arguments.stream, arguments.seq)
    say_json(found)
    return int(ExitCode.GO)


def _head(arguments: Namespace) -> int:
    from flightrules.service.records.queries import head, stream_names

    names = [arguments.stream] if arguments.stream else stream_names()
    heads = [note for note in map(head, names) if note]
    sys.stdout.write("\n".join(heads))
    return int(ExitCode.GO if heads else ExitCode.NOTHING_EVALUATED)


def _anchor(arguments: Namespace) -> int:
    from flightrules.service.records import anchors
    from flightrules.service.records.queries import stream_names

    if not (arguments.timestamp or arguments.git):
        raise UsageError(
            "E_CASE", "nobody is named as a witness", hint="give --timestamp URL or --git FOLDER"
        )
    for name in [arguments.stream] if arguments.stream else stream_names():
        made = anchors.anchor_head(
            stream=name,
            authority=arguments.timestamp,
            repository=arguments.git,
            by=_operator(),
            at=datetime.now(UTC),
        )
        print(f"{name}: {', '.join(made)}")
    return int(ExitCode.GO)


def _adopt_key(arguments: Namespace) -> int:
    from flightrules.cli.trust import named_keys
    from flightrules.service.records.services import adopt_key

    if len(arguments.key) != 1:
        raise UsageError("E_CASE", "one key is adopted at a time", hint="give --key NEW.pub")
    new = named_keys(arguments.key)[0]
    adopt_key(new=new, by=_operator(), at=datetime.now(UTC))
    print(f"adopted: {new.keyid}")
    print("now put the new private key in the place of the old one; keep the old public key")
    return int(ExitCode.GO)


def _operator() -> Any:
    """Who has a shell on this machine: the service itself, at the command line."""
    from flightrules.service.records.actor import Actor, Kind

    return Actor(key="system", kind=Kind.SYSTEM, account_key="system", via="cli")


@contextmanager
def _new_file(path: str) -> Iterator[IO[bytes]]:
    """A file that is there whole or not at all, and never in the place of another."""
    if os.path.lexists(path):
        raise UsageError("E_EXISTS", "the file is there already", file=path, hint="name another with --out")
    part = f"{path}.{os.getpid()}.part"
    try:
        with open(part, "xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.link(part, path)
    except OSError as error:
        raise UsageError(
            "E_WRITE", f"cannot write: {error.strerror}", file=path, hint="check the folder and the disk"
        ) from None
    finally:
        with suppress(OSError):
            os.unlink(part)
