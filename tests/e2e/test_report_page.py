"""The report in a real browser: nothing is fetched, nothing overflows, and names and roles are there to be read."""

import os
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest

from flightrules.reports import html_page

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = ["--no-sandbox", "--headless", "--disable-gpu", "--disable-background-networking"]
GATE = Path(__file__).resolve().parents[1] / "core" / "reports" / "conftest.py"
# Each rule returns what breaks it; an empty list is a pass.
RULES = {
    "one h1": "document.querySelectorAll('h1').length === 1 ? [] : ['h1']",
    "headings step by one": """(() => { let last = 0, bad = [];
        for (const h of document.querySelectorAll('h1,h2,h3,h4,h5,h6')) {
            const level = +h.tagName[1]; if (level > last + 1) bad.push(h.textContent); last = level; }
        return bad; })()""",
    "headings have text": "[...document.querySelectorAll('h1,h2,h3,h4')].filter(h => !h.textContent.trim()).map(String)",
    "one main, one header, one footer": """['main', 'body > .page > header', 'footer']
        .filter(s => document.querySelectorAll(s).length !== 1)""",
    "page has language and title": "document.documentElement.lang === 'en' && document.title ? [] : ['lang or title']",
    "sections are named": """[...document.querySelectorAll('section')]
        .filter(s => !document.getElementById(s.getAttribute('aria-labelledby'))).map(s => s.id)""",
    "tables have captions": "[...document.querySelectorAll('table')].filter(t => !t.caption?.textContent.trim()).map(String)",
    "header cells have scope": "[...document.querySelectorAll('th')].filter(t => !t.scope).map(t => t.textContent)",
    "column heads have text": "[...document.querySelectorAll('thead th')].filter(t => !t.textContent.trim()).map(String)",
    "graphs have a name": """[...document.querySelectorAll('svg[role=img]')]
        .filter(s => !s.getAttribute('aria-label')).map(String)""",
    "other pictures are hidden": "[...document.querySelectorAll('svg:not([role=img]):not([aria-hidden=true])')].map(String)",
    "statuses have words": "[...document.querySelectorAll('.status')].filter(s => !s.textContent.trim()).map(String)",
    "links go somewhere": "[...document.querySelectorAll('a')].filter(a => !document.querySelector(a.getAttribute('href'))).map(String)",
    "no id twice": """(() => { const ids = [...document.querySelectorAll('[id]')].map(e => e.id);
        return ids.filter((id, at) => ids.indexOf(id) !== at); })()""",
    "links are big enough": """[...document.querySelectorAll('nav a')]
        .filter(a => a.getBoundingClientRect().height < 24).map(a => a.textContent)""",
    "nothing wider than the page": """document.documentElement.scrollWidth > innerWidth
        ? [document.documentElement.scrollWidth] : []""",
}


@pytest.fixture(scope="module")
def browser():
    """A real browser, if there is one."""
    api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    if not os.access(CHROMIUM, os.X_OK):
        pytest.skip(f"no browser at {CHROMIUM}")
    with api.sync_playwright() as play:
        found = play.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield found
        found.close()


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    """The pages of several verdicts, as files."""
    spec = spec_from_file_location("gate_of_the_page", GATE)
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    folder, gate = tmp_path_factory.mktemp("pages"), module.Gate()
    for name in ("go", "no_go", "conditional", "nothing"):
        (folder / f"{name}.html").write_text(html_page.render(getattr(gate, name)()), encoding="utf-8")
    wide = gate.report(
        tests=module.junit(90, 9),
        defects=module.jira(("P-1", "P1", "x" * 390), ("P-2", "P1", "<b>bold</b>" * 20)),
        coverage=module.cobertura(700),
        paths={"nightly CI run": "reports/" + "a/" * 100 + "junit.xml"},
    )
    (folder / "wide.html").write_text(html_page.render(wide), encoding="utf-8")
    return folder


@pytest.fixture
def opened(browser, pages):
    """Opens a page at a width and in a colour scheme; what the browser complained of is kept."""
    contexts = []

    def open_page(name, width=1280, scheme="light"):
        context = browser.new_context(viewport={"width": width, "height": 844}, color_scheme=scheme)
        contexts.append(context)
        page = context.new_page()
        page.complaints = []
        page.on("console", lambda message: page.complaints.append(message.text))
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        page.on(
            "request",
            lambda request: page.complaints.append(request.url) if "file:" not in request.url else None,
        )
        page.goto((pages / f"{name}.html").as_uri())
        return page

    yield open_page
    for context in contexts:
        context.close()


@pytest.mark.parametrize("name", ["go", "no_go", "conditional", "nothing", "wide"])
@pytest.mark.parametrize("width", [1280, 390, 320])
def test_the_page_can_be_read_by_everyone(opened, name, width):
    page = opened(name, width)
    broken = {rule: found for rule, script in RULES.items() if (found := page.evaluate(script))}
    assert broken == {}
    assert page.complaints == []


def test_the_rules_can_fail(opened):
    page = opened("go")
    page.evaluate("document.querySelector('h1').remove(); document.querySelector('caption').remove()")
    assert page.evaluate(RULES["one h1"])
    assert page.evaluate(RULES["tables have captions"])


def test_verdict_and_blockers_stand_above_the_fold_of_a_phone(opened):
    page = opened("no_go", 390)
    box = page.locator("#verdict").bounding_box()
    assert box["y"] + box["height"] <= 844


def test_dark_and_light_differ_and_print_is_light(opened):
    colour = "getComputedStyle(document.body).backgroundColor"
    dark = opened("go", scheme="dark")
    assert opened("go").evaluate(colour) != dark.evaluate(colour)
    dark.emulate_media(media="print")
    assert dark.evaluate(colour) == "rgb(255, 255, 255)"


def test_rows_become_cards_on_a_phone_and_keep_their_labels(opened):
    page = opened("no_go", 390)
    row = page.locator("#exit-criteria-status tbody tr").first
    assert row.evaluate("r => getComputedStyle(r).display") == "block"
    label = row.locator("td").first.evaluate("c => getComputedStyle(c, '::before').content")
    assert label == '"Target"'


def test_table_roles_survive_in_the_accessibility_tree(opened):
    for width in (1280, 390):
        page = opened("no_go", width)
        tables = page.get_by_role("table", name="Criteria of the gate release, what blocks first")
        assert tables.count() == 1
        assert tables.get_by_role("row").count() == 6
        assert tables.get_by_role("rowheader").count() == 5
        assert tables.get_by_role("columnheader").count() == 6


def test_the_keyboard_reaches_the_verdict_first(opened):
    page = opened("no_go")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the verdict"
    assert page.locator(".skip").bounding_box()["x"] >= 0
