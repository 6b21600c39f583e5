"""Writes: telling, subscribing channels, sending again what was given up."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from django.db import connection, transaction

from flightrules.service.door.refusals import ConflictError, ForeignError, InvalidError
from flightrules.service.jobs.due import State, revive
from flightrules.service.jobs.services import enqueue
from flightrules.service.notices import sealing
from flightrules.service.notices.kinds import Kind, plain, written
from flightrules.service.notices.models import Channel, Outbox, Subscription
from flightrules.service.notices.outside import OutsideError, target_of
from flightrules.service.notices.signature import new_secret
from flightrules.service.people.access import require, require_product
from flightrules.service.people.powers import Power
from flightrules.service.records.actor import SYSTEM, Actor
from flightrules.service.records.services import OFFICE, act, append, commit_to, product_stream
from flightrules.service.records.tags import Tag

__all__ = ["end_channel", "open_channel", "record_given_up", "send_again", "tell", "try_channel"]

_CHANNELS_LIMIT = 50


def tell(
    kind: Kind,
    *,
    product: str,
    about: str,
    once: str,
    context: Mapping[str, str],
    at: datetime,
    to: Iterable[str] = (),
) -> int:
    """Write the messages of one event, in the transaction of the act that it tells of; returns how many.

    Args:
        kind: which text.
        product: key of the product, whose channels all get it.
        about: ``kind/key`` of what it is about, such as ``release/…``.
        once: names the event; told twice under one name, each recipient still gets one message a channel.
        context: texts by name, as the kind's text needs them; ``link`` is a path of ours.
        at: the moment of the event.
        to: keys of persons who get a mail of their own; the product's channels get it anyway.

    Raises:
        LookupError: the context lacks a name; a defect of the caller.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("a notice is written in the transaction of what it tells of")
    written(kind, context, base_url="")  # so that a defect shows where it is, not in the worker
    kept = {name: plain(value) if name != "link" else value for name, value in context.items()}
    rows = [
        _row(
            kind,
            product,
            about,
            f"{once}|{kind}|{recipient}|{channel}",
            kept,
            at,
            channel,
            person,
            subscription,
        )
        for recipient, channel, person, subscription in _recipients(kind, product, to)
    ]
    Outbox.objects.bulk_create(rows, ignore_conflicts=True)
    for row in rows:
        enqueue("notices.deliver", row.key)
    return len(rows)


def _recipients(
    kind: Kind, product: str, to: Iterable[str]
) -> list[tuple[str, str, str, Subscription | None]]:
    found: list[tuple[str, str, str, Subscription | None]] = [
        (f"person/{person}", Channel.EMAIL.value, person, None) for person in sorted(set(to))
    ]
    subscribed = Subscription.objects.filter(product=product, ended_at__isnull=True).order_by("key")
    found += [
        (f"channel/{one.key}", one.channel, "", one)
        for one in subscribed
        if not one.kinds or kind in one.kinds
    ]
    return found


def _row(  # noqa: PLR0913, PLR0917 -- the columns of the row
    kind: Kind,
    product: str,
    about: str,
    once: str,
    context: Mapping[str, str],
    at: datetime,
    channel: str,
    person: str,
    subscription: Subscription | None,
) -> Outbox:
    return Outbox(
        once=hashlib.sha256(once.encode()).hexdigest(),
        product=product,
        kind=str(kind),
        about=about,
        channel=channel,
        person=person,
        subscription=subscription,
        context=dict(context),
        told_at=at,
        next_at=at,
    )


@act
def open_channel(
    *,
    product: str,
    title: str,
    channel: Channel,
    address: str,
    kinds: Sequence[Kind],
    by: Actor,
    at: datetime,
) -> tuple[Subscription, str]:
    """Subscribe a channel to a product's notices; returns it with the secret of a webhook, shown this once.

    Raises:
        ForeignError: E_NO_SUCH. InvalidError: E_CHANNEL_ADDRESS. ConflictError: E_CHANNELS_LIMIT.
    """
    require(by, Power.MANAGE_CATALOGUE, product=product, at=at)
    require_product(product)
    if Subscription.objects.filter(product=product, ended_at__isnull=True).count() >= _CHANNELS_LIMIT:
        raise ConflictError("E_CHANNELS_LIMIT", f"a product has at most {_CHANNELS_LIMIT} channels").about(
            product_stream(product), f"product/{product}"
        )
    secret = new_secret() if channel == Channel.WEBHOOK else ""
    made = Subscription.objects.create(
        product=product,
        title=title,
        channel=channel.value,
        address=sealing.sealed(address),
        secret=sealing.sealed(secret) if secret else "",
        shown=_shown(channel, address),
        kinds=[str(kind) for kind in kinds],
        opened_at=at,
    )
    append(
        stream=product_stream(product),
        tag=Tag.CHANNEL_OPENED,
        by=by,
        at=at,
        subject=f"channel/{made.key}",
        data={
            "channel": channel.value,
            "kinds": made.kinds,
            "address": commit_to(address, about=f"channel/{made.key}"[:64]),
        },
    )
    return made, secret


