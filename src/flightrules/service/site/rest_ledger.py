"""REST for auditors: entries and heads of the ledger, proofs, and case files that are verified elsewhere.

All of it takes the power to audit, in the product whose stream it is or in the whole office: case files open
what entries commit to. Streams of products that the caller may not see are not there.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from datetime import datetime
from typing import IO, Annotated, Any, cast
from uuid import UUID

from django.http import FileResponse, HttpResponse
from ninja import Path, Query, Router, Schema
from pydantic import Field

from flightrules.service.door.paging import Page, PageAsked, page_of
from flightrules.service.door.refusals import ForeignError
from flightrules.service.door.schemas import Line, Shown
from flightrules.service.people.access import guarded, has_power, require
from flightrules.service.people.asked import AskedRequest
from flightrules.service.people.powers import Power
from flightrules.service.records import case_files, growth, proofs, queries
from flightrules.service.records.services import OFFICE, product_stream
from flightrules.service.releases.queries import product_of

__all__ = ["router"]

router = Router(tags=["ledger"])
_PRODUCTS = product_stream("")
_MOST = 2**53 - 1
_BINARY = {"content": {"application/zip": {"schema": {"type": "string", "format": "binary"}}}}
_NOTE = {"content": {"text/plain": {"schema": {"type": "string"}}}}
StreamName = Annotated[Line, Field(max_length=120, description="`office`, or `product/` and its key")]


class StreamOut(Shown):
    """A stream and how many entries it has."""

    name: str
    size: int


class EntriesAsked(PageAsked):
    """Which entries; without a stream those of all, which takes the power in the whole office."""

    stream: StreamName | None = None
    subject: Annotated[Line, Field(max_length=120, description="`kind/key`")] | None = None
    tag: Annotated[Line, Field(max_length=60)] | None = None


class EntryOut(Shown):
    """An entry as its bytes say it, and the hash under which it stands in the tree."""

    stream: str
    seq: int
    at: str
    tag: str
    actor: str
    by: dict[str, str]
    subject: str
    data: dict[str, Any]
    leaf: str


class ProofAsked(Schema):
    """Which entry."""

    stream: StreamName
    seq: Annotated[int, Field(ge=0, le=_MOST)]


class ProofOut(Shown):
    """That an entry stands where it says under the newest signed head (RFC 6962, 2.1.1)."""

    stream: str
    index: int
    size: int
    entry: str
    proof: list[str]
    head: str


@router.get("/ledger/streams", response=Page[StreamOut], openapi_extra=guarded(Power.AUDIT))
def list_streams(request: AskedRequest, asked: Query[PageAsked]) -> Any:
    """Streams that you may audit, by name."""
    names = sorted(name for name in queries.stream_names() if _audits(request, name))
    if not names:
        _require_audit(request, OFFICE)
    left = [name for name in names if asked.after is None or name > asked.after]
    found = left[: asked.limit]
    sizes = growth.sizes(found)
    return {
        "items": [{"name": name, "size": sizes[name]} for name in found],
        "next": found[-1] if len(left) > len(found) else None,
    }


@router.get(
    "/ledger/streams/{path:name}/head",
    openapi_extra={**guarded(Power.AUDIT), "responses": {200: {"description": "OK", **_NOTE}}},
)
def get_head(request: AskedRequest, name: Path[StreamName]) -> HttpResponse:
    """The newest signed head of a stream, as a C2SP note; kept elsewhere it is an anchor."""
    _require_audit(request, name)
    note = queries.head(name)
    if not note:
        raise _nothing()
    return HttpResponse(note, content_type="text/plain; charset=utf-8")


@router.get("/ledger/entries", response=Page[EntryOut], openapi_extra=guarded(Power.AUDIT))
def list_entries(request: AskedRequest, asked: Query[EntriesAsked]) -> Any:
    """Entries, oldest first."""
    _require_audit(request, OFFICE if asked.stream is None else asked.stream)
    rows = queries.entries(stream=asked.stream, subject=asked.subject, tag=asked.tag)
    return page_of(rows, asked, queries.shown, cast=int)


@router.get("/ledger/proof", response=ProofOut, openapi_extra=guarded(Power.AUDIT))
def get_proof(request: AskedRequest, asked: Query[ProofAsked]) -> Any:
    """The proof that one entry stands under the newest signed head."""
    _require_audit(request, asked.stream)
    return proofs.proof(asked.stream, asked.seq)


@router.get(
    "/releases/{uuid:key}/case",
    openapi_extra={**guarded(Power.AUDIT), "responses": {200: {"description": "OK", **_BINARY}}},
)
def get_release_case(request: AskedRequest, key: UUID) -> HttpResponse:
    """The case file of a release: all that was recorded of its product since it was opened."""
    _require_audit(request, product_stream(product_of(str(key))))

    def export(file: IO[bytes], at: datetime) -> None:
        case_files.export_release(file, release_key=str(key), at=at)

    return _download(request, f"release-{key}.zip", export)


@router.get(
    "/products/{key}/case",
    openapi_extra={**guarded(Power.AUDIT), "responses": {200: {"description": "OK", **_BINARY}}},
)
def get_product_case(request: AskedRequest, key: str) -> HttpResponse:
    """The case file of a product: its whole stream."""
    _require_audit(request, product_stream(key))

    def export(file: IO[bytes], at: datetime) -> None:
        case_files.export_product(file, product_key=key, at=at)

    return _download(request, f"product-{key}.zip", export)


def _download(
    request: AskedRequest, name: str, export: Callable[[IO[bytes], datetime], None]
) -> HttpResponse:
    """A case file that was written whole before its first byte leaves: half of one would be a riddle."""
    file = tempfile.TemporaryFile()  # noqa: SIM115 -- the answer closes it
    try:
        export(file, request.asked_at)
        file.seek(0)
    except BaseException:
        file.close()
        raise
    answer = FileResponse(file, as_attachment=True, filename=name, content_type="application/zip")
    answer["Content-Security-Policy"] = "sandbox; default-src 'none'"
    answer["Cache-Control"] = "no-store"
    return cast("HttpResponse", answer)


def _require_audit(request: AskedRequest, stream: str) -> None:
    """The power in the product whose stream it is; any other name is the office's business."""
    by, at = request.actor, request.asked_at
    require(by, Power.AUDIT, product=_product(stream), at=at)


def _audits(request: AskedRequest, stream: str) -> bool:
    by, at = request.actor, request.asked_at
    return has_power(by, Power.AUDIT, product=_product(stream), at=at)


def _product(stream: str) -> str:
    return stream.removeprefix(_PRODUCTS) if stream.startswith(_PRODUCTS) else ""


def _nothing() -> ForeignError:
    return ForeignError("E_NO_SUCH", "there is no such thing here")
