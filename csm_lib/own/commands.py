"""What the commands of the command line do; `csm_lib.__main__` reads what was typed.

Each returns the exit status: 0 where all is well, 1 where something was found wrong. What a
program or a person reads on goes to standard output; progress and errors go to standard error.
"""

from __future__ import annotations

import shutil
import sys
import textwrap
from collections.abc import Mapping, Sequence
from pathlib import Path
from shlex import quote
from time import monotonic
from typing import TYPE_CHECKING, Any, TextIO

from csm_lib.errors import CollectionError
from csm_lib.files import is_there, require_regular, whole

if TYPE_CHECKING:
    import pandas as pd

    from csm_lib.codebook import Codebook
    from csm_lib.descriptor import About
    from csm_lib.own.report import Report

WIDTH = 100

PATIENCE = 2.0
"""After so many seconds, work that nobody watches says what it is doing."""


class Misuse(Exception):
    """The command was typed in a way that it cannot be meant."""


def say(text: str, *, to: TextIO | None = None) -> None:
    """Print text of which nothing can move the cursor or colour the terminal."""
    print("".join(sign if sign.isprintable() or sign == "\n" else "�" for sign in text), file=to)


class Progress:
    """Says on standard error what is being done: in one line of a terminal, else now and then."""

    def __init__(self) -> None:
        self._terminal = sys.stderr.isatty()
        self._said = monotonic()
        self._shown = False

    def __call__(self, text: str) -> None:
        """Say it, unless it is too soon."""
        line = "".join(sign if sign.isprintable() else " " for sign in text)
        if self._terminal:
            columns = shutil.get_terminal_size().columns
            print(f"\r\x1b[K{line[: columns - 1]}", end="", file=sys.stderr, flush=True)
            self._shown = True
        elif monotonic() - self._said > PATIENCE:
            say(f"{line} ...", to=sys.stderr)
            self._said = monotonic()

    def step(self, done: int, total: int, what: str) -> None:
        """Say how far a piece of work is that has so many steps."""
        if done < total:
            self(f"{done + 1} of {total}: {what}")

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *_: object) -> None:
        if self._shown:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)


def check(
    paths: Sequence[Path],
    *,
    codebook: Path | None = None,
    columns: Path | None = None,
    aliases: Path | None = None,
    repair: bool = False,
    out: Path | None = None,
    html: Path | None = None,
    csv: Path | None = None,
) -> int:
    """Check a collection or files of returns, and print every fault in one report."""
    from csm_lib import words
    from csm_lib.codebook import read_codebook
    from csm_lib.descriptor import read_descriptor
    from csm_lib.own.check import check_file
    from csm_lib.own.door import beside, open_collection, returns_files
    from csm_lib.returns import write_returns

    path, *more = paths
    for one in paths:
        if not one.exists():
            raise CollectionError(f"{one}: there is no such file or folder. Check the name.")
    folder = path.is_dir()
    if folder and more:
        raise Misuse("name one collection, or files of returns")
    if folder and codebook is not None:
        raise Misuse("a collection has its own codebook.csv: leave --codebook out")
    if not folder and codebook is None:
        raise Misuse("name the codebook that the returns answer: --codebook codebook.csv")
    if out is not None:
        if out.suffix.lower() not in (".csv", ".parquet"):
            raise Misuse("--out: clean returns are written as .csv or .parquet")
        _refuse_what_is_there(out)
    questionnaire = read_codebook(codebook or path / "codebook.csv")
    home = questionnaire.path.parent
    known = beside(home)
    crosswalk = known["crosswalk"] if folder and columns is None else columns
    names = known["aliases"] if folder and aliases is None else aliases
    with Progress() as progress:
        report = check_file(
            returns_files(path) if folder else paths,
            questionnaire,
            frame=known["frame"],
            crosswalk=crosswalk,
            aliases=names,
            repair=repair,
            progress=progress,
        )
    say(str(report))
    if html is not None:
        _write_report(html, report.html)
        say(f"{html}: the report is written.")
    if csv is not None:
        _write_report(csv, report.csv)
        say(f"{csv}: the report is written.")
    if report.returns is None:
        if out is not None:
            say(f"{out}: not written, as the returns are not clean yet.", to=sys.stderr)
        return 1
    if out is not None:
        write_returns(report.returns, out, questionnaire)
        say(f"{out}: {len(report.returns)} clean returns are written.")
        if folder:
            spent = [Path(one).name for one in (crosswalk, names) if one is not None]
            away = f", move {words.listed(spent)} away, which they no longer need," if spent else ""
            say(f"Next, put it in the place of the returns{away} and: make book COLLECTION={path}")
    if folder and report.repairs.empty:
        open_collection(path)  # what else lies in the folder
    elif folder and out is None:
        say("The book is made of clean returns: write them with --out returns-clean.csv.")
    about = read_descriptor(home / "datapackage.json")
    say(f"{path if not more else report.path}: {_counted(report, questionnaire, about)}")
    return 0


