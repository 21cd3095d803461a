"""The profile of one respondent: what it says, what it keeps back, and how it prints."""

from __future__ import annotations

import dataclasses
import importlib.util
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import ModuleType

import pandas as pd
import pytest
from bs4 import BeautifulSoup
from printed_pdf import told
from pypdf import PdfReader

from csm_lib.codebook import Codebook, read_codebook
from csm_lib.collection import Collection
from csm_lib.errors import CollectionError
from csm_lib.own.profile import Profile, Share, profile
from csm_lib.status import INVENTED, OWN

TOOL = Path(__file__).parent.parent / "book" / "_tools" / "make_pdf.py"
HEAD = "item,section,label,question,response,years,asked_if\n"

Given = Mapping[str, object]


def made(
    folder: Path, items: str, rows: Sequence[Given], *, threshold: int = 0, status: str = OWN
) -> Collection:
    """A collection of a few rows; what a row leaves out is no answer."""
    path = folder / "codebook.csv"
    path.write_text(HEAD + items, encoding="utf-8")
    codebook = read_codebook(path)
    columns = ["authority", "year", "region", "authority_type", *codebook]
    returns = pd.DataFrame(list(rows)).reindex(columns=columns)
    kinds = {"yes_no": "boolean"}
    returns = returns.astype(
        {item.item: kinds.get(item.response, "str") for item in codebook.values()}
    )
    return Collection(
        path=folder,
        title="Mine",
        codebook=codebook,
        returns=returns.astype({"region": "str", "authority_type": "str"}),
        status=status,
        one="partnership",
        many="partnerships",
        threshold=threshold,
    )


ITEMS = """\
seat,board,Seat,Is it?,yes_no,2020;2021,
level,board,Level,Which?,level,2020;2021,seat
plan,needs,Plan,Is it?,yes_no,2020;2021,
opened,needs,Opened,Is it?,yes_no,2020;2021,plan
late,needs,Late,Is it?,yes_no,2021,
"""


@pytest.fixture(scope="module")
def twelve(tmp_path_factory: pytest.TempPathFactory) -> Collection:
    """Twelve partnerships, the first seven counties; P11 did not answer in 2021."""
    rows: list[Given] = []
    for number in range(12):
        who = {
            "authority": f"P{number:02}",
            "region": "North" if number < 6 else "South",
            "authority_type": "County" if number < 7 else "City",
        }
        first = {"seat": number == 7, "plan": True, "opened": number < 6}
        rows.append({**who, "year": 2020, **first})
        if number < 11:
            seat = number in (0, 7)
            last = {
                "seat": seat,
                "level": ("other" if number == 0 else "head") if seat else None,
                "plan": True,
                "opened": 1 <= number <= 5,
                "late": None if number == 6 else 1 <= number <= 3,
            }
            rows.append({**who, "year": 2021, **last})
    return made(tmp_path_factory.mktemp("twelve"), ITEMS, rows)


def names(answers: Sequence[object]) -> list[str]:
    return [answer.name for answer in answers]  # type: ignore[attr-defined]


def shares(found: Profile, item: str) -> dict[str, str]:
    answer = next(one for one in found.answers if one.item.item == item)
    return {group: str(share) for group, share in answer.shares.items()}


# -- What it says ---------------------------------------------------------------------------------


def test_an_answer_stands_beside_region_type_and_everyone(twelve: Collection) -> None:
    found = profile(twelve, "P00")
    assert found.groups == {
        "region": "North",
        "authority_type": "County",
        "everyone": "All partnerships",
    }
    assert shares(found, "seat") == {
        "region": "17% (1 of 6)",
        "authority_type": "14% (1 of 7)",
        "everyone": "18% (2 of 11)",
    }
    # P06 gave no answer
    assert shares(found, "late")["authority_type"] == "50% (3 of 6)"


