"""A single Jira issue as ``/issue/KEY`` returns it."""

from __future__ import annotations

from flightrules.evidence.head import Head
from flightrules.evidence.measurement import Reading
from flightrules.evidence.reading.json import decode, require
from flightrules.evidence.records.jira import JiraIssues, jira_reading, known_custom_fields
from flightrules.evidence.source import Source

__all__ = ["read"]


def read(source: Source, _head: Head) -> Reading:
    """One record."""
    issue = require(decode(source), dict, "issue", source.name)
    require(issue.get("fields"), dict, "issue.fields", source.name)
    taken = JiraIssues(source.name, known_custom_fields(issue.get("names")))
    taken(issue)
    return jira_reading("jira-issue", taken.found)
