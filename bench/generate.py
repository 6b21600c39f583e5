"""Writes what the benchmark reads, the same bytes every time, and the true numbers beside each file.

    python bench/generate.py KIND SIZE FOLDER

The truth is counted while the data is made up, never by a reader, so that every contender can be checked.
"""
# ruff: noqa: S311, E501 -- made-up data that must repeat, in templates that read as the lines they write

from __future__ import annotations

import json
import os
import random
import sys
from collections import Counter
from collections.abc import Callable, Iterator

KINDS: dict[str, str] = {
    "junit": "junit.xml",
    "cobertura": "cobertura.xml",
    "jacoco": "jacoco.xml",
    "lcov": "lcov.info",
    "sarif": "results.sarif",
    "jira": "issues.json",
    "jtl": "results.jtl",
    "k6": "k6.ndjson",
    "gates": "gates.json",
}
LINES_PER_FILE = 200
PACKAGE = 20
Truth = dict[str, int]
ENDPOINTS = (
    "GET /",
    "GET /search",
    "GET /item/{id}",
    "GET /orders",
    "POST /cart",
    "POST /checkout",
    "POST /login",
    "PUT /address",
    "POST /pay",
    "GET /static",
)


def generate(kind: str, size: int, folder: str) -> str:
    """Write the file of that kind unless it is there already; returns its path."""
    path = os.path.join(folder, KINDS[kind])
    if os.path.exists(truth_path(path)):
        return path
    os.makedirs(folder, exist_ok=True)
    truth = Counter[str]()
    with open(path, "w", encoding="utf-8", newline="\n", buffering=1 << 20) as file:
        file.writelines(WRITERS[kind](size, truth))
    with open(truth_path(path), "w", encoding="utf-8") as file:
        json.dump(truth, file)
    return path


def truth_path(path: str) -> str:
    """Where the true numbers of a file stand."""
    return path + ".truth.json"


def truth_of(path: str) -> Truth:
    """The true numbers of a file."""
    with open(truth_path(path), encoding="utf-8") as file:
        truth: Truth = json.load(file)
    return truth


def stack(r: random.Random) -> str:
    """A Java stack trace of 2 to 10 KiB, escaped for XML text."""
    lines, wanted = ["java.lang.AssertionError: expected: &lt;9&gt; but was another"], r.randint(2048, 10240)
    while sum(map(len, lines)) < wanted:
        where = r.choice(("Basket", "PaymentService", "TokenFilter", "PriceEngine"))
        what = r.choice(("apply", "invoke", "&lt;init&gt;", "lambda$run$0"))
        lines.append(f"\tat org.example.shop.{where}.{what}({where}.java:{r.randint(1, 900)})")
    return "\n".join(lines)


def junit(size: int, truth: Truth) -> Iterator[str]:
    """Nested suites; 2 % failed with stacks, some errors, skips, flaky and rerun cases, and logs with bait."""
    r = random.Random(20)
    stacks = [stack(r) for _ in range(100)]
    logs = ["\n".join(_log_line(r) for _ in range(r.randint(6, 40))) for _ in range(50)]
    logs[7] += '\n<testcase name="bait" classname="bait"><failure/></testcase>'
    yield '<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="shop">\n'
    for start in range(0, size, 2000):
        yield f'  <testsuite name="module-{start // 2000}">\n    <properties>\n'
        yield "".join(f'      <property name="env.{n}" value="value-{n}"/>\n' for n in range(12))
        yield "    </properties>\n"
        for first in range(start, min(size, start + 2000), 20):
            last = min(size, start + 2000, first + 20)
            name = f"org.example.shop.part{first // 2000}.Feature{first // 20}Test"
            cases = [_case(r, name, at, stacks, logs, truth) for at in range(first, last)]
            yield f'    <testsuite name="{name}" tests="{len(cases)}" time="1.2" hostname="runner">\n'
            yield from cases
            yield "    </testsuite>\n"
        yield "  </testsuite>\n"
    yield "</testsuites>\n"


def _log_line(r: random.Random) -> str:
    return f"10:{r.randint(10, 59)} INFO c.e.Service - id={r.getrandbits(32):08x} <b>ok</b> & took {r.randint(1, 900)} ms"


