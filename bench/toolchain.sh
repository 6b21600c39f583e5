#!/bin/sh
# What a team scripts today: one popular tool for each kind of evidence, and a template at the end.
# usage: toolchain.sh BIN PROJECT OUT HERE   (BIN holds the peers' python; HERE holds this script's Python steps)
set -eu
bin=$1 project=$2 out=$3 here=$4
mkdir -p "$out"
cd "$project"
"$bin/junitparser" verify reports/junit.xml || test $? -eq 1
"$bin/python" "$here/steps/tests.py" reports/junit.xml >"$out/tests.json"
"$bin/pycobertura" show --format json reports/cobertura.xml >"$out/coverage.json"
"$bin/diff-cover" reports/cobertura.xml --compare-branch base --format "json:$out/new.json" >/dev/null 2>&1
"$bin/sarif" summary reports/results.sarif >"$out/findings.txt"
"$bin/python" "$here/steps/load.py" reports/results.jtl >"$out/load.json"
if command -v jq >/dev/null; then
  jq '[.issues[] | select(.fields.issuetype.name == "Bug" and .fields.status.statusCategory.key != "done")]
      | group_by(.fields.priority.name) | map({priority: .[0].fields.priority.name, open: length})' \
    reports/issues.json >"$out/issues.json"
else
  "$bin/python" "$here/steps/issues.py" reports/issues.json >"$out/issues.json"
fi
"$bin/python" "$here/steps/gate.py" "$out" >"$out/gate.md"
