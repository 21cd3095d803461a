"""One thing goes wrong in a file of valid returns: it is seen, named, or makes no difference.

Valid returns are written in a random format and one cell, one heading or some bytes are spoilt.
Whatever is spoilt, the outcome is either the true returns or an error or a report that names what
was spoilt. Nothing else than a `CollectionError` is ever raised.

Some slips nobody can see, as the file that has them is as valid as the one that has not. They are
left out: one valid answer written for another, or blanked; a name changed into a new name; a
region or type blanked; two headings exchanged; whole columns of answers or whole rows cut off; and
a flipped bit in a format without checksums that happens to give any of these.
"""

from __future__ import annotations

import csv
import datetime
import io
import re
import zipfile
from dataclasses import dataclass, replace
from functools import cache
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pyreadstat
import pytest
import xlsxwriter
from broken_files import FOLDER
from hypothesis import HealthCheck, assume, event, given, settings
from hypothesis import strategies as st

from csm_lib.codebook import Codebook, read_codebook
from csm_lib.errors import CollectionError
from csm_lib.own.check import check_file, read_returns
from csm_lib.own.report import Report

EXAMPLE = Path(__file__).parent.parent / "examples" / "partnership-board"
IDENTIFIERS = 4  # columns before the answers

# What a person may write for an answer, apart from its code and label.
SYNONYMS = {
    "yes": ["Yes", "YES", "Y", "y", "TRUE", "True", " yes", "yes ", "yes\u00a0", "\u2713"],
    "no": ["No", "NO", "N", "n", "FALSE", "False", " no", "no  "],
}
KNOWN = {"t", "f", "1", "0", "x", "\u2714", "\u2611"} | {
    word.strip().casefold() for words in SYNONYMS.values() for word in words
}

slow = settings(
    max_examples=30,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)


@dataclass(frozen=True)
class Table:
    """Valid returns as text, with their codebook."""

    codebook: Codebook
    header: list[str]
    rows: list[list[str]]

    def cell(self, row: int, column: str) -> str:
        return self.rows[row][self.header.index(column)]

    def changed(self, row: int, column: str, value: str) -> Table:
        rows = [list(cells) for cells in self.rows]
        rows[row][self.header.index(column)] = value
        return replace(self, rows=rows)

    def renamed(self, column: str, name: str) -> Table:
        return replace(self, header=[name if head == column else head for head in self.header])

    def cells(self) -> list[tuple[int, str]]:
        """The cells that hold an answer."""
        return [
            (row, column)
            for row in range(len(self.rows))
            for column in self.header[IDENTIFIERS:]
            if self.cell(row, column)
        ]


def read_table(path: Path, codebook: Path, most: int) -> Table:
    with path.open(encoding="utf-8", newline="") as file:
        header, *rows = list(csv.reader(file))
    return Table(read_codebook(codebook), header, rows[:most])


TABLES = {
    "small": read_table(FOLDER / "valid.csv", FOLDER / "codebook.csv", 6),
    "example": read_table(EXAMPLE / "returns.csv", EXAMPLE / "codebook.csv", 30),
}


# -- Writing ------------------------------------------------------------------

DELIMITED = {
    "comma": (",", "utf-8", "\n"),
    "bom": (",", "utf-8-sig", "\r\n"),
    "semicolon": (";", "utf-8", "\n"),
    "tab": ("\t", "utf-8", "\r\n"),
}
WORKBOOKS = {"xlsx": ".xlsx", "ods": ".ods"}
BINARY = {**WORKBOOKS, "sav": ".sav", "dta": ".dta", "parquet": ".parquet"}
FORMATS = [*DELIMITED, *BINARY]