def _case(r: random.Random, classname: str, at: int, stacks: list[str], logs: list[str], truth: Truth) -> str:
    word = r.choice(("applies_discount", "rejects_expired_card", "keeps_total", "returns_404"))
    browser = r.choice(("chrome-EUR", "a &amp; b", "x&lt;y", "de-DE", "&quot;q&quot;"))
    start = f'      <testcase name="test_{word}_{at}[{browser}]" classname="{classname}" time="{r.expovariate(20):.3f}"'
    end, body = _outcome(r, stacks)
    truth["total"] += 1
    truth[end] += 1
    if r.random() < 0.03:
        body += f"        <system-out><![CDATA[{r.choice(logs)}]]></system-out>\n"
    return f"{start}>\n{body}      </testcase>\n" if body else f"{start}/>\n"


def _outcome(r: random.Random, stacks: list[str]) -> tuple[str, str]:
    draw = r.random()
    if draw < 0.020:
        body = f'        <failure message="expected &lt;{r.randint(0, 9)}&gt;" type="java.lang.AssertionError">{r.choice(stacks)}</failure>\n'
        if r.random() < 0.25:
            body += f'        <rerunFailure message="again" type="java.lang.AssertionError"><stackTrace>{r.choice(stacks)}</stackTrace></rerunFailure>\n'
        return "failed", body
    if draw < 0.023:
        return (
            "errored",
            f'        <error message="boom &amp; bust" type="java.lang.Error">{r.choice(stacks)}</error>\n',
        )
    if draw < 0.033:
        return "skipped", '        <skipped message="not on this platform"/>\n'
    if draw < 0.043:
        return (
            "passed",
            f'        <flakyFailure message="timeout" type="Timeout"><stackTrace>{r.choice(stacks)}</stackTrace></flakyFailure>\n',
        )
    return "passed", ""


def coverage_lines(size: int) -> Iterator[tuple[int, list[tuple[int, int, bool]]]]:
    """For each file its lines: number, hits, and whether one of two branches was missed."""
    r = random.Random(3)
    for at in range(size):
        yield (
            at,
            [
                (n * 2, 0 if r.random() < 0.2 else r.randint(1, 500), r.random() < 0.1)
                for n in range(1, LINES_PER_FILE + 1)
            ],
        )


def _count_lines(lines: list[tuple[int, int, bool]], truth: Truth) -> None:
    truth["lines"] += len(lines)
    truth["covered"] += sum(hits > 0 for _, hits, _ in lines)
    truth["covered_whole"] += sum(hits > 0 and not branch for _, hits, branch in lines)


def cobertura(size: int, truth: Truth) -> Iterator[str]:
    """As coverage.py writes it; a line with a missed branch says so."""
    files = list(coverage_lines(size))
    for _, lines in files:
        _count_lines(lines, truth)
    rate = truth["covered"] / truth["lines"]
    yield '<?xml version="1.0" ?>\n<!DOCTYPE coverage SYSTEM "http://cobertura.sourceforge.net/xml/coverage-04.dtd">\n'
    yield f'<coverage version="7.6.1" timestamp="1763600000000" lines-valid="{truth["lines"]}" lines-covered="{truth["covered"]}" line-rate="{rate:.4f}" branches-covered="0" branches-valid="0" branch-rate="0" complexity="0">\n'
    yield '<sources><source>.</source></sources>\n<packages>\n<package name="shop" line-rate="0.8" branch-rate="0" complexity="0"><classes>\n'
    for at, lines in files:
        yield f'<class name="m{at}.py" filename="shop/m{at}.py" complexity="0" line-rate="0.8" branch-rate="0"><methods/><lines>\n'
        for number, hits, branch in lines:
            more = (
                f' branch="true" condition-coverage="50% (1/2)" missing-branches="{number + 2}"'
                if branch
                else ""
            )
            yield f'<line number="{number}" hits="{hits}"{more}/>\n'
        yield "</lines></class>\n"
    yield "</classes></package>\n</packages></coverage>\n"


