from pathlib import Path

import pandas as pd
import pyreadstat
import pytest
import xlsxwriter

from csm_lib.codebook import Codebook, read_codebook
from csm_lib.collection import SHIPPED
from csm_lib.errors import ReturnsError
from csm_lib.own.crosswalk import apply, draft, read_crosswalk, read_file, write_draft
from csm_lib.own.tables import combine, read_sheets


@pytest.fixture(scope="module")
def codebook() -> Codebook:
    return read_codebook(SHIPPED / "codebook.csv")


@pytest.fixture(scope="module")
def panel() -> pd.DataFrame:
    return pd.read_csv(SHIPPED / "returns.csv", dtype="str")


def write(path: Path, *lines: str) -> Path:
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def crosswalk(tmp_path: Path, *lines: str) -> Path:
    return write(tmp_path / "columns.csv", "column,item,code,answer", *lines)


def values(column: pd.Series) -> list[str]:
    return column.astype("str").fillna("-").tolist()


def test_columns_and_codes_become_items_and_answers(tmp_path, codebook):
    path = write(
        tmp_path / "a.csv", "LA,Wave,V1,V2,other", "A,1.0,1.0,1,z", "B,2,2,7,z", "C,2,9,,z"
    )
    key = read_crosswalk(
        crosswalk(
            tmp_path,
            *("LA,authority,,", "Wave,year,1,2008", "Wave,year,2,2009"),
            *("V1,board.police,1,yes", "V1,board.police,2.00,no", "V1,board.police,9,"),
            *("V2,level.police,1,head", "other,,,"),
        ),
        codebook,
    )
    raw = read_file(path, codebook, crosswalk=key)
    assert list(raw.frame.columns) == ["authority", "year", "board.police", "level.police"]
    assert values(raw.frame["year"]) == ["2008", "2009", "2009"]
    assert values(raw.frame["board.police"]) == ["yes", "no", "-"]
    assert values(raw.frame["level.police"]) == ["head", "7", "-"]
    assert raw.names["board.police"] == "V1"
    assert raw.rows["board.police"].tolist() == [2, 3, 4]
    assert raw.notices == (
        "dropped by the crosswalk: columns 'other'.",
        "'9' stands for no answer, as the crosswalk says: in 1 cell of 1 column.",
    )


def test_the_panel_comes_through_spss_and_a_crosswalk_unchanged(tmp_path, codebook, panel):
    coded = pd.DataFrame({"v0": panel["authority"], "v1": panel["year"].astype(float)})
    lines = ["v0,authority,,", "v1,year,,"]
    for number, name in enumerate(panel.columns[2:], start=2):
        answers = list(codebook[name].answers) if name in codebook else sorted(set(panel[name]))
        codes = {answer: float(code) for code, answer in enumerate(answers, start=1)}
        # an empty cell is a system-missing value in every second row, else the user-missing 9
        missing = pd.Series([9.0, None] * 74)
        coded[f"v{number}"] = panel[name].map(codes).astype(float).fillna(missing)
        lines += [f"v{number},{name},{codes[a]:g},{a}" for a in answers]
    ranges = {name: [9] for name in coded.columns[2:]}
    pyreadstat.write_sav(coded, tmp_path / "a.sav", missing_ranges=ranges)
    key = read_crosswalk(crosswalk(tmp_path, *lines), codebook)
    raw = read_file(tmp_path / "a.sav", codebook, crosswalk=key)
    pd.testing.assert_frame_equal(raw.frame.astype("str"), panel)


def test_a_crosswalk_outranks_what_the_file_calls_missing(tmp_path, codebook):
    frame = pd.DataFrame({"authority": ["A", "B"], "year": [2008.0] * 2, "v": [8.0, 9.0]})
    pyreadstat.write_sav(frame, tmp_path / "a.sav", missing_ranges={"v": [8, 9]})
    key = read_crosswalk(crosswalk(tmp_path, "v,board.police,8,no"), codebook)
    raw = read_file(tmp_path / "a.sav", codebook, crosswalk=key)
    assert values(raw.frame["board.police"]) == ["no", "-"]