@act
def end_channel(*, product: str, key: str, by: Actor, at: datetime) -> None:
    """Let a channel get nothing more, from now on; what is on its way to it is given up.

    Raises:
        ForeignError: E_NO_SUCH. ConflictError: E_CHANNEL_ENDED.
    """
    require(by, Power.MANAGE_CATALOGUE, product=product, at=at)
    found = _channel(product, key)
    found.ended_at, found.address, found.secret = at, "", ""
    found.save(update_fields=["ended_at", "address", "secret"])
    append(
        stream=product_stream(product), tag=Tag.CHANNEL_ENDED, by=by, at=at, subject=f"channel/{found.key}"
    )


@act
def try_channel(*, product: str, key: str, by: Actor, at: datetime) -> Outbox:
    """Send a trial notice through one channel, so that its silence on the day is no surprise.

    Raises:
        ForeignError: E_NO_SUCH. ConflictError: E_CHANNEL_ENDED.
    """
    require(by, Power.MANAGE_CATALOGUE, product=product, at=at)
    found = _channel(product, key)
    context = {"product": product, "asked_by": by.key}
    once = f"trial|{found.key}|{at.isoformat()}"
    about = f"channel/{found.key}"
    row = _row(Kind.TRIAL, product, about, once, context, at, found.channel, "", found)
    row.save(force_insert=True)
    enqueue("notices.deliver", row.key)
    append(stream=product_stream(product), tag=Tag.CHANNEL_TRIED, by=by, at=at, subject=about)
    return row


@act
def send_again(*, key: str, by: Actor, at: datetime) -> Outbox:
    """Let a message that was given up be tried again from the beginning.

    Raises:
        ForeignError: E_NO_SUCH. ConflictError: E_NOTICE_NOT_DEAD.
    """
    require(by, Power.OPERATE, at=at)
    row = Outbox.objects.select_for_update().filter(pk=key).first()
    if row is None:
        raise ForeignError("E_NO_SUCH", "there is no such notice here")
    if row.state != State.DEAD:
        raise ConflictError(
            "E_NOTICE_NOT_DEAD", f"the notice is {row.state}; only one that was given up is sent again"
        ).about(product_stream(row.product), f"notice/{row.key}")
    revive(row, at=at)
    enqueue("notices.deliver", row.key)
    append(
        stream=product_stream(row.product),
        tag=Tag.NOTICE_SENT_AGAIN,
        by=by,
        at=at,
        subject=f"notice/{row.key}",
    )
    return row


def record_given_up(row: Outbox, *, at: datetime) -> None:
    """Put on record that somebody was not told."""
    with transaction.atomic():
        append(
            stream=product_stream(row.product) if row.product else OFFICE,
            tag=Tag.NOTICE_GIVEN_UP,
            by=SYSTEM,
            at=at,
            subject=f"notice/{row.key}",
            data={"channel": row.channel, "kind": row.kind, "about": row.about, "fault": row.fault},
        )


def _channel(product: str, key: str) -> Subscription:
    found = Subscription.objects.select_for_update().filter(pk=key, product=product).first()
    if found is None:
        raise ForeignError("E_NO_SUCH", "there is no such channel here")
    if found.ended_at is not None:
        raise ConflictError("E_CHANNEL_ENDED", "the channel was ended").about(
            product_stream(product), f"channel/{found.key}"
        )
    return found


def _shown(channel: Channel, address: str) -> str:
    """What may be shown of an address, which is checked on the way."""
    if channel == Channel.EMAIL:
        _, at_sign, domain = address.rpartition("@")
        if not at_sign or not domain or plain(address) != address or " " in address or "," in address:
            raise InvalidError("E_CHANNEL_ADDRESS", "this is no mail address")
        return f"…@{domain}"
    try:
        return target_of(address).shown
    except OutsideError as error:
        raise InvalidError(
            error.code, error.message, hint="take the https:// address that the chat shows"
        ) from None
