"""Clean files are read column by column, all others cell by cell: both say the same of any file."""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import patch

import pandas as pd
import pytest
from broken_files import FOLDER
from hypothesis import HealthCheck, event, example, given, settings
from hypothesis import strategies as st

from csm_lib import returns
from csm_lib.codebook import Codebook, read_codebook
from csm_lib.errors import CollectionError
from csm_lib.own import check

CODEBOOK = """\
item,section,label,question,response,years,not_held,asked_if
seat,board,Seat,Has it a seat?,yes_no,2021;2022;2023,,
chair,board,Chair,Has it the chair?,yes_no,2021;2022;2023,2022,
vote,board,Vote,Has it a vote?,yes_no,2021;2022;2023,,
level,levels,Level,Who sits there?,level,2021;2022;2023,,seat
note,levels,Note,Is it noted?,yes_no,2022;2023,,seat
members,board,Members,How many?,number,2021;2022;2023,,
"""
HEADER = ["authority", "year", "region", "authority_type"]
ITEMS = ["seat", "chair", "vote", "level", "note", "members"]
YEARS = ["2021", "2022", "2023"]
NAMES = [
    "Kent", "Kent Council", "KENT", "Bristol, City of", "Bristol City", "St Helens", "Ynys Môn",
    "Hull", "Leeds", "Derby", "Luton", "Essex", "NA", "null", "007", "True",
]  # fmt: skip
FRAME = pd.DataFrame({"authority": ["Kent"], "region": ["North"], "authority_type": ["County"]})
ODD = [
    "", " ", "yes", "no", "Yes", "YES", "yes ", " no", "NA", "null", "nan", "NaN", "None", "TRUE",
    "1", "0", "01", "x", "[x]", "..", "head", "Head", "maybe", "2021", "2021-22", "2020", "02021",
    "12.5", "1,200", "1e3", "-0", "12%", "North", "north", "\u00a0", "yes\u00a0", "\u2003",
    "a\u200bb", "Kent\u00a0", " Kent", "Kent", "kent", "K" * 1_001, "K" * 40_000, "K" * 140_000,
    "two\nlines", "two\r\nlines", 'a "b" c', '"', '""', "a;b", "a\tb", "a|b", "\ufeff", "\u2028",
    "\x1c", "\0", '{"ImportId":"q"}', "Note: of the year", "SPSSPORT", "é", "\U0001f600", ",",
    "=1+1", "#N/A",
]  # fmt: skip


@pytest.fixture(scope="module")
def codebook(tmp_path_factory: pytest.TempPathFactory) -> Codebook:
    path = tmp_path_factory.mktemp("two") / "codebook.csv"
    path.write_text(CODEBOOK, "utf-8")
    return read_codebook(path)


@st.composite
def clean_tables(draw: st.DrawFn) -> list[list[str]]:
    """The header and the rows of returns in the clean form."""
    header = [*draw(st.permutations(HEADER)), *draw(st.permutations(ITEMS))]
    given_up = draw(st.sets(st.sampled_from(["region", "level", "note", "members"]), max_size=2))
    header = [name for name in header if name not in given_up]
    who = st.tuples(st.sampled_from(NAMES), st.sampled_from(YEARS))
    many = draw(st.sampled_from([1, 6, 30]))
    pairs = draw(st.lists(who, min_size=1, max_size=many, unique=True))
    if draw(st.booleans()):
        pairs.sort()
    rows = []
    for name, year in pairs:
        seat, chair, vote, note = (draw(st.sampled_from(["yes", "no", ""])) for _ in range(4))
        cells = {
            "authority": name, "year": year, "seat": seat, "vote": vote,
            "region": draw(st.sampled_from(["", "North"])),
            "authority_type": draw(st.sampled_from(["", "County"])),
            "chair": chair if year != "2022" else "",
            "level": draw(st.sampled_from(["head", "other", ""])) if seat == "yes" else "",
            "note": note if seat == "yes" and year != "2021" else "",
            "members": draw(st.sampled_from(["", "0", "12", "012", "-1.5", "1,200", "+3"])),
        }  # fmt: skip
        rows.append([cells[name] for name in header])
    return [header, *rows]


def written(table: list[list[str]], quoting: Any, end: str, separator: str = ",") -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, quoting=quoting, lineterminator=end, delimiter=separator).writerows(table)
    return text.getvalue().encode("utf-8", "surrogatepass")


