"""Coverage reports as their tools write them, and how the stories read one."""

import pytest

from flightrules.errors import EvidenceError
from flightrules.evidence import registry
from flightrules.evidence.source import Source


def read(text, expected=None):
    data = text if isinstance(text, bytes) else text.encode()
    return registry.read(Source.of(data, "report"), expected=expected)


def numbers(reading):
    return {
        one.metric.removeprefix("coverage."): int(one.value) for one in reading.measurements if not one.labels
    }


def lines_of(reading):
    counts = numbers(reading)
    return counts["lines.covered"], counts["lines.total"]


def branches_of(reading):
    counts = numbers(reading)
    return counts.get("branches.covered"), counts.get("branches.total")


def codes(reading):
    return {one.code for one in reading.notices}


def refused(text, expected=None):
    with pytest.raises(EvidenceError) as caught:
        read(text, expected)
    return caught.value


def line(number, hits, conditions=""):
    more = f' branch="true" condition-coverage="{conditions}"' if conditions else ""
    return f'<line number="{number}" hits="{hits}"{more}/>'


def klass(lines, name="a.py", methods=""):
    return f'<class name="A" filename="{name}">{methods}<lines>{"".join(lines)}</lines></class>'


def cobertura(*classes, header='lines-valid="9"', sources="", prolog='<?xml version="1.0"?>'):
    body = "".join(classes)
    return f"{prolog}<coverage {header}>{sources}<packages><package><classes>{body}</classes></package></packages></coverage>"


def jacoco(*files, root="", before="", package="com/ex"):
    body = "".join(files)
    return f'<report name="r">{before}<package name="{package}">{body}</package>{root}</report>'


def sourcefile(*lines, name="A.java"):
    rows = "".join(
        f'<line nr="{nr}" mi="{mi}" ci="{ci}" mb="{mb}" cb="{cb}"/>' for nr, mi, ci, mb, cb in lines
    )
    return f'<sourcefile name="{name}">{rows}</sourcefile>'


def section(*records, name="src/a.c"):
    return "\n".join(["TN:", f"SF:{name}", *records, "end_of_record", ""])