def _counted(report: Report, codebook: Codebook, about: About) -> str:
    returns = report.returns
    assert returns is not None
    if returns.empty:
        return "no returns yet."
    years = ", ".join(map(str, sorted(returns["year"].unique())))
    respondents = returns["authority"].nunique()
    return (
        f"{len(returns)} {'return' if len(returns) == 1 else 'returns'} from {respondents} "
        f"{about.one if respondents == 1 else about.many} ({years}), {len(codebook)} "
        f"{'item' if len(codebook) == 1 else 'items'}."
    )


def columns(paths: Sequence[Path], *, codebook: Path, out: Path | None = None) -> int:
    """Draft the crosswalk from the columns of foreign files to the items of the codebook."""
    from csm_lib.codebook import read_codebook
    from csm_lib.own.crosswalk import UNDECIDED
    from csm_lib.own.draft import draft, write_draft
    from csm_lib.own.headed import all_headed
    from csm_lib.own.read import read_sheets

    target = paths[0].with_name("columns.csv") if out is None else out
    _refuse_what_is_there(target)
    questionnaire = read_codebook(codebook)
    with Progress() as progress:
        sheets = [one for path in paths for one in all_headed(read_sheets(path, progress=progress))]
    table = draft(sheets, questionnaire)
    write_draft(table, target)
    item = table.groupby("column", sort=False)["item"].agg(list)
    unsure = item.map(lambda items: any(one.startswith(UNDECIDED) for one in items))
    nothing = item.map(lambda items: not any(items))
    files = " ".join(quote(str(path)) for path in paths)
    say(
        f"{target}: a draft for {len(item)} columns.\n"
        f"  matched: {int((~unsure & ~nothing).sum())}\n"
        f"  unsure, marked {UNDECIDED}: {int(unsure.sum())}\n"
        f"  like nothing in the codebook: {int(nothing.sum())}\n"
        "Read every line and correct it. A column whose 'item' stays empty is left out. Then:\n"
        f"  python -m csm_lib check {files} --codebook {quote(str(codebook))} "
        f"--columns {quote(str(target))}"
    )
    return 0


def start(
    paths: Sequence[Path],
    *,
    out: Path | None = None,
    year: Sequence[int] = (),
    unit: str | None = None,
) -> int:
    """Make a collection of files as people have them, and check it."""
    from csm_lib.own.start import start as make

    with Progress() as progress:
        progress(f"Reading {paths[0].name}")
        made = make(paths, out=out, years=year, unit=unit)
    say(f"{made}\n")
    folder = quote(str(made.folder))
    status = check([made.folder])
    say(f"Next:\n  python -m csm_lib check {folder}\n  make book COLLECTION={folder}")
    return status


def template(
    folder: Path | None, *, out: Path, year: int, rows: int | None = None, xlsform: bool = False
) -> int:
    """Write the workbook that respondents fill in, or a form. The folder needs no returns yet."""
    from csm_lib.codebook import read_codebook
    from csm_lib.collection import chosen
    from csm_lib.descriptor import read_descriptor
    from csm_lib.frame import read_frame
    from csm_lib.own.template import ROWS, write_template
    from csm_lib.own.xlsform import write_xlsform

    if out.suffix.lower() != ".xlsx":
        raise Misuse("--out: the template is an Excel workbook, so its name ends in .xlsx")
    if xlsform and rows is not None:
        raise Misuse("--rows is for a workbook: a form asks one respondent at a time")
    _refuse_what_is_there(out)
    folder = chosen(folder)
    cells = read_frame(folder / "frame.csv") if is_there(folder / "frame.csv") else None
    codebook = read_codebook(folder / "codebook.csv")
    told: dict[str, Any] = {
        "year": year,
        "about": read_descriptor(folder / "datapackage.json"),
        "regions": _each(cells, "region"),
        "types": _each(cells, "authority_type"),
    }
    if xlsform:
        write_xlsform(codebook, out, **told)
    else:
        write_template(codebook, out, **told, rows=ROWS if rows is None else rows)
    asked = sum(year in item.held for item in codebook.values())
    what = "an XLSForm" if xlsform else "a template"
    say(f"{out}: {what} for {year} with {asked} questions is written.")
    return 0