def spoil(draw: st.DrawFn, table: list[list[str]]) -> None:
    """One cell, row or heading goes wrong."""
    row = table[draw(st.integers(0, len(table) - 1))]
    at = draw(st.integers(0, max(len(row) - 1, 0)))
    kind = draw(st.sampled_from(["cell", "cell", "cell", "cell", "again", "more", "less", "blank"]))
    if kind == "cell" and row:
        row[at] = draw(st.sampled_from(ODD) | st.text(max_size=4))
    elif kind == "again":
        table.append([*row])
    elif kind == "more":
        row.append(draw(st.sampled_from(["", "yes"])))
    elif kind == "less":
        del row[at:]
    else:
        table.insert(draw(st.integers(0, len(table))), draw(st.sampled_from([[], [""] * len(row)])))


def spoil_bytes(draw: st.DrawFn, data: bytes) -> bytes:
    """Some bytes go wrong."""
    at = draw(st.integers(0, len(data)))
    odd = [b'"', b'""', b"\r", b"\n", b"\n\n", b"\xff", b"\xe9", b"\xed\xa0\x80", b"\0", b",", b";"]
    put = draw(st.sampled_from([*odd, b"\t", b"|", b" ", b"\xc2\xa0", b"\xef\xbb\xbf", b"yes"]))
    return data[:at] + put + data[at + draw(st.integers(0, 1)) :]


@st.composite
def files(draw: st.DrawFn) -> bytes:
    """A file of returns that is clean, or has some things wrong with it."""
    table = draw(clean_tables())
    for _ in range(draw(st.sampled_from([0, 0, 1, 1, 2, 3]))):
        spoil(draw, table)
    quoting = draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]))
    end = draw(st.sampled_from(["\n", "\n", "\r\n", "\r"]))
    separator = draw(st.sampled_from([",", ",", ",", ",", ";", "\t", "|"]))
    data = written(table, quoting, end, separator)
    data = draw(st.sampled_from([b"", b"", b"\xef\xbb\xbf", b"\xef\xbb\xbf\xef\xbb\xbf"])) + data
    data = data.rstrip(b"\r\n") if draw(st.booleans()) else data
    for _ in range(draw(st.sampled_from([0, 0, 0, 1, 2]))):
        data = spoil_bytes(draw, data)
    return data + draw(st.sampled_from([b"", b"", b"", b"\n", b",,,\n", b"Note: by hand"]))


def outcome(read: Callable[[], Any]) -> Any:
    try:
        return read()
    except CollectionError as reason:
        return f"{type(reason).__name__}: {reason}"


def same_of_the_door(path: Path, codebook: Codebook, frame: pd.DataFrame | None) -> bool:
    """Whether both readers say the same of a file; gives whether it was read column by column."""
    told: tuple[list[str], list[str]] = ([], [])
    quick = outcome(lambda: check.check_file(path, codebook, frame=frame, progress=told[0].append))
    clean = check.clean_text(path, codebook, frame) is not None
    with patch.object(check, "clean_text", return_value=None):
        careful = outcome(
            lambda: check.check_file(path, codebook, frame=frame, progress=told[1].append)
        )
    assert told[0] == told[1]
    if isinstance(careful, str) or isinstance(quick, str):
        assert (type(quick), str(quick)) == (type(careful), str(careful))
        return clean
    assert str(quick) == str(careful)
    assert quick.html == careful.html
    assert (quick.path, quick.notices) == (careful.path, careful.notices)
    assert (quick.returns is None) == (careful.returns is None)
    pd.testing.assert_frame_equal(quick.found, careful.found, check_dtype=False)
    pd.testing.assert_frame_equal(quick.faults, careful.faults)
    pd.testing.assert_frame_equal(quick.grouped, careful.grouped)
    pd.testing.assert_frame_equal(quick.repairs, careful.repairs)
    if careful.returns is not None:
        pd.testing.assert_frame_equal(quick.returns, careful.returns, check_index_type="exact")
    return clean