def jacoco(size: int, truth: Truth) -> Iterator[str]:
    """Packages of twenty source files with lines and counters, on one line as JaCoCo writes it."""
    yield '<?xml version="1.0" encoding="UTF-8" standalone="yes"?><!DOCTYPE report PUBLIC "-//JACOCO//DTD Report 1.1//EN" "report.dtd"><report name="shop">'
    for at, lines in coverage_lines(size):
        _count_lines(lines, truth)
        covered = sum(hits > 0 for _, hits, _ in lines)
        if at % PACKAGE == 0:
            yield f'<package name="org/example/shop{at // PACKAGE}">'
        yield f'<sourcefile name="M{at}.java">'
        for number, hits, branch in lines:
            mb, cb = (1 if branch else 0), (1 if branch and hits else 0)
            yield f'<line nr="{number}" mi="{0 if hits else 3}" ci="{3 if hits else 0}" mb="{mb}" cb="{cb}"/>'
        yield f'<counter type="LINE" missed="{len(lines) - covered}" covered="{covered}"/></sourcefile>'
        if at % PACKAGE == PACKAGE - 1 or at == size - 1:
            yield "</package>"
    yield f'<counter type="LINE" missed="{truth["lines"] - truth["covered"]}" covered="{truth["covered"]}"/></report>'


def lcov(size: int, truth: Truth) -> Iterator[str]:
    """Records of lines with their counts."""
    for at, lines in coverage_lines(size):
        _count_lines(lines, truth)
        covered = sum(hits > 0 for _, hits, _ in lines)
        yield f"TN:\nSF:shop/m{at}.py\n"
        yield "".join(f"DA:{number},{hits}\n" for number, hits, _ in lines)
        yield f"LF:{len(lines)}\nLH:{covered}\nend_of_record\n"


def sarif(size: int, truth: Truth) -> Iterator[str]:
    """About 1.6 KiB a result: snippets, fingerprints, related locations, flows on 5 %, 3 % suppressed."""
    r = random.Random(5)
    rules = [_sarif_rule(r, at) for at in range(300)]
    yield '{"$schema":"https://json.schemastore.org/sarif-2.1.0.json","version":"2.1.0","runs":[{"tool":{"driver":{"name":"CodeQL","semanticVersion":"2.20.0","rules":'
    yield json.dumps(rules) + '}},"results":['
    for at in range(size):
        one = _sarif_result(r, rules)
        truth["results"] += 1
        truth["live"] += "suppressions" not in one
        yield ("," if at else "") + json.dumps(one)
    yield "]}]}"


def _sarif_rule(r: random.Random, at: int) -> dict[str, object]:
    return {
        "id": f"py/rule-{at}",
        "name": f"Rule{at}",
        "shortDescription": {"text": f"Rule {at}"},
        "fullDescription": {"text": "what is wrong with it " * 10},
        "defaultConfiguration": {"level": r.choice(("error", "warning", "note"))},
        "properties": {
            "security-severity": f"{r.random() * 10:.1f}",
            "tags": ["security", "external/cwe/cwe-079"],
        },
    }


def _location(r: random.Random) -> dict[str, object]:
    line = r.randint(1, 2000)
    region = {
        "startLine": line,
        "startColumn": 5,
        "endLine": line,
        "endColumn": 40,
        "snippet": {"text": f"    value = request.args.get('q') + \"é\\n\" * {line}\n"},
    }
    context = {
        "startLine": line - 2,
        "endLine": line + 2,
        "snippet": {"text": "def f(x):\n    return x\n" * 6},
    }
    artefact = {
        "uri": f"src/part{r.randint(0, 99)}/m{r.randint(0, 999)}.py",
        "uriBaseId": "%SRCROOT%",
        "index": r.randint(0, 9999),
    }
    return {"physicalLocation": {"artifactLocation": artefact, "region": region, "contextRegion": context}}


