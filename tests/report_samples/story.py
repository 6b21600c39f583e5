"""One story of a test report."""

import json
from dataclasses import dataclass, field


def lines(*events):
    return "\n".join(json.dumps(one) for one in events) + "\n"


@dataclass
class Sample:
    """One story: what stands in the file, which format it is, and what it means."""

    story: str
    text: str
    format: str
    counts: tuple = ()
    refused: str = ""
    facts: dict = field(default_factory=dict)
    notices: tuple = ()
