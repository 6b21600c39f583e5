"""The JSON Schema (draft-07) of the rulebook, derived from the declarations that the loader uses."""

from __future__ import annotations

import json
from typing import Any

from flightrules.rules.evidence_sources import BINDINGS
from flightrules.rules.exception_files import ACCEPTANCES_FILE, WAIVERS_FILE
from flightrules.rules.language import RULEBOOK
from flightrules.rules.resolve import PROFILES

__all__ = ["schema", "schema_text"]


def schema() -> dict[str, Any]:
    """The schema as a value. It checks shapes; sentences and references are checked by ``flightrules lint``.

    Files beside the rulebook have their schemas under ``definitions``.
    """
    root = RULEBOOK.schema()
    root["properties"]["extends"] = {
        "description": root["properties"]["extends"]["description"],
        "enum": list(PROFILES),
    }
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "$id": "urn:flightrules:rulebook:1",
        "title": "Flightrules rulebook",
        "description": "Release criteria, gates and authority, agreed before the release.",
        **root,
        "definitions": {
            "waivers": WAIVERS_FILE.schema(),
            "acceptances": ACCEPTANCES_FILE.schema(),
            "bindings": BINDINGS.schema(),
        },
    }


def schema_text() -> str:
    """The schema as the file that is checked in."""
    return json.dumps(schema(), indent=2, ensure_ascii=False, sort_keys=True) + "\n"