def write(table: Table, form: str, folder: Path) -> Path:
    path = folder / f"returns{BINARY.get(form, '.csv')}"
    if form in DELIMITED:
        separator, encoding, end = DELIMITED[form]
        text = io.StringIO(newline="")
        writer = csv.writer(text, delimiter=separator, lineterminator=end)
        writer.writerows([table.header, *table.rows])
        path.write_bytes(text.getvalue().encode(encoding, errors="surrogatepass"))
    elif form == "xlsx":
        with xlsxwriter.Workbook(str(path), {"strings_to_urls": False}) as book:
            book.set_properties({"created": datetime.datetime(2024, 1, 1)})  # as long each time
            sheet = book.add_worksheet("Answers")
            for line, row in enumerate([table.header, *table.rows]):
                for place, cell in enumerate(row):
                    if cell:
                        sheet.write_string(line, place, cell)
    elif form == "ods":
        lines = pd.DataFrame([table.header, *table.rows])
        lines.to_excel(path, sheet_name="Answers", header=False, index=False)
    elif form == "parquet":
        columns = [
            pa.array([cell or None for cell in column], pa.string())
            for column in zip(*table.rows, strict=True)
        ]
        pq.write_table(pa.table(columns, names=table.header), path)
    else:
        frame = pd.DataFrame(table.rows, columns=table.header)
        save = pyreadstat.write_sav if form == "sav" else pyreadstat.write_dta
        save(frame, str(path))
    return path


@cache
def sound_file(name: str, form: str) -> bytes:
    with TemporaryDirectory() as folder:
        return write(TABLES[name], form, Path(folder)).read_bytes()


def sound(table: Table, form: str) -> bytes:
    """The bytes of a sound file: written once, as some forms hold the hour of that."""
    return sound_file(next(name for name, one in TABLES.items() if one is table), form)


def row_in_file(row: int, form: str) -> int:
    """What a report calls a row: lines and rows of Excel count the header, cases do not."""
    return row + 2 if form in {**DELIMITED, **WORKBOOKS} else row + 1


tables = st.sampled_from(list(TABLES)).map(TABLES.__getitem__)


def formats(table: Table, among: list[str] | None = None) -> st.SearchStrategy[str]:
    """Stata takes no dots in names, as the example has them."""
    dotted = any("." in name for name in table.header)
    return st.sampled_from([f for f in among or FORMATS if not (dotted and f == "dta")])


def truth(table: Table) -> pd.DataFrame:
    return TRUTH[next(name for name, one in TABLES.items() if one is table)]


def checked(table: Table, form: str, *, repair: bool = True) -> Report:
    with TemporaryDirectory() as folder:
        return check_file(write(table, form, Path(folder)), table.codebook, repair=repair)


def outcome(path: Path, codebook: Codebook) -> Report | CollectionError:
    """The report on a file, or the error in which it ends; any other error goes on up."""
    try:
        return check_file(path, codebook, repair=True)
    except CollectionError as error:
        return error


def spoilt(table: Table, form: str) -> Report | CollectionError:
    with TemporaryDirectory() as folder:
        return outcome(write(table, form, Path(folder)), table.codebook)


def named(report: Report) -> set[tuple[str, int | None, str]]:
    """The rules that are broken, with rows and columns."""
    return {
        (fault["rule"], None if pd.isna(fault["row"]) else int(fault["row"]), fault["column"])
        for fault in report.faults.to_dict("records")
        if fault["severity"] == "error"
    }


def read_truth(table: Table) -> pd.DataFrame:
    with TemporaryDirectory() as folder:
        return read_returns(write(table, "comma", Path(folder)), table.codebook)


TRUTH = {name: read_truth(table) for name, table in TABLES.items()}


# -- Nothing goes wrong -------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "form"),
    # Stata takes no dots in names, and the example's have some
    [pair for pair in product(TABLES, FORMATS) if pair != ("example", "dta")],
)
def test_returns_are_the_same_in_every_format(name: str, form: str) -> None:
    table = TABLES[name]

    found = checked(table, form, repair=False).returns

    assert found is not None
    pd.testing.assert_frame_equal(found, truth(table))


# -- A cell -------------------------------------------------------------------


@slow
@given(st.data())
def test_another_way_to_write_an_answer_is_repaired_if_asked_and_else_listed(
    data: st.DataObject,
) -> None:
    table = data.draw(tables)
    form = data.draw(formats(table))
    row, column = data.draw(st.sampled_from(table.cells()))
    answer, item = table.cell(row, column), table.codebook[column]
    label = item.answers[answer]
    ways = [answer.upper(), f" {answer}", label, label.lower(), *SYNONYMS.get(answer, [])]
    way = data.draw(st.sampled_from([way for way in ways if way != answer]))
    # a statistics program pads text with spaces, so those at its end are not part of it
    assume(form not in ("sav", "dta") or way.rstrip(" ") == way)
    changed = table.changed(row, column, way)

    repaired = checked(changed, form, repair=True)
    listed = checked(changed, form, repair=False)

    assert repaired.returns is not None, str(repaired)
    pd.testing.assert_frame_equal(repaired.returns, truth(table))
    assert listed.returns is None
    offers = listed.repairs[["column", "found", "becomes", "count"]].to_dict("records")
    assert offers == [{"column": column, "found": way, "becomes": answer, "count": 1}]


