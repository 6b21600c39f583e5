"""How test reports are recognised."""

from __future__ import annotations

from flightrules.evidence.format import Format
from flightrules.evidence.head import Head

__all__ = ["TEST_FORMATS"]


def _junit(head: Head) -> bool:
    known = not head.namespace or any(
        word in head.namespace.lower() for word in ("junit", "surefire", "testsuite")
    )
    return head.kind == "xml" and head.root in ("testsuites", "testsuite", "testcase") and known


TEST_FORMATS: tuple[Format, ...] = (Format("junit", "JUnit XML", "tests", "junit", _junit),)
