"""Writes of the catalogue: products are opened and renamed, editions proposed, signed and adopted."""

from __future__ import annotations

import io
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max

from flightrules.rules.loading import load_rulebook
from flightrules.rules.role_words import role_words
from flightrules.rules.rulebook import Rulebook
from flightrules.service.catalogue.differences import differences
from flightrules.service.catalogue.models import Agreement, Edition, Product
from flightrules.service.catalogue.queries import edition_in_force, rulebook_of
from flightrules.service.catalogue.roles import negotiators_of
from flightrules.service.door.refusals import ConflictError, DeniedError, ForeignError, InvalidError
from flightrules.service.people import rasci
from flightrules.service.people.access import require, roles_of
from flightrules.service.people.authentication import require_signed_terms
from flightrules.service.people.powers import Power, role_key
from flightrules.service.people.seats import spoken_by
from flightrules.service.people.signing import SigningProof
from flightrules.service.records import blobs
from flightrules.service.records.actor import Actor
from flightrules.service.records.services import act, append, product_stream
from flightrules.service.records.tags import Tag

__all__ = ["open_product", "propose_rulebook", "rename_product", "sign_rulebook"]

RULEBOOK_LIMIT = 1 << 20


@act
def open_product(*, key: str, name: str, by: Actor, at: datetime) -> Product:
    """Open a product under a key that stays; its ledger begins with this entry.

    Raises:
        ConflictError: E_PRODUCT_EXISTS.
    """
    require(by, Power.MANAGE_CATALOGUE, at=at)
    try:
        with transaction.atomic():
            product = Product.objects.create(key=key, name=name, opened_at=at)
    except IntegrityError:
        raise ConflictError("E_PRODUCT_EXISTS", f"the product {key} is open already") from None
    append(
        stream=product_stream(key),
        tag=Tag.PRODUCT_OPENED,
        by=by,
        at=at,
        subject=f"product/{key}",
        data={"name": name},
    )
    return product


@act
def rename_product(*, key: str, name: str, by: Actor, at: datetime) -> Product:
    """Give a product another name; its key stays."""
    require(by, Power.MANAGE_CATALOGUE, product=key, at=at)
    product = _locked(key)
    product.name, product.revision = name, product.revision + 1
    product.save(update_fields=["name", "revision"])
    append(
        stream=product_stream(key),
        tag=Tag.PRODUCT_CHANGED,
        by=by,
        at=at,
        subject=f"product/{key}",
        data={"name": name},
    )
    return product


@act
def propose_rulebook(
    *, product: str, data: bytes, file_name: str, reason: str, by: Actor, at: datetime
) -> Edition:
    """Keep a rulebook's bytes as the next edition, to be signed by those who negotiate.

    Raises:
        RulebookError: what the strict loader refuses, with file, line and column.
        InvalidError: E_NEGOTIATORS; E_RASCI_ACCOUNTABLE and its kin for an activity that nobody answers for.
        ConflictError: E_RULEBOOK_SAME.
    """
    require(by, Power.AGREE_RULEBOOK, product=product, at=at)
    _locked(product)
    book = load_rulebook(data, file_name)
    if book.authority.activities:
        rasci.checked(rasci.to_json(book.authority.activities))
    before = edition_in_force(product)
    if before is not None and before.meaning_digest == book.digest:
        raise ConflictError(
            "E_RULEBOOK_SAME",
            f"edition {before.number}, which is in force, says the same",
            hint="there is nothing to agree",
        ).about(product_stream(product), f"product/{product}")
    digest, size = blobs.store(io.BytesIO(data), RULEBOOK_LIMIT)
    last = Edition.objects.filter(product_id=product).aggregate(last=Max("number"))["last"] or 0
    edition = Edition.objects.create(
        product_id=product,
        number=last + 1,
        bytes_digest=digest,
        size=size,
        file_name=file_name,
        reason=reason,
        proposed_by=by.key,
        proposed_at=at,
        **_meaning(book, before),
    )
    append(
        stream=product_stream(product),
        tag=Tag.RULEBOOK_PROPOSED,
        by=by,
        at=at,
        subject=f"rulebook/{edition.key}",
        data={
            "number": edition.number,
            "sha256": digest,
            "meaning": book.digest,
            "negotiators": edition.negotiators,
            "changed": edition.changed,
        },
    )
    return edition


def _meaning(book: Rulebook, before: Edition | None) -> dict[str, Any]:
    """What follows from the file's content and from what it would replace."""
    return {
        "meaning_digest": book.digest,
        "negotiators": list(negotiators_of(book, tuple(before.negotiators) if before else ())),
        "changed": list(differences(rulebook_of(before), book)) if before else [],
    }