def test_a_crosswalk_names_the_columns_of_every_sheet(tmp_path, codebook):
    book = xlsxwriter.Workbook(tmp_path / "a.xlsx")
    for year, authority in (("2008", "A"), ("2009", "B")):
        sheet = book.add_worksheet(year)
        sheet.write_row(0, 0, ["LA", "V1"])
        sheet.write_row(1, 0, [authority, 1])
    book.close()
    key = read_crosswalk(crosswalk(tmp_path, "LA,authority,,", "V1,board.police,1,yes"), codebook)
    raw = read_file(tmp_path / "a.xlsx", codebook, crosswalk=key)
    columns = ["year", "authority", "board.police"]
    assert raw.frame[columns].to_numpy().tolist() == [["2008", "A", "yes"], ["2009", "B", "yes"]]


@pytest.mark.parametrize(
    ("lines", "part"),
    [
        ([",board.police,,"], "line 2: the cell of 'column' is empty"),
        (["V1,board.polise,,"], "Did you mean 'board.police'?"),
        (["V1,board.police,1,maybe"], "'maybe' is no answer to 'board.police'"),
        (["V1,board.police,,yes"], "the answer 'yes' has no code"),
        (["V1,,1,yes"], "has an answer but no item"),
        (["V1,board.police,1,yes", "V1,board.police,1.0,no"], "line 3: code '1.0'"),
        (["V1,board.police,1,yes", "V1,board.schools,2,no"], "line 3: column 'V1' is"),
        (["V1,board.police,,", "V2,board.police,,"], "'board.police' is column 'V1' already"),
        (["V1,? board.police,,"], "still undecided ('? board.police')"),
        (["V1,board.police,3,?"], "'answer' of column 'V1' is still undecided"),
    ],
)
def test_a_crosswalk_that_makes_no_sense_is_refused(tmp_path, codebook, lines, part):
    with pytest.raises(ReturnsError) as caught:
        read_crosswalk(crosswalk(tmp_path, *lines), codebook)
    assert part in str(caught.value)


def test_an_unknown_column_of_a_crosswalk_is_refused(tmp_path, codebook):
    path = write(tmp_path / "columns.csv", "column,item,code,answer,weight", "V1,board.police,,,1")
    with pytest.raises(ReturnsError, match="the column 'weight' is unknown"):
        read_crosswalk(path, codebook)


def test_a_crosswalk_to_columns_the_file_does_not_have_is_refused(tmp_path, codebook):
    path = write(tmp_path / "a.csv", "authority,year,V1", "A,2008,1")
    key = read_crosswalk(crosswalk(tmp_path, "V_1,board.police,1,yes"), codebook)
    with pytest.raises(ReturnsError, match=r"column 'V_1': .* Did you mean 'V1'"):
        read_file(path, codebook, crosswalk=key)


def test_a_column_cannot_become_what_another_is(tmp_path, codebook):
    path = write(tmp_path / "a.csv", "authority,year,V1,board.police", "A,2008,1,yes")
    key = read_crosswalk(crosswalk(tmp_path, "V1,board.police,1,yes"), codebook)
    with pytest.raises(ReturnsError, match=r"'V1' and 'board.police' are both 'board.police'"):
        read_file(path, codebook, crosswalk=key)


# ---------------------------------------------------------------- drafting


@pytest.fixture
def foreign(tmp_path, codebook) -> Path:
    police = codebook["board.police"].question
    frame = pd.DataFrame(
        {
            "Council": ["A", "B", "C"],
            "Wave": [2008.0, 2008, 2009],
            "V1": [1.0, 2, 9],
            "V2": [1.0, 3, 2],
            "V3": ["Y", "N", "Y"],
            "interviewer": ["x", "y", "z"],
        }
    )
    pyreadstat.write_sav(
        frame,
        tmp_path / "a.sav",
        column_labels={
            "V1": police,
            "V2": f"{codebook['level.police'].question} (code)",
            "V3": "Is a youth offending team there",
        },
        variable_value_labels={
            "V1": {1: "Yes", 2: "No", 9: "No answer"},
            "V2": {1: "Head of the organisation", 2: "Senior office", 3: "=cmd|' /C calc'!A0"},
        },
        missing_ranges={"V1": [9]},
    )
    return tmp_path / "a.sav"


