"""Text to criterion: what each clause of a sentence means."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any, Literal

from flightrules.rules.comparison import OPERATORS, only_exact, read_operator, refuse_thousands, threshold
from flightrules.rules.criterion import Criterion, LoadCondition, Operator
from flightrules.rules.metrics import METRICS
from flightrules.rules.quantity import LOAD_REMARK, read_quantity
from flightrules.rules.sentence import Words, parse_tree, refused
from flightrules.rules.statement import checklist, field_named, says_done, stories, vague
from flightrules.rules.subject import Subject, level_selectors, of_new_code, read_subject
from flightrules.values import replace

__all__ = ["parse"]

_ENVIRONMENT = (
    r"(?i)(?:pre-?)?(?:staging|stage|prod|production|sit|uat|dev|development|test|qa|perf|ci|e2e)\b"
)
_MEASURED = frozenset(["tests", "test", "suites", "checks", "defects", "bugs", "findings", "vulnerabilities"])
_MEASURES = ("under ", "less ", "below ", "at most ", "no more ")
_USERS = frozenset(["user", "users", "vus", "vu"])
_RATES = frozenset(["rps", "req/s", "requests/s", "requests"])


def parse(sentence: str, *, file: str | None = None, line: int = 1, column: int = 1) -> Criterion:
    """Read one sentence.

    Args:
        sentence: ``[metric] [operator] [threshold] [for scope] [under load] [measured by method]
            [in environment] [as of build]``.
        file: name of the rulebook, for the error's position.
        line: 1-based line of the sentence.
        column: 1-based column of its first character.

    Raises:
        RulebookError: E_SENTENCE, E_OPERATOR, E_METRIC, E_UNIT, E_VAGUE_CRITERION, pointing at the word.
    """
    place: dict[str, Any] = {"file": file, "line": line, "column": column}
    parts = [child for child in parse_tree(sentence, **place).children if hasattr(child, "data")]
    found = _FORMS[parts[-1].data](parts[-1], place, sentence)
    label = _words(parts[0].children[0]).text if parts[0].data == "label" else ""
    return _labelled(found, label) if label else found


def _compared(tree: Any, place: dict[str, Any], _sentence: str) -> Criterion:
    first, before, comparison, after = tree.children
    subject_words = _flat(first)
    operator = read_operator(comparison.children[0], place)
    phrase = comparison.children[-1]
    quantity = read_quantity(comparison.children[1:], _words(phrase) if hasattr(phrase, "data") else [])
    clauses = _Clauses(place, before, after)
    subject = read_subject([*_plain(subject_words), *quantity.rest], place)
    if percent_of := clauses.single.get("share"):
        stated = subject.selectors.setdefault("percentile", percent_of)
        if stated != percent_of:
            message = f"p{stated} is not {percent_of} % of the requests"
            raise refused("E_SENTENCE", message, place, "keep one of the two")
    clauses.read_remarks([*subject_words, *quantity.remarks])
    return clauses.criterion(subject, operator, threshold(quantity, subject, place))


def _counted(tree: Any, place: dict[str, Any], sentence: str) -> Criterion:
    """``At most 2 P2 defects open``, ``100% of critical path tests pass``: the number stands in front."""
    operator = read_operator(tree.children[0], place) if tree.children[0].type == "OPERATOR" else None
    numbers = tree.children[1 if operator else 0 : -2]
    return _number_first(operator, numbers, _flat(tree.children[-2]), tree.children[-1], (place, sentence))


def _number_first(
    operator: Operator | None,
    numbers: list[Any],
    words: Words,
    tail: Any,
    written: tuple[dict[str, Any], str],
) -> Criterion:
    place, sentence = written
    quantity, clauses = read_quantity(numbers, words), _Clauses(place, tail)
    subject = read_subject(quantity.rest, place)
    value = threshold(quantity, subject, place)
    clauses.read_remarks(quantity.remarks)
    return clauses.criterion(subject, operator or only_exact(subject, value, place, sentence), value)


def _none(tree: Any, place: dict[str, Any], _sentence: str) -> Criterion:
    words = _flat(tree.children[1])
    clauses = _Clauses(place, tree.children[-1])
    clauses.read_remarks(words)
    return clauses.criterion(read_subject(_plain(words), place), Operator.EQUAL, Decimal(0))


def _every(tree: Any, place: dict[str, Any], _sentence: str) -> Criterion:
    words = _flat(tree.children[1])
    subject = read_subject(_plain(words), place)
    if subject.metric.name != "defects.open":
        hint = "write: Every open defect has: severity, mitigation, owner"
        raise refused("E_METRIC", "only defects can be asked for fields", place, hint)
    fields = [child for child in tree.children if getattr(child, "data", "") == "phrase_list"][1]
    clauses = _Clauses(place, tree.children[-1])
    clauses.read_remarks([*words, *_flat(fields)])
    clauses.requires += _fields(fields, place)
    documented = Subject(METRICS["defects.undocumented"], subject.selectors)
    return clauses.criterion(documented, Operator.EQUAL, Decimal(0))


def _all(tree: Any, place: dict[str, Any], sentence: str) -> Criterion:
    words = _flat(tree.children[1])
    clauses = _Clauses(place, tree.children[-1])
    lower = [str(word).lower() for word in words]
    if _MEASURED.intersection(lower) or not words:
        raise vague(sentence, place)
    clauses.read_remarks(words)
    by = clauses.take_by()
    subject = stories(lower, by) or checklist("all " + _joined(tree.children[1]), by, place, sentence)
    return clauses.criterion(subject, Operator.EQUAL, Decimal(100))


def _statement(tree: Any, place: dict[str, Any], sentence: str) -> Criterion:
    words = _flat(tree.children[0])
    inner = next(
        (str(word)[1:-1] for word in words if str(word).startswith("(") and re.search(r"[<>=≥≤]", str(word))),
        None,
    )
    if inner is not None:
        return _with_remark(words, inner, place)
    if words[0].type == "NUMBER" and len(words) > 1 and not says_done(words):
        return _number_first(None, words[:1], Words(words[1:]), tree.children[-1], (place, sentence))
    clauses = _Clauses(place, tree.children[-1])
    clauses.read_remarks(words)
    subject = checklist(_joined(tree.children[0]), clauses.take_by(), place, sentence)
    return clauses.criterion(subject, Operator.EQUAL, Decimal(100))


def _with_remark(words: Words, inner: str, place: dict[str, Any]) -> Criterion:
    """``Test environment passes smoke suite (pass rate >= 95%)``: the remark holds the comparison."""
    plain = [str(word) for word in _plain(words)]
    at = next((i for i, word in enumerate(plain) if word.lower() in ("passes", "pass")), None)
    suite = " ".join(word for word in plain[at + 1 :] if word.lower() != "the") if at is not None else ""
    found = parse(f"{suite} {inner}", **place)
    where = " ".join(plain[:at]) if at else None
    return replace(found, environment=found.environment or where)


_FORMS = {
    "compared": _compared,
    "counted": _counted,
    "none": _none,
    "every": _every,
    "all": _all,
    "statement": _statement,
}


class _Clauses:
    """The clauses behind the comparison, each at most once."""

    def __init__(self, place: dict[str, Any], *tails: Any) -> None:
        self.place = place
        self.single: dict[str, str] = {}
        self.load: LoadCondition | None = None
        self.levels: list[str] = []
        self.requires: list[str] = []
        self.applies_when: list[str] = []
        self.by: str | None = None
        self.tracked = False
        self.note: str | None = None
        for clause in (child for tail in tails for child in tail.children if hasattr(child, "data")):
            self._read(clause)

    def _read(self, clause: Any) -> None:
        kind, last = clause.data, clause.children[-1]
        if getattr(last, "data", "") in ("phrase", "phrase_list"):
            self.read_remarks(_words(last) if last.data == "phrase" else _flat(last))
        if kind == "load":
            self.load = self._load(clause)
        elif kind == "severity":
            self.levels = _list(last)
        elif kind == "requires":
            self.requires += _fields(last, self.place)
        elif kind == "condition_of_use":
            self.applies_when += _touched(", ".join(_list(last)))
        elif kind == "by":
            self.by = Words(_plain(_words(last))).text
        elif kind == "share":
            self._put("share", str(clause.children[1]), clause)
        elif kind == "condition":
            self._put("condition", self._condition(clause), clause)
        elif kind == "excluding":
            self._put("excluding", self._quarantine(Words(_plain(_words(last)))), clause)
        else:
            self._text(str(kind), _joined(last) if last.data == "phrase_list" else _plain_text(last), clause)

    def _text(self, kind: str, text: str, clause: Any) -> None:
        """Clauses that hold a name: scope, method, environment, build, moment, found_in, on."""
        named = _is_quoted(clause.children[-1])
        if kind == "environment" and text.lower().endswith("quarantine list") and not named:
            return
        if kind == "found_in":
            kind = "scope"
        if kind == "on":
            kind = "environment" if self._is_environment(text) else "scope"
        if kind == "environment" and text.lower().startswith(_MEASURES) and not named:
            hint = 'name the item with its limit: checklist "rollback tested in less than 5 minutes" = 100%'
            raise refused("E_SENTENCE", f"{text!r} is no environment", self.place, hint, clause.children[0])
        self._put(kind, text, clause)

    def _quarantine(self, words: Words) -> str:
        """Nothing but the quarantine list, with its owners and reasons, is left out of a rate."""
        if "quarantine" not in words.text.lower():
            hint = "write excluding tests in the quarantine list, or name the part behind 'for'"
            raise refused("E_SENTENCE", f"{words.text!r} cannot be left out", self.place, hint, words[0])
        return words.text

    def _is_environment(self, text: str) -> bool:
        ran = (self.single.get("method") or "").lower().endswith((" run", " executed"))
        return ran or re.match(_ENVIRONMENT, text) is not None

    def _put(self, name: str, value: str, clause: Any) -> None:
        if name in self.single:
            at = next((child for child in clause.children if hasattr(child, "column")), None)
            raise refused(
                "E_SENTENCE",
                f"the sentence has two of: {name}",
                self.place,
                f"keep one; {self.single[name]!r} stands already",
                at,
            )
        self.single[name] = value

    def _condition(self, clause: Any) -> str:
        name, operator, value = clause.children[1], clause.children[2], clause.children[3]
        right = " ".join(
            str(item.children[0]) if hasattr(item, "children") else str(item) for item in value.children
        )
        sign = OPERATORS.get(" ".join(str(operator).lower().split()), str(operator))
        return f"{_words(name).text} {sign} {right}"

    def _load(self, clause: Any) -> LoadCondition:
        number = next(child for child in clause.children if getattr(child, "type", "") == "NUMBER")
        percent = any(getattr(child, "type", "") == "PERCENT" for child in clause.children)
        words = {str(word).lower() for word in _words(clause.children[-1])}
        amount = self._amount(str(number), number)
        if percent and "projected" in words:
            return LoadCondition(amount, "projected")
        if words & _USERS:
            return LoadCondition(amount, "users")
        if words & _RATES:
            return LoadCondition(amount, "rps")
        raise refused(
            "E_UNIT", "the load has no unit", self.place, "write under 200 users, or under 100 RPS", number
        )

    def _amount(self, number: str, token: Any) -> Decimal:
        refuse_thousands(number, self.place, token)
        amount = Decimal(number.replace(",", ""))
        if not amount:
            raise refused("E_UNIT", "no load is asked for", self.place, "say how much", token)
        return amount

    def take_by(self) -> str | None:
        """The ``by`` clause, once it belongs to the subject."""
        by, self.by = self.by, None
        return by

    def read_remarks(self, words: list[Any]) -> None:
        """Remarks in brackets: what they say is understood or kept out, never guessed."""
        for word in words:
            text = str(word)
            if not (text.startswith("(") and text.endswith(")")):
                continue
            self._remark(text[1:-1].strip().lower(), word)

    def _remark(self, text: str, token: Any) -> None:
        if text.startswith(("if ", "when ")):
            self.applies_when += _touched(text)
        elif text in ("mitigated", "with mitigation", "each mitigated"):
            self.requires.append("mitigation")
        elif "not blocking" in text or text == "tracked":
            self.tracked = True
        elif found := LOAD_REMARK.fullmatch(text):
            unit: Literal["rps", "users"] = "rps" if found["unit"] == "rps" else "users"
            self.load = LoadCondition(self._amount(found["n"], token), unit)
            if found["env"]:
                self.single.setdefault("environment", found["env"])
        elif re.fullmatch(r"[a-z][a-z -]*(?:,\s*[a-z -]+)+", text):
            self.single.setdefault("scope", text)
        elif not re.search(r"[0-9<>=%]", text):
            self.note = str(token)[1:-1].strip()
        else:
            raise refused(
                "E_SENTENCE",
                f"the remark ({text[:60]}) is not understood",
                self.place,
                "say it with a clause, or leave it out",
                token,
            )

    def criterion(self, subject: Subject, operator: Operator, threshold: Decimal) -> Criterion:
        """Everything together."""
        selectors = dict(subject.selectors)
        if self.single.get("excluding"):
            selectors["quarantine"] = "excluded"
        metric = of_new_code(subject.metric, self.single, self.place)
        if metric.name == "stories.accepted_rate" and (by := self.take_by()):
            selectors["accepted_by"] = by
        if metric.name == "load.percentile" and "percentile" not in selectors:
            raise refused(
                "E_METRIC", "a response time needs its percentile", self.place, "write p95 response time"
            )
        if self.levels:
            selectors |= level_selectors(self.levels, metric, self.place)
        return Criterion(
            metric=metric.name,
            operator=operator,
            threshold=threshold,
            unit=metric.unit,
            selectors=tuple(sorted(selectors.items())),
            requires=tuple(dict.fromkeys(self.requires)),
            scope=self.single.get("scope"),
            load=self.load,
            method=self.single.get("method") or self.by,
            condition=self.single.get("condition"),
            environment=self.single.get("environment"),
            build=self.single.get("build"),
            moment=self.single.get("moment"),
            applies_when=tuple(dict.fromkeys(self.applies_when)),
            tracked=self.tracked,
            note=self.note,
        )


def _touched(text: str) -> list[str]:
    """``if release touches auth, PII, or payment`` to its list of words."""
    body = re.sub(r"\A(?:if|when)\s+", "", text.strip(), flags=re.IGNORECASE)
    body = re.sub(r"\A(?:the\s+)?(?:release|change)\s+touches\s+", "", body, flags=re.IGNORECASE)
    return [
        part.strip().lower()
        for part in re.split(r",\s*(?:or\s+|and\s+)?|\s+or\s+|\s+and\s+", body)
        if part.strip()
    ]


def _labelled(found: Criterion, label: str) -> Criterion:
    """``OWASP ZAP scan: HIGH findings = 0``: a label of several words names the method."""
    if found.method is None and " " in label:
        return replace(found, method=label)
    return found if found.note else replace(found, note=label)


def _flat(phrases: Any) -> Words:
    """The words of a list of phrases, without what separates them."""
    return Words(word for child in phrases.children if child.data == "phrase" for word in _words(child))


def _joined(phrases: Any) -> str:
    """A list of phrases as text, without remarks and without a leading article."""
    parts: list[str] = []
    for child in phrases.children:
        if child.data == "phrase":
            words = _plain(_words(child))
            parts.append(Words(words).text if not parts else " ".join(str(word).strip('"') for word in words))
        else:
            parts.append("".join(", " if str(token) in ",;" else f" {token} " for token in child.children))
    return "".join(parts).replace("  ", " ")


def _words(phrase: Any) -> Words:
    return Words(item.children[0] for item in phrase.children)


def _plain(words: list[Any]) -> list[Any]:
    return [word for word in words if not str(word).startswith("(")]


def _is_quoted(phrase: Any) -> bool:
    """Whether it begins with a quotation mark, so that it is a name whatever it says."""
    return str(next(iter(_words(phrase) if phrase.data == "phrase" else _flat(phrase)), "")).startswith('"')


def _plain_text(phrase: Any) -> str:
    """A phrase as text, without remarks."""
    return Words(_plain(_words(phrase))).text


def _list(phrases: Any) -> list[str]:
    return [Words(_plain(_words(child))).text for child in phrases.children if child.data == "phrase"]


def _fields(phrases: Any, place: dict[str, Any]) -> list[str]:
    """Fields that a record must hold: ``a documented mitigation`` asks for the mitigation."""
    found = []
    for child in phrases.children:
        if child.data == "phrase":
            words = Words(_plain(_words(child)))
            found.append(field_named(words.text.lower().removeprefix("documented "), words, place))
    return found
