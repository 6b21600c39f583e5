"""The door: find the verb, load only its module, turn every refusal into words and an exit code."""

from __future__ import annotations

import gc
import os
import sys

from flightrules import __version__
from flightrules.errors import ExitCode, FlightrulesError, UsageError

__all__ = ["COMMANDS", "main", "parser_for", "run"]

TYPE_CHECKING = False  # the one of typing costs a third of `--version`
if TYPE_CHECKING:
    from argparse import ArgumentParser
    from typing import Any, NoReturn

COMMANDS: dict[str, str] = {
    "check": "evaluate the evidence against the rulebook and say GO or NO-GO",
    "explain": "explain a criterion, metric, error code, status or exit code",
    "why": "say what a criterion's last check rested on, step by step",
    "lint": "check the rulebook itself: vague criteria, gates nobody can satisfy",
    "init": "write a commented rulebook from what is found here",
    "show": "print the rulebook as it stands, profile and overrides put together",
    "inspect": "say what Flightrules sees in a file",
    "formats": "list the formats of evidence",
    "bind": "state the build and environment of an artefact, by its digest",
    "keygen": "make a key pair for signing",
    "sign": "sign a file of waivers or acceptances as its approver",
    "verify": "verify a signed record offline, step by step",
    "schema": "print the JSON Schema of the rulebook",
    "push": "send evidence to the service and have it judge for itself",
    "judge": "have a gate judged again on what the service holds",
    "product": "open a product, see its environments",
    "release": "open a release, state what it is, name what is shipped",
    "evidence": "see what evidence a release has, take a piece out",
    "defect": "keep the register of defects",
    "risk": "keep the risk register of a release",
    "checklist": "give a release a checklist, tick its items off",
    "status": "say how ready a release is, as the service sees it",
    "wait": "wait until the service has a verdict on a release",
    "gate": "let a deployment through only where exactly this was decided to go",
    "signoff": "sign the quality verdict, a vote, or one side of an override",
    "waive": "set a failed criterion aside for one release, signed",
    "accept": "accept a known defect for one release, signed",
    "decide": "decide a release, or ask for the override of a no-go",
    "condition": "show what a conditional go asks for, bring or confirm it",
    "papers": "save the papers of a decision",
    "inbox": "list what waits for you, in the roles that you hold",
    "rulebook": "propose an edition of the rulebook, agree to it, see who still has to",
    "exceptions": "list waivers and accepted defects of a release, take one back",
    "poll": "ask the people who decide, and see who has spoken",
    "blocker": "hold something against a release, resolve it, or accept it",
    "override": "look at the override of a no-go, confirm its risk statement",
    "emergency": "classify a release as an emergency and work off its list",
    "board": "let the change board sit, rate, vote and answer",
    "change": "ask the change board for a change, take it through its states",
    "meeting": "call a go/no-go meeting, come and go, keep its minutes",
    "obligations": "list, write and confirm what is owed after decisions",
    "audit": "look at how a team decides, and which clauses a change broke",
    "demo": "fill the service with three made-up releases",
    "people": "invite people, grant and end their roles, shut out, erase",
    "account": "let a person have a further account, close one, vouch for one",
    "rasci": "say who does what in a product, and agree on it",
    "team": "open a team, say who is in it",
    "deputy": "name who stands in for the holder of a role",
    "delegate": "lend a role of yours for a while",
    "machine": "register a pipeline, say whose tokens and keys stand for it",
    "tokens": "list, issue and end API tokens of your own",
    "channel": "say where a product's notices go, see what was told",
    "token": "exchange the identity of a CI job for a short-lived token",
    "serve": "serve the office: pages, REST and background work",
    "worker": "do the office's background work in a process of its own",
    "doctor": "say what is unsafe or broken in how the service is set up",
    "ledger": "verify, export, prove or anchor what was recorded",
    "fsck": "check the ledger, the evidence bytes and what has no entry",
    "backup": "copy everything that is kept, consistently, while the service runs",
    "restore": "bring a backup back, then verify it",
    "completion": "print a completion script for bash, zsh or fish",
}
_BROKEN_PIPE = 141  # what a shell says of a program that SIGPIPE ended
_USAGE = "usage: flightrules [--version] [--help] COMMAND [options]"


def run() -> NoReturn:
    """Entry point of the console script."""
    gc.set_threshold(100_000, 20, 20)  # a command makes many values and hardly a cycle
    _open_streams()
    _leave(main(sys.argv[1:]))


