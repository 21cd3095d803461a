"""The command line: ``python -m csm_lib``."""

from __future__ import annotations

import argparse
import sys
import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from csm_lib.collection import SHIPPED, open_collection
from csm_lib.errors import CollectionError

if TYPE_CHECKING:
    import pandas as pd

WIDTH = 100


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit status: 0 done, 1 something is wrong, 2 wrong usage."""
    parser = _parser()
    chosen = parser.parse_args(arguments)
    try:
        if chosen.command == "panel":
            return panel(chosen.out, seed=chosen.seed, persistence=chosen.persistence)
        if chosen.command == "reproduce":
            return reproduce(record=chosen.record)
        return check(chosen.path)
    except CollectionError as error:
        print(error, file=sys.stderr)
    except OSError as error:
        where = f"{error.filename}: {error.strerror}" if error.filename else str(error)
        print(f"{where}. Check the folder and its rights.", file=sys.stderr)
    return 1


def panel(out: Path, *, seed: int, persistence: float) -> int:
    """Draw the reconstructed panel and write it; only the shipped one takes the shipped place."""
    from csm_lib.panel import PERSISTENCE, SEED, draw

    if out == SHIPPED / "returns.csv" and (seed, persistence) != (SEED, PERSISTENCE):
        raise CollectionError(
            f"{out} holds the panel drawn with seed {SEED} and persistence {PERSISTENCE:g}. "
            "Write another one elsewhere: --out FILE."
        )
    from csm_lib.codebook import read_codebook
    from csm_lib.frame import read_frame
    from csm_lib.published import read_published
    from csm_lib.returns import write_returns

    codebook = read_codebook(SHIPPED / "codebook.csv")
    published = read_published(SHIPPED / "published.csv", codebook)
    frame = read_frame(SHIPPED / "frame.csv")
    returns = draw(published, codebook, frame, persistence=persistence, seed=seed)
    write_returns(returns, out, codebook)
    years = returns["year"].nunique()
    print(
        f"{out}: {len(returns)} returns written, {returns['authority'].nunique()} authorities in "
        f"{years} years, drawn with seed {seed} and persistence {persistence:g}."
    )
    return 0


def reproduce(*, record: bool = False) -> int:
    """Print the ledger; say where a verdict differs from the recorded one, or record them all."""
    from csm_lib import ledger

    collection = open_collection()
    rows = ledger.ledger(collection)
    print(_legible(rows))
    if record:
        ledger.record(collection, rows)
        print(f"\n{collection.path / 'ledger.csv'}: {len(rows)} verdicts recorded.")
        return 0
    differing = ledger.differences(rows, ledger.recorded(collection))
    if differing.empty:
        print(f"\nAll {len(rows)} verdicts are as recorded.")
        return 0
    lines = [
        f"  {row['entry']}: recorded {row['recorded']}, now {row['verdict']}"
        for row in differing.to_dict("records")
    ]
    count = "1 verdict differs" if len(lines) == 1 else f"{len(lines)} verdicts differ"
    print(
        f"\n{count} from {collection.path / 'ledger.csv'}:\n" + "\n".join(lines) + "\nIf that is "
        "as it should be, record them: python -m csm_lib reproduce --record",
        file=sys.stderr,
    )
    return 1


def check(path: Path) -> int:
    """Open a collection; what is wrong with it is raised, all of a file's faults at once."""
    collection = open_collection(path)
    years = ", ".join(map(str, collection.years))
    print(
        f"{collection.title}: {len(collection.returns)} returns from {collection.size} "
        f"authorities ({years}), {len(collection.codebook)} items. No fault found."
    )
    return 0


def _legible(rows: pd.DataFrame) -> str:
    """The ledger as text: one entry a line, the reason under each that is not reproduced."""
    from csm_lib.claims import REPRODUCED, VERDICTS

    lines = []
    for kind, heading in (("figure", "Published figures"), ("claim", "Statements")):
        lines += [heading, ""]
        for row in rows[rows["kind"] == kind].to_dict("records"):
            given = f": {row['printed']}, returns {row['computed'] or '-'}"
            lines.append(f"{row['entry']}{given if kind == 'figure' else ''}: {row['verdict']}")
            if kind == "claim":
                lines.append(_indented(row["printed"]))
            if kind == "claim" or row["verdict"] != REPRODUCED:
                lines.append(_indented(row["because"], "      "))
        lines.append("")
    lines += ["Summary", ""]
    counts = rows.groupby(["verdict", "kind"]).size()
    for verdict in VERDICTS:
        figures, claims = (int(counts.get((verdict, kind), 0)) for kind in ("figure", "claim"))
        lines.append(f"  {verdict:<27} {figures:>4} figures {claims:>4} statements")
    return "\n".join(lines)


def _indented(text: str, indent: str = "   ") -> str:
    return textwrap.fill(text, WIDTH, initial_indent=indent, subsequent_indent=indent)


def _parser() -> argparse.ArgumentParser:
    from csm_lib.panel import PERSISTENCE, SEED

    parser = argparse.ArgumentParser(
        prog="python -m csm_lib",
        description="Draw, check and reproduce collections of the Children's Trust mapping.",
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="command")

    one = commands.add_parser(
        "panel",
        help="draw the reconstructed panel",
        description="Draw returns that reproduce every published figure, and write them as CSV. "
        "The same seed and persistence give the same file.",
    )
    one.add_argument(
        "--out",
        type=Path,
        default=SHIPPED / "returns.csv",
        help="the file to write (default: the returns that ship with the book)",
    )
    one.add_argument("--seed", type=int, default=SEED, help="default: %(default)s")
    one.add_argument(
        "--persistence",
        type=_odds,
        default=PERSISTENCE,
        help="odds ratio with which an authority repeats an answer; 1 is none "
        "(default: %(default)g)",
    )

    one = commands.add_parser(
        "reproduce",
        help="hold every published figure and statement against the returns",
        description="Print the ledger. The exit status is 1 if a verdict is not as recorded.",
    )
    one.add_argument("--record", action="store_true", help="record the verdicts as they now are")

    one = commands.add_parser(
        "check",
        help="check a collection of your own",
        description="Open a folder with codebook.csv and returns.csv, and say what is wrong.",
    )
    one.add_argument("path", type=Path, help="the folder")
    return parser


def _odds(text: str) -> float:
    number = float(text)
    if not 0 < number < float("inf"):
        raise argparse.ArgumentTypeError(f"{text!r} is no odds ratio; give a number above 0")
    return number


if __name__ == "__main__":
    sys.exit(main())
