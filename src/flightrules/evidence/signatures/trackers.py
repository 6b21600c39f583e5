"""How answers of trackers and declared defect tables are recognised."""

from __future__ import annotations

import re

from flightrules.evidence.format import Format
from flightrules.evidence.head import Head
from flightrules.patterns import late

__all__ = ["TRACKER_FORMATS"]

_ID_COLUMNS = frozenset({"id", "key", "issue key", "issue id", "defect id", "bug id", "#"})
_STATE_COLUMNS = frozenset({"status", "state"})
_RATING_COLUMNS = frozenset({"severity", "priority", "title", "summary", "subject"})
_JIRA_SETTING = late(
    r"/rest/api/(?:\d|latest)/(?:status|resolution|filter|priority|issuetype|field|project|version|component|user)\b"
)


def _jira_search(head: Head) -> bool:
    if head.any("issues[].rule", "paging", "[].issues[].rule"):
        return False
    if head.has("[].key", "[].fields"):
        return True
    answer = head.has("issues") and head.any(
        "issues[].fields", "issues[].key", "maxResults", "isLast", "startAt"
    )
    return (
        answer
        or head.any("[].issues[].fields", "[].issues[].key")
        or (head.has("[].issues") and head.any("[].maxResults", "[].isLast"))
    )


def _jira_issue(head: Head) -> bool:
    return head.has("key", "fields") and head.any("self", "id") and "[]" not in head.paths


def _jira_setting(head: Head) -> bool:
    return (
        head.kind == "json"
        and bool(_JIRA_SETTING.search(head.values.get("[].self", "")))
        and not head.has("[].fields")
    )


def _api_error(head: Head) -> bool:
    if head.any("errorMessages"):
        return True
    if head.has("errors[].message") and head.any("data", "errors[].locations", "errors[].path"):
        return not _graphql(head)
    return head.any("isLast", "nextPageToken") and not head.any("issues", "values")


def _graphql(head: Head) -> bool:
    return any(path.endswith((".nodes", ".edges")) for path in head.paths)


def _github_issues(head: Head) -> bool:
    if head.has("items", "total_count", "incomplete_results") or head.has(
        "[].method", "[].path", "[].response"
    ):
        return True
    if head.any(
        "data.repository.issues",
        "data.organization.issues",
        "data.user.issues",
        "data.search.nodes",
        "data.search.edges",
    ):
        return True
    item = "[][]" if head.has("[][]") else "[]"
    if head.any(f"{item}.headRefName", f"{item}.head.sha", f"{item}.iid", f"{item}.merge_commit_sha"):
        return False
    return head.has(f"{item}.number", f"{item}.title")


def _gitlab_issues(head: Head) -> bool:
    if head.any("data.project.issues", "data.group.issues") or head.has("data.issues.nodes[].iid"):
        return True
    item = "[][]" if head.has("[][]") else "[]"
    if head.any(f"{item}.source_branch", f"{item}.merge_status"):
        return False
    return head.has(f"{item}.iid", f"{item}.title")


def _azure_work_items(head: Head) -> bool:
    fields = ("value[].fields.System.", "[].fields.System.")
    return head.has("workItems", "queryType") or any(path.startswith(fields) for path in head.paths)


def _azure_builds(head: Head) -> bool:
    return head.has("value[].buildNumber", "value[].status")


def _bitbucket(head: Head) -> bool:
    return head.has("values", "pagelen") and (
        head.values.get("values[].type") == "issue" or head.any("values[].kind")
    )


def _tapd(head: Head) -> bool:
    return head.has("status", "data[]") and head.any("data[].Bug", "data[].Story", "data[].Task")


def _bugzilla(head: Head) -> bool:
    return (
        head.has("bugs") and head.any("bugs[].is_open", "bugs[].summary") and not head.has("bugs[].openedBy")
    )


def _redmine(head: Head) -> bool:
    pages = head.has("issues", "total_count", "offset", "limit")
    return pages or head.has("issues[].tracker", "issues[].subject", "issues[].status")


def _zentao(head: Head) -> bool:
    return head.has("bugs[].title") and head.any(
        "bugs[].openedBy", "bugs[].openedDate", "bugs[].resolvedBuild"
    )


def _linear(head: Head) -> bool:
    return head.has("data.issues.nodes") and not head.has("data.issues.nodes[].iid")


def _youtrack(head: Head) -> bool:
    return head.has("[].idReadable") and head.any("[].summary", "[].resolved")


def _servicenow(head: Head) -> bool:
    return any(
        head.has(f"{key}[].sys_id") and head.any(f"{key}[].number", f"{key}[].short_description")
        for key in ("result", "records")
    )


