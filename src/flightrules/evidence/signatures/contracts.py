"""How formats of contracts and interface changes are recognised."""

from __future__ import annotations

from flightrules.evidence.format import Format
from flightrules.evidence.head import Head
from flightrules.patterns import late

__all__ = ["CONTRACT_FORMATS"]

_BUF_RULE = late(r"[A-Z]+(?:_[A-Z0-9]+){1,8}")


def _pact_matrix(head: Head) -> bool:
    recorded = head.has("response.body.summary.deployable", "response.body.matrix")
    matrix = head.has("summary.deployable", "matrix") or recorded
    return matrix or (head.has("items[].consumer", "items[].provider", "items[].pact"))


def _pact_verification(head: Head) -> bool:
    broker = head.has("success") and head.any("providerApplicationVersion", "testResults", "providerName")
    verifier = head.has("result", "errors") and head.any("pendingErrors", "interactionResults")
    return broker or verifier


def _pact_file(head: Head) -> bool:
    sides = head.has("consumer.name", "provider.name")
    return (sides and head.any("interactions", "messages")) or head.has("_embedded.pacts")


def _oasdiff(head: Head) -> bool:
    for start in ("[]", "changes[]"):
        places = (f"{start}.operation", f"{start}.section", f"{start}.source")
        if head.has(f"{start}.id", f"{start}.text", f"{start}.level") and head.any(*places):
            return True
    return False


def _buf_breaking(head: Head) -> bool:
    if not head.has("type", "message"):
        return False
    lines = head.any("start_line", "start_column", "end_line")
    return lines or bool(_BUF_RULE.fullmatch(head.values.get("type", "")))  # a deleted file has no line


def _openapi_diff(head: Head) -> bool:
    text = head.text.lstrip()[:100].lower()
    said = head.kind == "text" and "changes found between the two specifications" in text
    return said or head.has("breakingDifferencesFound")


def _japicmp(head: Head) -> bool:
    return head.root == "japicmp"


def _schemathesis_vcr(head: Head) -> bool:
    text = head.text[:4000]
    return head.kind == "text" and "recorded_with:" in text and "Schemathesis" in text


def _schemathesis_events(head: Head) -> bool:
    return head.any("Initialize.schemathesis_version") or head.has("schemathesis_version", "test_cases")


CONTRACT_FORMATS: tuple[Format, ...] = (
    Format("pact-matrix", "Pact Broker matrix and dashboard", "contracts", "pact_matrix", _pact_matrix),
    Format(
        "pact-verification", "Pact verification result", "contracts", "pact_verification", _pact_verification
    ),
    Format("pact-file", "Pact file (refused: a contract is no result)", "contracts", "pact_file", _pact_file),
    Format("oasdiff", "oasdiff breaking and changelog JSON", "contracts", "oasdiff", _oasdiff),
    Format("buf-breaking", "buf breaking JSON Lines", "contracts", "buf_breaking", _buf_breaking),
    Format("openapi-diff", "openapi-diff JSON", "contracts", "openapi_diff", _openapi_diff),
    Format("japicmp", "japicmp XML", "contracts", "japicmp", _japicmp),
    Format(
        "schemathesis-events",
        "Schemathesis events (JSON Lines)",
        "contracts",
        "schemathesis_events",
        _schemathesis_events,
    ),
    Format("schemathesis-vcr", "Schemathesis cassette", "contracts", "schemathesis_vcr", _schemathesis_vcr),
)