def findings(folder: Path | None, *, out: Path) -> int:
    """Write every table and figure of a collection as files."""
    from csm_lib import words
    from csm_lib.own.door import open_collection
    from csm_lib.own.export import export

    with Progress() as progress:
        progress("Opening the collection")
        files = export(open_collection(folder), out, progress=progress)
    say(f"{out}: {words.listed([file.name for file in files])} are written.")
    return 0


def changes(old: Path, new: Path, *, csv: Path | None = None) -> int:
    """Print which figures are new, gone and changed between two editions."""
    from csm_lib.own.changes import changes as compare

    found = compare(old, new)
    if csv is not None:
        _write_report(csv, found.to_csv(index=False, lineterminator="\n"))
        say(f"{csv}: the changes are written.")
    for _, cells in found.groupby(["table", "row", "change"], sort=False):
        say(_of_one_row(cells.to_dict("records")))
    counts = found["change"].value_counts()
    said = ", ".join(f"{counts.get(kind, 0)} {kind}" for kind in ("changed", "new", "gone"))
    say("No figure has changed." if found.empty else f"\nFigures: {said}.")
    return 0


def _of_one_row(cells: Sequence[Mapping[Any, str]]) -> str:
    """What changed in one row of a table, or in the table as a whole, as a line."""
    from csm_lib.own.changes import CHANGED, WHOLE

    first = cells[0]
    where = ": ".join(filter(None, [first["change"], first["table"]]))
    if first["row"] == WHOLE:
        columns = [one["column"] for one in cells]
        return f"{where}: " + (
            "the table" if columns == [WHOLE] else "columns " + ", ".join(columns)
        )
    arrow = "->" if first["change"] == CHANGED else ""
    values = [
        " ".join(filter(None, [one["column"], one["old"], arrow, one["new"]])) for one in cells
    ]
    return f"{where}: {first['row']}: {'; '.join(values)}"


def profile(authority: str, folder: Path | None, *, out: Path | None = None) -> int:
    """Print the profile of one respondent, or write it as a page."""
    from csm_lib.own import profile as profiles
    from csm_lib.own.door import open_collection

    found = profiles.profile(open_collection(folder), authority)
    if out is None:
        say(str(found))
        return 0
    if out.suffix.lower() not in (".html", ".htm"):
        raise Misuse("--out: the profile is a web page, so its name ends in .html")
    _write_report(out, found.html)
    say(f"{out}: the profile of {authority} is written. Open it in a browser.")
    return 0


def attack(folder: Path) -> int:
    """Attack what a collection publishes, and print what came of it."""
    from csm_lib.own.attack import COLUMNS, broken, certificate
    from csm_lib.own.attack import attack as attacked
    from csm_lib.own.door import open_collection

    with Progress() as progress:
        progress("Opening the collection")
        collection = open_collection(folder)
        if not collection.threshold:
            say(f"{folder}: nothing is withheld, as disclosure_threshold is 0.")
            return 0
        found = attacked(collection, progress=progress.step)
    bad = broken(found, collection.threshold)
    say(certificate(found, collection.threshold))
    for row in bad.to_dict("records"):
        where = " ".join(str(row[name]) for name in COLUMNS[:5] if row[name] != "")
        answers = "/".join(row["answers"])
        ends = f"{row['low']} to {row['high']}"
        say(f"  {where} {answers}: {ends}, knowing {row['attacker']}")
    return 1 if len(bad) else 0


