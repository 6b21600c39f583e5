"""A gate over much evidence is judged beside the web, not in it."""

import contextlib
import json
import os
import time

import pytest

_NICE = 16  # its place in /proc/PID/stat after the name

_ASKED = """
import io, json, sys
from flightrules.service.config.start import start
start()
from django.utils import timezone
from flightrules.service.catalogue.services import open_product, propose_rulebook
from flightrules.service.readiness import runs
from flightrules.service.readiness.intake import Statement, take_evidence
from flightrules.service.records import blobs
from flightrules.service.records.actor import SYSTEM
from flightrules.service.releases.services import open_release
BOOK = '''
flightrules: 1
product: Much
criteria:
  pass-rate: {sentence: Overall automated pass rate >= 97% measured by CI}
gates:
  exit: {title: Exit, kind: exit, criteria: [pass-rate], blocks: sign-off}
evidence:
  CI: {paths: [junit.xml]}
'''
at, asked = timezone.now(), {}
for name, cases in (("little", 30_000), ("much", int(sys.argv[1]))):
    open_product(key=name, name=name, by=SYSTEM, at=at)
    made = propose_rulebook(product=name, data=BOOK.encode(), file_name="b.yml", reason="", by=SYSTEM, at=at)
    made.state, made.adopted_at = type(made).State.ADOPTED, at
    made.save()
    key = str(open_release(product=name, version="1.0.0", facts={}, by=SYSTEM, at=at).key)
    rows = "".join(f'<testcase classname="shop.Cart" name="adds item {n}" time="0.01"/>' for n in range(cases))
    data = f'<testsuite name="s" tests="{cases}" timestamp="{at.isoformat()}">{rows}</testsuite>'.encode()
    digest, size = blobs.store(io.BytesIO(data), 1 << 30)
    said = Statement(method="CI", name="junit.xml")
    take_evidence(release=key, said=said, digest=digest, size=size, by=SYSTEM, at=at)
    run = runs.ask_gate_run(release=key, gate=None, claim=None, by=SYSTEM, at=at)
    asked[name] = {"run": str(run.key), "much": runs.is_much(str(run.key)), "waits": run.judged_at is None}
print(json.dumps(asked))
"""

_OUTCOMES = """
import json
from flightrules.service.config.start import start
start()
from flightrules.service.readiness.models import GateRun
print(json.dumps({str(one.pk): [one.outcome, one.lost] for one in GateRun.objects.all()}))
"""


def _beside(process):
    """What the service has started, and what that has, with how far each yields to others."""
    found = {}
    with contextlib.suppress(OSError):
        for task in os.listdir(f"/proc/{process}/task"):
            with open(f"/proc/{process}/task/{task}/children", encoding="ascii") as file:
                children = file.read().split()
            for one in children:
                with open(f"/proc/{one}/stat", encoding="ascii") as file:
                    found[int(one)] = int(file.read().rpartition(")")[2].split()[_NICE])
                found |= _beside(one)
    return found


@pytest.mark.skipif(not os.path.exists("/proc/self/task"), reason="processes are looked up in /proc")
def test_much_is_judged_beside_the_web_and_yields_to_it(office):
    asked = json.loads(office.python(_ASKED, "150000"))
    assert {name: (one["much"], one["waits"]) for name, one in asked.items()} == {
        "little": (False, True),
        "much": (True, True),
    }
    web, yields = office.serve(), set()
    until = time.monotonic() + 120
    while max(yields, default=0) == 0:
        yields |= set(_beside(web.pid).values())
        assert time.monotonic() < until, yields
        time.sleep(0.01)
    while (outcomes := json.loads(office.python(_OUTCOMES)))[asked["much"]["run"]] != ["GO", 0]:
        assert time.monotonic() < until, outcomes
    assert outcomes[asked["little"]["run"]] == ["GO", 0]
    assert web.poll() is None
