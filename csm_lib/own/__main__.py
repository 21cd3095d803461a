"""The command line: ``python -m csm_lib``."""

from __future__ import annotations

import argparse
import io
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from csm_lib.errors import CollectionError
from csm_lib.own import commands

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]

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
        status: int = run(**chosen)
        sys.stdout.flush()
        return status
    except commands.Misuse as error:
        usage(str(error))
    except CollectionError as error:
        commands.say(str(error), to=sys.stderr)
    except BrokenPipeError:  # whoever read the output, such as head, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as error:
        where = f"{error.filename}: {error.strerror}" if error.filename else str(error)
        commands.say(f"{where}. Check the folder and its rights.", to=sys.stderr)
    except MemoryError:
        commands.say("There is not enough memory for this. Close other programs.", to=sys.stderr)
    except KeyboardInterrupt:
        commands.say("\nStopped.", to=sys.stderr)
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
    _check(found)
    _columns(found)
    _template(found)
    _findings(found)
    _changes(found)
    _profile(found)
    _attack(found)
    _panel(found)
    _reproduce(found)
    return parser


def _command(
    found: Commands, name: str, does: str, description: str, examples: Sequence[str] = ()
) -> argparse.ArgumentParser:
    """Add a command, which runs the function of its name."""
    lines = "\n".join(f"  python -m csm_lib {name} {example}" for example in examples)
    one = found.add_parser(
        name,
        help=does,
        description=description,
        epilog=f"for example:\n{lines}" if examples else None,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    one.set_defaults(run=getattr(commands, name), usage=one.error)
    return one


def _check(found: Commands) -> None:
    one = _command(
        found,
        "check",
        "check your returns, every fault in one report",
        """\
Read returns in any common format (CSV, Excel, SPSS, Stata, Parquet) and check them
against the codebook. Every fault is listed at once: where it is, what was expected,
what to do. An error makes the exit status 1; a warning does not. Nothing is repaired
unless you say so with --repair, and every repair is listed.""",
        [
            "my-survey                        a folder with codebook.csv and returns",
            "export.xlsx --codebook codebook.csv",
            "deposit.sav --codebook codebook.csv --columns columns.csv",
            "export.xlsx --codebook codebook.csv --repair --out returns.csv",
            "my-survey --html report.html     the same report as a page to pass on",
        ],
    )
    one.add_argument("path", type=Path, metavar="PATH", help="the folder, or a file of returns")
    one.add_argument(
        "--codebook",
        type=Path,
        metavar="FILE",
        help="the codebook.csv for a file of returns; a folder has its own",
    )
    one.add_argument(
        "--columns",
        type=Path,
        metavar="FILE",
        help="the crosswalk, which says what another file's columns and codes mean; the command "
        "'columns' drafts it. In a folder, columns.csv is used automatically",
    )
    one.add_argument(
        "--repair",
        action="store_true",
        help="make the repairs offered: spellings of yes and no, spaces, capitals",
    )
    one.add_argument(
        "--out",
        type=Path,
        metavar="FILE",
        help="write the clean returns to a new .csv or .parquet file",
    )
    one.add_argument("--html", type=Path, metavar="FILE", help="write the report as a web page")
    one.add_argument("--csv", type=Path, metavar="FILE", help="write the report as a table")


def _columns(found: Commands) -> None:
    one = _command(
        found,
        "columns",
        "draft a match between a file's columns and the questions",
        """\
Compare the columns of a file, their labels and codes with the codebook, and write a
first draft of columns.csv. Finish it by hand before you use it: a match by name is
only a guess.""",
        [
            "deposit.sav --codebook codebook.csv",
            "export.xlsx --codebook codebook.csv --out export-columns.csv",
        ],
    )
    one.add_argument("path", type=Path, metavar="FILE", help="the file of returns")
    one.add_argument(
        "--codebook", type=Path, metavar="FILE", required=True, help="the codebook.csv for it"
    )
    one.add_argument(
        "--out",
        type=Path,
        metavar="FILE",
        help="the draft (default: columns.csv beside the file of returns)",
    )


def _template(found: Commands) -> None:
    one = _command(
        found,
        "template",
        "write an Excel workbook for respondents to fill in",
        """\
Write a workbook with a sheet for each section of the codebook, with the questions and
the answers to choose from. Completed workbooks can be checked as they are.""",
        [
            "--out survey-2025.xlsx --year 2025 --collection my-survey",
            "--out template.xlsx --year 2009",
        ],
    )
    _add_collection(one, "the folder with codebook.csv; it needs no returns yet")
    one.add_argument("--out", type=Path, metavar="FILE", required=True, help="the .xlsx to write")
    one.add_argument(
        "--year", type=int, required=True, help="the year to ask about; see the codebook"
    )
    one.add_argument(
        "--rows",
        type=int,
        metavar="NUMBER",
        help="how many respondents to make drop-downs for (default: 500)",
    )


def _findings(found: Commands) -> None:
    one = _command(
        found,
        "findings",
        "write every table and figure as files",
        """\
Write the findings of a collection without the book: one workbook with a sheet for
each finding, for Excel (findings.xlsx) and LibreOffice (findings.ods), and one zip of
all (findings.zip): the workbooks, every table as CSV with a README, every figure as
SVG and PNG. No respondent's row is in them. An earlier export in the folder is
replaced.""",
        ["--out findings", "--collection my-survey --out my-findings"],
    )
    _add_collection(one, "the folder of your collection")
    one.add_argument(
        "--out", type=Path, metavar="FOLDER", required=True, help="a new or empty folder"
    )


def _changes(found: Commands) -> None:
    one = _command(
        found,
        "changes",
        "list which figures changed from one edition to the next",
        """\
Compare two editions of a kind: two collections, two exports of findings, two workbooks
(.xlsx, .ods) or two tables such as ledger.csv. Every figure that is new, gone or changed
is listed with its old and its new value. The exit status is 0 if they could be compared,
whatever changed.""",
        [
            "last-year/my-survey my-survey",
            "old/findings.xlsx new/findings.xlsx --csv changes.csv",
        ],
    )
    one.add_argument("old", type=Path, metavar="OLD", help="the earlier edition")
    one.add_argument("new", type=Path, metavar="NEW", help="the later edition")
    one.add_argument("--csv", type=Path, metavar="FILE", help="write the list as a table, too")


def _profile(found: Commands) -> None:
    one = _command(
        found,
        "profile",
        "compare one authority with similar ones",
        """\
Compare the answers of one respondent with those of the others of its region, of its type and
of all, with what changed since the last wave.""",
        [
            "A01",
            '"Name of the partnership" --collection my-survey --out profile.html',
        ],
    )
    one.add_argument("authority", metavar="AUTHORITY", help="its name, as in the returns")
    _add_collection(one, "the folder of your collection")
    one.add_argument(
        "--out", type=Path, metavar="FILE", help="write a page to print, instead of text"
    )


def _attack(found: Commands) -> None:
    one = _command(
        found,
        "attack",
        "try to work out what your book withholds",
        """\
Attack what a book of the collection, its downloads and its profiles publish: find the
least and the greatest that each withheld count can be, for a reader who has the book,
who knows besides who answered, and who knows besides the rule. The exit status is 1 if
a count is told exactly, or a small one more closely than the threshold.""",
        ["my-survey"],
    )
    one.add_argument("folder", type=Path, metavar="FOLDER", help="the folder of your collection")


def _panel(found: Commands) -> None:
    one = _command(
        found,
        "panel",
        "draw the reconstructed panel",
        """\
Draw returns that reproduce every published figure, and write them as CSV. The same
seed and persistence give the same file.""",
    )
    one.add_argument(
        "--out", type=Path, help="the file to write (default: the returns that ship with the book)"
    )
    one.add_argument("--seed", type=int, help="default: that of the panel that ships")
    one.add_argument(
        "--persistence",
        type=_odds,
        help="odds ratio with which an authority repeats an answer; 1 is none "
        "(default: that of the panel that ships)",
    )


def _reproduce(found: Commands) -> None:
    one = _command(
        found,
        "reproduce",
        "check every published figure and statement against the returns",
        "Print the ledger. The exit status is 1 if a verdict is not as recorded.",
    )
    one.add_argument("--record", action="store_true", help="record the verdicts as they now are")


def _add_collection(one: argparse.ArgumentParser, what: str) -> None:
    one.add_argument(
        "--collection",
        dest="folder",
        type=Path,
        metavar="FOLDER",
        help=f"{what} (default: the one that CSM_COLLECTION names, or "
        "the panel that ships with the book)",
    )


def _odds(text: str) -> float:
    number = float(text)
    if not 0 < number < float("inf"):
        raise argparse.ArgumentTypeError(f"{text!r} is no odds ratio; give a number above 0")
    return number


if __name__ == "__main__":
    sys.exit(main())
