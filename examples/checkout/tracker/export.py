"""Write the release's issues the way that Jira answers a search.

The tracker is simulated: there is no Jira behind this. ``issues.json`` beside this file is the "database",
and what comes out has the shape of ``GET /rest/api/2/search``.
"""

import json
import sys
from pathlib import Path

OPEN = {"name": "In Progress", "statusCategory": {"id": 4, "key": "indeterminate", "name": "In Progress"}}
DONE = {"name": "Done", "statusCategory": {"id": 3, "key": "done", "name": "Done"}}


CUSTOM = {
    "affected_users": ("customfield_10050", "Affected users"),
    "business_impact": ("customfield_10051", "Business impact"),
}


def issue(at: int, entry: dict, release: str) -> dict:
    return {
        "id": str(10_000 + at),
        "key": entry["key"],
        "fields": {
            "summary": entry["summary"],
            "issuetype": {"name": entry["type"], "subtask": False},
            "priority": {"name": entry["priority"]},
            "status": OPEN if release in entry["open_in"] else DONE,
            "components": [{"name": entry["component"]}],
            "labels": ["checkout"],
            "fixVersions": [],
            "created": f"{entry['created']}T08:00:00.000+0000",
            **{field: entry.get(name) for name, (field, _) in CUSTOM.items()},
        },
    }


def answer(entries: list[dict], release: str) -> dict:
    known = [entry for entry in entries if entry.get("since", "") <= release]
    issues = [issue(at, entry, release) for at, entry in enumerate(known)]
    page = {"expand": "schema,names", "startAt": 0, "maxResults": 100, "total": len(issues)}
    return {**page, "issues": issues, "names": dict(CUSTOM.values())}


if __name__ == "__main__":
    source = json.loads(Path(__file__).with_name("issues.json").read_text(encoding="utf-8"))
    json.dump(answer(source, sys.argv[1]), sys.stdout, indent=1)
    sys.stdout.write("\n")
