#!/bin/sh
# The stand-alone parser is generated from the grammar; `make test` fails when the two differ.
set -eu
cd "$(dirname "$0")/.."
# the order of the tables follows hashes of text, so the seed is fixed
PYTHONHASHSEED=0 exec "${PYTHON:-.venv/bin/python}" -m lark.tools.standalone src/flightrules/rules/sentence.lark
