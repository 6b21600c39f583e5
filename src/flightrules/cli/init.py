"""Write a commented rulebook from what is found here, its schema for editors, and a snippet for the pipeline.

Nothing is ever overwritten.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from flightrules.cli.discover import NAMES, repository_root
from flightrules.cli.files import Tree
from flightrules.cli.outputs import write_file
from flightrules.errors import EvidenceError, ExitCode, UsageError
from flightrules.evidence.source import Source

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

__all__ = ["configure", "execute"]

# what test runners, scanners and load tools write; the content decides what a file is
_LOOKED_FOR = (
    "**/*.xml",
    "**/*.json",
    "**/*.sarif",
    "**/*.info",
    "**/*.lcov",
    "**/*.jtl",
    "**/*.csv",
    "**/*.tap",
    "**/*.trx",
    "**/*.out",
)
_MOST = 400
_PIPELINES = {
    ".github/workflows": "github",
    ".gitlab-ci.yml": "gitlab",
    "Jenkinsfile": "jenkins",
    "azure-pipelines.yml": "azuredevops",
}


def configure(parser: ArgumentParser) -> None:
    """Arguments of the command."""
    parser.add_argument("--product", metavar="NAME", help="the product's name; else the folder's")
    parser.add_argument("--print", action="store_true", dest="only_print", help="print instead of writing")
    parser.add_argument(
        "--ci", choices=tuple(_PIPELINES.values()), help="which snippet to print; else as found"
    )


def execute(arguments: Namespace) -> int:
    """Look around, write, and say what comes next."""
    from flightrules.evidence.registry import FORMATS
    from flightrules.reports.wording import count
    from flightrules.rules.init import SCHEMA_PATH, ci_snippets, write_rulebook
    from flightrules.rules.schema import schema_text

    root = repository_root(os.getcwd())
    target = os.path.join(root, NAMES[0])
    found = _artefacts(root)
    product = arguments.product or os.path.basename(root) or "product"
    text = write_rulebook(found, product, {one.name: one.family for one in FORMATS})
    if arguments.only_print:
        print(text, end="")
        return int(ExitCode.GO)
    if any(os.path.lexists(os.path.join(root, name)) for name in NAMES):
        raise UsageError(
            "E_EXISTS",
            "there is a rulebook already; it is never overwritten",
            file=target,
            hint="see it with --print",
        )
    write_file(target, text.encode("utf-8"))
    write_file(os.path.join(root, SCHEMA_PATH), schema_text().encode("utf-8"))
    print(f"wrote {os.path.relpath(target)} from {count(len(found), 'artefact')} found")
    for kind, path in found[:10]:
        print(f"  {kind:<16} {path}")
    pipeline = arguments.ci or next(
        (kind for name, kind in _PIPELINES.items() if os.path.exists(os.path.join(root, name))), "github"
    )
    print(f"\nfor the pipeline ({pipeline}):\n")
    print(ci_snippets()[pipeline])
    print("next: flightrules lint, then flightrules check")
    return int(ExitCode.GO)


def _artefacts(root: str) -> list[tuple[str, str]]:
    """Format and path of every artefact below the root that is recognised by its content."""
    from flightrules.evidence.registry import recognise

    found: list[tuple[str, str]] = []
    for path in Tree(root).match(_LOOKED_FOR)[:_MOST]:
        try:
            with Source.open(os.path.join(root, path)) as source:
                found.append((recognise(source)[0].name, path))
        except EvidenceError:
            continue  # not an artefact that is known; the rulebook speaks of those that are
    return found