nonsense = st.text(
    st.characters(codec="utf-8", exclude_characters="\x00\r", exclude_categories=["Cs"]),
    min_size=1,
    max_size=12,
)


@slow
@given(st.data(), nonsense)
def test_what_is_no_answer_is_named_with_its_row_and_column(data: st.DataObject, text: str) -> None:
    table = data.draw(tables)
    form = data.draw(formats(table))
    row, column = data.draw(st.sampled_from(table.cells()))
    answers = table.codebook[column].answers
    plain = " ".join(text.split()).casefold()
    assume(plain and plain not in KNOWN)
    assume(plain not in {word.casefold() for pair in answers.items() for word in pair})
    assume(form not in WORKBOOKS or text.isprintable())  # else it writes something else
    assume(form not in ("sav", "dta") or text.isprintable())

    report = checked(table.changed(row, column, text), form)

    assert report.returns is None
    assert ("unknown_answer", row_in_file(row, form), column) in named(report)


@slow
@given(st.data())
def test_an_answer_of_another_question_is_named(data: st.DataObject) -> None:
    table = data.draw(tables)
    form = data.draw(formats(table))
    row, column = data.draw(st.sampled_from(table.cells()))
    kinds = {item.response: list(item.answers) for item in table.codebook.values()}
    other = data.draw(st.sampled_from([a for answers in kinds.values() for a in answers]))
    assume(other not in table.codebook[column].answers)

    report = checked(table.changed(row, column, other), form)

    assert report.returns is None
    assert ("unknown_answer", row_in_file(row, form), column) in named(report)


@slow
@given(st.data())
def test_an_answer_where_nothing_was_asked_is_named(data: st.DataObject) -> None:
    table = data.draw(tables)
    form = data.draw(formats(table))
    closed = []
    for row in range(len(table.rows)):
        for column in table.header[IDENTIFIERS:]:
            item = table.codebook[column]
            if int(table.cell(row, "year")) not in item.held:
                closed.append((row, column, "not_asked"))
            elif item.asked_if is not None and table.cell(row, item.asked_if) != "yes":
                closed.append((row, column, "not_opened"))
    row, column, rule = data.draw(st.sampled_from(closed))
    answer = data.draw(st.sampled_from(list(table.codebook[column].answers)))

    report = checked(table.changed(row, column, answer), form)

    assert report.returns is None
    assert named(report) == {(rule, row_in_file(row, form), column)}


@slow
@given(st.data())
def test_a_year_nobody_knows_is_named(data: st.DataObject) -> None:
    table = data.draw(tables)
    form = data.draw(formats(table))
    row = data.draw(st.integers(0, len(table.rows) - 1))
    year = data.draw(st.sampled_from(["", "1899", "20O9", "08", "2009/10", "2009.5", "-2009"]))

    report = checked(table.changed(row, "year", year), form)

    assert report.returns is None
    assert ("unknown_year", row_in_file(row, form), "year") in named(report)


@slow
@given(st.data())
def test_a_return_entered_under_another_is_named_with_the_one_it_collides_with(
    data: st.DataObject,
) -> None:
    table = data.draw(tables)
    form = data.draw(formats(table))
    row, other = data.draw(
        st.lists(st.integers(0, len(table.rows) - 1), min_size=2, max_size=2, unique=True)
    )
    changed = table
    for column in ("authority", "year"):
        changed = changed.changed(row, column, table.cell(other, column))

    report = checked(changed, form)

    assert report.returns is None
    first, second = (row_in_file(n, form) for n in sorted((row, other)))
    assert ("double_return", second, "authority") in named(report)
    faults = report.faults
    remedy = faults.loc[(faults["rule"] == "double_return"), "remedy"].iloc[0]
    assert re.search(rf" {first}( of sheet 'Answers')? already", remedy)


