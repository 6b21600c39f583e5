"""How texts of load tools that are made for people are told, and what each tool writes for programs."""

from __future__ import annotations

__all__ = ["CONSOLES", "console"]

_JMETER = "name the .jtl file, or statistics.json of JMeter's report: failures are rounded here"

CONSOLES: tuple[tuple[tuple[str, ...], str, str], ...] = (
    ((" test @ ", "┬"), "autocannon's table", "run autocannon with --json"),
    (("http_req_duration", "avg=", "p(95)="), "k6's closing text", "run k6 with --summary-export=FILE"),
    (("http_req_duration", "avg=", "iterations"), "k6's closing text", "run k6 with --summary-export=FILE"),
    (("Bombarding http", "Latency"), "bombardier's text", "run bombardier with --print result --format json"),
    (
        ("Success rate:", "Response time histogram:"),
        "oha's text",
        "run oha with --no-tui --output-format json",
    ),
    (("Summary report @", "http."), "Artillery's text", "run artillery with --output FILE"),
    (
        ("---- Global Information", "> request count"),
        "Gatling's text",
        "use js/stats.json of Gatling's report",
    ),
    (("# reqs", "# fails", "Aggregated"), "Locust's text", "run locust with --csv or --json"),
    (("Date & Time,", "Trans,", "Elap Time,"), "Siege's log", "run siege with --json-output and keep stdout"),
    (("Count,Message,Traceback,Nodes",), "Locust's list of exceptions", "name the file _stats.csv beside it"),
    (("Label,# Samples,", "Error %"), "JMeter's aggregate table", _JMETER),
    (("sampler_label,aggregate_report_",), "JMeter's aggregate table", _JMETER),
    (("starttime", "ttime", "wait"), "ApacheBench's -g table", "keep what ab prints, or use ab -e FILE"),
)
"""Marks that stand together in a text, what the text is, and what to use in its place."""


def console(text: str) -> tuple[str, str] | None:
    """What the text is and what to use in its place; ``None`` where no tool is known by it."""
    found = (one[1:] for one in CONSOLES if all(mark in text for mark in one[0]))
    return next(found, None)