def main(argv: list[str]) -> int:
    """Carry out one command line; returns the exit code."""
    try:
        return _flushed(_carry_out(argv))
    except FlightrulesError as error:
        print(error.diagnostics(), file=sys.stderr)
        return int(error.exit_code)
    except BrokenPipeError:  # the reader left before the answer was whole, so there is no answer
        _forget_stdout()
        return _BROKEN_PIPE
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return 130
    except Exception as error:  # noqa: BLE001 -- the last line: a defect of ours must not look like a verdict
        return _internal(error)


def parser_for(command: str) -> ArgumentParser:
    """The argument parser of one command."""
    from argparse import ArgumentParser, RawDescriptionHelpFormatter

    module = _module(command)
    parser = ArgumentParser(
        prog=f"flightrules {command}",
        description=(module.__doc__ or "").strip(),
        formatter_class=RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    module.configure(parser)
    return parser


def _carry_out(argv: list[str]) -> int:
    if not argv or argv[0] in ("-h", "--help", "help"):
        print(_overview())
        return int(ExitCode.GO) if argv else int(ExitCode.USAGE)
    if argv[0] in ("-V", "--version"):
        print(f"flightrules {__version__}")
        return int(ExitCode.GO)
    command = argv[0]
    if command not in COMMANDS:
        raise _unknown(command)
    from flightrules.cli.plain_options import PlainOptions

    module = _module(command)
    options = PlainOptions()
    module.configure(options)
    try:
        arguments = options.read(argv[1:]) or _parsed(command, argv[1:])
    except SystemExit as left:  # argparse has printed its own help or error
        return int(left.code or 0)
    return int(module.execute(arguments))


def _parsed(command: str, words: list[str]) -> Any:
    """By argparse, with what is not an option before, between or behind the options."""
    parser = parser_for(command)
    if "-h" in words or "--help" in words:  # mixed, the help would leave out what is not an option
        return parser.parse_args(words)
    return parser.parse_intermixed_args(words)


def _module(command: str) -> Any:
    name = f"flightrules.cli.{command}"
    __import__(name)
    return sys.modules[name]


def _unknown(command: str) -> UsageError:
    from difflib import get_close_matches

    close = get_close_matches(command, COMMANDS, n=1)
    hint = f"did you mean `flightrules {close[0]}`?" if close else "see flightrules --help"
    return UsageError("E_COMMAND", f"there is no command {command[:60]!r}", hint=hint)


def _open_streams() -> None:
    """A closed stdout or stderr is the null device, so that no file opened later is taken for it."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115 -- open as long as we are


def _leave(code: int) -> NoReturn:
    """End at once: taking every object apart again takes 10 ms and changes nothing."""
    import atexit

    atexit._run_exitfuncs()  # noqa: SLF001 -- what the interpreter's own end would do
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            continue  # the answer was flushed before, and a failure to do so reported
    os._exit(code)


def _flushed(code: int) -> int:
    """The exit code once everything is written: a reader that left does not change it, a full disk does."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        _forget_stdout()
    except OSError as error:
        _forget_stdout()
        raise UsageError("E_WRITE", f"cannot write to stdout: {error.strerror}") from None
    return code


def _forget_stdout() -> None:
    from flightrules.cli.terminal import forget_stdout

    forget_stdout()


def _overview() -> str:
    width = max(map(len, COMMANDS))
    lines = [_USAGE, "", "Release criteria agreed before launch, evidence measured, verdicts signed.", ""]
    lines += [f"  {name:<{width}}  {text}" for name, text in COMMANDS.items()]
    lines += ["", "Exit codes: 0 GO, 1 NO-GO, 2 usage, rulebook or evidence error, 3 no or stale data,"]
    lines += [
        "4 service unreachable, 5 nothing evaluated, 6 waiting for people, 70 internal error.",
        "flightrules COMMAND --help tells more.",
    ]
    return "\n".join(lines)


def _internal(error: Exception) -> int:
    import traceback

    fault = FlightrulesError(
        "E_INTERNAL",
        f"{type(error).__name__}: {str(error)[:200]}",
        hint="this is a defect of Flightrules, not of your release; nothing was decided",
    )
    print(fault.diagnostics(), file=sys.stderr)
    print("  set FLIGHTRULES_DEBUG=1 and report what it prints", file=sys.stderr)
    if os.environ.get("FLIGHTRULES_DEBUG"):
        traceback.print_exception(error)
    return int(ExitCode.INTERNAL)


if __name__ == "__main__":
    run()
