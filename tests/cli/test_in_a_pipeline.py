"""What the repository offers to pipelines: an action and a hook, run as the host would run them."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from flightrules.cli.main import COMMANDS, parser_for
from flightrules.errors import ExitCode

ROOT = Path(__file__).resolve().parents[2]
ACTION = yaml.safe_load((ROOT / "action.yml").read_text())
INSTALL, CHECK = ACTION["runs"]["steps"]
(HOOK,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())


@pytest.fixture
def step(shop, tmp_path_factory):
    """The action's second step, with inputs as the host fills them in."""
    runner = tmp_path_factory.mktemp("runner")
    command = runner / "flightrules/bin/flightrules"
    command.parent.mkdir(parents=True)
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m flightrules.cli.main "$@"\n')
    command.chmod(0o755)

    def run(**given):
        values = {name: one["default"] for name, one in ACTION["inputs"].items()} | given
        filled = {
            name: values[re.fullmatch(r"\$\{\{ inputs\.(\w+) \}\}", text)[1]]
            for name, text in CHECK["env"].items()
        }
        environment = {**os.environ, **filled, "RUNNER_TEMP": str(runner)}
        environment.pop("GITHUB_STEP_SUMMARY", None)
        return subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", CHECK["run"]],
            cwd=shop.path,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )

    return run


def test_the_action_gives_the_verdict_and_the_page(shop, step):
    assert step(release="4.2.0").returncode == ExitCode.GO
    assert "4.2.0" in (shop.path / "readiness.html").read_text()
    shop.junit(passed=0, failed=3)
    gone = step(page="out/page.html")
    assert gone.returncode == ExitCode.NO_GO
    assert "::error " in gone.stdout
    assert (shop.path / "out/page.html").exists()


def test_a_branch_name_is_no_command(shop, step):
    step(release='4.2.0"; touch pwned; echo "', base="$(touch pwned)")
    assert not (shop.path / "pwned").exists()


def test_every_input_reaches_an_option(shop):
    options = parser_for("check").format_help()
    for name in set(ACTION["inputs"]) - {"page"}:
        assert f"--{name}=$" in CHECK["run"]
        assert f"--{name} " in options
    assert "${{" not in CHECK["run"] + INSTALL["run"]


def test_the_hook_takes_the_rulebooks_that_were_changed(shop):
    program, command, *rest = shlex.split(HOOK["entry"])
    assert (program, rest) == ("flightrules", [])
    assert command in COMMANDS
    changed = [".flightrules.yml", "services/cart/.flightrules.yaml"]
    assert all(re.search(HOOK["files"], path) for path in changed)
    assert not re.search(HOOK["files"], "flightrules.yml")
    shop.write(changed[1], (shop.path / changed[0]).read_text().replace(">= 97%", "is high"))
    code, out, _ = shop.run(command, *changed)
    assert code == ExitCode.USAGE
    assert [
        line.partition(": ")[0] for line in out.splitlines() if not line.startswith((" ", "error", "warn"))
    ] == (changed)