@slow
@given(st.data())
def test_a_name_written_another_way_is_repaired_or_named(data: st.DataObject) -> None:
    table = data.draw(tables)
    form = data.draw(formats(table))
    often = [
        row
        for row in range(len(table.rows))
        if sum(cells[0] == table.rows[row][0] for cells in table.rows) > 1
    ]
    row = data.draw(st.sampled_from(often))
    name = table.cell(row, "authority")
    way = data.draw(
        st.sampled_from([name.lower(), f" {name}", f"{name[0]} {name[1:]}", f"{name}\u00a0"])
    )

    report = checked(table.changed(row, "authority", way), form)

    if way.strip() == name:
        assert report.returns is not None
        pd.testing.assert_frame_equal(report.returns, truth(table))
    else:
        assert report.returns is None
        assert ("near_duplicate", row_in_file(row, form), "authority") in named(report)


@slow
@given(st.data())
def test_a_name_that_is_missing_is_named(data: st.DataObject) -> None:
    table = data.draw(tables)
    form = data.draw(formats(table))
    row = data.draw(st.integers(0, len(table.rows) - 1))

    report = checked(table.changed(row, "authority", ""), form)

    assert report.returns is None
    assert ("no_authority", row_in_file(row, form), "authority") in named(report)


@slow
@given(st.data())
def test_an_authority_that_changes_its_region_is_named(data: st.DataObject) -> None:
    table = data.draw(tables)
    form = data.draw(formats(table))
    row = data.draw(st.integers(0, len(table.rows) - 1))
    others = {cells[2] for cells in table.rows} - {table.cell(row, "region")}
    assume(sum(cells[0] == table.cell(row, "authority") for cells in table.rows) > 1)
    region = data.draw(st.sampled_from([*sorted(others), "Elsewhere"]))

    report = checked(table.changed(row, "region", region), form)

    assert report.returns is None
    assert ("region_moves", row_in_file(row, form), "region") in named(report)


# -- A heading ----------------------------------------------------------------


@slow
@given(st.data(), nonsense)
def test_a_heading_that_is_no_item_is_named(data: st.DataObject, text: str) -> None:
    table = data.draw(tables)
    form = data.draw(formats(table, [*DELIMITED, *WORKBOOKS, "parquet"]))
    column = data.draw(st.sampled_from(table.header))
    assume(text.strip() and text.isprintable() and text.strip() not in table.header)

    report = spoilt(table.renamed(column, text), form)

    if isinstance(report, CollectionError):  # another separator, or no table at all without it
        assert ", line 1: " in str(report) or column in table.header[:IDENTIFIERS]
        return
    assert report.returns is None
    rules = {(rule, name) for rule, _, name in named(report)}
    assert rules & {("unknown_column", text), ("unknown_column", text.strip())}
    if column in ("authority", "year"):  # a collection may have no regions and no types
        assert ("missing_column", column) in rules


@slow
@given(st.data())
def test_a_heading_that_stands_twice_is_named(data: st.DataObject) -> None:
    table = data.draw(tables)
    form = data.draw(formats(table, [*DELIMITED, *WORKBOOKS, "parquet"]))
    column, other = data.draw(
        st.lists(st.sampled_from(table.header), min_size=2, max_size=2, unique=True)
    )

    report = spoilt(table.renamed(column, other), form)

    if isinstance(report, CollectionError):
        assert other in str(report) or column in str(report)
        return
    assert report.returns is None
    assert {("double_column", other), ("missing_column", column)} & {
        (rule, name) for rule, _, name in named(report)
    }


# -- Bytes --------------------------------------------------------------------


@slow
@given(st.data())
def test_a_separator_too_many_or_too_few_is_named_with_its_line(data: st.DataObject) -> None:
    table = data.draw(tables)
    form = data.draw(st.sampled_from(list(DELIMITED)))
    separator = DELIMITED[form][0].encode()
    with TemporaryDirectory() as folder:
        path = write(table, form, Path(folder))
        lines = path.read_bytes().splitlines(keepends=True)
        line = data.draw(st.integers(1, len(lines) - 1))
        places = [n for n, byte in enumerate(lines[line]) if bytes([byte]) == separator]
        at = data.draw(st.sampled_from(places))
        more = data.draw(st.booleans())
        lines[line] = lines[line][:at] + separator * 2 * more + lines[line][at + 1 :]
        path.write_bytes(b"".join(lines))

        with pytest.raises(CollectionError, match=rf"line {line + 1}\b"):
            check_file(path, table.codebook, repair=True)