def _clickup(head: Head) -> bool:
    return head.has("tasks", "last_page") or head.has("tasks[].name", "tasks[].status.type")


def _asana(head: Head) -> bool:
    return head.has("data", "next_page") or head.has("data[].gid", "data[].name")


def _trello(head: Head) -> bool:
    return head.has("cards[].idList", "lists") or head.has("[].idList", "[].idBoard", "[].name")


def _zendesk(head: Head) -> bool:
    ticket = head.has("results[].result_type", "results[].subject", "results[].status")
    return ticket or head.has("tickets", "count") or head.has("tickets[].subject", "tickets[].status")


def _shortcut(head: Head) -> bool:
    return any(
        head.has(f"{prefix}story_type", f"{prefix}completed")
        for prefix in ("[].", "data[].", "stories.data[].")
    )


def _mantis(head: Head) -> bool:
    return head.has("issues[].summary", "issues[].status", "issues[].project") and head.any(
        "issues[].severity", "issues[].reproducibility", "issues[].view_state"
    )


def _defect_table(head: Head) -> bool:
    if head.kind != "text" or not head.lines:
        return False
    cells = {
        cell.strip().strip('"').casefold() for cell in re.split(r"[,;\t]", head.lines[0].lstrip("\ufeff"))
    }
    return not any(cells.isdisjoint(columns) for columns in (_ID_COLUMNS, _STATE_COLUMNS, _RATING_COLUMNS))


def _jira_xml(head: Head) -> bool:
    return head.root == "rss" and head.elements.issuperset({"item", "key", "project"})


def _jira_csv(head: Head) -> bool:
    if head.kind != "text" or not head.lines:
        return False
    cells = {cell.strip().strip('"').casefold() for cell in head.lines[0].split(",")}
    return cells.issuperset({"summary", "issue key", "issue type", "status"})


TRACKER_FORMATS: tuple[Format, ...] = (
    Format("jira-search", "Jira search result (v2, v3)", "trackers", "jira_search", _jira_search),
    Format("jira-issue", "Jira issue", "trackers", "jira_issue", _jira_issue),
    Format("jira-xml", "Jira XML export", "trackers", "jira_xml", _jira_xml),
    Format("jira-csv", "Jira CSV export", "trackers", "jira_csv", _jira_csv),
    Format(
        "jira-settings", "Jira settings (refused: no issues)", "trackers", "tracker_refusals", _jira_setting
    ),
    Format(
        "gitlab-issues", "GitLab issues (REST, GraphQL, glab)", "trackers", "gitlab_issues", _gitlab_issues
    ),
    Format(
        "github-issues",
        "GitHub issues (REST, search, GraphQL, gh)",
        "trackers",
        "github_issues",
        _github_issues,
    ),
    Format(
        "azure-devops-work-items", "Azure DevOps work items", "trackers", "azure_devops", _azure_work_items
    ),
    Format("azure-devops-builds", "Azure DevOps builds", "trackers", "azure_devops_builds", _azure_builds),
    Format("bitbucket-issues", "Bitbucket issues", "trackers", "bitbucket_issues", _bitbucket),
    Format("tapd", "TAPD bugs, stories and tasks", "trackers", "tapd", _tapd),
    Format("zentao", "ZenTao bugs", "trackers", "zentao", _zentao),
    Format("redmine", "Redmine issues", "trackers", "redmine", _redmine),
    Format("bugzilla", "Bugzilla bugs", "trackers", "bugzilla", _bugzilla),
    Format("linear", "Linear issues (GraphQL)", "trackers", "linear", _linear),
    Format("youtrack", "YouTrack issues", "trackers", "youtrack", _youtrack),
    Format("servicenow", "ServiceNow records", "trackers", "servicenow", _servicenow),
    Format("clickup", "ClickUp tasks", "trackers", "clickup", _clickup),
    Format("asana", "Asana tasks", "trackers", "asana", _asana),
    Format("trello", "Trello cards", "trackers", "trello", _trello),
    Format("zendesk", "Zendesk tickets", "trackers", "zendesk", _zendesk),
    Format("shortcut", "Shortcut stories", "trackers", "shortcut", _shortcut),
    Format("mantis", "MantisBT issues", "trackers", "mantis", _mantis),
    Format("defect-table", "defects as CSV with declared columns", "trackers", "defect_csv", _defect_table),
    Format(
        "tracker-error", "error answers of trackers (refused)", "trackers", "tracker_refusals", _api_error
    ),
)
