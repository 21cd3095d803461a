"""Damaged, oversized and hostile files end in a clear error, within bounds of memory."""

import os
import random
import re
import struct
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pyreadstat
import pytest
import xlsxwriter
from test_read import write_xlsb

from csm_lib.errors import ReturnsError
from csm_lib.own import read
from csm_lib.own.read import FORMS, Sheet, read_sheets

BOOKS = Path(__file__).parent / "workbooks"


def refused(path: Path) -> str:
    """Return the message with which a file is refused, without its path."""
    with pytest.raises(ReturnsError) as caught:
        read_sheets(path)
    message = str(caught.value)
    assert message.startswith(str(path))
    assert message.rstrip(")").endswith(".")  # the last sentence is the remedy
    return message.removeprefix(str(path))


def outcome(path: Path) -> list[Sheet]:
    """Return the sheets in a file that may be damaged, or none where it is refused."""
    message = str(path)
    sheets = []
    try:
        sheets = read_sheets(path)
    except ReturnsError as reason:
        message = str(reason)
    assert message.startswith(str(path))
    return sheets


def authorities(sheet: Sheet) -> list[str]:
    """Return the texts of the first column, without its name."""
    texts = sheet.cells.loc[sheet.cells["column"] == 1, "text"].tolist()
    return texts if sheet.names else texts[1:]


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    answers = ["yes", "no", ""]
    table = {"authority": [f"A{number:02d}" for number in range(30)], "year": [2008.0] * 30}
    for item in range(8):
        table[f"x{item}"] = [answers[(number * (item + 2)) % 3] for number in range(30)]
    table["n"] = [float(number % 4) for number in range(30)]
    return pd.DataFrame(table)


@pytest.fixture(scope="module")
def good(frame, tmp_path_factory) -> dict[str, bytes]:
    """One good file of each format."""
    folder = tmp_path_factory.mktemp("good")
    labels = {"n": {0: "No", 1: "Yes"}}
    frame.to_csv(folder / "a.csv", index=False)
    pyreadstat.write_sav(frame, folder / "a.sav", variable_value_labels=labels)
    pyreadstat.write_sav(frame, folder / "a.zsav", compress=True)
    pyreadstat.write_dta(frame, folder / "a.dta", variable_value_labels=labels)
    pyreadstat.write_por(frame.rename(columns=lambda name: name[:8].upper()), folder / "a.por")
    frame.to_parquet(folder / "a.parquet", index=False)
    book = xlsxwriter.Workbook(folder / "a.xlsx")
    sheet = book.add_worksheet("S")
    for number, row in enumerate([list(frame.columns), *frame.to_numpy().tolist()]):
        sheet.write_row(number, 0, row)
    book.close()
    (folder / "a.xlsm").write_bytes((folder / "a.xlsx").read_bytes())
    (folder / "a.xls").write_bytes((BOOKS / "old.xls").read_bytes())
    (folder / "a.ods").write_bytes((BOOKS / "libreoffice.ods").read_bytes())
    write_xlsb(folder / "a.xlsb", {"S": [["authority", "year"], ["A", 2008]], "H": [["x"]]}, "H")
    return {path.suffix: path.read_bytes() for path in folder.iterdir()}


