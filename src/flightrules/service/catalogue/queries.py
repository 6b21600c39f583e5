"""Reads of the catalogue: products, their environments, and the edition of the rulebook that is in force."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache

from django.db import connection
from django.db.models import CharField, Prefetch, QuerySet, UUIDField

from flightrules.rules.authority import Authority
from flightrules.rules.environments import Environment, promotion_order
from flightrules.rules.loading import load_outline, load_rulebook
from flightrules.rules.rulebook import Rulebook
from flightrules.service.catalogue.models import Edition, Product
from flightrules.service.door.questions import Question
from flightrules.service.door.refusals import ConflictError, ForeignError
from flightrules.service.people.access import products_seen, require, sees_product
from flightrules.service.people.powers import Power
from flightrules.service.records import blobs
from flightrules.service.records.actor import Actor

__all__ = [
    "Edition",
    "Product",
    "adopted_authority",
    "adopted_of",
    "adopted_since",
    "edition_in_force",
    "edition_of",
    "editions",
    "environments",
    "get_edition",
    "get_product",
    "is_product",
    "outline_of",
    "products",
    "require_edition_in_force",
    "rulebook_of",
    "source_of",
    "visible_products",
    "with_adopted",
]

# ``edition_in_force`` in plain SQL, for the question of authority, which every request asks.
_IN_FORCE = "SELECT bytes_digest, file_name FROM catalogue_edition WHERE product_id = %s AND state = %s"
_EDITION = Question(lambda key: Edition.objects.filter(pk=key), UUIDField())
_PRODUCT = Question(lambda key: Product.objects.filter(pk=key), CharField())
_ADOPTED = Question(
    lambda product: Edition.objects.filter(product_id=product, state=Edition.State.ADOPTED), CharField()
)


def products(*, by: Actor, at: datetime) -> QuerySet[Product]:
    """The products that exist for the one who asks."""
    visible = visible_products(by=by, at=at)
    rows = Product.objects.prefetch_related(with_adopted("editions"))
    return rows if visible is None else rows.filter(pk__in=visible)


def with_adopted(editions: str) -> Prefetch[str, QuerySet[Edition], str]:
    """Lets each product of a list come with its adopted edition, for ``adopted_of``."""
    return Prefetch(editions, Edition.objects.filter(state=Edition.State.ADOPTED), to_attr="adopted")


def visible_products(*, by: Actor, at: datetime) -> list[str] | None:
    """Keys of the products that exist for the one who asks; None where all do."""
    if sees_product(by, "", at):
        return None
    named = Product.objects.filter(pk__in=products_seen(by, at))
    return list(named.order_by("pk").values_list("pk", flat=True))


def get_product(*, key: str, by: Actor, at: datetime) -> Product:
    """One product.

    Raises:
        ForeignError: E_NO_SUCH.
    """
    require(by, Power.READ, product=key, at=at)
    found = _PRODUCT.first(key)
    if found is None:
        raise ForeignError("E_NO_SUCH", "there is no such thing here")
    return found


def is_product(key: str) -> bool:
    """Whether there is a product of that key; for the rooms below, which cannot look."""
    return Product.objects.filter(pk=key).exists()


def editions(*, product: str, by: Actor, at: datetime) -> QuerySet[Edition]:
    """All editions of a product's rulebook."""
    get_product(key=product, by=by, at=at)
    return Edition.objects.filter(product_id=product).prefetch_related("agreements")


def get_edition(*, product: str, number: int, by: Actor, at: datetime) -> Edition:
    """One edition.

    Raises:
        ForeignError: E_NO_SUCH.
    """
    found = editions(product=product, by=by, at=at).filter(number=number).first()
    if found is None:
        raise ForeignError("E_NO_SUCH", "there is no such thing here")
    return found


def edition_in_force(product: str) -> Edition | None:
    """The one adopted edition, if the product has agreed on any."""
    return _ADOPTED.first(product)


def edition_of(key: object) -> Edition:
    """The edition of that key, for rooms whose rows name it."""
    return _EDITION.rows(key)[0]


def adopted_of(product: Product) -> Edition | None:
    """The same for a product in hand; nothing is asked where it came with its edition."""
    came_with: list[Edition] | None = getattr(product, "adopted", None)
    if came_with is None:
        return edition_in_force(product.pk)
    return came_with[0] if came_with else None


def require_edition_in_force(product: str) -> Edition:
    """The adopted edition.

    Raises:
        ConflictError: E_NO_RULEBOOK.
    """
    found = edition_in_force(product)
    if found is None:
        raise ConflictError(
            "E_NO_RULEBOOK",
            f"{product} has adopted no rulebook, so nothing can be judged",
            hint="propose one and have it signed",
        )
    return found


def adopted_since(product: str, moment: datetime) -> list[Edition]:
    """Editions that came into force after a moment, oldest first; those superseded since are among them."""
    return list(
        Edition.objects.filter(product_id=product, adopted_at__gt=moment).order_by("adopted_at", "number")
    )


def rulebook_of(edition: Edition) -> Rulebook:
    """The edition as the engine reads it, from the bytes that were signed.

    Raises:
        ConflictError: E_BLOB_MISSING, E_BLOB_TAMPERED, when the store no longer has those bytes.
    """
    return _loaded(source_of(edition), edition.file_name)


def outline_of(edition: Edition) -> Rulebook:
    """Authority and gates of the edition alone, which takes a fraction of the time where criteria are many.

    Raises:
        ConflictError: as ``rulebook_of``.
    """
    return _outlined(source_of(edition), edition.file_name)


def source_of(edition: Edition) -> bytes:
    """The file as it was proposed; looked at again each time."""
    return blobs.intact_bytes(edition.bytes_digest)


def adopted_authority(product: str, _at: datetime) -> Authority | None:
    """Who may sign, block, accept, waive and override in a product, by its rulebook in force.

    A rulebook that names no role leaves the powers as the office has them.
    """
    with connection.cursor() as cursor:
        cursor.execute(_IN_FORCE, [product, Edition.State.ADOPTED.value])
        found = cursor.fetchone()
    if found is None:
        return None
    digest, file_name = found
    authority = _outlined(blobs.intact_bytes(digest), file_name).authority
    return authority if authority.roles else None


def environments(*, product: str, by: Actor, at: datetime) -> list[Environment]:
    """The environments of the rulebook in force, each after all that it requires."""
    get_product(key=product, by=by, at=at)
    edition = edition_in_force(product)
    if edition is None:
        return []
    known = {one.id: one for one in rulebook_of(edition).environments}
    return [known[name] for name in promotion_order(tuple(known.values()))]


@lru_cache(maxsize=256)
def _outlined(data: bytes, name: str) -> Rulebook:
    return load_outline(data, name)


@lru_cache(maxsize=32)
def _loaded(data: bytes, name: str) -> Rulebook:
    return load_rulebook(data, name)