def _sarif_result(r: random.Random, rules: list[dict[str, object]]) -> dict[str, object]:
    at = r.randrange(len(rules))
    one: dict[str, object] = {
        "ruleId": rules[at]["id"],
        "ruleIndex": at,
        "rule": {"id": rules[at]["id"], "index": at},
        "level": r.choice(("error", "warning", "note")),
        "message": {"text": "This path depends on a [user-provided value](1). " + "x" * r.randint(20, 200)},
        "locations": [_location(r)],
        "partialFingerprints": {
            "primaryLocationLineHash": f"{r.getrandbits(64):016x}:1",
            "primaryLocationStartColumnFingerprint": "4",
        },
        "relatedLocations": [{**_location(r), "id": 1}],
        "baselineState": r.choice(("new", "unchanged", "unchanged", "unchanged")),
    }
    if r.random() < 0.05:
        flow = [{"location": _location(r)} for _ in range(6)]
        one["codeFlows"] = [{"threadFlows": [{"locations": flow}]}]
    if r.random() < 0.03:
        one["suppressions"] = [{"kind": "inSource"}]
    return one


def jira(size: int, truth: Truth) -> Iterator[str]:
    """One search answer, about 3.5 KiB an issue: a description as a document and forty custom fields."""
    r = random.Random(13)
    users = [_user(at) for at in range(50)]
    yield f'{{"expand":"names,schema","startAt":0,"maxResults":{size},"total":{size},"issues":['
    for at in range(size):
        one = _issue(r, at, users)
        fields = one["fields"]
        truth["issues"] += 1
        truth["open_bugs"] += (
            fields["issuetype"]["name"] == "Bug" and fields["status"]["statusCategory"]["key"] != "done"
        )
        yield ("," if at else "") + json.dumps(one)
    yield "]}"


def _user(at: int) -> dict[str, object]:
    return {
        "self": f"https://shop.example/rest/api/3/user?accountId={at}",
        "accountId": f"{at:024x}",
        "displayName": f"User {at}",
        "active": True,
        "avatarUrls": dict.fromkeys(
            ("48x48", "24x24", "16x16", "32x32"), f"https://avatar.example/{at:032x}"
        ),
    }


def _issue(r: random.Random, at: int, users: list[dict[str, object]]) -> dict[str, dict]:
    text = "Steps to reproduce: " + "put two items in the basket " * r.randint(3, 20)
    paragraph = {"type": "paragraph", "content": [{"type": "text", "text": text}]}
    fields = {
        "summary": f"Discount not applied on bulk orders {at}",
        "issuetype": {"name": r.choice(("Bug", "Bug", "Story", "Task")), "id": "1", "subtask": False},
        "priority": {"name": r.choice(("Highest", "High", "Medium", "Medium", "Low")), "id": "2"},
        "status": {
            "name": r.choice(("Open", "In Progress", "Done")),
            "statusCategory": {"key": r.choice(("new", "indeterminate", "done", "done")), "id": 3},
        },
        "fixVersions": [{"id": "1", "name": f"4.{r.randint(0, 9)}.0", "released": False}],
        "assignee": r.choice(users),
        "reporter": r.choice(users),
        "creator": r.choice(users),
        "created": f"2026-10-{r.randint(1, 28):02}T10:00:00.000+0000",
        "updated": f"2026-11-{r.randint(1, 20):02}T10:00:00.000+0000",
        "labels": ["regression"] if r.random() < 0.3 else [],
        "components": [{"id": "7", "name": r.choice(("checkout", "cart", "login"))}],
        "description": {"type": "doc", "version": 1, "content": [paragraph]},
        "resolution": None,
    }
    fields |= {f"customfield_{10000 + n}": None if n % 5 else f"v{n}" for n in range(40)}
    return {
        "id": str(10000 + at),
        "self": f"https://shop.example/rest/api/3/issue/{at}",
        "key": f"SHOP-{at}",
        "fields": fields,
    }


def _samples(size: int, truth: Truth, resolution: int) -> Iterator[tuple[int, float, bool]]:
    """Endpoint, milliseconds and success of each request; the 95th percentile by nearest rank."""
    r = random.Random(11)
    seen = Counter[float]()
    for _ in range(size):
        at = r.randrange(len(ENDPOINTS))
        elapsed = round(min(r.lognormvariate(4.5, 0.7), 9000) * (1 + at / 5), resolution)
        ok = r.random() > 0.004
        seen[elapsed] += 1
        truth["failed"] += not ok
        yield at, elapsed, ok
    truth["requests"] = size
    truth["p95_us"] = round(1000 * nearest_rank(seen, size, 95))