def test_of_several_answers_the_share_is_of_the_same_one(twelve: Collection) -> None:
    assert shares(profile(twelve, "P00"), "level")["everyone"] == "50% (1 of 2)"
    assert shares(profile(twelve, "P01"), "level") == {}  # it was not asked


def test_what_changed_is_told_against_the_last_wave_it_answered(twelve: Collection) -> None:
    found = profile(twelve, "P00")
    assert (found.year, found.before) == (2021, 2020)
    assert names(found.began) == ["Seat"]
    assert names(found.stopped) == ["Opened"]
    assert found.moved == []
    assert found.summary[:2] == [
        "In 2021 it said yes to 2 of the 4 yes/no questions that it answered.",
        "Since 2020 it began one thing and stopped one thing.",
    ]


def test_it_lacks_what_more_than_half_of_its_type_have(twelve: Collection) -> None:
    found = profile(twelve, "P00")
    assert found.comparable == "the 7 partnerships of its type that answered in 2021"
    # five of seven have Opened; Late has three of six, which is no more than half
    assert [(one.name, str(one.beside)) for one in found.lacks] == [("Opened", "71% (5 of 7)")]
    assert names(profile(twelve, "P01").lacks) == []


def test_it_stands_out_where_at_most_a_quarter_answered_so(twelve: Collection) -> None:
    found = profile(twelve, "P00")
    assert [(one.name, str(one.beside)) for one in found.alone] == [("Seat", "14% (1 of 7)")]
    assert names(profile(twelve, "P02").alone) == []


def test_of_a_type_of_few_everyone_is_comparable(twelve: Collection) -> None:
    found = profile(twelve, "P07")
    assert found.compared == "everyone"
    assert found.comparable == (
        "all 11 partnerships that answered in 2021, as fewer than 5 others of its type did"
    )
    assert [str(one.beside) for one in found.alone] == ["18% (2 of 11)"]


def test_a_wave_it_missed_is_told(twelve: Collection) -> None:
    found = profile(twelve, "P11")
    assert (found.year, found.before) == (2020, None)
    assert "It did not answer in 2021: all figures here are of 2020." in found.summary
    assert "It answered first in 2020" in found.summary[1]
    assert "late" not in [one.item.item for one in found.answers]
    assert all("since" not in heading for heading, _ in found.lists)


def test_what_was_not_asked_and_what_was_not_answered_are_told_apart(twelve: Collection) -> None:
    answers = {one.item.item: one.text for one in profile(twelve, "P06").answers}
    assert answers == {
        "seat": "No",
        "level": "not asked",
        "plan": "Yes",
        "opened": "No",
        "late": "no answer",
    }


def test_items_of_one_name_are_told_apart_in_the_lists(twelve: Collection) -> None:
    items = dict(twelve.codebook)
    items["opened"] = dataclasses.replace(items["opened"], label="Seat")
    codebook = Codebook(items, twelve.codebook.path, twelve.codebook.headings)
    found = profile(dataclasses.replace(twelve, codebook=codebook), "P00")
    assert names(found.began) == ["Seat (Board)"]
    assert names(found.stopped) == ["Seat (Needs)"]


def test_without_region_and_type_there_is_everyone(twelve: Collection) -> None:
    returns = twelve.returns.assign(region=None, authority_type=None)
    found = profile(dataclasses.replace(twelve, returns=returns), "P00")
    assert found.groups == {"everyone": "All partnerships"}
    assert found.comparable.endswith("as its type is not known")


def test_an_unknown_name_gets_the_nearest_one(twelve: Collection) -> None:
    with pytest.raises(CollectionError, match=r"no partnership 'P077' .*Did you mean 'P07'\?"):
        profile(twelve, "P077")


def test_as_text_it_says_all_of_it(twelve: Collection) -> None:
    text = str(profile(twelve, "P00"))
    assert text.startswith("P00: profile 2021\nMine. Region: North. Type: County.")
    for part in (
        "Began since 2020\n- Seat",
        "- Opened: 71% (5 of 7)",
        "Yes (was No)",
        "Source: Mine.",
    ):
        assert part in text
    assert "withheld" not in text.lower()


