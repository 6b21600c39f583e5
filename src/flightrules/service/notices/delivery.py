"""How a message looks in each channel, and how it gets there. What people wrote is plain text in all."""

from __future__ import annotations

import smtplib
from datetime import datetime

from django.conf import settings
from django.core.mail import EmailMessage

from flightrules.ledger.canonical import canonical_bytes
from flightrules.service.jobs.due import GiveUpError
from flightrules.service.notices import sealing
from flightrules.service.notices.kinds import Message
from flightrules.service.notices.models import Channel, Outbox, Subscription
from flightrules.service.notices.outside import OutsideError, post, target_of
from flightrules.service.notices.signature import signed_headers
from flightrules.service.people.addresses import address_of

__all__ = ["deliver", "mail_text", "slack_body", "teams_body", "webhook_body"]

_JSON = {"Content-Type": "application/json"}
_CARD = "application/vnd.microsoft.card.adaptive"
_SLACK_HEADER = 150
_SLACK_TEXT = 2900


def deliver(row: Outbox, message: Message, at: datetime) -> None:
    """Hand the message over; every attempt carries the same id, so that a receiver can drop a second one.

    Raises:
        GiveUpError: nobody is there to receive it any more. OutsideError: worth another try.
    """
    subscription = row.subscription
    if subscription is None:
        _mail(address_of(row.person), row, message)
        return
    if subscription.ended_at is not None:
        raise GiveUpError("E_CHANNEL_ENDED", "the channel was ended before the notice could be sent")
    address = sealing.opened(subscription.address)
    if row.channel == Channel.EMAIL:
        _mail(address, row, message)
    elif row.channel == Channel.SLACK:
        post(target_of(address), slack_body(message), _JSON)
    elif row.channel == Channel.TEAMS:
        post(target_of(address), teams_body(message), _JSON)
    else:
        _webhook(subscription, address, row, message, at)


def _webhook(subscription: Subscription, address: str, row: Outbox, message: Message, at: datetime) -> None:
    body = webhook_body(row, message)
    headers = signed_headers(sealing.opened(subscription.secret), str(row.key), int(at.timestamp()), body)
    post(target_of(address), body, _JSON | headers)


def _mail(address: str | None, row: Outbox, message: Message) -> None:
    if not address:
        raise GiveUpError("E_CHANNEL_GONE", "this person has no mail address here any more")
    mail = EmailMessage(
        subject=message.subject,
        body=mail_text(message),
        to=[address],
        headers={
            "Message-ID": f"<{row.key}@{settings.FLIGHTRULES_MAIL_DOMAIN}>",
            "Auto-Submitted": "auto-generated",
        },
    )
    try:
        mail.send()
    except (OSError, smtplib.SMTPException) as error:  # its text may hold addresses and secrets
        raise OutsideError(
            "E_CHANNEL_UNREACHABLE", f"the mail server did not take it: {type(error).__name__}"
        ) from None


def mail_text(message: Message) -> str:
    """Plain text; each fact on a line that begins with its label."""
    facts = "\n".join(f"{label}: {value}" for label, value in message.facts)
    return f"{message.subject}\n\n{facts}\n\n{message.link}\n"


def slack_body(message: Message) -> bytes:
    """Blocks of ``plain_text``, in which Slack interprets nothing; the fallback is escaped as Slack asks."""
    facts = "\n".join(f"{label}: {value}" for label, value in message.facts)
    blocks = [
        {"type": "header", "text": _slack_text(message.subject, _SLACK_HEADER)},
        {"type": "section", "text": _slack_text(facts, _SLACK_TEXT)},
        {"type": "section", "text": _slack_text(message.link, _SLACK_TEXT)},
    ]
    fallback = message.subject.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return canonical_bytes({"blocks": blocks, "text": fallback, "link_names": False, "mrkdwn": False})


def _slack_text(text: str, limit: int) -> dict[str, object]:
    shown = text if len(text) <= limit else text[: limit - 1] + "…"
    return {"type": "plain_text", "text": shown, "emoji": False}


def teams_body(message: Message) -> bytes:
    """An adaptive card of text runs, the one element in which Markdown has no meaning; no mentions."""
    lines = [_teams_line(message.subject, weight="Bolder")]
    lines += [_teams_line(f"{label}: {value}") for label, value in message.facts]
    card = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": lines,
        "actions": [{"type": "Action.OpenUrl", "title": "Open in Flightrules", "url": message.link}],
    }
    return canonical_bytes(
        {"type": "message", "attachments": [{"contentType": _CARD, "contentUrl": None, "content": card}]}
    )


def _teams_line(text: str, **style: str) -> dict[str, object]:
    return {"type": "RichTextBlock", "inlines": [{"type": "TextRun", "text": text, **style}]}


def webhook_body(row: Outbox, message: Message) -> bytes:
    """Canonical JSON; the values as they were made plain, for a program to show as text."""
    return canonical_bytes(
        {
            "id": str(row.key),
            "kind": str(message.kind),
            "product": row.product,
            "about": row.about,
            "told_at": row.told_at.isoformat(),
            "subject": message.subject,
            "facts": [{"label": label, "value": value} for label, value in message.facts],
            "link": message.link,
        }
    )
