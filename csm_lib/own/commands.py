"""What the commands of the command line do; `csm_lib.__main__` reads what was typed.

Each returns the exit status: 0 where all is well, 1 where something was found wrong. What a
program or a person reads on goes to standard output; progress and errors go to standard error.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence
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

PATIENCE = 2.0
"""After so many seconds, work that nobody watches says what it is doing."""


ROW = ["table", "row", "change"]
"""What the changes of one row of a table have in common."""


CLEAN = (".csv", ".parquet")
"""What clean returns are written as."""


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
    from csm_lib.codebook import read_codebook
    from csm_lib.descriptor import read_descriptor
    from csm_lib.own.check import check_file
    from csm_lib.own.door import beside, open_collection, returns_files
    from csm_lib.returns import write_returns
    from csm_lib.words import listed

    path, *more = paths
    for one in paths:
        if not one.exists():
            raise CollectionError(f"{one}: there is no such file or folder. Check the name.")
    folder = path.is_dir()
    misuse = [
        (folder and more, "name one collection, or files of returns"),
        (folder and codebook, "a collection has its own codebook.csv: leave --codebook out"),
        (not folder and not codebook, "name the codebook of the returns: --codebook codebook.csv"),
        (out and out.suffix.lower() not in CLEAN, f"--out: give a name in {' or '.join(CLEAN)}"),
    ]
    for is_so, said in misuse:
        if is_so:
            raise Misuse(said)
    if out:
        _refuse_what_is_there(out)
    file = codebook or path / "codebook.csv"
    home = file.parent
    about = read_descriptor(home / "datapackage.json")
    questionnaire = read_codebook(file, waves=about.waves)
    known = beside(home)
    known["crosswalk"] = columns or (known["crosswalk"] if folder else None)
    known["aliases"] = aliases or (known["aliases"] if folder else None)
    with Progress() as progress:
        report = check_file(
            returns_files(path) if folder else paths,
            questionnaire,
            frame=known["frame"],
            crosswalk=known["crosswalk"],
            aliases=known["aliases"],
            repair=repair,
            progress=progress,
        )
    say(str(report))
    if html:
        _write_report(html, report.html, "the report is written")
    if csv:
        _write_report(csv, report.csv, "the report is written")
    if report.returns is None:
        if out:
            say(f"{out}: not written, as the returns are not clean yet.", to=sys.stderr)
        return 1
    if out:
        write_returns(report.returns, out, questionnaire)
        say(f"{out}: {len(report.returns)} clean returns are written.")
        if folder:
            spent = [Path(one).name for one in (known["crosswalk"], known["aliases"]) if one]
            away = f", move {listed(spent)} away, which they no longer need," if spent else ""
            say(f"Next, put it in the place of the returns{away} and: make book COLLECTION={path}")
    if folder and report.repairs.empty:
        open_collection(path)  # what else lies in the folder
    elif folder and not out:
        say("The book is made of clean returns: write them with --out returns-clean.csv.")
    checked = report.path if more else path
    say(f"{checked}: {_counted(report.returns, questionnaire, about)}")
    return 0


def _counted(returns: pd.DataFrame, codebook: Codebook, about: About) -> str:
    from csm_lib.own.report import number

    if returns.empty:
        return "no returns yet."
    years = ", ".join(map(about.wave, sorted(returns["year"].unique())))
    who = number(returns["authority"].nunique(), about.one, about.many)
    asked = number(len(codebook), "item")
    return f"{number(len(returns), 'return')} from {who} ({years}), {asked}."


def columns(paths: Sequence[Path], *, codebook: Path, out: Path | None = None) -> int:
    """Draft the crosswalk from the columns of foreign files to the items of the codebook."""
    from csm_lib.codebook import read_codebook
    from csm_lib.descriptor import read_descriptor
    from csm_lib.own.crosswalk import UNDECIDED
    from csm_lib.own.draft import draft, write_draft
    from csm_lib.own.headed import all_headed
    from csm_lib.own.read import read_sheets
    from csm_lib.templates import render

    target = out or paths[0].with_name("columns.csv")
    _refuse_what_is_there(target)
    waves = read_descriptor(codebook.with_name("datapackage.json")).waves
    questionnaire = read_codebook(codebook, waves=waves)
    with Progress() as progress:
        sheets = [one for path in paths for one in all_headed(read_sheets(path, progress=progress))]
    table = draft(sheets, questionnaire)
    write_draft(table, target)
    items = table.groupby("column", sort=False)["item"].agg(list)
    unsure = items.map(lambda some: any(one.startswith(UNDECIDED) for one in some))
    typed = ["python", "-m", "csm_lib", "check", *paths]
    typed += ["--codebook", codebook, "--columns", target]
    say(
        render(
            "drafted.txt",
            target=target,
            items=items,
            matched=int((~unsure & items.map(any)).sum()),
            unsure=int(unsure.sum()),
            unlike=[repr(name) for name in items.index[~items.map(any)]],
            mark=UNDECIDED,
            next=" ".join(quote(str(word)) for word in typed),
        )
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
    about = read_descriptor(folder / "datapackage.json")
    codebook = read_codebook(folder / "codebook.csv", waves=about.waves)
    told: dict[str, Any] = {
        "year": year,
        "about": about,
        "regions": _each(cells, "region"),
        "types": _each(cells, "authority_type"),
    }
    if xlsform:
        write_xlsform(codebook, out, **told)
    else:
        write_template(codebook, out, **told, rows=ROWS if rows is None else rows)
    asked = sum(year in item.held for item in codebook.values())
    what = "an XLSForm" if xlsform else "a template"
    say(f"{out}: {what} for {about.wave(year)} with {asked} questions is written.")
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
    from csm_lib.own.changes import WHOLE
    from csm_lib.own.changes import changes as compare
    from csm_lib.templates import render

    found = compare(old, new)
    if csv:
        table = found.to_csv(index=False, lineterminator="\n")
        _write_report(csv, table, "the changes are written")
    rows = [cells.to_dict("records") for _, cells in found.groupby(ROW, sort=False)]
    counts = found["change"].value_counts().to_dict()
    say(render("changes.txt", rows=rows, counts=counts, whole=WHOLE))
    return 0


def profile(authority: str, folder: Path | None, *, out: Path | None = None) -> int:
    """Print the profile of one respondent, or write it as a page."""
    from csm_lib.download import file_name
    from csm_lib.own import OWN
    from csm_lib.own import profile as profiles
    from csm_lib.own.door import open_collection

    found = profiles.profile(open_collection(folder), authority)
    if out is None:
        say(str(found))
        return 0
    if out == OWN:  # only the option was given
        out = OWN / f"{file_name(authority)}.html"
    if out.suffix.lower() not in (".html", ".htm"):
        raise Misuse("--out: the profile is a web page, so its name ends in .html")
    _write_report(out, found.html, f"the profile of {authority} is written. Open it in a browser")
    return 0


def attack(folder: Path) -> int:
    """Attack what a collection publishes, and print what came of it."""
    from csm_lib.own.attack import attack as attacked
    from csm_lib.own.attack import broken, certificate
    from csm_lib.own.door import open_collection

    with Progress() as progress:
        progress("Opening the collection")
        collection = open_collection(folder)
        if not collection.threshold:
            say(f"{folder}: nothing is withheld, as disclosure_threshold is 0.")
            return 0
        found = attacked(collection, progress=progress.step)
    say(certificate(found, collection.threshold))
    return 0 if broken(found, collection.threshold).empty else 1


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
    import pandas as pd

    from csm_lib import ledger
    from csm_lib.collection import SHIPPED
    from csm_lib.files import read_text, require_columns
    from csm_lib.own.door import open_collection
    from csm_lib.predicates import PASSED, VERDICTS
    from csm_lib.templates import render

    collection = open_collection(SHIPPED)
    rows = ledger.ledger(collection)
    say(
        render(
            "ledger.txt",
            entries=rows.to_dict("records"),
            kinds={"figure": "Published figures", "claim": "Statements"},
            counts=rows.groupby(["kind", "verdict"]).size().to_dict(),
            verdicts=VERDICTS,
            passed=PASSED,
        )
    )
    now, path = rows.set_index("entry")["verdict"], collection.path / "ledger.csv"
    if record:
        with whole(path) as made:
            now.to_csv(made, lineterminator="\n")
        say(f"\n{path}: {len(rows)} verdicts recorded.")
        return 0
    recorded = read_text(path, CollectionError)
    require_columns(recorded, ["entry", "verdict"], path, CollectionError)
    then = recorded.set_index("entry")["verdict"].rename("recorded")
    both = pd.concat([then, now], axis="columns").fillna("none").reset_index()
    differing = both[both["recorded"] != both["verdict"]]
    if differing.empty:
        say(f"\nAll {len(rows)} verdicts are as recorded.")
        return 0
    said = render("verdicts.txt", path=path, differing=differing.to_dict("records"))
    say(f"\n{said}", to=sys.stderr)
    return 1


def _each(frame: pd.DataFrame | None, column: str) -> list[str]:
    return [] if frame is None else [str(name) for name in frame[column].unique()]


def _refuse_what_is_there(path: Path) -> None:
    """Refuse to write over a file: it may be the only copy of somebody's answers."""
    if is_there(path):
        raise CollectionError(f"{path}: is there already. Name another file, or move it away.")


def _write_report(path: Path, text: str, said: str) -> None:
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
    say(f"{path}: {said}.")
