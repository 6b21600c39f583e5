#!/bin/sh
# Writes the stand-alone parser of the sentence. Its tables come in another order each time, so the file
# carries the digest of the grammar that it was made from; a test compares the two.
set -eu
cd "$(dirname "$0")/.."
grammar=src/flightrules/rules/sentence.lark
printf '# grammar sha256:%s\n' "$(sha256sum "$grammar" | cut -d' ' -f1)"
exec "${PYTHON:-.venv/bin/python}" -m lark.tools.standalone "$grammar"
