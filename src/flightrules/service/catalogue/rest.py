"""REST of the catalogue: products, environments, and rulebooks proposed, signed and adopted."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Self
from uuid import UUID

from django.http import HttpResponse
from ninja import Path, Query, Router, Schema

from flightrules.service.catalogue import queries, services
from flightrules.service.catalogue.models import Edition, Product
from flightrules.service.door.changes import changes_state
from flightrules.service.door.etags import etag, require_match
from flightrules.service.door.paging import Page, PageAsked, page_of
from flightrules.service.door.schemas import Asked, Key, Line, Name, Shown
from flightrules.service.people.access import guarded
from flightrules.service.people.asked import AskedRequest
from flightrules.service.people.powers import Power

__all__ = ["router"]

_MOST = 2**31 - 1

router = Router(tags=["catalogue"])
Number = Annotated[int, Path(ge=1, le=_MOST)]
_YAML = {"requestBody": {"required": True, "content": {"application/yaml": {"schema": {"type": "string"}}}}}


class ProductOut(Shown):
    """A product, and which edition of its rulebook is in force."""

    key: str
    name: str
    opened_at: datetime
    rulebook: int | None


class ProductOpened(Asked):
    """What opening a product takes."""

    key: Key
    name: Name


class ProductRenamed(Asked):
    """What can be changed about a product."""

    name: Name


class EnvironmentOut(Shown):
    """An environment and what must be passed before it."""

    key: str
    title: str
    requires_pass_in: list[str]
    production: bool


class RulebookSignatureOut(Shown):
    """One person's agreement."""

    role: str
    person: str
    signed_at: datetime


class EditionOut(Shown):
    """An edition of the rulebook: whose signatures it has, whose it lacks, and what it changes."""

    key: UUID
    number: int
    state: str
    sha256: str
    meaning: str
    size: int
    file_name: str
    reason: str
    negotiators: list[str]
    signatures: list[RulebookSignatureOut]
    missing: list[str]
    changed: list[str]
    proposed_by: str
    proposed_at: datetime
    adopted_at: datetime | None


class RulebookProposed(Schema):
    """What goes with the bytes of a rulebook."""

    file_name: Line = ".flightrules.yml"
    reason: Line = ""


class RulebookSigned(Asked):
    """In which role the edition is signed."""

    role: Name


class EditionsAsked(PageAsked):
    """Which editions."""

    state: Edition.State | None = None


@router.get("/products", response=Page[ProductOut], openapi_extra=guarded(Power.READ))
def list_products(request: AskedRequest, asked: Query[PageAsked]) -> Any:
    """Products that you may see."""
    rows = queries.products(by=request.actor, at=request.asked_at)
    return page_of(rows, asked, _product)


@router.post("/products", response={201: ProductOut}, openapi_extra=guarded(Power.MANAGE_CATALOGUE))
@changes_state
def open_product(request: AskedRequest, body: ProductOpened) -> Any:
    """Open a product."""
    made = services.open_product(key=body.key, name=body.name, by=request.actor, at=request.asked_at)
    return 201, _product(made)


@router.get("/products/{key}", response=ProductOut, openapi_extra=guarded(Power.READ))
def get_product(request: AskedRequest, response: HttpResponse, key: str) -> Any:
    """One product."""
    found = queries.get_product(key=key, by=request.actor, at=request.asked_at)
    response["ETag"] = _tag(found)
    return _product(found)


@router.patch("/products/{key}", response=ProductOut, openapi_extra=guarded(Power.MANAGE_CATALOGUE))
@changes_state
def rename_product(request: AskedRequest, key: str, body: ProductRenamed) -> Any:
    """Give a product another name."""
    require_match(request, _tag(queries.get_product(key=key, by=request.actor, at=request.asked_at)))
    return _product(services.rename_product(key=key, name=body.name, by=request.actor, at=request.asked_at))


@router.get("/products/{key}/environments", response=list[EnvironmentOut], openapi_extra=guarded(Power.READ))
def list_environments(request: AskedRequest, key: str) -> Any:
    """The environments in the order in which a build passes through them."""
    found = queries.environments(product=key, by=request.actor, at=request.asked_at)
    return [
        EnvironmentOut(
            key=one.id,
            title=one.title or one.id,
            requires_pass_in=list(one.requires_pass_in),
            production=one.production,
        )
        for one in found
    ]


