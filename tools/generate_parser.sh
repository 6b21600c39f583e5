#!/bin/sh
# Writes the tables of the sentence's parser. They come in another order each time, so the file carries the
# digest of the grammar that it was made from; a test compares the two.
set -eu
cd "$(dirname "$0")/.."
PYTHONIOENCODING=utf-8 exec "${PYTHON:-.venv/bin/python}" tools/generate_parser.py src/flightrules/rules/sentence.lark
