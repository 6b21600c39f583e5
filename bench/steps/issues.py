"""Open bugs by priority; stands in for jq where there is none."""

import collections
import json
import sys

with open(sys.argv[1], encoding="utf-8") as file:
    issues = [issue["fields"] for issue in json.load(file)["issues"]]
found = collections.Counter(
    one["priority"]["name"]
    for one in issues
    if one["issuetype"]["name"] == "Bug" and one["status"]["statusCategory"]["key"] != "done"
)
print(json.dumps([{"priority": name, "open": count} for name, count in sorted(found.items())]))