@slow
@given(st.data())
def test_a_byte_that_is_no_text_is_named_with_its_line(data: st.DataObject) -> None:
    table = data.draw(tables)
    form = data.draw(st.sampled_from(list(DELIMITED)))
    with TemporaryDirectory() as folder:
        path = write(table, form, Path(folder))
        whole = path.read_bytes()
        at = data.draw(st.integers(3, len(whole) - 1))
        path.write_bytes(whole[:at] + b"\x00" + whole[at:])

        line = whole[:at].count(b"\n") + 1
        with pytest.raises(CollectionError, match=rf"line {line}\b"):
            check_file(path, table.codebook, repair=True)


@slow
@given(st.data())
def test_a_file_cut_short_is_refused(data: st.DataObject) -> None:
    table = data.draw(tables)
    form = data.draw(formats(table, list(BINARY)))
    whole = sound(table, form)

    report = told_of(whole[: data.draw(st.integers(0, len(whole) - 1))], form, table.codebook)
    # what was cut off may be no more than the end of a file that nothing stands in
    if isinstance(report, Report) and report.returns is not None:
        pd.testing.assert_frame_equal(report.returns, truth(table))


@slow
@given(st.data())
def test_a_spoilt_workbook_is_refused_or_read_as_it_was(data: st.DataObject) -> None:
    table = data.draw(tables)
    form = data.draw(formats(table, list(WORKBOOKS)))

    report = told_of(damaged(sound(table, form), data), form, table.codebook)
    if isinstance(report, Report):
        assert report.returns is not None
        pd.testing.assert_frame_equal(report.returns, truth(table))


@slow
@given(st.data())
def test_a_spoilt_file_without_checksums_ends_in_returns_or_a_report(data: st.DataObject) -> None:
    table = data.draw(tables)
    form = data.draw(formats(table, [*DELIMITED, "sav", "dta", "parquet"]))

    told_of(damaged(sound(table, form), data), form, table.codebook)


@slow
@given(st.data())
def test_a_workbook_packed_anew_with_a_spoilt_part_ends_in_returns_or_a_report(
    data: st.DataObject,
) -> None:
    table = data.draw(tables)
    form = data.draw(formats(table, list(WORKBOOKS)))
    with zipfile.ZipFile(io.BytesIO(sound(table, form))) as book:
        parts = {part.filename: book.read(part) for part in book.infolist()}
    name = data.draw(st.sampled_from([name for name, part in parts.items() if part]))
    anew = io.BytesIO()
    with zipfile.ZipFile(anew, "w") as book:
        for part, whole in parts.items():
            book.writestr(part, damaged(whole, data) if part == name else whole)

    told_of(anew.getvalue(), form, table.codebook)


def told_of(whole: bytes, form: str, codebook: Codebook) -> Report | CollectionError:
    """The outcome of a file of these bytes: refused by name, or returns unless there are errors."""
    with TemporaryDirectory() as folder:
        path = Path(folder, f"returns{BINARY.get(form, '.csv')}")
        path.write_bytes(whole)
        report = outcome(path, codebook)
    if isinstance(report, CollectionError):
        assert path.name in str(report)
    else:
        assert (report.returns is None) == (report.errors > 0)
    return report


def damaged(whole: bytes, data: st.DataObject) -> bytes:
    """The bytes with one bit changed, or some of them wiped, lost, doubled or exchanged."""
    at = data.draw(st.integers(0, len(whole) - 1))
    event(f"byte {at * 10 // len(whole) * 10}% in")
    run = whole[at : at + data.draw(st.sampled_from([1, 2, 4, 16, 512]))]
    bit = bytes([run[0] ^ 1 << data.draw(st.integers(0, 7))]) + run[1:]
    ways = [bit, bytes(len(run)), b"\xff" * len(run), b"", run * 2, run[::-1]]
    return whole[:at] + data.draw(st.sampled_from(ways)) + whole[at + len(run) :]


def test_a_workbook_has_a_checksum_for_each_of_its_parts(tmp_path: Path) -> None:
    """What the test of spoilt workbooks rests on."""
    path: Any = write(TABLES["small"], "xlsx", tmp_path)
    with zipfile.ZipFile(path) as book:
        assert all(part.CRC for part in book.infolist())
