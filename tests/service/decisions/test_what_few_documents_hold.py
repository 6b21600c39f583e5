"""Documents of a release that is out of the ordinary: nobody judged it yet, or it is an emergency."""

from __future__ import annotations

from service.decisions.deciding import case_of
from service.decisions.test_other_rooms_have_their_say import hotfix  # noqa: F401 -- a fixture
from service.emergencies.conftest import emergency  # noqa: F401 -- a fixture that the other one takes
from service.shop import RULEBOOK


def test_before_a_gate_was_judged_an_override_would_name_what_the_others_found(shop):
    extra = "  extra: {title: Extra, kind: stage, criteria: [smoke], blocks: promotion to nowhere}\nevidence:"
    case = case_of(
        shop, RULEBOOK.replace("evidence:", extra, 1) + "classes:\n  careful: {gates: [exit, extra]}\n"
    )
    assert case.open().status_code == 201
    case.edit(release_class="careful")
    draft = shop.qa.get(f"/releases/{case.key}/override-draft").json()
    assert (draft["criteria"], draft["defects"], draft["blockers"]) == ([], [], [])
    answer = case.decide("NO-GO", reason="Nobody judged the extra gate.")
    assert answer.status_code == 201, answer.content
    page = shop.owner.get(f"/decisions/{answer.json()['key']}/no-go.md").content.decode()
    assert "Nobody judged the extra gate." in page
    assert "extra" in page


def test_the_record_of_an_emergency_says_why_it_is_one(hotfix):  # noqa: F811 -- as above
    here, case = hotfix
    assert case.open().status_code == 201
    assert case.vote(who=here.cto, role="cto").status_code == 201
    answer = case.decide(who=here.cto)
    assert answer.status_code == 201, answer.content
    page = here.cto.get(f"/decisions/{answer.json()['key']}/record.md")
    assert page.status_code == 200
    assert "Orders of EUR 40,000 an hour fail" in page.content.decode()