def nearest_rank(seen: Counter[float], size: int, per_cent: int) -> float:
    """The smallest value with at least that share of all values at or below it."""
    wanted, below = -(-size * per_cent // 100), 0
    for value in sorted(seen):
        below += seen[value]
        if below >= wanted:
            return value
    raise ValueError("no value")


def jtl(size: int, truth: Truth) -> Iterator[str]:
    """JMeter's table, with quoted commas where a request failed."""
    yield "timeStamp,elapsed,label,responseCode,responseMessage,threadName,dataType,success,failureMessage,bytes,sentBytes,grpThreads,allThreads,URL,Latency,IdleTime,Connect\n"
    for n, (at, elapsed, ok) in enumerate(_samples(size, truth, 0)):
        ms, label = int(elapsed), ENDPOINTS[at]
        answer = "200,OK" if ok else '500,"Internal, Server Error"'
        failure = "true," if ok else 'false,"code, expected"'
        yield f"{1763600000000 + n // 2},{ms},{label},{answer},Users 1-{n % 200},text,{failure},{1200 + n % 500},210,200,200,https://shop.example{label.split()[1]},{max(ms - 1, 0)},0,2\n"


def k6(size: int, truth: Truth) -> Iterator[str]:
    """k6's points: durations, and for every request whether it failed; users now and then."""
    for metric, kind in (("http_req_duration", "trend"), ("http_req_failed", "rate"), ("vus", "gauge")):
        contains = "time" if kind == "trend" else "default"
        data = {"name": metric, "type": kind, "contains": contains, "thresholds": [], "submetrics": None}
        yield json.dumps({"type": "Metric", "data": data, "metric": metric}, separators=(",", ":")) + "\n"
    for n, (at, elapsed, ok) in enumerate(_samples(size, truth, 3)):
        stamp = f"2026-11-20T{10 + n // 3600000 % 10:02}:{n // 60000 % 60:02}:{n // 1000 % 60:02}.{n % 1000:03}000000Z"
        method, path = ENDPOINTS[at].split()
        url = f"https://shop.example{path}"
        tags = f'{{"expected_response":"{str(ok).lower()}","group":"","method":"{method}","name":"{url}","proto":"HTTP/2.0","scenario":"default","status":"{200 if ok else 500}","tls_version":"tls1.3","url":"{url}"}}'
        yield f'{{"metric":"http_req_duration","type":"Point","data":{{"time":"{stamp}","value":{elapsed:.3f},"tags":{tags}}}}}\n'
        yield f'{{"metric":"http_req_failed","type":"Point","data":{{"time":"{stamp}","value":{int(not ok)},"tags":{tags}}}}}\n'
        if n % 10 == 0:
            yield f'{{"metric":"vus","type":"Point","data":{{"time":"{stamp}","value":200,"tags":null}}}}\n'


def gates(size: int, truth: Truth) -> Iterator[str]:
    """Criteria on named series, a tenth as many as there are measurements: 100 methods hold the measurements."""
    r = random.Random(17)
    values = {f"s{n}": r.randint(1, 1000) for n in range(size * 10)}
    chosen = r.sample(sorted(values), size)
    criteria = [(name, r.randint(300, 1100)) for name in chosen]
    truth["met"] = sum(values[name] <= limit for name, limit in criteria)
    truth["criteria"] = size
    few = criteria[: max(size // 20, 1)]
    truth["met_of_few"] = sum(values[name] <= limit for name, limit in few)
    yield json.dumps({"values": values, "criteria": criteria, "methods": 100})


WRITERS: dict[str, Callable[[int, Truth], Iterator[str]]] = {
    "junit": junit,
    "cobertura": cobertura,
    "jacoco": jacoco,
    "lcov": lcov,
    "sarif": sarif,
    "jira": jira,
    "jtl": jtl,
    "k6": k6,
    "gates": gates,
}

if __name__ == "__main__":
    generate(sys.argv[1], int(sys.argv[2]), sys.argv[3])