# -- What it keeps back ---------------------------------------------------------------------------


def crowd(folder: Path, items: str, yes: Mapping[str, object], size: int) -> Collection:
    """Respondents P00 to Pnn of one region, of whom those named say yes."""
    rows = [
        {
            "authority": f"P{number:02}",
            "year": 2021,
            "region": "North",
            "authority_type": "County",
            **{item: number in who for item, who in yes.items()},  # type: ignore[operator]
        }
        for number in range(size)
    ]
    return made(folder, items, rows, threshold=5)


def test_a_count_that_is_small_without_the_reader_is_withheld(tmp_path: Path) -> None:
    # five say yes: enough for the book, but P00 knows that it is one of them
    mine = crowd(tmp_path, "a,s,A,Is it?,yes_no,2021,\n", {"a": range(5)}, 24)
    assert mine.tally(["a"])["yes"].tolist() == [5]
    assert shares(profile(mine, "P00"), "a") == {
        "region": "withheld", "authority_type": "withheld", "everyone": "withheld",
    }  # fmt: skip
    assert shares(profile(mine, "P10"), "a")["everyone"] == "21% (5 of 24)"


def test_the_others_no_counts_as_much_as_their_yes(tmp_path: Path) -> None:
    mine = crowd(tmp_path, "a,s,A,Is it?,yes_no,2021,\n", {"a": range(5, 24)}, 24)
    assert shares(profile(mine, "P00"), "a")["everyone"] == "withheld"
    assert shares(profile(mine, "P10"), "a")["everyone"] == "79% (19 of 24)"


def test_a_group_of_few_others_is_withheld(tmp_path: Path) -> None:
    mine = crowd(tmp_path, "a,s,A,Is it?,yes_no,2021,\n", {"a": range(5)}, 5)
    assert mine.tally(["a"])["yes"].tolist() == [5]
    assert shares(profile(mine, "P00"), "a")["everyone"] == "withheld"


def test_what_a_withheld_item_opens_is_withheld(tmp_path: Path) -> None:
    # five said no to the opener, P00 among them; who was asked further is the other 19
    items = "a,s,A,Is it?,yes_no,2021,\nb,s,B,Is it?,yes_no,2021,a\n"
    mine = crowd(tmp_path, items, {"a": range(5, 24), "b": range(5, 15)}, 24)
    assert mine.tally(["a", "b"])["yes"].tolist() == [19, 10]
    assert shares(profile(mine, "P00"), "b")["everyone"] == "withheld"
    assert shares(profile(mine, "P10"), "b")["everyone"] == "53% (10 of 19)"


def test_where_the_type_is_withheld_everyone_is_compared(tmp_path: Path) -> None:
    items = "a,s,A,Is it?,yes_no,2021,\n"
    mine = crowd(tmp_path, items, {"a": range(8, 30)}, 30)  # 8 of the no are counties
    kinds = ["County" if number < 12 else "City" for number in range(30)]
    mine = dataclasses.replace(mine, returns=mine.returns.assign(authority_type=kinds))
    found = profile(mine, "P00")
    assert shares(found, "a")["authority_type"] == "withheld"  # four counties say yes
    assert dict(found.lists)["Lacks what more than half of comparable partnerships have"] == [
        "A: 73% (22 of 30) of all"
    ]
    assert "fewer than 5 of the others" in str(found).replace("\n  ", " ")


def test_a_withheld_figure_is_nowhere_on_the_page(tmp_path: Path) -> None:
    mine = crowd(tmp_path, "a,s,A,Is it?,yes_no,2021,\n", {"a": range(5)}, 24)
    found = profile(mine, "P00")
    for text in (found.html, str(found)):
        assert "of 24" not in text
        assert "21%" not in text
    assert Share(None, None).counts == ""


# -- As a page ------------------------------------------------------------------------------------


