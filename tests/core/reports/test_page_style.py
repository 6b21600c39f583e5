"""The page's colours hold WCAG 2.2 AA, and nothing on the page is fetched or run."""

import base64
import hashlib
import re
from decimal import Decimal

import pytest

from flightrules.reports import html_page
from flightrules.reports.html_style import DARK, LIGHT, PAIRS, STYLE


def luminance(colour):
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_the_formula_is_the_standards():
    assert round(contrast("#ffffff", "#000000"), 6) == 21
    assert round(contrast("#777777", "#ffffff"), 2) == 4.48


@pytest.mark.parametrize("tokens", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("pair", PAIRS, ids="-on-".join)
def test_contrast(tokens, pair):
    text, ground, least = pair
    assert contrast(tokens[text], tokens[ground]) >= Decimal(least)


def test_light_and_dark_have_the_same_tokens_and_all_that_are_used_exist():
    assert LIGHT.keys() == DARK.keys()
    used = set(re.findall(r"var\(--([a-z-]+)\)", STYLE)) - {"tone", "tone-ground"}
    assert used <= LIGHT.keys()


def test_nothing_is_fetched_and_nothing_runs(gate, verdict_name):
    page = html_page.render(getattr(gate, verdict_name)())
    assert not re.search(r"<(script|link|img|iframe|object|embed|form|base)\b", page)
    assert not re.search(r"(?i)\b(src|srcset|style|on\w+)=", page)
    assert not re.search(r"(?i)url\(|@import|https?://", page)
    assert set(re.findall(r'href="([^"]*)"', page)) <= {
        match if match.startswith("#") else "" for match in re.findall(r'href="([^"]*)"', page)
    }


def test_the_policy_allows_this_style_sheet_alone(gate):
    page = html_page.render(gate.go())
    style = re.search(r"<style>(.*?)</style>", page, re.DOTALL)[1]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"default-src 'none'; style-src 'sha256-{digest}'" in page


def test_every_address_inside_the_page_has_its_target(gate, verdict_name):
    page = html_page.render(getattr(gate, verdict_name)())
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(set(ids)) == len(ids)
    assert {name[1:] for name in re.findall(r'href="(#[^"]+)"', page)} <= set(ids)
