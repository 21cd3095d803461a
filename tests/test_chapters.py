"""The chapters' findings: titles that follow the returns, and text for those who see no chart."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
import pytest

from csm_lib.collection import CHOSEN, SHIPPED
from csm_lib.findings import Finding
from csm_lib.notebooks import FOLDER, findings, keys, take

CHAPTERS = [FOLDER / f"{name}.ipynb" for name in ("who_answered", "board", "jsna", "commissioning")]


def _over(chapter: str, folder: Path, yes: dict[str, int]) -> dict[str, Finding]:
    """The findings of a chapter if so many authorities had said yes to these items in 2009."""
    shutil.copytree(SHIPPED, folder, dirs_exist_ok=True)
    returns = pd.read_csv(folder / "returns.csv", dtype=str)
    for item, count in yes.items():
        rows = returns.index[(returns["year"] == "2009") & returns[item].notna()]
        returns.loc[rows, item] = ["yes" if n < count else "no" for n in range(len(rows))]
    returns.to_csv(folder / "returns.csv", index=False)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(CHOSEN, str(folder))
        return findings.__wrapped__(FOLDER / f"{chapter}.ipynb")


def test_what_is_said_of_services_follows_the_returns(tmp_path: Path) -> None:
    found = _over(
        "commissioning", tmp_path, {"commissioning.strategy": 74, "commissioning.maternity": 0}
    )
    assert found["commissioning-strategy"].title == (
        "Authorities with a joint commissioning strategy rose from 57 of 74 to 74"
    )
    assert found["commissioning-change"].title == (
        "Joint commissioning fell for 10 of 11 services; maternity fell most, from 14 of 74 "
        "authorities to 0"
    )
    services = found["commissioning-areas"]
    assert services.title.endswith("by 62 of 74 authorities, and maternity least, by 0")
    assert services.caveat.startswith("More authorities commissioned none")


def test_the_line_among_the_services_is_the_share_with_a_strategy() -> None:
    """54 of 74 had one in 2009: 60 to 62 commissioned three services jointly, and 55 a fourth."""
    services = take("commissioning-areas")
    (line,) = [line for line in services.chart.lines if line.get_linestyle() == "--"]
    assert set(line.get_xdata()) == {54 / 74}
    assert "had a strategy: 73%" in services.drawing
    assert services.caveat == (
        "More authorities commissioned CAMHS, disability, teenage pregnancy and substance misuse "
        "jointly than had a strategy."
    )


def test_what_is_said_of_the_board_follows_the_returns(tmp_path: Path) -> None:
    found = _over(
        "board", tmp_path, {"board.children_and_families": 40, "board.private_sector": 60}
    )
    assert "rose from 51% to 55%" in found["children-and-families"].title
    assert found["rising-agencies"].title == (
        "Private sector rose from 19% to 81% and general practice rose from 36% to 44% of Boards"
    )
    assert "from 27% of Boards (faith groups)" in found["other-agencies"].title


def test_heads_are_drawn_out_of_all_boards() -> None:
    """29 heads of police in 2008 and 18 in 2009; five and eight at Jobcentre Plus."""
    heads = take("heads")
    assert all(f">{count} of 74</text>" in heads.drawing for count in (29, 18, 5, 8, 25, 45))
    assert "Police: heads 2008 29, of members 2008 73, heads 2009 18" in heads.alt


def test_a_count_that_no_print_stands_behind_is_marked_drawn(tmp_path: Path) -> None:
    found = _over("commissioning", tmp_path, {"commissioning.maternity": 20})
    assert found["commissioning-areas"].status["drawn"] == 1
    assert "Drawn: an illustration" in found["commissioning-areas"].html
    assert "drawn" not in take("commissioning-areas").status


@pytest.mark.parametrize("key", [key for path in CHAPTERS for key in keys(path)])
def test_a_chart_has_a_short_text_with_its_ends_and_a_table_with_every_number(key: str) -> None:
    finding = take(key)
    if finding.draw is not None and "yes" in finding.data:
        data = finding.data
        last = data[data["year"] == data["year"].max()] if "year" in data else data
        share = (last["yes"] / last["base"]).astype(float)
        ends = last.loc[[share.idxmax(), share.idxmin()]]
        told = [f"({row.yes} of {row.base})" for row in ends.itertuples()]
        if key == "commissioning-change":  # the ends of what it draws are changes
            told = ["Largest fall: Palliative care, −9 points; largest rise: Maternity, +3 points."]
        assert all(end in finding.alt for end in told)
        assert len(finding.alt.split()) <= 40
        cells = " ".join(finding.table.astype("str").to_numpy().ravel())
        counts = data.apply(lambda row: f"({row['yes']} of {row['base']})", axis=1)
        assert all(count in cells for count in counts)


def test_no_key_is_given_twice() -> None:
    made = [key for path in sorted(FOLDER.glob("*.ipynb")) for key in keys(path)]
    assert sorted(set(made)) == sorted(made)