def soup(html: str) -> BeautifulSoup:
    return BeautifulSoup(html, "html.parser")


def test_the_part_of_a_page_starts_below_its_title_and_has_no_ids(collection: Collection) -> None:
    bundle = profile(collection, "A01")._repr_mimebundle_()
    assert set(bundle) == {"text/plain", "text/html"}
    part = soup(bundle["text/html"])
    assert [heading.name for heading in part.select("h1, h2, h3")][:2] == ["h2", "h2"]
    assert part.select("h1, [id], script, style") == []
    assert part.select_one(".csm-label") is not None


def test_the_table_can_be_read_without_seeing_it(collection: Collection) -> None:
    table = soup(profile(collection, "A01").html).table
    assert table is not None
    assert table.caption is not None
    assert [th.get_text() for th in table.select("thead th[scope=col]")] == [
        "Question", "A01, 2009", "South West", "Unitary authority", "All authorities",
    ]  # fmt: skip
    assert len(table.select("th[scope=rowgroup]")) == 9
    assert len(table.select("tbody th[scope=row]")) == 54
    assert table.select("th:not([scope])") == []


def test_a_page_of_its_own_is_whole_and_fetches_nothing(collection: Collection) -> None:
    html = profile(collection, "A01").html
    whole = soup(html)
    assert html.startswith('<!DOCTYPE html>\n<html lang="en">')
    assert whole.title is not None
    assert whole.title.get_text() == ("A01: profile 2009 (Drawn: an illustration, not the data)")
    assert len(whole.select("h1")) == 1
    assert whole.select("script, link, img, iframe, [src], [href]") == []
    assert "prefers-color-scheme: dark" in html


def test_invented_returns_are_called_so_and_own_ones_carry_no_label(twelve: Collection) -> None:
    found = profile(dataclasses.replace(twelve, status=INVENTED), "P00")
    label = "Invented returns: an example, not data"
    assert label in found.title
    assert soup(found.fragment).select_one(".csm-label").get_text() == label  # type: ignore[union-attr]
    own = profile(twelve, "P00")
    assert own.title == "P00: profile 2021"
    assert "csm-label" not in own.fragment


def test_names_and_labels_are_text_whatever_they_hold(tmp_path: Path) -> None:
    mine = crowd(tmp_path, 'a,s,"<script>x</script>",Is it?,yes_no,2021,\n', {"a": [1]}, 3)
    name = '<img src=x onerror="x">\x1b[2J\u202e'
    mine = dataclasses.replace(
        mine, returns=mine.returns.replace({"authority": {"P01": name}, "region": {"North": name}})
    )
    found = profile(mine, name)
    assert soup(found.html).select("script, img") == []
    assert "&lt;script&gt;x" in found.html
    for text in (found.html, str(found)):
        assert "\x1b" not in text
        assert "\u202e" not in text


# -- On paper -------------------------------------------------------------------------------------


def printer() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_pdf", TOOL)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("authority", ["A01", "A40", "small"])
def test_it_prints_on_two_sides(authority: str, collection: Collection, tmp_path: Path) -> None:
    make_pdf = printer()
    try:
        chromium = make_pdf.find_chromium()
    except make_pdf.PdfError as error:
        if os.environ.get("CI", "").lower() in ("1", "true"):
            pytest.fail(str(error), pytrace=False)
        pytest.skip(str(error))
    if authority == "small":
        items = "".join(f"i{n},s{n // 4},Item {n},Is it?,yes_no,2021,\n" for n in range(12))
        mine = crowd(tmp_path, items, {f"i{n}": range(5, 20) for n in range(12)}, 30)
        found = profile(mine, "P00")
    else:
        found = profile(collection, authority)
    make_pdf.print_html(found.html, tmp_path / "profile.pdf", chromium=chromium)
    pages = PdfReader(tmp_path / "profile.pdf").pages
    assert len(pages) == (1 if authority == "small" else 2)
    assert "How to read this" in told(pages[-1])