def test_a_draft_matches_labels_and_leaves_the_rest_to_the_analyst(foreign, codebook):
    table = draft(read_sheets(foreign)[0], codebook)
    assert list(table.columns) == ["column", "item", "code", "answer", "label", "question"]
    rows = [tuple(row) for row in table.iloc[:, :4].to_numpy().tolist()]
    assert rows[:6] == [
        ("Council", "authority", "", ""),
        ("Wave", "year", "", ""),
        ("V1", "board.police", "", ""),
        ("V1", "board.police", "1", "yes"),
        ("V1", "board.police", "2", "no"),
        ("V1", "board.police", "9", ""),
    ]
    assert rows[6:10] == [
        ("V2", "level.police", "", ""),
        ("V2", "level.police", "1", "head"),
        ("V2", "level.police", "2", "? senior_officer"),
        ("V2", "level.police", "3", "?"),
    ]
    assert rows[10] == ("V3", "? board.youth_offending_team", "", "")
    assert rows[-1] == ("interviewer", "", "", "")


def test_a_draft_is_refused_until_the_analyst_has_decided_and_read_afterwards(
    foreign, tmp_path, codebook
):
    table = draft(read_sheets(foreign)[0], codebook)
    path = write_draft(table, tmp_path / "columns.csv")
    with pytest.raises(ReturnsError, match="3 faults"):
        read_crosswalk(path, codebook)
    done = path.read_text(encoding="utf-8").replace("? senior_officer", "senior_officer")
    done = done.replace("? board", "board").replace(",?,", ",other,")
    path.write_text(done, encoding="utf-8")
    raw = read_file(foreign, codebook, crosswalk=read_crosswalk(path, codebook))
    assert values(raw.frame["board.police"]) == ["yes", "no", "-"]
    assert values(raw.frame["level.police"]) == ["head", "other", "senior_officer"]
    assert values(raw.frame["board.youth_offending_team"]) == ["Y", "N", "Y"]


def test_a_draft_runs_nothing_and_overwrites_nothing(tmp_path, codebook):
    names = ["authority", "year", "=1+1", "'=2", "-1", "'quoted"]
    path = write(tmp_path / "a.csv", ",".join(names), "A,2008,1,1,1,1")
    table = draft(read_sheets(path)[0], codebook)
    written = write_draft(table, tmp_path / "columns.csv")
    lines = written.read_text(encoding="utf-8").splitlines()
    assert [line.split(",")[0] for line in lines[3:]] == ["'=1+1", "''=2", "-1", "'quoted"]
    assert list(read_crosswalk(written, codebook).items) == names
    with pytest.raises(ReturnsError, match="is there already"):
        write_draft(table, written)


def test_a_draft_of_the_panel_itself_changes_nothing(codebook, panel):
    (raw,) = read_sheets(SHIPPED / "returns.csv")
    table = draft(raw, codebook)
    assert table["column"].tolist() == list(panel.columns)
    assert (table["column"] == table["item"]).all()
    assert (table["code"] == "").all()


def test_a_crosswalk_that_changes_nothing_gives_the_same_table(tmp_path, codebook, panel):
    (raw,) = read_sheets(SHIPPED / "returns.csv")
    path = write_draft(draft(raw, codebook), tmp_path / "columns.csv")
    same = combine([apply(raw, read_crosswalk(path, codebook), codebook)])
    pd.testing.assert_frame_equal(same.frame.astype("str"), panel)


def test_the_columns_of_a_long_file_are_drafted_as_they_are(tmp_path: Path) -> None:
    codebook = tmp_path / "codebook.csv"
    codebook.write_text(
        "item,section,label,question,response,years\nb.one,b,One,Is it?,yes_no,2022\n"
    )
    returns = tmp_path / "returns.csv"
    returns.write_text(
        "authority,year,region,authority_type,item,answer\nA,2022,,,b.one,yes\nB,2022,,,b.one,no\n"
    )
    rows = draft(read_sheets(returns)[0], read_codebook(codebook))

    assert rows["item"].tolist() == rows["column"].tolist()
    assert not rows["code"].any()
