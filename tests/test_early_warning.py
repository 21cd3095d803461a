"""What falls from wave to wave: what is said of it, and what is not."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd
import pytest

from csm_lib.codebook import Codebook, read_codebook
from csm_lib.collection import Collection
from csm_lib.download import meaning
from csm_lib.errors import CollectionError
from csm_lib.status import OWN
from csm_lib.survey import early_warning

CODEBOOK = """\
item,section,label,question,response,years,asked_if
alpha,areas,Alpha,Is it?,yes_no,2020;2021;2022,
beta,areas,Beta,Is it?,yes_no,2020;2021;2022,
gamma,areas,Gamma,Is it?,yes_no,2020;2021;2022,
delta,more,Delta,Is it?,yes_no,2020;2021;2022,
opened,more,Opened,Is it?,yes_no,2020;2021;2022,alpha
"""

WAVES = {  # how many of 20 say yes in 2020, 2021 and 2022
    "alpha": (18, 10, 3),
    "beta": (5, 8, 6),
    "gamma": (2, 2, 2),
    "delta": (12, 9, 6),
    "opened": (9, 5, 1),
}


@pytest.fixture(scope="module")
def codebook(tmp_path_factory: pytest.TempPathFactory) -> Codebook:
    path = tmp_path_factory.mktemp("early") / "codebook.csv"
    path.write_text(CODEBOOK, encoding="utf-8")
    return read_codebook(path)


def made(
    codebook: Codebook,
    counts: Mapping[str, Sequence[int | None]] = WAVES,
    *,
    size: int = 20,
    threshold: int = 0,
    regions: Sequence[str | None] = ("North",),
) -> Collection:
    """A collection in which the first so many say yes; None: not answered in that wave."""
    waves = len(next(iter(counts.values())))
    rows = [
        {
            "authority": f"P{number:02}",
            "year": 2020 + wave,
            "region": regions[number % len(regions)],
            "authority_type": None,
            **{
                item: None if (yes := some[wave]) is None else number < yes
                for item, some in counts.items()
            },
        }
        for number in range(size)
        for wave in range(waves)
    ]
    types = dict.fromkeys(codebook, "boolean")
    returns = pd.DataFrame(rows).reindex(
        columns=["authority", "year", "region", "authority_type", *codebook]
    )
    return Collection(
        path=Path("mine"),
        title="Mine",
        codebook=codebook,
        returns=returns.astype(types),
        status=OWN,
        one="partnership",
        many="partnerships",
        threshold=threshold,
    )


# -- The whole ------------------------------------------------------------------------------------


def test_items_are_ranked_by_falls_in_a_row_and_then_by_size(codebook: Codebook) -> None:
    finding = early_warning.falling(made(codebook))
    assert finding.title == (
        "Two of four items fell in both intervals. Alpha fell most, from 90% to 15%"
    )
    data = finding.data.set_index("item")
    assert data["falls"].to_dict() == {"alpha": 2, "delta": 2, "beta": 1, "gamma": 0}
    assert data.index.tolist() == ["alpha", "delta", "beta", "gamma"]
    # beta rose first, so its fall begins in 2021
    assert data.loc["beta", ["from_year", "from_yes", "to_yes"]].tolist() == [2021, 8, 6]
    assert data.loc["alpha", ["from_year", "from_yes", "to_yes"]].tolist() == [2020, 18, 3]


def test_an_item_asked_of_some_is_left_out(codebook: Codebook) -> None:
    assert "opened" not in early_warning.falling(made(codebook)).data["item"].tolist()


def test_the_table_says_what_the_totals_can_bear(codebook: Codebook) -> None:
    shown = early_warning.falling(made(codebook)).table.set_index("item")
    # 18 to 3 of 20: p is at most 2 P(Bin(19, 1/2) <= 2) = 0.0007, four times that with Holm
    assert shown.loc["Alpha"].tolist() == [
        2, "90% (18 of 20) in 2020", "15% (3 of 20)", "−75 points", "15",
        "beyond chance, whoever moved", "beyond chance, whoever moved",
    ]  # fmt: skip
    # 12 to 6 of 20: p from 2/2^6 = 0.031 to 0.24; three times 0.031 is above 5%
    assert shown.loc["Delta"].tolist()[4:] == [
        "6", "depends on who moved", "cannot be told from chance",
    ]  # fmt: skip
    assert shown.loc["Beta", "the fall alone"] == "cannot be told from chance"
    assert "Gamma" not in shown.index


def test_holm_allows_for_every_item_that_was_looked_at(codebook: Codebook) -> None:
    data = early_warning.falling(made(codebook)).data.set_index("item")
    assert data.loc["delta", "exact_low"] == pytest.approx(0.03125)
    assert data.loc["delta", "holm_low"] == pytest.approx(3 * 0.03125)
    fewer = early_warning.falling(made(codebook), ["more"]).data.set_index("item")
    assert fewer.loc["delta", "holm_low"] == pytest.approx(0.03125)


def test_the_caveat_counts_verdicts_and_warns_of_a_ranked_list(codebook: Codebook) -> None:
    caveat = early_warning.falling(made(codebook)).caveat
    assert caveat.startswith(
        "Of three falls, tested one at a time (McNemar's exact test at 5%), one is beyond chance "
        "whoever moved, one depends on who moved and one cannot be told from chance. Allowing for "
        "all 4 items looked at (Holm), one is beyond chance whoever moved and two cannot be told "
        "from chance."
    )
    for words in ("always has a top", "regression to the mean", "which partnerships stopped"):
        assert words in caveat


def test_the_chart_has_the_items_that_fell_in_their_rank(codebook: Codebook) -> None:
    page = early_warning.falling(made(codebook)).html
    drawing = page[page.index("<svg") : page.index("</svg>")]
    places = [drawing.index(f">{label}<") for label in ("Alpha", "Delta", "Beta")]
    assert places == sorted(places)
    assert ">Gamma<" not in drawing


def test_two_waves_fell_since_the_first(codebook: Codebook) -> None:
    counts = {item: waves[1:] for item, waves in WAVES.items()}
    finding = early_warning.falling(made(codebook, counts), ["areas"], noun="areas")
    assert finding.title == "Two of three areas fell since 2020. Alpha fell most, from 50% to 15%"
    assert "several waves" not in finding.caveat
    assert finding.html.count("<svg") == 1


def test_a_fall_at_the_last_wave_alone_is_told_apart(codebook: Codebook) -> None:
    counts = {"alpha": (5, 9, 7), "beta": (1, 1, 1)}
    title = early_warning.falling(made(codebook, counts)).title
    assert title == (
        "One of two items fell at the last wave, but not at every wave before: Alpha, from 45% in "
        "2021 to 35%"
    )


def test_without_a_fall_the_finding_says_so(codebook: Codebook) -> None:
    finding = early_warning.falling(made(codebook, {"alpha": (1, 2, 3), "beta": (4, 4, 4)}))
    assert finding.title == "None of two items fell in 2022"
    assert finding.draw is None
    assert "tested" not in finding.caveat
    assert finding.table["item"].tolist() == ["Beta", "Alpha"]
    one = early_warning.falling(made(codebook, {"alpha": (1, 2, 3)}))
    assert one.title == "Alpha did not fall in 2022"


def test_waves_without_a_figure_are_passed_over(codebook: Codebook) -> None:
    finding = early_warning.falling(made(codebook, {"alpha": (18, None, 3), "beta": (1, 2, None)}))
    assert finding.data[["item", "falls", "from_year"]].to_numpy().tolist() == [["alpha", 1, 2020]]


def test_falls_are_seen_in_counts_that_print_the_same_share(codebook: Codebook) -> None:
    finding = early_warning.falling(made(codebook, {"alpha": (500, 499)}, size=1000))
    assert finding.data["falls"].tolist() == [1]


def test_withheld_figures_are_left_out_and_counted(codebook: Codebook) -> None:
    # alpha ends at 3 and gamma has 2 throughout: both below the threshold
    finding = early_warning.falling(made(codebook, threshold=5))
    assert finding.data["item"].tolist() == ["delta", "beta"]
    assert "Two more items cannot be judged" in finding.caveat
    assert "Alpha" not in str(finding)
    assert "more item" not in early_warning.falling(made(codebook)).caveat


def test_one_wave_has_no_early_warning(codebook: Codebook) -> None:
    with pytest.raises(CollectionError, match=r"mine: .*figure in 2020 .* second wave"):
        early_warning.falling(made(codebook, {"alpha": (3,)}))


def test_items_of_one_name_are_told_apart_by_their_section(codebook: Codebook) -> None:
    items = dict(codebook)
    items["delta"] = dataclasses.replace(items["delta"], label="Alpha")
    double = Codebook(items, codebook.path, codebook.headings)
    shown = early_warning.falling(made(double)).table["item"].tolist()
    assert shown[:2] == ["Alpha (Areas)", "Alpha (More)"]


def test_the_shipped_panel_falls_as_its_print_does(collection: Collection) -> None:
    finding = early_warning.falling(collection, ["commissioning_areas"], noun="areas")
    assert finding.title == (
        "Nine of 11 areas fell since 2008. Palliative care fell most, from 26% to 16%"
    )
    assert finding.status == {"recovered": 11}
    assert finding.label == ""
    assert "two depend on who moved and seven cannot be told from chance" in finding.caveat


# -- By group -------------------------------------------------------------------------------------


def test_groups_are_ranked_by_the_part_of_items_that_fell(codebook: Codebook) -> None:
    # numbers alternate: of 0 to 19 the even ones are in the North
    counts = {"alpha": (18, 4), "beta": (5, 4), "gamma": (2, 2)}
    finding = early_warning.falling_by(made(codebook, counts, regions=("North", "South")), "region")
    assert finding.title == (
        "North: 2 of 3 items fell since 2020, the most; South: 1 of 3, the fewest"
    )
    data = finding.data.set_index("region")
    # beta: 0, 2, 4 of the North say yes, then 0 and 2; 1 and 3 of the South throughout
    assert data.loc["North", ["items", "fell", "rose", "same"]].tolist() == [3, 2, 0, 1]
    assert data.loc["South", ["items", "fell", "rose", "same"]].tolist() == [3, 1, 0, 2]
    assert finding.table["fell most"].tolist() == ["Alpha: 90% to 20%", "Alpha: 90% to 20%"]
    assert "one answer moves a share by 10 points" in finding.caveat


def test_a_group_of_few_is_withheld(codebook: Codebook) -> None:
    regions = ("North", "North", "North", "South", "South", "South", "East")  # 12, 12 and 4
    mine = made(codebook, {"alpha": (28, 14)}, size=28, regions=regions, threshold=6)
    finding = early_warning.falling_by(mine, "region")
    # with the East goes another, or the East could be had by subtraction
    assert finding.table.to_numpy().tolist() == [
        ["South", "1 of 1", "0", "0", 0, "Alpha: 100% to 50%"],
        ["East", "withheld", "", "", 4, ""],  # with three that nobody answered, as how many
        ["North", "withheld", "", "", 4, ""],  # gave no answer is how many there are
    ]
    assert finding.title == "1 of 1 items fell since 2020 in South"
    assert "East and North" in finding.caveat


def test_groups_that_are_all_withheld_have_no_finding(codebook: Codebook) -> None:
    mine = made(codebook, {"alpha": (20, 10)}, regions=("North", "South"), threshold=11)
    with pytest.raises(CollectionError, match="small counts are withheld"):
        early_warning.falling_by(mine, "region")


def test_groups_that_are_not_known_have_no_finding(codebook: Codebook) -> None:
    with pytest.raises(CollectionError, match="no group of 'authority_type'"):
        early_warning.falling_by(made(codebook), "authority_type")
    with pytest.raises(CollectionError, match="Returns cannot be split by 'colour'"):
        early_warning.falling_by(made(codebook), "colour")


def test_rows_by_group_of_the_panel_are_drawn_and_labelled(collection: Collection) -> None:
    finding = early_warning.falling_by(collection, "region")
    assert finding.status == {"drawn": 9}
    assert finding.label == "Drawn: an illustration, not the data"
    assert "Drawn: an illustration, not the data" in finding.html
    assert finding.data["items"].tolist() == [24] * 9


@pytest.mark.parametrize("by", ["region", "authority_type"])
def test_every_column_has_a_meaning(by: str, collection: Collection) -> None:
    for finding in (early_warning.falling(collection), early_warning.falling_by(collection, by)):
        unknown = [name for name in finding.data if meaning(finding.key, str(name)) is None]
        assert unknown == []
        assert finding.alt.startswith("Chart of")


def test_waves_in_which_only_other_items_were_asked_do_not_count(codebook: Codebook) -> None:
    mine = made(codebook, {"alpha": (18, None, 9), "beta": (None, 9, None)})
    finding = early_warning.falling(mine)
    assert finding.title.startswith("Alpha fell since 2020")
    assert "One more item cannot be judged, for want of a figure in 2022" in finding.caveat
    assert "all 1 items" not in finding.caveat
    assert "By McNemar's exact test at 5%, the fall " in finding.caveat


def test_where_nothing_fell_nobody_is_asked_why(codebook: Codebook) -> None:
    finding = early_warning.falling(made(codebook, {"alpha": (3, 4, 5), "beta": (3, 4, 5)}))
    assert "stopped" not in finding.caveat
    assert early_warning.TOP not in finding.caveat