def panel(
    out: Path | None = None, *, seed: int | None = None, persistence: float | None = None
) -> int:
    """Draw the reconstructed panel and write it; only the shipped one takes the shipped place."""
    from csm_lib.codebook import read_codebook
    from csm_lib.collection import SHIPPED
    from csm_lib.frame import read_frame
    from csm_lib.panel import PERSISTENCE, SEED, draw
    from csm_lib.published import read_published
    from csm_lib.returns import write_returns

    out = out or SHIPPED / "returns.csv"
    seed = SEED if seed is None else seed
    persistence = PERSISTENCE if persistence is None else persistence
    if out == SHIPPED / "returns.csv" and (seed, persistence) != (SEED, PERSISTENCE):
        raise CollectionError(
            f"{out} holds the panel drawn with seed {SEED} and persistence {PERSISTENCE:g}. "
            "Write another one elsewhere: --out FILE."
        )
    codebook = read_codebook(SHIPPED / "codebook.csv")
    published = read_published(SHIPPED / "published.csv", codebook)
    frame = read_frame(SHIPPED / "frame.csv")
    returns = draw(published, codebook, frame, persistence=persistence, seed=seed)
    write_returns(returns, out, codebook)
    years = returns["year"].nunique()
    say(
        f"{out}: {len(returns)} returns written, {returns['authority'].nunique()} authorities in "
        f"{years} years, drawn with seed {seed} and persistence {persistence:g}."
    )
    return 0


def reproduce(*, record: bool = False) -> int:
    """Print the ledger; say where a verdict differs from the recorded one, or record them all."""
    from csm_lib import ledger
    from csm_lib.collection import SHIPPED
    from csm_lib.files import read_text, require_columns
    from csm_lib.own.door import open_collection

    collection = open_collection(SHIPPED)
    rows = ledger.ledger(collection)
    say(_legible(rows))
    now, path = rows.set_index("entry")["verdict"], collection.path / "ledger.csv"
    if record:
        with whole(path) as made:
            now.to_csv(made, lineterminator="\n")
        say(f"\n{path}: {len(rows)} verdicts recorded.")
        return 0
    recorded = read_text(path, CollectionError)
    require_columns(recorded, ["entry", "verdict"], path, CollectionError)
    both = (
        recorded.set_index("entry")["verdict"]
        .to_frame("recorded")
        .join(now, how="outer")
        .fillna("none")
    )
    differing = both[both["recorded"] != both["verdict"]]
    if differing.empty:
        say(f"\nAll {len(rows)} verdicts are as recorded.")
        return 0
    lines = [
        f"  {entry}: recorded {then}, now {verdict}"
        for entry, then, verdict in differing.itertuples()
    ]
    count = "1 verdict differs" if len(lines) == 1 else f"{len(lines)} verdicts differ"
    say(
        f"\n{count} from {path}:\n" + "\n".join(lines) + "\nIf that is "
        "as it should be, record them: python -m csm_lib reproduce --record",
        to=sys.stderr,
    )
    return 1


def _legible(rows: pd.DataFrame) -> str:
    """The ledger as text: one entry a line, the reason under each that did not pass a test."""
    from csm_lib.predicates import PASSED, VERDICTS
    from csm_lib.templates import render

    return render(
        "ledger.txt",
        entries=rows.to_dict("records"),
        kinds={"figure": "Published figures", "claim": "Statements"},
        counts=rows.groupby(["kind", "verdict"]).size().to_dict(),
        verdicts=VERDICTS,
        passed=PASSED,
        indented=_indented,
    )


def _indented(text: str, indent: str = "   ") -> str:
    return textwrap.fill(text, WIDTH, initial_indent=indent, subsequent_indent=indent)


def _each(frame: pd.DataFrame | None, column: str) -> list[str]:
    return [] if frame is None else [str(name) for name in frame[column].unique()]


def _refuse_what_is_there(path: Path) -> None:
    """Refuse to write over a file: it may be the only copy of somebody's answers."""
    if is_there(path):
        raise CollectionError(f"{path}: is there already. Name another file, or move it away.")


def _write_report(path: Path, text: str) -> None:
    """Write a report or a page, in place of none but an earlier one, which begins alike."""
    begin = text.partition("\n")[0].strip().encode("utf-8", errors="replace")
    if is_there(path):
        require_regular(path, CollectionError)
        with path.open("rb") as there:
            if there.readline(4096).strip() != begin:
                raise CollectionError(
                    f"{path}: is there already, and is no earlier one of these. Name another file, "
                    "or move it away."
                )
    with whole(path) as made:
        made.write_bytes(text.encode("utf-8", errors="replace"))
