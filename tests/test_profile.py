"""The profile of one respondent: what it says, what it keeps back, and how it prints."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import make_pdf
import numpy as np
import pandas as pd
import pytest
from bs4 import BeautifulSoup
from printed_pdf import told as printed
from pypdf import PdfReader

from csm_lib import words
from csm_lib.codebook import Codebook, read_codebook
from csm_lib.collection import Collection
from csm_lib.errors import CollectionError
from csm_lib.own.profile import Profile, Share, profile
from csm_lib.status import INVENTED, OWN

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


def told(found: Profile) -> str:
    """The profile as text, on one line."""
    return " ".join(str(found).split())


def listed(found: Profile, heading: str) -> list[str]:
    """The lines of the text under a heading."""
    (block,) = [b for b in str(found).split("\n\n") if b.startswith(f"{heading}\n")]
    return block.splitlines()[1:]


# -- What it says ---------------------------------------------------------------------------------


def test_an_answer_stands_beside_those_of_the_others_and_not_its_own(twelve: Collection) -> None:
    found = profile(twelve, "P00")
    assert found.others == {"region": 5, "authority_type": 6, "everyone": 10}
    assert list(found.table)[3:] == ["North", "County", "All others"]
    # P00 and P07 have a seat: two of eleven with P00 among them
    assert shares(found, "seat") == {
        "region": "0% (0 of 5)",
        "authority_type": "0% (0 of 6)",
        "everyone": "10% (1 of 10)",
    }
    # P06 gave no answer
    assert shares(found, "late")["authority_type"] == "60% (3 of 5)"
    assert shares(profile(twelve, "P06"), "late")["authority_type"] == "50% (3 of 6)"
    assert "Figures are of others only: the answers of P00 are in none of them." in told(found)


def test_of_several_answers_the_share_is_of_the_same_one(twelve: Collection) -> None:
    assert shares(profile(twelve, "P07"), "level")["everyone"] == "0 of 1"  # too few for a share
    assert shares(profile(twelve, "P01"), "level") == {}  # it was not asked


def test_what_changed_is_told_against_the_last_wave_it_answered(twelve: Collection) -> None:
    found = profile(twelve, "P00")
    assert (found.year, found.before) == (2021, 2020)
    assert names(found.began) == ["Seat"]
    assert names(found.stopped) == ["Opened"]
    assert found.moved == []
    text = told(found)
    assert "In 2021 this partnership answered five of five questions asked, and said yes to" in text
    assert "said yes to two of the four among them that take yes or no." in text
    assert "Of three answers given in both 2020 and 2021, two changed:" in text
    assert "changed: one from no to yes and one from yes to no." in text


def test_it_said_no_to_what_more_than_half_of_its_type_said_yes_to(twelve: Collection) -> None:
    found = profile(twelve, "P00")
    assert "are the 6 other partnerships of the same type that answered in 2021." in told(found)
    # five of six others have Opened, and three of the five that answered Late
    assert listed(found, "Said no to what most others said yes to") == [
        "- Opened: 83% (5 of 6)",
        "- Late: 60% (3 of 5)",
    ]
    assert "said no to two questions that most others said yes to, above all “Opened”" in told(
        found
    )
    assert names(profile(twelve, "P06").said_no) == ["Opened"]  # half of the others is not most


def test_where_there_is_nothing_of_a_kind_no_sentence_says_so(twelve: Collection) -> None:
    found = profile(twelve, "P01")
    assert found.said_no == []
    assert listed(found, "Said no to what most others said yes to") == ["None."]
    assert "said no to" not in " ".join(listed(found, "In short"))
    assert "need not be right" not in told(found)  # what qualifies the list goes with it


def test_it_stands_out_where_at_most_a_quarter_of_the_others_answered_so(
    twelve: Collection,
) -> None:
    found = profile(twelve, "P00")
    assert listed(found, "Answered as few others did") == ["- Seat: 0% (0 of 6)"]
    assert "gave one answer that few others gave: “Seat”." in told(found)
    assert names(profile(twelve, "P02").few) == []


def test_a_group_of_fewer_than_five_others_is_left_out(twelve: Collection) -> None:
    found = profile(twelve, "P07")  # four cities answered, and five of the South
    assert found.others == {"everyone": 10}
    assert list(found.table)[3:] == ["All others"]
    assert found.against == "everyone"
    assert "Region: South. Type: City." in told(found)
    assert ("The others in the lists are all 10 other partnerships that answered in 2021.") in told(
        found
    )
    assert ("Not compared by region or type: fewer than 5 others are in the same group. ") in told(
        found
    )
    assert listed(found, "Answered as few others did") == ["- Seat: 10% (1 of 10)"]


def test_a_group_of_everyone_is_no_column_of_its_own(twelve: Collection) -> None:
    returns = twelve.returns.assign(region="North", authority_type="County")
    found = profile(dataclasses.replace(twelve, returns=returns), "P00")
    assert found.others == {"everyone": 10}
    assert "Not compared by" not in told(found)
    assert "of the same" not in told(found)


def test_among_too_few_to_compare_the_answers_stand_alone(twelve: Collection) -> None:
    returns = twelve.returns[twelve.returns["authority"].le("P04")]
    found = profile(dataclasses.replace(twelve, returns=returns), "P00")
    assert found.others == {}
    assert list(found.table) == ["section", "question", "in 2021"]
    assert "Nothing is compared: fewer than 5 others answered in 2021." in told(found)
    assert "Said no to what" not in told(found)
    assert "Figures are" not in told(found)


def test_nothing_is_said_of_so_few_that_answered_a_question(twelve: Collection) -> None:
    found = profile(twelve, "P07")
    # of the others P00 alone was asked: no answer is rare for that
    assert "level" not in [one.item.item for one in found.few]


def test_a_wave_it_missed_is_told(twelve: Collection) -> None:
    found = profile(twelve, "P11")
    assert (found.year, found.before) == (2020, None)
    assert "This partnership did not answer in 2021: all figures here are of 2020." in told(found)
    assert "answered first" not in told(found)  # as all did: there is no wave before
    assert "late" not in [one.item.item for one in found.answers]
    assert "since" not in told(found)


def test_one_that_came_later_than_others_is_told_so(twelve: Collection) -> None:
    returns = twelve.returns[
        twelve.returns["authority"].ne("P00") | twelve.returns["year"].eq(2021)
    ]
    assert (
        "This partnership answered first in 2021: there is no earlier wave to set beside it."
    ) in told(profile(dataclasses.replace(twelve, returns=returns), "P00"))


def test_of_a_person_it_is_told_as_the_collection_calls_one(twelve: Collection) -> None:
    people = dataclasses.replace(twelve, one="person", many="people")
    text = told(profile(people, "P00"))
    assert "this person answered five of five questions asked" in text
    assert "the 6 other people of the same type" in text
    for word in ("place", "lacks", "lacking", " have", "began", "stopped", " it ", "It "):
        assert word not in text.replace("set beside it", ""), word


def test_an_answer_named_yes_among_others_is_no_yes(tmp_path: Path) -> None:
    rows = [{"authority": "P00", "year": year, "a": a} for year, a in ((2020, "un"), (2021, "yes"))]
    answers = "response,answer,label\nmaybe,yes,Yes\nmaybe,un,Not sure\n"
    (tmp_path / "answers.csv").write_text(answers, encoding="utf-8")
    found = profile(made(tmp_path, "a,s,A,Is it?,maybe,2020;2021,\n", rows), "P00")
    assert names(found.began) == []
    assert listed(found, "Answered otherwise since 2020") == ["- A: Yes; was Not sure"]
    assert "Of one answer given in both 2020 and 2021, one changed." in told(found)


def many(folder: Path, items: int) -> Collection:
    """Twelve that answer items of two sections: P00 says no to all that ever more say yes to."""
    lines = "".join(f"i{n},{'st'[n % 2]},Item {n},Is it?,yes_no,2021,\n" for n in range(items))
    yes = {f"i{n}": range(1, min(n, 8) + 1) for n in range(items)}
    return dataclasses.replace(crowd(folder, lines, yes, 12), threshold=0)


def test_up_to_thirty_items_make_one_list_and_more_a_list_a_section(tmp_path: Path) -> None:
    heading = "Said no to what most others said yes to"
    one = listed(profile(many(tmp_path, 30), "P00"), heading)
    assert one[:2] == ["- Item 8: 73% (8 of 11)", "- Item 9: 73% (8 of 11)"]
    assert len(one) == 24
    assert one[-2:] == ["- Item 7: 64% (7 of 11)", "- Item 6: 55% (6 of 11)"]

    by = profile(many(tmp_path, 31), "P00")
    found = listed(by, heading)
    assert (found[0], found[1], found[-1]) == (
        "S",
        "- Item 8: 73% (8 of 11)",
        "- Item 7: 64% (7 of 11)",
    )
    assert found.index("T") == 14  # after twelve items and the least telling of the first section
    assert [h.get_text() for h in soup(by.fragment).select("section h3")] == ["S", "T"]


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
    assert found.others == {"everyone": 10}
    assert "Not compared by" not in told(found)


def test_an_unknown_name_gets_the_nearest_one(twelve: Collection) -> None:
    with pytest.raises(CollectionError, match=r"no partnership 'P077' .*Did you mean 'P07'\?"):
        profile(twelve, "P077")


def test_as_text_it_says_all_of_it(twelve: Collection) -> None:
    text = str(profile(twelve, "P00"))
    assert text.startswith("P00: profile 2021\nMine. Region: North. Type: County.")
    for part in (
        "From no to yes since 2020\n- Seat",
        "- Opened: 83% (5 of 6)",
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
    assert shares(profile(mine, "P00"), "a") == {"everyone": "withheld"}
    assert shares(profile(mine, "P10"), "a")["everyone"] == "22% (5 of 23)"


def test_the_others_no_counts_as_much_as_their_yes(tmp_path: Path) -> None:
    mine = crowd(tmp_path, "a,s,A,Is it?,yes_no,2021,\n", {"a": range(5, 24)}, 24)
    assert shares(profile(mine, "P00"), "a")["everyone"] == "withheld"
    assert shares(profile(mine, "P10"), "a")["everyone"] == "78% (18 of 23)"


def test_four_others_are_too_few_though_five_are_shown(tmp_path: Path) -> None:
    mine = crowd(tmp_path, "a,s,A,Is it?,yes_no,2021,\n", {"a": range(5)}, 5)
    assert mine.respondents([])["yes"].tolist() == [5]
    assert shares(profile(mine, "P00"), "a") == {}


def test_a_higher_threshold_leaves_larger_groups_out(tmp_path: Path) -> None:
    mine = crowd(tmp_path, "a,s,A,Is it?,yes_no,2021,\n", {"a": range(10)}, 10)
    assert profile(mine, "P00").others == {"everyone": 9}
    found = profile(dataclasses.replace(mine, threshold=10), "P00")
    assert found.others == {}
    assert "Nothing is compared: fewer than 10 others answered in 2021." in told(found)


def test_what_a_withheld_item_opens_is_withheld(tmp_path: Path) -> None:
    # five said no to the opener, P00 among them; who was asked further is the other 19
    items = "a,s,A,Is it?,yes_no,2021,\nb,s,B,Is it?,yes_no,2021,a\n"
    mine = crowd(tmp_path, items, {"a": range(5, 24), "b": range(5, 15)}, 24)
    assert mine.tally(["a", "b"])["yes"].tolist() == [19, 10]
    assert shares(profile(mine, "P00"), "b")["everyone"] == "withheld"
    assert shares(profile(mine, "P10"), "b")["everyone"] == "50% (9 of 18)"


def test_where_the_type_is_withheld_everyone_is_compared(tmp_path: Path) -> None:
    items = "a,s,A,Is it?,yes_no,2021,\n"
    mine = crowd(tmp_path, items, {"a": range(8, 30)}, 30)  # 8 of the no are counties
    kinds = ["County" if number < 12 else "City" for number in range(30)]
    mine = dataclasses.replace(mine, returns=mine.returns.assign(authority_type=kinds))
    found = profile(mine, "P00")
    assert shares(found, "a")["authority_type"] == "withheld"  # four counties say yes
    assert listed(found, "Said no to what most others said yes to") == [
        "- A: 76% (22 of 29) of all"
    ]
    assert "“of all” marks a figure of all other partnerships" in told(found)
    assert "Withheld: fewer than 5 of the others" in told(found)


def test_a_withheld_figure_is_nowhere_on_the_page(tmp_path: Path) -> None:
    mine = crowd(tmp_path, "a,s,A,Is it?,yes_no,2021,\n", {"a": range(5)}, 24)
    found = profile(mine, "P00")
    for text in (found.html, str(found)):
        assert "of 23" not in text
        assert "17%" not in text
    assert listed(found, "Answered as few others did") == ["None of the figures shown."]
    assert Share(None, None).counts == ""


def town(kinds: Sequence[str], yes: Sequence[int], folder: Path) -> Collection:
    """Respondents of these types, of whom those numbered say yes to `a`, and all to `b`."""
    items = "a,s,A,Is it?,yes_no,2021,\nb,s,B,Is it?,yes_no,2021,\n"
    mine = crowd(folder, items, {"a": yes, "b": range(len(kinds))}, len(kinds))
    return dataclasses.replace(mine, returns=mine.returns.assign(authority_type=list(kinds)))


@pytest.mark.parametrize("others", [[30, 31, 32, 33], [30], [9, 15, 31]])
def test_a_page_does_not_change_with_what_the_collection_withholds(
    others: list[int], tmp_path: Path
) -> None:
    # two of forty said yes, in the one world these and in the other those: the tally tells neither
    kinds = ["County"] * 20 + ["City"] * 20
    one = town(kinds, [30, 31], tmp_path)
    other = town(kinds, others, tmp_path)
    for by in ([], ["authority_type"]):
        assert one.tally(["a", "b"], by=by).equals(other.tally(["a", "b"], by=by))

    for name in ("P00", "P25"):
        assert profile(one, name).html == profile(other, name).html
        assert str(profile(one, name)) == str(profile(other, name))


def test_a_page_does_not_tell_how_many_are_of_a_type_whose_number_is_withheld(
    tmp_path: Path,
) -> None:
    # there are 23: who told that 20 are counties would tell of three cities
    pages = []
    for cities in (2, 3):
        mine = town(["County"] * (23 - cities) + ["City"] * cities, range(10), tmp_path)
        assert mine.respondents(["authority_type"])["yes"].isna().all()
        pages.append(profile(mine, "P00"))

    assert [page.others for page in pages] == [{"everyone": 22}] * 2
    assert str(pages[0]) == str(pages[1])
    assert (
        "Not compared by type: fewer than 5 others are in the same group, or their number"
        in told(pages[0])
    )


def test_every_figure_is_a_published_one_less_an_answer_on_the_page(tmp_path: Path) -> None:
    draw = np.random.Generator(np.random.PCG64(1))
    items = "".join(
        f"i{n},s,Item {n},Is it?,yes_no,2021,{'i0' if n > 3 else ''}\n" for n in range(6)
    )
    items += "which,s,Which,Which?,level,2021,i1\n"
    shown = withheld = 0
    for _ in range(4):
        mine = crowd(tmp_path, items, {}, 36)
        rows = len(mine.returns)
        drawn = {
            **{f"i{n}": draw.random(rows) < draw.choice([0.2, 0.5, 0.9]) for n in range(6)},
            "which": draw.choice(["head", "senior_officer", "other"], rows),
            "region": draw.choice(["North", "South", "East"], rows),
            "authority_type": draw.choice(["County", "City"], rows, p=[0.7, 0.3]),
        }
        returns = mine.returns.assign(**drawn)
        returns["i2"] = returns["i2"].astype("boolean").mask(draw.random(rows) < 0.1)
        mine = dataclasses.replace(mine, returns=returns)
        published = {
            group: mine.tally(mine.items(["s"]), by=by)
            for group, by in (
                ("region", ["region"]),
                ("authority_type", ["authority_type"]),
                ("everyone", []),
            )
        }
        for name in mine.returns["authority"][:12]:
            found = profile(mine, name)
            for one in found.answers:
                for group, share in one.shares.items():
                    rows_of = published[group]
                    cell = rows_of[
                        (rows_of["item"] == one.item.item)
                        & (rows_of["answer"] == ("yes" if one.yes_no else one.answer))
                        & (group == "everyone" or rows_of.get(group) == found.own.get(group))
                    ].iloc[0]
                    if share.yes is None or share.base is None:
                        withheld += 1
                        continue
                    shown += 1
                    counted = one.answer == cell["answer"]
                    assert (share.yes + counted, share.base + bool(one.answer)) == (
                        cell["yes"],
                        cell["base"],
                    )
                    assert not 0 < share.yes < 5
                    assert not 0 < share.base - share.yes < 5
                    opener = one.item.asked_if
                    if opener:
                        above = next(a for a in found.answers if a.item.item == opener)
                        assert above.shares[group].yes is not None
    assert shown > 200
    assert withheld > 200


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
        "Question", "A01, 2009", "South West", "Unitary authority", "All others",
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
    # what is read from right to left does not turn the words around it
    assert f"<bdi>{words.escaped('<script>x</script>')}</bdi>" in found.html
    for text in (found.html, str(found)):
        assert "\x1b" not in text
        assert "\u202e" not in text


# -- On paper -------------------------------------------------------------------------------------


@pytest.mark.parametrize("authority", ["A01", "A40", "small"])
def test_it_prints_on_two_sides(authority: str, collection: Collection, tmp_path: Path) -> None:
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
    assert "How to read this" in printed(pages[-1])
