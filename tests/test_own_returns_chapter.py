"""What the findings of the chapter on your own returns say, and that they follow the files."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from csm_lib.chapters import own_returns
from csm_lib.collection import Collection, open_collection
from csm_lib.findings import Finding
from csm_lib.own.check import check_file
from csm_lib.own.report import Report

EXAMPLE = Path(__file__).parent.parent / "examples" / "partnership-board"
MESSY = EXAMPLE / "messy"


@pytest.fixture(scope="module")
def example() -> Collection:
    return open_collection(EXAMPLE)


@pytest.fixture(scope="module")
def report(example: Collection) -> Report:
    return check_file(
        MESSY / "returns.xlsx", example.codebook, crosswalk=MESSY / "columns.csv", repair=False
    )


@pytest.fixture(scope="module")
def findings(example: Collection, report: Report) -> dict[str, Finding]:
    found = [
        own_returns.files(example),
        own_returns.form(example, 2024),
        own_returns.drafted(example, MESSY / "returns.xlsx", MESSY / "columns.csv"),
        own_returns.faults(example, report),
        own_returns.repairs(example, report),
        own_returns.compared(example, MESSY / "returns.sav", MESSY / "columns-sav.csv"),
        own_returns.falling(example),
        own_returns.withheld(example),
    ]
    return {finding.key: finding for finding in found}


TITLES = {
    "own-files": "Two files in a folder are enough; the example has five",
    "own-form": (
        "The form for 2024 has six sheets with 40 questions, each with its answers to choose from"
    ),
    "own-faults": "Three errors stop the file; two warnings do not",
    "own-repairs": "48 repairs would put 3,859 cells in order; none is made unasked",
    "own-compared": "All 4,498 answers are the same in both files",
    "own-falling": "Nine of 26 items fell in both intervals. Youth work fell most, from 50% to 24%",
}


@pytest.mark.parametrize("key", TITLES)
def test_a_title_states_the_result(key: str, findings: dict[str, Finding]) -> None:
    assert findings[key].title == TITLES[key]


def test_every_finding_is_called_invented_and_explains_its_columns(
    findings: dict[str, Finding],
) -> None:
    assert len(findings) == 8
    for finding in findings.values():
        assert finding.label == "Invented returns: an example, not data"
        assert finding.question.endswith("?")
        assert len(finding.table) > 0
        assert "columns" in finding.about


def test_a_draft_counts_its_guesses_apart(findings: dict[str, Finding]) -> None:
    data = findings["own-crosswalk"].data.set_index("column")

    assert data.loc["Partnership", ["draft", "right"]].tolist() == ["authority", "yes"]
    assert data.loc["Remarks", ["finished", "right"]].tolist() == ["–", "yes"]
    # likeness of words cannot tell who comes from who is on the Board
    assert data.loc["Q3b Police: who comes?", "right"] == "no"
    assert len(data) == 45


def test_the_faults_stand_with_their_place_and_remedy(findings: dict[str, Finding]) -> None:
    table = findings["own-faults"].table

    assert table["severity"].tolist() == ["error"] * 3 + ["warning"] * 2
    partly = table[table["found"] == "“partly”"].iloc[0]
    assert partly["column"] == "Q5j Short breaks - pooled/joint?"
    assert partly["where"] == "sheet '2023', row 13"
    assert partly["what to do"].startswith("Write the answer as shown")


def test_a_repair_is_counted_over_all_columns(findings: dict[str, Finding]) -> None:
    finding = findings["own-repairs"]
    table = finding.table.set_index("found")

    assert table.loc["“TRUE”", "becomes"] == "“yes”"
    assert table["cells"].sum() == finding.data["count"].sum()
    assert table["cells"].is_monotonic_decreasing


def test_a_difference_between_two_files_is_counted(example: Collection) -> None:
    returns = example.returns.copy()
    answered = returns.index[returns["pooled.speech"].notna() & (returns["year"] == 2023)]
    returns.loc[answered[:2], "pooled.speech"] = ~returns.loc[answered[:2], "pooled.speech"]
    returns.loc[answered[2], "pooled.speech"] = None
    other = dataclasses.replace(example, returns=returns)

    found = own_returns.compared(other, MESSY / "returns.sav", MESSY / "columns-sav.csv")

    assert found.title == "3 of 4,497 answers differ between the two files"
    assert found.data.set_index("year")["differing"].to_dict() == {2022: 0, 2023: 3, 2024: 0}


def test_a_return_that_one_file_lacks_differs(example: Collection) -> None:
    other = dataclasses.replace(example, returns=example.returns.iloc[1:])

    found = own_returns.compared(other, MESSY / "returns.sav", MESSY / "columns-sav.csv")

    assert found.data.set_index("year").loc[2022, "returns"] == 39
    assert found.data["differing"].sum() == 4498 - found.data["answers"].sum()


def test_a_higher_threshold_withholds_more(example: Collection) -> None:
    def hidden(threshold: int) -> list[int]:
        other = dataclasses.replace(example, threshold=threshold)
        return [int(count) for count in own_returns.withheld(other).data["withheld"]]

    none, few, many = hidden(0), hidden(5), hidden(8)

    assert none == [0, 0, 0]
    assert all(a < b < c for a, b, c in zip(none, few, many, strict=True))


def test_a_collection_without_regions_has_no_row_by_region(example: Collection) -> None:
    returns = example.returns.assign(region=None)
    data = own_returns.withheld(dataclasses.replace(example, returns=returns)).data

    assert data["shown"].tolist() == ["everyone", "by type"]


def test_one_error_and_one_warning_are_told_in_the_singular(
    example: Collection, tmp_path: Path
) -> None:
    lines = (EXAMPLE / "returns.csv").read_text("utf-8").splitlines()
    rows = [line for line in lines if line.startswith(("authority", "P01", "P19"))]
    (tmp_path / "returns.csv").write_text("\n".join(rows).replace(",yes", ",maybe", 1) + "\n")

    found = own_returns.faults(example, check_file(tmp_path / "returns.csv", example.codebook))

    assert found.title == "One error stops the file; one warning does not"
