"""The command line: ``python -m csm_lib``."""

from __future__ import annotations

import argparse
import io
import os
import sys
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from csm_lib.errors import CollectionError
from csm_lib.own import commands, hide_from_git

COMMANDS = Path(__file__).with_name("commands.toml")
"""What can be typed, and the help on it."""

WRITTEN = ("html", "csv", "out")
"""The arguments that name what a command writes."""

STOPPED = 130
"""The exit status of a program that was stopped from the keyboard."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit status: 0 done, 1 something is wrong, 2 wrong usage."""
    for stream in (sys.stdout, sys.stderr):  # a terminal that lacks a sign is no reason to stop
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    parser = _parser()
    chosen = vars(parser.parse_args(arguments))
    run, usage = chosen.pop("run"), chosen.pop("usage")
    try:
        for name in WRITTEN:
            hide_from_git(chosen.get(name) or Path())
        status: int = run(**chosen)
        sys.stdout.flush()
        return status
    except commands.Misuse as error:
        usage(str(error))
    except CollectionError as error:
        commands.say(str(error), to=sys.stderr)
    except OSError as error:
        where = error.filename
        if error.errno and not where:  # no file: what is printed. At the end it would be tried anew
            where = "The output"
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if not isinstance(error, BrokenPipeError):  # a reader such as head has seen enough
            what = f"{where}: {error.strerror}" if where else str(error)
            remedy = "Check the folder, its rights and the room on the disk."
            commands.say(f"{what}. {remedy}", to=sys.stderr)
    except MemoryError:
        commands.say("There is not enough memory for this. Close other programs.", to=sys.stderr)
    except KeyboardInterrupt:
        named = [str(chosen[name]) for name in WRITTEN if chosen.get(name)]
        left = f" As they were, or whole: {', '.join(named)}." if named else ""
        commands.say(f"\nStopped.{left}", to=sys.stderr)
        return STOPPED
    return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m csm_lib",
        description="Check and collect returns, and export the findings.",
        epilog="Help on a command: python -m csm_lib check --help\n"
        "Exit status: 0 all is well, 1 a problem was found, 2 the command was mistyped.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    found = parser.add_subparsers(required=True, metavar="command")
    types = {"path": Path, "int": int, "odds": _odds, "years": _years}
    for name, told in tomllib.loads(COMMANDS.read_text("utf-8")).items():
        lines = [f"  {parser.prog} {name} {example}" for example in told.get("examples", [])]
        one = found.add_parser(
            name,
            help=told["does"],
            description=told["description"],
            epilog="\n".join(["for example:", *lines]) if lines else None,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        one.set_defaults(run=getattr(commands, name), usage=one.error)
        for argument, how in told["arguments"].items():
            named: dict[str, Any] = {"type": types[how["type"]]} if "type" in how else {}
            if "const" in how:  # what an option means without a value
                named["const"] = Path(how["const"])
            one.add_argument(argument, **how | named)
    return parser


def _odds(text: str) -> float:
    number = float(text)
    if not 0 < number < float("inf"):
        raise argparse.ArgumentTypeError(f"{text!r} is no odds ratio; give a number above 0")
    return number


def _years(text: str) -> list[int]:
    years = text.split(",")
    if not all(len(year) == 4 and year.isdecimal() for year in years):
        raise argparse.ArgumentTypeError(f"{text!r} is no year, nor years with commas between")
    return [*map(int, years)]


if __name__ == "__main__":
    sys.exit(main())
