"""The container and compose files, checked as what they are: text and YAML that says how the service is run."""

import re
from pathlib import Path

import pytest
import yaml

from flightrules.cli.main import COMMANDS

ROOT = Path(__file__).resolve().parents[3]
CONTAINERFILE = (ROOT / "deploy" / "Containerfile").read_text()
COMPOSE_TEXT = (ROOT / "deploy" / "compose.yml").read_text()
COMPOSE = yaml.safe_load(COMPOSE_TEXT)
SERVICES = COMPOSE["services"]
PINNED = re.compile(r":\d+(\.\d+)+(-[a-z0-9.-]+)?$")


def _lines(instruction: str) -> list[str]:
    joined = CONTAINERFILE.replace("\\\n", " ")
    return [
        line[len(instruction) :].strip() for line in joined.splitlines() if line.startswith(instruction + " ")
    ]


def test_the_container_runs_as_nobody_in_particular():
    assert _lines("USER") == ["10001:10001"]
    assert CONTAINERFILE.rindex("USER") > CONTAINERFILE.rindex("RUN")


def test_every_image_is_pinned():
    images = [line.split(" AS ")[0] for line in _lines("FROM")]
    images += [service["image"] for service in SERVICES.values()]
    images = [re.sub(r"^\$\{[A-Z_]+:-(.*)\}$", r"\1", image) for image in images]
    assert [image for image in images if not PINNED.search(image)] == []
    assert "latest" not in CONTAINERFILE + COMPOSE_TEXT


def test_everything_is_installed_by_hash():
    for line in _lines("RUN"):
        for command in line.split("&&"):
            if "pip install" in command:
                assert "--require-hashes" in command or "--no-deps" in command, command


@pytest.mark.parametrize("part", ["service", "build"])
def test_the_locks_are_parts_of_the_one_that_the_tests_ran_against(part):
    whole = (ROOT / "requirements" / "dev.txt").read_text()
    lines = [
        line
        for line in (ROOT / "requirements" / f"{part}.txt").read_text().splitlines()
        if line[:1].isalpha()
    ]
    assert lines
    assert [line for line in lines if line not in whole] == []


def test_the_container_says_whether_it_lives_and_how_it_stops():
    assert "/healthz" in CONTAINERFILE
    assert _lines("STOPSIGNAL") == ["SIGTERM"]
    assert "FLIGHTRULES_HOME=/data" in CONTAINERFILE


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_no_part_may_do_more_than_it_needs(name):
    service = SERVICES[name]
    assert service["user"].partition(":")[0] not in ("", "0", "root")
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]
    assert "privileged" not in service
    assert "healthcheck" in service
    assert not any("docker.sock" in volume for volume in service["volumes"])


def test_two_webs_and_two_workers_share_one_database():
    commands = {name: service["command"][0] for name, service in SERVICES.items() if "command" in service}
    assert sorted(commands.values()) == ["serve", "serve", "worker", "worker"]
    assert set(commands.values()) <= set(COMMANDS)
    for name in commands:
        assert SERVICES[name]["depends_on"] == {"database": {"condition": "service_healthy"}}
        assert "FLIGHTRULES_DATABASE_URL_FILE" in SERVICES[name]["environment"]


def test_only_the_web_is_reached_and_only_from_this_machine():
    for name, service in SERVICES.items():
        ports = service.get("ports", [])
        assert bool(ports) == name.startswith("web"), name
        assert all(port.startswith("127.0.0.1:") for port in ports)
    assert COMPOSE["networks"]["inside"] == {"internal": True}
    assert SERVICES["database"]["networks"] == ["inside"]


def test_secrets_are_files_and_none_stands_here():
    assert set(COMPOSE["secrets"]) == {"postgres_password", "database_url", "secret_key", "ledger.pem"}
    for service in SERVICES.values():
        for name, value in service["environment"].items():
            assert not re.search(r"PASSWORD|SECRET|TOKEN|DATABASE_URL", name) or name.endswith("_FILE"), name
            assert "://" not in str(value) or "${" in str(value), name
    assert not re.search(r"(?i)password\s*[:=]\s*\S+", CONTAINERFILE)


def test_a_stop_leaves_time_to_finish():
    for name, service in SERVICES.items():
        assert int(service["stop_grace_period"].rstrip("s")) >= 40 or name == "database"
