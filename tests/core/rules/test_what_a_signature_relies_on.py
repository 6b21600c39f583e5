"""A role may say which parts of a dossier void its signature; what goes out, where to and by which rules always does."""

import pytest

from flightrules.engine.dossier import PARTS
from flightrules.errors import RulebookError
from flightrules.rules.authority import DOSSIER_PARTS
from flightrules.rules.loading import load_rulebook

BOOK = """\
flightrules: 1
product: shop
authority:
  preset: qa-led
"""


def book(stated: str = ""):
    return load_rulebook((BOOK + stated).encode())


def relying_on(parts: str):
    return book(f"  roles: {{product_owner: {{relies_on: {parts}}}}}\n")


def test_unless_it_says_so_a_role_relies_on_everything():
    assert book().authority.role("product_owner").relies_on == ()


def test_a_role_names_the_parts_and_keeps_its_powers():
    owner = relying_on("[defects, waivers]").authority.role("product_owner")
    assert owner.relies_on == ("defects", "waivers")
    assert owner.may_sign


@pytest.mark.parametrize(
    ("parts", "code"),
    [("[artefacts]", "E_ENUM"), ("[target]", "E_ENUM"), ("[moon]", "E_ENUM"), ("[]", "E_RANGE")],
)
def test_what_always_matters_is_no_choice(parts, code):
    with pytest.raises(RulebookError) as caught:
        relying_on(parts)
    assert caught.value.code == code


def test_the_parts_are_those_of_a_dossier():
    assert set(PARTS) - set(DOSSIER_PARTS) == {"release", "target", "rulebook", "artefacts"}
    assert set(DOSSIER_PARTS) <= set(PARTS)


def test_saying_it_is_another_agreement_and_not_saying_it_the_same_as_before():
    assert relying_on("[defects]").digest != book().digest
    assert relying_on("[defects]").digest != relying_on("[waivers]").digest