def same_of_the_core(path: Path, codebook: Codebook, frame: pd.DataFrame | None) -> None:
    quick = outcome(lambda: returns.read_returns(path, codebook, frame=frame))
    with patch.object(returns, "regular_text", return_value=None):
        careful = outcome(lambda: returns.read_returns(path, codebook, frame=frame))
    if isinstance(careful, str) or isinstance(quick, str):
        assert (type(quick), str(quick)) == (type(careful), str(careful))
    else:
        pd.testing.assert_frame_equal(quick, careful, check_index_type="exact")


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(data=files(), framed=st.booleans())
@example(data=b"authority,year\nA,2021\n", framed=False)
@example(
    data=b"\xef\xbb\xbf\xef\xbb\xbfauthority,year,region,authority_type\nA,2021,,\n", framed=False
)
@example(data=b"authority,year,level\nA,2021,head\n", framed=False)
@example(data=b"authority,year,seat,level\nA,2021,no,head\n", framed=False)
@example(data=b'authority,year,seat\nA,2021,yes\n"B\n",2021,yes\n', framed=False)
@example(data=b"authority,year,seat\n\nA,2021,yes\n\nB,2021,no", framed=False)
@example(data=b"authority,year,region\nA,2021,North\nB,2021,\n", framed=True)
@example(data=b"authority,year,seat\nSPSSPORT,2021,yes\n", framed=False)
@example(data=b"authority,year,seat\nA;B;C,2021,yes\nB;C;D,2022,yes\n", framed=False)
@example(data=b"authority,year,seat\nA,2021,yes\nA,2021,yes\n", framed=False)
@example(data=b"authority,year,seat\nA,2021,yes\n,,\nB,2021,yes\n", framed=False)
def test_both_readers_say_the_same(codebook: Codebook, data: bytes, framed: bool) -> None:
    frame = FRAME if framed else None
    with TemporaryDirectory() as folder:
        path = Path(folder, "returns.csv")
        path.write_bytes(data)
        event("by column" if same_of_the_door(path, codebook, frame) else "cell by cell")
        same_of_the_core(path, codebook, frame)


@settings(max_examples=20, suppress_health_check=[HealthCheck.too_slow])
@given(table=clean_tables(), quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]))
def test_a_clean_file_is_read_column_by_column(
    codebook: Codebook, table: list[list[str]], quoting: Any
) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder, "returns.csv")
        for start, end in ((b"", "\n"), (b"\xef\xbb\xbf", "\r\n")):
            path.write_bytes(start + written(table, quoting, end))
            assert same_of_the_door(path, codebook, FRAME)
            same_of_the_core(path, codebook, FRAME)


def test_of_a_clean_file_no_cell_is_read_by_itself(tmp_path: Path, codebook: Codebook) -> None:
    path = tmp_path / "returns.csv"
    path.write_text(
        "authority,year,region,authority_type,seat,level,members\n"
        'B,2022,,,yes,head,"1,200"\n"A, the first",2021,North,County,,,\nB,2021,,,no,,NA\n'
        .replace("NA", "7"), "utf-8",
    )  # fmt: skip
    never = AssertionError("read cell by cell")
    with patch("csm_lib.own.table.read_sheets", side_effect=never):
        found = check.read_returns(path, codebook)
    with patch.object(returns, "read_text", side_effect=never):
        pd.testing.assert_frame_equal(returns.read_returns(path, codebook), found)
    assert found["authority"].tolist() == ["A, the first", "B", "B"]
    assert found["year"].tolist() == [2021, 2021, 2022]
    assert found["region"].isna().tolist() == [False, True, True]
    assert found["seat"].tolist() == [pd.NA, False, True]
    assert found["level"].dropna().tolist() == ["head"]
    assert found["members"].tolist() == [pd.NA, 7.0, 1200.0]
    assert [*map(str, found.dtypes)] == [
        "str", "int64", "str", "str", "boolean", "boolean", "boolean", "str", "boolean", "Float64",
    ]  # fmt: skip


def test_without_pyarrow_files_are_read_cell_by_cell(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow.csv", None)
    valid = read_codebook(FOLDER / "codebook.csv")
    assert returns.regular_text(FOLDER / "valid.csv", valid) is None
    assert check.check_file(FOLDER / "valid.csv", valid).ok


def test_a_table_of_too_many_cells_is_refused_though_it_is_clean(
    tmp_path: Path, codebook: Codebook
) -> None:
    path = tmp_path / "returns.csv"
    path.write_text("authority,year,seat\nA,2021,yes\nB,2021,no\n", "utf-8")
    with patch("csm_lib.own.clean.MAX_CELLS", 9), patch("csm_lib.own.child.MAX_CELLS", 9):
        assert check.check_file(path, codebook).ok
    with patch("csm_lib.own.clean.MAX_CELLS", 8), patch("csm_lib.own.child.MAX_CELLS", 8):
        assert "cells" in str(outcome(lambda: check.check_file(path, codebook)))
