"""The gate that a team writes itself: numbers out of five files, thresholds in the script, a table out."""

import json
import os
import re
import sys

import jinja2

TEMPLATE = """# Release readiness
| criterion | asked | actual | |
|---|---|---|---|
{% for name, actual, operator, limit in criteria -%}
| {{ name }} | {{ operator }} {{ limit }} | {{ actual }} | {{ met(actual, operator, limit) }} |
{% endfor %}"""


def load(name):
    with open(os.path.join(sys.argv[1], name), encoding="utf-8") as file:
        return json.load(file) if name.endswith(".json") else file.read()


def met(actual, operator, limit):
    return "PASS" if (actual >= limit if operator == ">=" else actual <= limit) else "FAIL"


tests, results = load("tests.json"), load("load.json")
levels = dict(re.findall(r"^(error|warning|note): (\d+)", load("findings.txt"), re.MULTILINE))
ran = tests["total"] - tests["skipped"]
criteria = [
    ("pass-rate", 100 * (ran - tests["failed"]) / ran, ">=", 95),
    ("new-code", load("new.json")["total_percent_covered"], ">=", 70),
    ("findings", int(levels.get("error", 0)), "<=", 2000),
    ("error-rate", 100 * results["errors"], "<=", 1),
    ("p95", results["p95"], "<=", 600),
    ("p1-open", sum(one["open"] for one in load("issues.json") if one["priority"] == "Highest"), "<=", 20),
]
print(jinja2.Template(TEMPLATE).render(criteria=criteria, met=met))
with open(os.path.join(sys.argv[1], "decided.json"), "w", encoding="utf-8") as file:
    json.dump({name: actual for name, actual, _, _ in criteria}, file)
