"""Run axe-core against the checkout page in headless Chromium and print its result as JSON.

Arguments: the page's address, the file axe.min.js, the path of Chromium.
"""

import json
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]
OPTIONS = {"runOnly": {"type": "tag", "values": WCAG}, "resultTypes": ["violations", "incomplete"]}

address, axe, chromium = sys.argv[1:]
with sync_playwright() as playwright:
    browser = playwright.chromium.launch(executable_path=chromium, args=QUIET)
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    page.goto(address)
    page.add_script_tag(content=Path(axe).read_text(encoding="utf-8"))
    json.dump(page.evaluate("options => axe.run(document, options)", OPTIONS), sys.stdout, indent=1)
    browser.close()