@act
def sign_rulebook(*, product: str, number: int, role: str, by: Actor, at: datetime) -> Edition:
    """Sign an edition in a negotiating role that the person holds; the last signature adopts it.

    Raises:
        DeniedError: E_ROLE_NOT_HELD. InvalidError: E_ROLE_NOT_ASKED.
        ConflictError: E_RULEBOOK_STATE, E_SIGNED_ALREADY, E_DISTINCT_PERSONS.
        UnauthenticatedError: E_REAUTH_REQUIRED.
    """
    require(by, Power.AGREE_RULEBOOK, product=product, at=at)
    _locked(product)
    edition = Edition.objects.select_for_update().filter(product_id=product, number=number).first()
    if edition is None:
        raise ForeignError("E_NO_SUCH", "there is no such thing here")
    wanted = role_key(role)
    _require_signable(edition, wanted, by, at)
    proof = _proof_of_signature(edition, wanted, by, at)
    Agreement.objects.create(edition=edition, role=wanted, person=by.key, signed_at=at)
    signed = list(edition.agreements.order_by("signed_at", "pk").values_list("role", flat=True))
    append(
        stream=product_stream(product),
        tag=Tag.RULEBOOK_SIGNED,
        by=by,
        at=at,
        subject=f"rulebook/{edition.key}",
        data={
            "number": number,
            "role": wanted,
            "sha256": edition.bytes_digest,
            "components": proof.components,
            "proved_at": proof.proved_at.isoformat(),
        },
    )
    if set(signed) >= set(edition.negotiators):
        _adopt(edition, by, at)
    return edition


def _proof_of_signature(edition: Edition, role: str, by: Actor, at: datetime) -> SigningProof:
    """Whoever agrees to the rules proves who they are, for exactly these bytes."""
    terms = {"number": str(edition.number), "sha256": edition.bytes_digest, "role": role}
    return require_signed_terms(by, at=at, act="rulebook:sign", about=f"rulebook/{edition.key}", terms=terms)


def _require_signable(edition: Edition, role: str, by: Actor, at: datetime) -> None:
    stream, subject = product_stream(edition.product_id), f"rulebook/{edition.key}"
    if edition.state != Edition.State.PROPOSED:
        raise ConflictError("E_RULEBOOK_STATE", f"edition {edition.number} is {edition.state}").about(
            stream, subject
        )
    if role not in edition.negotiators:
        raise InvalidError(
            "E_ROLE_NOT_ASKED",
            f"{role_words(role)} is not among those who negotiate",
            hint=f"they are {', '.join(edition.negotiators)}",
        )
    held = {role_key(one) for one in roles_of(by.key, edition.product_id, at)}
    if role not in held:
        raise DeniedError("E_ROLE_NOT_HELD", f"you do not hold the role {role_words(role)} here").about(
            stream, subject
        )
    mine = spoken_by(by.key, role, edition.product_id, at)
    for one in edition.agreements.all():
        if one.person == by.key or one.role == role:
            who = "you have" if one.person == by.key else f"somebody has, as {role_words(role)},"
            raise ConflictError(
                "E_SIGNED_ALREADY",
                f"{who} signed edition {edition.number} already",
                hint="three different people sign, each once",
            ).about(stream, subject)
        if mine & spoken_by(one.person, one.role, edition.product_id, one.signed_at):
            raise ConflictError(
                "E_DISTINCT_PERSONS",
                "one of you lent the other a role; that is one voice",
                hint="three different people sign, each for themselves",
            ).about(stream, subject)


def _adopt(edition: Edition, by: Actor, at: datetime) -> None:
    """The edition comes into force; the former one is superseded, and older proposals lapse."""
    others = Edition.objects.filter(product_id=edition.product_id).exclude(pk=edition.pk)
    former = others.filter(state=Edition.State.ADOPTED).first()
    others.filter(state=Edition.State.ADOPTED).update(state=Edition.State.SUPERSEDED)
    others.filter(state=Edition.State.PROPOSED, number__lt=edition.number).update(state=Edition.State.LAPSED)
    book = rulebook_of(edition)
    edition.state, edition.adopted_at = Edition.State.ADOPTED, at
    edition.changed = list(differences(rulebook_of(former), book)) if former else []
    edition.save(update_fields=["state", "adopted_at", "changed"])
    append(
        stream=product_stream(edition.product_id),
        tag=Tag.RULEBOOK_ADOPTED,
        by=by,
        at=at,
        subject=f"rulebook/{edition.key}",
        data={
            "number": edition.number,
            "sha256": edition.bytes_digest,
            "meaning": edition.meaning_digest,
            "signed": [{"person": one.person, "role": one.role} for one in edition.agreements.order_by("pk")],
            "replaces": former.number if former else None,
            "changed": edition.changed,
        },
    )


def _locked(key: str) -> Product:
    product = Product.objects.select_for_update().filter(pk=key).first()
    if product is None:
        raise ForeignError("E_NO_SUCH", "there is no such thing here")
    return product
