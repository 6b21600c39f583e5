"""Run Flightrules on the three examples, sign and verify the first verdict, and check what comes out."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
FLIGHTRULES = Path(sys.executable).with_name("flightrules")
AS_OF = (HERE / "AS_OF").read_text(encoding="utf-8").strip()
RULE = "=" * 100


@dataclass(frozen=True)
class Example:
    """A folder, its release, what is to be expected, and the story in one line."""

    name: str
    release: str
    code: int
    verdict: str
    story: str


EXAMPLES = (
    Example("go", "4.2.0", 0, "GO", "Everything is as agreed."),
    Example(
        "no-go",
        "4.3.0",
        1,
        "NO-GO",
        "Gift cards came with a wrong bulk discount, and the load test was cut short.",
    ),
    Example(
        "conditional-go", "4.3.1", 0, "CONDITIONAL GO", "Repaired; one criterion is waived, one P2 accepted."
    ),
)


def main() -> int:
    """Exit 0 when every verdict and the signed record are as expected."""
    heading(
        "Three releases of one service, one agreement (examples/checkout/agreement.yml)", f"as of {AS_OF}"
    )
    results = [check(example) for example in EXAMPLES]
    signed = sign_and_verify(EXAMPLES[0])
    heading("What was seen")
    for example, (code, verdict) in zip(EXAMPLES, results, strict=True):
        report = (HERE / example.name / ".flightrules" / "report.html").relative_to(HERE.parent)
        print(f"{example.name:<15} {verdict:<15} exit {code}   {report}")
    print(f"\nWhy, for any line: cd examples/no-go && {command()} why regression-pass")
    if not signed or any(
        seen != (example.code, example.verdict) for example, seen in zip(EXAMPLES, results, strict=True)
    ):
        print("\nThis is not what the examples should give.", file=sys.stderr)
        return 1
    return 0


def check(example: Example) -> tuple[int, str]:
    """The exit code, and the verdict as the report has it."""
    heading(f"{example.name}: release {example.release}. {example.story}")
    report = HERE / example.name / ".flightrules" / "report.json"
    report.unlink(missing_ok=True)
    code = run(example, "check", "--build", example.release, "--as-of", AS_OF)
    print(f"[exit code {code}]")
    return code, json.loads(report.read_text(encoding="utf-8"))[
        "verdict"
    ] if report.exists() else "no verdict"


def sign_and_verify(example: Example) -> bool:
    """A record of the verdict that anyone can verify offline, and what happens when a byte of it changes."""
    heading("The signed record: sign the GO, verify it, change one byte, verify again")
    with tempfile.TemporaryDirectory() as temporary:
        there = Path(temporary)
        key, record, artefact = there / "qa.key", there / "go.intoto.json", there / "checkout-4.2.0.zip"
        pack(artefact)
        run(example, "keygen", "--out", str(key), hide=there)
        signing = ("--sign", str(key), "--attest", str(record), "--artefact", str(artefact), "--no-report")
        run(example, "check", "--build", example.release, "--as-of", AS_OF, *signing, hide=there, quiet=True)
        beside = (
            "--rulebook",
            ".flightrules.yml",
            "--artefact",
            str(artefact),
            "--evidence",
            *evidence_of(example),
        )
        verify = ("verify", str(record), "--key", f"{key}.pub", *beside)
        held = run(example, *verify, hide=there)
        changed = bytearray(record.read_bytes())
        changed[len(changed) // 2] ^= 1
        record.write_bytes(bytes(changed))
        print("\n... one bit of the record is changed ...\n")
        broken = run(example, *verify, hide=there)
    return held == 0 and broken != 0


def evidence_of(example: Example) -> list[str]:
    """What the verdict rests on, relative to the example's folder."""
    folder = HERE / example.name
    found = [path for part in ("evidence", "baseline") for path in (folder / part).rglob("*")]
    return sorted(str(path.relative_to(folder)) for path in found if path.is_file())


def pack(target: Path) -> None:
    """What is released: the service, as an archive whose bytes are always the same."""
    service = HERE / "checkout" / "service"
    with zipfile.ZipFile(target, "w") as archive:
        for path in sorted(service.glob("*.py")):
            archive.writestr(zipfile.ZipInfo(f"service/{path.name}"), path.read_bytes())


def run(example: Example, *arguments: str, hide: Path | None = None, quiet: bool = False) -> int:
    """Run the command in the example's folder, showing it and what it prints."""
    folder = f"{hide}/" if hide else "\0"
    print(f"$ cd examples/{example.name} && {command()} {shown(arguments).replace(folder, '')}", flush=True)
    done = subprocess.run(
        [FLIGHTRULES, *arguments],
        cwd=HERE / example.name,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        check=False,
    )
    if not quiet:
        print(done.stdout.replace(folder, ""), end="", flush=True)
    return done.returncode


def shown(arguments: tuple[str, ...]) -> str:
    """The arguments as a person would write them."""
    words = [word for word in arguments if not word.startswith("evidence/")]
    return " ".join(words if len(words) == len(arguments) else [*words, "$(find evidence baseline -type f)"])


def command() -> str:
    """The console script, relative to an example's folder where that is shorter."""
    inside = FLIGHTRULES.is_relative_to(HERE.parent)
    return f"../../{FLIGHTRULES.relative_to(HERE.parent)}" if inside else str(FLIGHTRULES)


def heading(*lines: str) -> None:
    print(f"\n{RULE}", *lines, RULE, sep="\n", flush=True)


if __name__ == "__main__":
    sys.exit(main())
