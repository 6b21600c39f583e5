"""Who may override while a defect is open that only some may lift: a P1 takes the CTO or VP beside quality."""

import pytest

from flightrules.rules.severity import SeverityPolicy
from flightrules.rules.severity_policy import SCHEMES

POLICY = SeverityPolicy("p1-p4", SCHEMES["p1-p4"])
AUTHORITIES = ("product-manager", "cto-vp-eng")


@pytest.mark.parametrize(
    ("severities", "able"),
    [
        ((), AUTHORITIES),
        (("P2", "P3"), AUTHORITIES),
        (("P2", "P1"), ("cto-vp-eng",)),
        (("Blocker of no known scale",), ("cto-vp-eng",)),
    ],
    ids=["no defect", "milder ones", "a P1 among them", "unknown counts as the worst"],
)
def test_a_p1_is_lifted_by_those_whom_its_level_names(severities, able):
    assert POLICY.lifting(severities, AUTHORITIES) == able


def test_where_no_authority_is_named_those_of_the_level_are_asked():
    assert POLICY.lifting(["P1"], ["product-manager"]) == ("cto_vp_eng", "qa_lead")


def test_a_policy_without_levels_lets_everybody():
    assert SeverityPolicy("own", ()).lifting(["P1"], AUTHORITIES) == AUTHORITIES