@router.get("/products/{key}/rulebooks", response=Page[EditionOut], openapi_extra=guarded(Power.READ))
def list_rulebooks(request: AskedRequest, key: str, asked: Query[EditionsAsked]) -> Any:
    """All editions of the rulebook."""
    rows = queries.editions(product=key, by=request.actor, at=request.asked_at)
    if asked.state is not None:
        rows = rows.filter(state=asked.state)
    return page_of(rows, asked, _edition, key="number", cast=_Number)


@router.post(
    "/products/{key}/rulebooks",
    response={201: EditionOut},
    openapi_extra={**guarded(Power.AGREE_RULEBOOK), **_YAML},
)
@changes_state
def propose_rulebook(request: AskedRequest, key: str, asked: Query[RulebookProposed]) -> Any:
    """Propose a rulebook; the body is the YAML file itself."""
    made = services.propose_rulebook(
        product=key,
        data=request.body,
        file_name=asked.file_name,
        reason=asked.reason,
        by=request.actor,
        at=request.asked_at,
    )
    return 201, _edition(made)


@router.get("/products/{key}/rulebooks/{number}", response=EditionOut, openapi_extra=guarded(Power.READ))
def get_rulebook(request: AskedRequest, key: str, number: Number) -> Any:
    """One edition."""
    return _edition(queries.get_edition(product=key, number=number, by=request.actor, at=request.asked_at))


@router.get("/products/{key}/rulebooks/{number}/source", openapi_extra=guarded(Power.READ))
def get_rulebook_source(request: AskedRequest, key: str, number: Number) -> HttpResponse:
    """The file as it was proposed, to be saved."""
    found = queries.get_edition(product=key, number=number, by=request.actor, at=request.asked_at)
    answer = HttpResponse(queries.source_of(found), content_type="application/yaml")
    answer["Content-Disposition"] = f'attachment; filename="rulebook-{found.number}.yml"'
    return answer


@router.post(
    "/products/{key}/rulebooks/{number}/signatures",
    response={201: EditionOut},
    openapi_extra=guarded(Power.AGREE_RULEBOOK),
)
@changes_state
def sign_rulebook(request: AskedRequest, key: str, number: Number, body: RulebookSigned) -> Any:
    """Sign an edition, with a proof of who signs; the last of the negotiating roles adopts it."""
    made = services.sign_rulebook(
        product=key, number=number, role=body.role, by=request.actor, at=request.asked_at
    )
    return 201, _edition(made)


class _Number(int):
    """A number that a database column holds."""

    def __new__(cls, text: str) -> Self:
        """The number.

        Raises:
            ValueError: it is none, or too large.
        """
        number = super().__new__(cls, text)
        if not 0 <= number <= _MOST:
            raise ValueError(text)
        return number


def _tag(product: Product) -> str:
    return etag("product", product.key, product.revision)


def _product(one: Product) -> ProductOut:
    in_force = queries.adopted_of(one)
    return ProductOut(
        key=one.key,
        name=one.name,
        opened_at=one.opened_at,
        rulebook=in_force.number if in_force else None,
    )


def _edition(one: Edition) -> EditionOut:
    signed = sorted(one.agreements.all(), key=lambda each: (each.signed_at, each.pk))
    have = {each.role for each in signed}
    return EditionOut(
        key=one.key,
        number=one.number,
        state=one.state,
        sha256=one.bytes_digest,
        meaning=one.meaning_digest,
        size=one.size,
        file_name=one.file_name,
        reason=one.reason,
        negotiators=one.negotiators,
        signatures=[
            RulebookSignatureOut(role=each.role, person=each.person, signed_at=each.signed_at)
            for each in signed
        ],
        missing=[role for role in one.negotiators if role not in have],
        changed=one.changed,
        proposed_by=one.proposed_by,
        proposed_at=one.proposed_at,
        adopted_at=one.adopted_at,
    )