def put(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


# ---------------------------------------------------------------- what is no file of returns


def test_a_file_that_is_not_there_is_refused(tmp_path):
    assert "there is no such file" in refused(tmp_path / "a.csv")
    assert "is a folder" in refused(tmp_path)


@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
def test_what_is_no_ordinary_file_is_refused_and_not_waited_for(tmp_path, suffix):
    pipe, loop, endless = (tmp_path / f"{name}{suffix}" for name in ("pipe", "loop", "endless"))
    os.mkfifo(pipe)
    assert "is no ordinary file" in refused(pipe)
    loop.symlink_to(loop)
    assert "cannot be read" in refused(loop)
    endless.symlink_to("/dev/zero")
    assert "is no ordinary file" in refused(endless)


@pytest.mark.parametrize("suffix", FORMS)
def test_empty_files_and_random_bytes_are_refused(tmp_path, suffix):
    assert "is empty" in refused(put(tmp_path / f"empty{suffix}", b""))
    for seed in (1, 2):
        noise = random.Random(seed).randbytes(3_000)
        assert refused(put(tmp_path / f"noise{suffix}", noise))


@pytest.mark.parametrize(
    ("suffix", "content", "part"),
    [
        (".csv", ".xlsx", "is a file of Excel or OpenDocument in spite of its name. Give it"),
        (".xlsx", ".csv", "is no Excel or OpenDocument file"),
        (".sav", ".parquet", "is a file of Parquet in spite of its name"),
        (".parquet", ".sav", "is a file of SPSS in spite of its name"),
        (".dta", ".csv", "is no Stata file"),
        (".xls", ".csv", "is no Excel or OpenDocument file"),
        (".por", ".sav", "is a file of SPSS in spite of its name. Give it the suffix .sav or"),
        (".csv", ".por", "is a file of SPSS (portable) in spite of its name"),
        (".fods", ".csv", "save it as .xlsx"),
        (".numbers", ".xlsx", "save it as .xlsx"),
        (".pdf", ".csv", "files .pdf are not read. Save it as one of .csv"),
        ("", ".csv", "files without a suffix are not read"),
    ],
)
def test_a_file_under_a_wrong_name_is_refused(tmp_path, good, suffix, content, part):
    assert part in refused(put(tmp_path / f"a{suffix}", good[content]))


def test_a_protected_workbook_is_told_apart(tmp_path):
    old = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
    assert "cannot be read" in refused(put(tmp_path / "a.xls", old))
    locked = old + "EncryptedPackage".encode("utf-16-le") + bytes(600)
    assert "is protected by a password" in refused(put(tmp_path / "b.xlsx", locked))


def test_a_file_that_is_too_large_is_not_opened(tmp_path):
    path = tmp_path / "a.csv"
    with path.open("wb") as file:
        file.truncate((256 << 20) + 1)  # takes no room on the disk
    assert "up to 256 MB are read" in refused(path)


@pytest.mark.parametrize("suffix", FORMS)
def test_files_cut_short_are_refused_or_read_in_part(tmp_path, good, suffix):
    known = {".txt": ".csv", ".tsv": ".csv"}
    data = good[known.get(suffix, suffix)]
    for share in (0.02, 0.5, 0.97):
        path = put(tmp_path / f"a{suffix}", data[: int(len(data) * share)])
        if suffix in known or suffix == ".csv":
            path.write_bytes(path.read_bytes().rstrip(b"\n") + b',"')  # cut within a cell
        assert refused(path)


# ---------------------------------------------------------------- CSV


def test_a_line_without_end_is_refused(tmp_path):
    assert "longer than 32,767" in refused(put(tmp_path / "a.csv", b"a,b\n" + b"x" * 40_000_000))


def test_a_quotation_mark_that_is_never_closed_is_named_by_its_line(tmp_path):
    rows = b"".join(b"A%d,2008,yes\n" % number for number in range(50_000))
    path = put(tmp_path / "a.csv", b'authority,year,x\nB,2008,"yes\n' + rows)
    assert ", line 2: a cell is longer" in refused(path)


def test_too_many_columns_are_refused(tmp_path):
    header = ",".join(f"c{number}" for number in range(6_000))
    assert "has 6,000 columns; up to 5,000" in refused(
        put(tmp_path / "a.csv", f"{header}\n{',' * 5_999}\n".encode())
    )


def test_too_many_cells_are_refused(tmp_path):
    path = put(tmp_path / "a.csv", (b"x" + b"," * 4_999 + b"\n") * 2_001)
    assert "has 10,005,000 cells; up to 10,000,000" in refused(path)


# ---------------------------------------------------------------- Excel


def rewritten(
    data: bytes, path: Path, change: Callable[[str, bytes], bytes], *, extra: int = 0
) -> Path:
    """Write a workbook with changed parts."""
    source = path.with_suffix(".source")
    source.write_bytes(data)
    with (
        zipfile.ZipFile(source) as old,
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            new.writestr(name, change(name, old.read(name)))
        for number in range(extra):
            new.writestr(f"xl/extra{number}.bin", b"")
    return path


SHEET = "xl/worksheets/sheet1.xml"


def in_sheet(old: bytes, new: bytes) -> Callable[[str, bytes], bytes]:
    def change(name: str, text: bytes) -> bytes:
        if name != SHEET:
            return text
        assert old in text
        return text.replace(old, new, 1)

    return change


def test_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path, good):
    bomb = b"<sheetData>" + b" " * 60_000_000
    path = rewritten(good[".xlsx"], tmp_path / "a.xlsx", in_sheet(b"<sheetData>", bomb))
    assert "may be a zip bomb" in refused(path)


def test_a_workbook_that_unpacks_to_too_much_is_refused(tmp_path):
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(9):
            archive.writestr(f"{number}.bin", b"x")
    data = path.read_bytes()
    # the directory claims 100 MB for each part of one byte, stored with 1 MB
    at = 0
    while (at := data.find(b"PK\x01\x02", at)) >= 0:
        sizes = struct.pack("<II", 1 << 20, 100 << 20)
        data = data[: at + 20] + sizes + data[at + 28 :]
        at += 4
    assert "unpacks to more than 512 MB" in refused(put(path, data))


def test_a_part_that_is_larger_than_it_says_is_refused(tmp_path, good):
    path = rewritten(
        good[".xlsx"],
        tmp_path / "a.xlsx",
        in_sheet(b"<sheetData>", b"<sheetData>" + b" " * 60_000_000),
    )
    data = path.read_bytes()
    size = struct.pack("<I", zipfile.ZipFile(path).getinfo(SHEET).file_size)
    assert data.count(size) == 2
    path.write_bytes(data.replace(size, struct.pack("<I", 5_000)))
    assert "is no whole workbook" in refused(path)


def test_too_many_parts_are_refused(tmp_path, good):
    path = rewritten(good[".xlsx"], tmp_path / "a.xlsx", lambda _, text: text, extra=10_001)
    assert "parts; a workbook has a few" in refused(path)


LAUGHS = b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'


@pytest.mark.parametrize("part", [SHEET, "xl/workbook.xml", "xl/sharedStrings.xml"])
def test_entities_are_refused(tmp_path, good, part):
    def change(name: str, text: bytes) -> bytes:
        return text.replace(b"?>", b"?>" + LAUGHS, 1) if name == part else text

    path = rewritten(good[".xlsx"], tmp_path / "a.xlsx", change)
    assert f"a part '{part}' that declares entities" in refused(path)


def test_deep_xml_is_refused_or_read_past(tmp_path, good, frame):
    deep = b"<x>" * 200_000 + b"</x>" * 200_000
    path = rewritten(
        good[".xlsx"], tmp_path / "a.xlsx", in_sheet(b"<sheetData>", deep + b"<sheetData>")
    )
    assert "a zip bomb" in refused(path)
    deep = "".join(f"<x{n}>" for n in range(50_000)) + "".join(
        f"</x{n}>" for n in reversed(range(50_000))
    )
    path = rewritten(
        good[".xlsx"], tmp_path / "a.xlsx", in_sheet(b"<sheetData>", deep.encode() + b"<sheetData>")
    )
    (sheet,) = read_sheets(path)
    assert authorities(sheet) == frame["authority"].tolist()


def test_a_dimension_that_is_claimed_is_not_believed(tmp_path, good, frame):
    path = rewritten(
        good[".xlsx"], tmp_path / "a.xlsx", in_sheet(b'ref="A1:K31"', b'ref="A1:XFD1048576"')
    )
    (sheet,) = read_sheets(path)
    assert authorities(sheet) == frame["authority"].tolist()


@pytest.mark.parametrize(
    ("where", "part"),
    [
        (b'r="XFD1048576"', "as far as row 1,048,576 and column 16,384"),
        (b"r='ZZZZZZ999999999'", "a sheet ends at row 1,048,576"),
        (b'r="&#88;FD1048576"', "as far as row 1,048,576 and column 16,384"),
    ],
)
def test_a_cell_far_from_all_others_is_refused(tmp_path, good, where, part):
    cell = b"<row><c " + where + b"><v>1</v></c></row></sheetData>"
    path = rewritten(good[".xlsx"], tmp_path / "a.xlsx", in_sheet(b"</sheetData>", cell))
    assert part in refused(path)


def test_a_workbook_without_its_sheet_is_refused(tmp_path, good):
    path = tmp_path / "a.xlsx"
    with (
        zipfile.ZipFile(put(tmp_path / "b", good[".xlsx"])) as old,
        zipfile.ZipFile(path, "w") as new,
    ):
        for name in old.namelist():
            if name != SHEET:
                new.writestr(name, old.read(name))
    assert f"has no part '{SHEET}'" in refused(path)
    with zipfile.ZipFile(path, "w") as new:
        new.writestr("hello.txt", "hello")
    assert "it is no workbook" in refused(path)


def test_a_sheet_cannot_name_a_file_outside_the_workbook(tmp_path, good):
    def change(name: str, text: bytes) -> bytes:
        if name != "xl/_rels/workbook.xml.rels":
            return text
        return text.replace(b"worksheets/sheet1.xml", b"../../../../etc/passwd")

    path = rewritten(good[".xlsx"], tmp_path / "a.xlsx", change)
    assert "it is no workbook" in refused(path)


# ---------------------------------------------------------------- SPSS, Stata, Parquet


@pytest.mark.parametrize("position", [68, 80], ids=["variables", "cases"])
def test_an_spss_header_that_claims_too_much_is_refused_or_not_believed(
    tmp_path, good, frame, position
):
    data = bytearray(good[".sav"])
    struct.pack_into("<i", data, position, 2**31 - 1)
    path = put(tmp_path / "a.sav", bytes(data))
    for sheet in outcome(path):
        assert authorities(sheet) == frame["authority"].tolist()


def test_a_stata_header_that_claims_too_many_rows_is_refused(tmp_path, good):
    data = good[".dta"]
    at = data.index(b"<N>") + 3
    claimed = struct.pack("<Q", 2**40)[: data.index(b"</N>") - at]
    path = put(tmp_path / "a.dta", data[:at] + claimed + data[at + len(claimed) :])
    assert refused(path)


@pytest.mark.usefixtures("cold_readers")
def test_a_file_that_crashes_its_reader_is_refused(tmp_path, good):
    # the width of the second text variable, where ReadStat trusts it and writes out of bounds
    data = good[".sav"]
    records = [found.start() for found in re.finditer(rb"\x02\0\0\0[\x01-\x08]\0\0\0", data)]
    messages = []
    for at in records:
        damaged = data[: at + 4] + b"\xff" + data[at + 5 :]
        path = put(tmp_path / "a.sav", damaged)
        try:
            read_sheets(path)
        except ReturnsError as reason:
            messages.append(str(reason))
    assert any("it is damaged" in message for message in messages)


def test_a_parquet_footer_that_lies_is_refused(tmp_path):
    path = tmp_path / "a.parquet"
    rows = 30_000
    pq.write_table(pa.table({f"c{n}": np.zeros(rows, dtype="int8") for n in range(120)}), path)
    data = path.read_bytes()
    true, claimed = _varint(2 * rows), _varint(2 * 90_000)
    assert len(true) == len(claimed) == 3
    path.write_bytes(data.replace(true, claimed))
    assert "has 10,800,000 cells; up to 10,000,000" in refused(path)
    path.write_bytes(data.replace(true, _varint(2 * 80_000)))
    assert "says that it has 80,000 rows and has another number" in refused(path)


def _varint(number: int) -> bytes:
    result = b""
    while number > 127:
        result += bytes([number & 127 | 128])
        number >>= 7
    return result + bytes([number])


def test_a_parquet_column_of_several_values_is_refused(tmp_path):
    table = pa.table({"authority": ["A"], "x": [[{"a": 1}]]})
    pq.write_table(table, tmp_path / "a.parquet")
    assert "column 'x' of type list" in refused(tmp_path / "a.parquet")


def test_a_nul_in_a_cell_is_refused(tmp_path):
    table = pa.table({"authority": ["A", "B\0"], "year": ["2008", "2008"]})
    pq.write_table(table, tmp_path / "a.parquet")
    assert "row 2, column 'authority': holds a NUL character" in refused(tmp_path / "a.parquet")


# ---------------------------------------------------------------- bounds


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux holds to the bound")
def test_a_reader_cannot_take_more_memory_than_its_share():
    script = "from csm_lib.own.child import bound; bound(); bytearray(5 << 30)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=False)
    assert b"MemoryError" in done.stderr


@pytest.mark.usefixtures("cold_readers")
def test_a_reader_that_takes_too_long_is_ended(tmp_path, good, monkeypatch):
    monkeypatch.setattr(read, "SECONDS", 0.01)
    assert "was not read within 0.01 seconds" in refused(put(tmp_path / "a.dta", good[".dta"]))


@pytest.mark.usefixtures("cold_readers")
def test_a_reader_does_not_import_what_lies_in_the_working_folder(
    tmp_path, good, frame, monkeypatch
):
    (tmp_path / "pyreadstat.py").write_text("raise SystemExit(3)")
    monkeypatch.chdir(tmp_path)
    (sheet,) = read_sheets(put(tmp_path / "a.sav", good[".sav"]))
    assert authorities(sheet) == frame["authority"].tolist()


@pytest.mark.usefixtures("cold_readers")
def test_a_library_that_is_missing_is_not_the_fault_of_the_file(tmp_path, good, monkeypatch):
    missing = "raise ModuleNotFoundError(\"No module named 'python_calamine'\")"
    put(tmp_path / "python_calamine.py", missing.encode())
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with pytest.raises(RuntimeError, match="No module named 'python_calamine'"):
        read_sheets(put(tmp_path / "a.xlsx", good[".xlsx"]))


# ---------------------------------------------------------------- corruption at random


def corrupted(data: bytes, chance: random.Random) -> bytes:
    if chance.random() < 0.2:
        return data[: chance.randrange(len(data))]
    changed = bytearray(data)
    # the first and last bytes say how the rest is to be read
    zones = [(0, len(data)), (0, min(1_500, len(data))), (max(0, len(data) - 1_500), len(data))]
    for _ in range(chance.choice([1, 2, 8, 40])):
        at = chance.randrange(*chance.choice(zones))
        changed[at] = chance.choice([0, 127, 128, 255, chance.randrange(256)])
    return bytes(changed)


@pytest.mark.parametrize(
    ("suffix", "times"),
    [
        (".csv", 150),
        *[(".xlsx", 10), (".xlsb", 5), (".xls", 5), (".ods", 5)],
        *[(".sav", 14), (".zsav", 6), (".por", 6), (".dta", 10), (".parquet", 10)],
    ],
)
def test_any_damage_ends_in_a_table_or_a_clear_error(tmp_path, good, suffix, times):
    chance = random.Random(f"damage to {suffix}")
    path = tmp_path / f"a{suffix}"
    for _ in range(times):
        path.write_bytes(corrupted(good[suffix], chance))
        for sheet in outcome(path):
            assert len(sheet.cells) > 0
            assert sheet.cells.notna().all(axis=None)


def test_damage_to_the_text_in_a_workbook_ends_in_a_table_or_a_clear_error(tmp_path, good):
    chance = random.Random("damage within a workbook")
    for _ in range(10):
        path = rewritten(
            good[".xlsx"],
            tmp_path / "a.xlsx",
            lambda name, text: (
                corrupted(text, chance)
                if name in (SHEET, "xl/sharedStrings.xml", "xl/workbook.xml")
                else text
            ),
        )
        outcome(path)


@pytest.mark.parametrize(
    ("part", "head", "sound"),
    [
        ("customXml/item1.xml", "", True),
        ("customXml/item1.xml", LAUGHS.decode(), False),
        ("xl/other.xml", "", False),
    ],
)
def test_a_part_in_utf_16_is_read_past_where_excel_keeps_queries(
    tmp_path, good, frame, part, head, sound
):
    path = tmp_path / "a.xlsx"
    path.write_bytes(good[".xlsx"])
    with zipfile.ZipFile(path, "a") as archive:
        text = f'<?xml version="1.0" encoding="utf-16"?>{head}<x/>'
        archive.writestr(part, text.encode("utf-16"))
    if sound:
        (sheet,) = read_sheets(path)
        assert authorities(sheet) == frame["authority"].tolist()
    else:
        assert f"a part '{part}' that declares entities" in refused(path)
