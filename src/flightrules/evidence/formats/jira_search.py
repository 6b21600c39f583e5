"""Jira search answers: v2 (``startAt``, ``total``), v3 (``nextPageToken``, ``isLast``), or an array of these;
also the bare list of issues that command line clients print.

Part of an answer is refused. An answer that found nothing is evidence: the filter ran.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flightrules.errors import EvidenceError
from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Notice, Reading
from flightrules.evidence.reading.json import DOCUMENT_LIMIT, require
from flightrules.evidence.reading.json_halves import stream_in_two
from flightrules.evidence.reading.json_stream import stream
from flightrules.evidence.records.jira import JiraIssues, jira_reading, known_custom_fields
from flightrules.evidence.records.tracker_answers import Item, api_error, maybe_partial, partial
from flightrules.evidence.source import Source
from flightrules.values import replace

__all__ = ["read"]

_PAGE_SIZES = (50, 100)


def read(source: Source, head: Head) -> Reading:
    """Issues of the complete answer; custom fields are read when the answer carries their ``names``."""
    try:
        return _read(source, head)
    except EvidenceError as error:
        if error.code != "E_CONTROL_CHAR" or source.size > DOCUMENT_LIMIT:
            raise
    # Jira lets users paste NUL into texts; it decides nothing, so it is shown as the replacement character
    shown = Source.of(source.data().replace(rb"\u0000", rb"\ufffd"), source.name)
    reading = _read(shown, head)
    notice = Notice("W_CONTROL_CHAR", "texts hold NUL characters; they are shown as U+FFFD")
    return replace(reading, notices=(*reading.notices, notice))


def _read(source: Source, head: Head) -> Reading:
    if head.has("[].fields"):
        return _listed(source)
    document, issues = _streamed(source)
    pages = [
        Item(page, "page", source.name) for page in (document if isinstance(document, list) else [document])
    ]
    for page in pages:
        _require_accepted(page)
    notices = _require_whole(pages, issues.pages, source.name)
    custom = known_custom_fields(pages[0].value.get("names"))
    if custom:  # the names stand behind the issues, so their values need a second look
        _, issues = _streamed(source, custom)
    return jira_reading("jira-search", issues.found, notices)


def _streamed(source: Source, custom: Mapping[str, str] | None = None) -> tuple[Any, JiraIssues]:
    """The document without its issues, and the issues."""
    issues = JiraIssues(source.name, custom)
    document = stream_in_two(source, "issues", issues)
    if document is None:
        issues = issues.fresh()
        document = stream(source, {"issues": issues, "[].issues": issues})
    return document, issues


def _listed(source: Source) -> Reading:
    issues = JiraIssues(source.name)
    require(stream(source, {"[]": issues}), list, "issues", source.name)
    return jira_reading("jira-search", issues.found, maybe_partial(len(issues.found), _PAGE_SIZES))


def _require_accepted(page: Item) -> None:
    """A query that Jira only half understood has found too little."""
    for key in ("errorMessages", "warningMessages"):
        messages = page.get(key, list)
        if messages:
            raise api_error(page.name, messages)
    require(page.value.get("issues"), list, "issues", page.name)


def _require_whole(pages: list[Item], counts: list[int], name: str) -> tuple[Notice, ...]:
    seen, listed = 0, sum(counts)
    for page, count in zip(pages, counts, strict=True):
        start = page.get("startAt", int)
        if start is not None and start != seen:
            raise partial(name, f"the page begins at {start}, {seen} issues stand before it", listed)
        seen += count
    if not pages:
        raise partial(name, "the array holds no page")
    last = pages[-1]
    total, is_last = last.get("total", int), last.get("isLast", bool)
    if is_last is False or last.get("nextPageToken", str):
        raise partial(name, "the answer names a next page", listed)
    if total is None and is_last is None:
        raise partial(
            name, "the answer has neither total nor isLast, so it cannot be known to be complete", listed
        )
    if total is not None and total > seen:
        raise partial(name, f"the query found {total} issues, the answer holds {seen}", listed)
    if total is not None and total < seen:
        return (Notice("W_COUNT_MISMATCH", f"total says {total}, counted {seen}"),)
    return ()
