from pathlib import Path

import pandas as pd
import pyreadstat
import pytest
import xlsxwriter

from csm_lib.codebook import Codebook, read_codebook
from csm_lib.collection import SHIPPED
from csm_lib.errors import ReturnsError
from csm_lib.own.crosswalk import read_crosswalk
from csm_lib.own.draft import draft, write_draft
from csm_lib.own.headed import Headed, all_headed
from csm_lib.own.read import read_sheets
from csm_lib.own.table import Table, read_table


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


def values(table: Table, item: str) -> list[str]:
    """The answers of an item, by record; a dash where there is none."""
    some = table.cells[table.cells["item"] == item].set_index("record")["answer"]
    return some.reindex(table.records["record"]).replace("", None).fillna("-").tolist()


def sheets(path: Path) -> list[Headed]:
    return all_headed(read_sheets(path))


def same_as(found: pd.DataFrame, panel: pd.DataFrame) -> None:
    found = found.reindex(columns=panel.columns)
    pd.testing.assert_frame_equal(found.fillna(""), panel.fillna(""), check_names=False)


def wide(table: Table) -> pd.DataFrame:
    cells = table.cells[table.cells["answer"] != ""]
    return cells.pivot(index="record", columns="item", values="answer").reset_index(drop=True)


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
    table = read_table(path, codebook, crosswalk=key)
    assert table.columns["item"].tolist() == ["authority", "year", "board.police", "level.police"]
    assert values(table, "year") == ["2008", "2009", "2009"]
    assert values(table, "board.police") == ["yes", "no", "-"]
    assert values(table, "level.police") == ["head", "7", "-"]
    police = table.cells[table.cells["item"] == "board.police"]
    assert police["column"].tolist() == ["V1"] * 3
    assert police["row"].tolist() == [2, 3, 4]
    assert table.notices == (
        "dropped by the crosswalk: columns 'other'.",
        "'9' is read as a blank, as the crosswalk says: in 1 cell of 1 column.",
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
    table = read_table(tmp_path / "a.sav", codebook, crosswalk=key)
    same_as(wide(table), panel)


def test_a_crosswalk_outranks_what_the_file_calls_missing(tmp_path, codebook):
    frame = pd.DataFrame({"authority": ["A", "B"], "year": [2008.0] * 2, "v": [8.0, 9.0]})
    pyreadstat.write_sav(frame, tmp_path / "a.sav", missing_ranges={"v": [8, 9]})
    key = read_crosswalk(crosswalk(tmp_path, "v,board.police,8,no"), codebook)
    table = read_table(tmp_path / "a.sav", codebook, crosswalk=key)
    assert values(table, "board.police") == ["no", "-"]


def test_a_crosswalk_names_the_columns_of_every_sheet(tmp_path, codebook):
    book = xlsxwriter.Workbook(tmp_path / "a.xlsx")
    for year, authority in (("2008", "A"), ("2009", "B")):
        sheet = book.add_worksheet(year)
        sheet.write_row(0, 0, ["LA", "V1"])
        sheet.write_row(1, 0, [authority, 1])
    book.close()
    key = read_crosswalk(crosswalk(tmp_path, "LA,authority,,", "V1,board.police,1,yes"), codebook)
    table = read_table(tmp_path / "a.xlsx", codebook, crosswalk=key)
    columns = ["year", "authority", "board.police"]
    assert wide(table)[columns].to_numpy().tolist() == [["2008", "A", "yes"], ["2009", "B", "yes"]]


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
        read_table(path, codebook, crosswalk=key)


def test_a_column_cannot_become_what_another_is(tmp_path, codebook):
    path = write(tmp_path / "a.csv", "authority,year,V1,board.police", "A,2008,1,yes")
    key = read_crosswalk(crosswalk(tmp_path, "V1,board.police,1,yes"), codebook)
    with pytest.raises(ReturnsError, match=r"'V1' and 'board.police' are both 'board.police'"):
        read_table(path, codebook, crosswalk=key)


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
    table = draft(sheets(foreign), codebook)
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
    table = draft(sheets(foreign), codebook)
    path = write_draft(table, tmp_path / "columns.csv")
    with pytest.raises(ReturnsError, match="3 faults"):
        read_crosswalk(path, codebook)
    done = path.read_text(encoding="utf-8").replace("? senior_officer", "senior_officer")
    done = done.replace("? board", "board").replace(",?,", ",other,")
    path.write_text(done, encoding="utf-8")
    table = read_table(foreign, codebook, crosswalk=read_crosswalk(path, codebook))
    assert values(table, "board.police") == ["yes", "no", "-"]
    assert values(table, "level.police") == ["head", "other", "senior_officer"]
    assert values(table, "board.youth_offending_team") == ["Y", "N", "Y"]


def test_a_draft_runs_nothing_and_overwrites_nothing(tmp_path, codebook):
    names = ["authority", "year", "=1+1", "'=2", "-1", "'quoted"]
    path = write(tmp_path / "a.csv", ",".join(names), "A,2008,1,1,1,1")
    table = draft(sheets(path), codebook)
    written = write_draft(table, tmp_path / "columns.csv")
    lines = written.read_text(encoding="utf-8").splitlines()
    assert [line.split(",")[0] for line in lines[3:]] == ["'=1+1", "''=2", "-1", "'quoted"]
    assert read_crosswalk(written, codebook).rows["column"].tolist() == names
    with pytest.raises(ReturnsError, match="is there already"):
        write_draft(table, written)


def test_a_draft_of_the_panel_itself_changes_nothing(codebook, panel):
    table = draft(sheets(SHIPPED / "returns.csv"), codebook)
    assert table["column"].tolist() == list(panel.columns)
    assert (table["column"] == table["item"]).all()
    assert (table["code"] == "").all()


def test_a_crosswalk_that_changes_nothing_gives_the_same_table(tmp_path, codebook, panel):
    path = write_draft(draft(sheets(SHIPPED / "returns.csv"), codebook), tmp_path / "columns.csv")
    key = read_crosswalk(path, codebook)
    same_as(wide(read_table(SHIPPED / "returns.csv", codebook, crosswalk=key)), panel)


def test_the_columns_of_a_long_file_are_drafted_as_they_are(tmp_path: Path) -> None:
    codebook = tmp_path / "codebook.csv"
    codebook.write_text(
        "item,section,label,question,response,years\nb.one,b,One,Is it?,yes_no,2022\n"
    )
    returns = tmp_path / "returns.csv"
    returns.write_text(
        "authority,year,region,authority_type,item,answer\nA,2022,,,b.one,yes\nB,2022,,,b.one,no\n"
    )
    rows = draft(sheets(returns), read_codebook(codebook))

    assert rows["item"].tolist() == rows["column"].tolist()
    assert not rows["code"].any()


# ---------------------------------------------------------------- what a crosswalk can say besides


def test_a_blank_is_no_where_any_column_of_its_group_is_ticked(tmp_path, codebook):
    path = write(
        tmp_path / "a.csv", "authority,year,P,S", "A,2008,Police,", "B,2008,,", "C,2008,,Schools"
    )
    lines = ["P,board.police,,no,board", "P,board.police,Police,yes,"]
    lines += ["S,board.schools,,no,board", "S,board.schools,Schools,yes,"]
    key = write(tmp_path / "columns.csv", "column,item,code,answer,group", *lines)
    table = read_table(path, codebook, crosswalk=read_crosswalk(key, codebook))
    assert values(table, "board.police") == ["yes", "-", "no"]
    assert values(table, "board.schools") == ["no", "-", "yes"]
    assert "2 blanks of 2 columns were read as no, as the crosswalk says." in table.notices


def test_what_is_written_in_a_column_of_the_group_that_is_left_out_has_answered(tmp_path, codebook):
    rows = ["A,2008,Police,,", "B,2008,,,Courts", "C,2008,,,", "D,2008,,Schools,", "E,2008,,,[x]"]
    path = write(tmp_path / "a.csv", "authority,year,P,S,Other", *rows)
    lines = ["P,board.police,,no,board", "P,board.police,Police,yes,", "Other,,,,board"]
    lines += ["S,board.schools,,no,board", "S,board.schools,Schools,yes,"]
    key = write(tmp_path / "columns.csv", "column,item,code,answer,group", *lines)
    table = read_table(path, codebook, crosswalk=read_crosswalk(key, codebook))
    assert values(table, "board.police") == ["yes", "no", "-", "no", "-"]
    assert values(table, "board.schools") == ["no", "no", "-", "yes", "-"]


def test_a_blank_of_a_column_by_itself_is_no_in_every_row(tmp_path, codebook):
    path = write(tmp_path / "a.csv", "authority,year,P", "A,2008,x", "B,2008,")
    lines = ["P,board.police,,no", "P,board.police,x,yes"]
    key = read_crosswalk(crosswalk(tmp_path, *lines), codebook)
    assert values(read_table(path, codebook, crosswalk=key), "board.police") == ["yes", "no"]


def test_several_ticks_in_a_cell_are_an_item_each(tmp_path, codebook):
    rows = ["A,2008,Police;Health, and more;", "B,2008,Schools;", "C,2008,"]
    path = write(
        tmp_path / "a.csv", "authority,year,Who", *[f'{row[:7]}"{row[7:]}"' for row in rows]
    )
    lines = ["Who,board.police,Police,yes,;", "Who,board.schools,Schools,yes,;"]
    lines += ['Who,,"Health, and more",,;']
    key = write(tmp_path / "columns.csv", "column,item,code,answer,separator", *lines)
    table = read_table(path, codebook, crosswalk=read_crosswalk(key, codebook))
    assert values(table, "board.police") == ["yes", "no", "-"]
    assert values(table, "board.schools") == ["no", "yes", "-"]


def test_an_option_that_holds_the_separator_is_read_whole(tmp_path, codebook):
    path = write(tmp_path / "a.csv", "authority,year,Who", 'A,2008,"Schools, all, Police"')
    lines = ['Who,board.police,Police,yes,", "', 'Who,board.schools,"Schools, all",yes,", "']
    key = write(tmp_path / "columns.csv", "column,item,code,answer,separator", *lines)
    table = read_table(path, codebook, crosswalk=read_crosswalk(key, codebook))
    assert values(table, "board.police") == ["yes"]
    assert values(table, "board.schools") == ["yes"]


def test_an_option_that_is_not_listed_is_refused(tmp_path, codebook):
    path = write(tmp_path / "a.csv", "authority,year,Who", "A,2008,Police;Fire")
    key = write(
        tmp_path / "columns.csv",
        "column,item,code,answer,separator",
        "Who,board.police,Police,yes,;",
    )
    with pytest.raises(ReturnsError, match=r"line 2, column 'Who': 'Fire' is none of the options"):
        read_table(path, codebook, crosswalk=read_crosswalk(key, codebook))


def test_two_columns_are_one_item_where_no_row_holds_both(tmp_path, codebook):
    path = write(tmp_path / "a.csv", "authority,year,V1,V2", "A,2008,yes,", "B,2009,,no")
    key = read_crosswalk(crosswalk(tmp_path, "V1,board.police,,", "V2,board.police,,"), codebook)
    assert values(read_table(path, codebook, crosswalk=key), "board.police") == ["yes", "no"]

    path = write(tmp_path / "b.csv", "authority,year,V1,V2", "A,2008,yes,no")
    with pytest.raises(ReturnsError, match=r"'V1' and 'V2' are both 'board.police'.* row 2"):
        read_table(path, codebook, crosswalk=key)


def test_a_row_for_one_sheet_holds_for_that_sheet_alone(tmp_path, codebook):
    book = xlsxwriter.Workbook(tmp_path / "a.xlsx")
    for year in ("2008", "2009"):
        sheet = book.add_worksheet(year)
        sheet.write_row(0, 0, ["authority", "Q2"])
        sheet.write_row(1, 0, ["A", "yes"])
    book.close()
    lines = ["Q2,board.police,,,2008", "Q2,board.schools,,,2009"]
    key = write(tmp_path / "columns.csv", "column,item,code,answer,sheet", *lines)
    table = read_table(tmp_path / "a.xlsx", codebook, crosswalk=read_crosswalk(key, codebook))
    assert values(table, "board.police") == ["yes", "-"]
    assert values(table, "board.schools") == ["-", "yes"]


def test_a_nought_that_a_spreadsheet_took_is_given_back(tmp_path, codebook):
    path = write(tmp_path / "a.csv", "authority,year,V1", "A,2008,01", "B,2008,02")
    lines = ["V1,board.police,1,yes", "V1,board.police,2,no"]
    key = read_crosswalk(crosswalk(tmp_path, *lines), codebook)
    assert values(read_table(path, codebook, crosswalk=key), "board.police") == ["yes", "no"]

    path = write(tmp_path / "b.csv", "authority,year,V1", "A,2008,01", "B,2008,1")
    assert values(read_table(path, codebook, crosswalk=key), "board.police") == ["01", "yes"]


def test_clean_returns_need_no_crosswalk_and_are_said_not_to(tmp_path, codebook):
    path = write(tmp_path / "a.csv", "authority,year,board.police", "A,2008,yes")
    key = read_crosswalk(crosswalk(tmp_path, "V1,board.police,1,yes"), codebook)
    with pytest.raises(ReturnsError, match="such returns need no crosswalk"):
        read_table(path, codebook, crosswalk=key)


@pytest.mark.parametrize(
    ("header", "line", "part"),
    [
        ("separator", "V1,level.police,head,yes,;", "a row with a separator is one option"),
        ("separator", "V1,board.police,,yes,;", "a row with a separator is one option"),
        ("group", "V1,board.police,1,yes,g", "a group is for rows without a code"),
        ("group", "V1,level.police,,no,g", "the answer 'no' has no code"),
    ],
)
def test_what_cannot_be_said_is_refused(tmp_path, codebook, header, line, part):
    path = write(tmp_path / "columns.csv", f"column,item,code,answer,{header}", line)
    with pytest.raises(ReturnsError) as caught:
        read_crosswalk(path, codebook)
    assert part in str(caught.value)


# ---------------------------------------------------------------- drafts of exports


def test_the_option_of_a_heading_decides_and_no_item_is_offered_twice(tmp_path, codebook):
    names = [
        "Police - Who sits on it?",
        "Schools - Who sits on it?",
        "Further education - Who sits on it?",
    ]
    path = write(tmp_path / "a.csv", "authority,year," + ",".join(names), "A,2008,yes,no,no")
    items = draft(sheets(path), codebook).groupby("column", sort=False)["item"].first()
    meant = items[names].str.lstrip("? ").tolist()
    assert meant[:2] == ["board.police", "board.schools"]
    assert len({*meant}) == 3


def test_the_draft_of_ticks_says_that_a_blank_is_no_in_their_group(tmp_path, codebook):
    path = write(
        tmp_path / "a.csv",
        "authority,year,Board - Police,Board - Schools",
        *["A,2008,Police,Schools", "B,2008,,Schools", "C,2008,Police,"],
    )
    table = draft(sheets(path), codebook)
    table["item"] = table["item"].str.lstrip("? ")
    rows = [tuple(row) for row in table[["column", "item", "code", "answer", "group"]].to_numpy()]
    assert rows[2:4] == [
        ("Board - Police", "board.police", "", "no", "Board"),
        ("Board - Police", "board.police", "Police", "yes", ""),
    ]


def test_a_column_of_yes_and_blanks_alone_is_not_drafted_as_ticks(tmp_path, codebook):
    path = write(tmp_path / "a.csv", "authority,year,board.police", "A,2008,yes", "B,2008,")
    assert draft(sheets(path), codebook)["answer"].tolist() == ["", "", ""]


def test_the_draft_of_several_ticks_has_a_row_for_each_option(tmp_path, codebook):
    path = write(
        tmp_path / "a.csv", "authority,year,Who", "A,2008,Police;Schools;", "B,2008,Police;"
    )
    table = draft(sheets(path), codebook)
    rows = [
        tuple(row) for row in table[["column", "item", "code", "answer", "separator"]].to_numpy()
    ]
    assert rows[2:] == [
        ("Who", "board.police", "Police", "yes", ";"),
        ("Who", "board.schools", "Schools", "yes", ";"),
    ]


@pytest.mark.parametrize("mark", ["x", "[x]", "z", "c", "..", ":", "[low]", "*"])
def test_the_shorthand_of_statistics_is_drafted_as_no_answer(tmp_path, codebook, mark):
    path = write(tmp_path / "a.csv", "authority,year,board.police", "A,2008,yes", f"B,2008,{mark}")
    table = draft(sheets(path), codebook)
    assert table.loc[table["code"] == mark, "answer"].tolist() == [""]


@pytest.mark.parametrize(
    ("text", "answers"),
    [
        ("Police", ["? no", "yes"]),
        ("x", ["? no", "yes"]),
        ("1", ["? no", "yes"]),
        ("[x]", ["", "?"]),
        ("c", ["", ""]),
        ("z", ["", ""]),
        ("0", ["", "?"]),
        ("2", ["", "?"]),
    ],
)
def test_what_stands_alone_in_a_column_is_a_tick_only_if_it_can_be_one(
    tmp_path, codebook, text, answers
):
    path = write(tmp_path / "a.csv", "authority,year,board.police", f"A,2008,{text}", "B,2008,")
    table = draft(sheets(path), codebook)
    assert table.loc[table["item"] == "board.police", "answer"].tolist() == answers


def test_a_space_beside_an_option_makes_no_no(tmp_path, codebook):
    path = write(tmp_path / "a.csv", "authority,year,Who", "A,2008,Police;Schools")
    lines = ['Who,board.police," Police",yes,;', "Who,board.schools,Schools,yes,;"]
    key = write(tmp_path / "columns.csv", "column,item,code,answer,separator", *lines)
    table = read_table(path, codebook, crosswalk=read_crosswalk(key, codebook))
    assert values(table, "board.police") == ["yes"]
