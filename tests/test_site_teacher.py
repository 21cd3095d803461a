"""A new teacher on the built site, in a real browser: from the front page to a plan in hand."""

from __future__ import annotations

import pytest
from test_site_browser import PHONE, Reader, browser, home, reader

__all__ = ["browser", "home", "reader"]

pytestmark = pytest.mark.paper


@pytest.mark.parametrize("width", [1280, PHONE])
def test_three_clicks_lead_from_the_front_page_to_the_slides_of_a_plan(
    reader: Reader, width: int
) -> None:
    page = reader.open("index.html", width=width)

    page.locator(".sd-card", has_text="You teach").get_by_role("link").first.click()
    page.get_by_role("link", name="the plan for 60 minutes").first.click()
    page.wait_for_url("**/book/instructor.html#a-plan-for-60-minutes")
    plan = page.locator("#a-plan-for-60-minutes")
    assert plan.locator("table tbody tr").count() == 8
    assert plan.locator("h2").bounding_box()["y"] < 300
    plan.get_by_role("link", name="slides").first.click()
    page.wait_for_url("**/slides/seats.html**")  # the slides add their number behind a stroke

    assert reader.faults == []


def test_an_exercise_that_a_plan_names_is_one_click_from_it(reader: Reader) -> None:
    page = reader.open("book/instructor.html")
    page.get_by_role("link", name="Exercise table-5").click()
    page.wait_for_url("**/book/exercises/table.html#exercise-table-5")

    assert page.locator("#exercise-table-5").bounding_box()["y"] < 300
