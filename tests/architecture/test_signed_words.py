"""Each act that takes a proof says what it is, what about and under which digest, so that a browser can confirm it."""

import ast
import re
from pathlib import Path

from flightrules.service.people.signed_words import SENTENCES

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "flightrules"
PAGE = ROOT / "docs" / "how-to" / "prove-who-signs.md"
ASKED = {
    "require_signing_proof": {"act", "about", "digest"},
    "require_signed_terms": {"act", "about", "terms"},
}
WORD = re.compile(r"[a-z][a-z:-]{1,39}\Z")
WRITTEN_HERE = re.compile(
    r"(vote|verdict|authorisation|override|waiver|acceptance|defect|condition|board-vote|board-answer"
    r"|rulebook|role|deputy|delegation|person|account):[a-z-]+\Z"
    r"|(accept|pay|confirm|classify|lift|end)-(blocker|obligation|emergency|throttle|emergency-point)\Z"
)


def trees():
    for path in sorted(SOURCE.rglob("*.py")):
        yield path, ast.parse(path.read_text(encoding="utf-8"))


def calls_in(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and name_of(node) in ASKED:
            yield node


def name_of(call) -> str:
    return getattr(call.func, "id", getattr(call.func, "attr", ""))


def lacking(call) -> set[str]:
    """Which of the three a call leaves out, or leaves empty."""
    given = {
        one.arg for one in call.keywords if not (isinstance(one.value, ast.Constant) and not one.value.value)
    }
    return ASKED[name_of(call)] - given


def test_every_signature_names_act_thing_and_digest():
    found = [(path, call) for path, tree in trees() for call in calls_in(tree)]
    assert len(found) >= 20
    assert [(str(path), call.lineno, lacking(call)) for path, call in found if lacking(call)] == []


def test_a_call_that_lacks_one_is_seen():
    call = next(calls_in(ast.parse("require_signing_proof(by, at=at, act='pay', about='', digest=digest)")))
    assert lacking(call) == {"about"}


def test_every_word_has_a_sentence_and_stands_on_the_page():
    """Words that stand whole in the service, and those that the page names, are those of the table."""
    table = PAGE.read_text(encoding="utf-8").partition("## The words of each act")[2].partition("\n## ")[0]
    rows = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `") and "KEY" in line]
    assert set(re.findall(r"`([^`]+)`", "".join(rows))) == set(SENTENCES)
    assert all(WORD.fullmatch(one) for one in SENTENCES)


def test_words_that_stand_in_the_service_are_known():
    used = {
        node.value
        for path, tree in trees()
        if "service" in path.parts and path.name not in ("powers.py", "signed_words.py")
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and WRITTEN_HERE.match(node.value)
    }
    assert {"accept-blocker", "pay-obligation", "waiver:grant", "lift-throttle", "role:grant"} <= used
    assert used - set(SENTENCES) == set()
