"""Counts of a JUnit file, as a short script takes them with junitparser."""

import json
import sys

from junitparser import JUnitXml

report = JUnitXml.fromfile(sys.argv[1])
cases = [{type(result).__name__ for result in case.result} for suite in report for case in suite]
failed = sum(bool(ends & {"Failure", "Error"}) for ends in cases)
skipped = sum("Skipped" in ends for ends in cases)
print(json.dumps({"total": len(cases), "failed": failed, "skipped": skipped}))
