"""Everything that can run in a reader's browser, run there: by hand, for it takes many minutes.

Each cell of each chapter, the solution of each exercise that computes, and two things held against
this Python: each answer that a check lists with what is said of it, and each tally of an item by a
characteristic. `make live` comes first.

Usage: python tests/live_all.py [ADDRESS] [PAGE ...]

ADDRESS is that of the site where it is served (`make serve`). Without one it is read from its
folder.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "book" / "_tools"), str(ROOT / "tests")]

import live_cells  # noqa: E402
from playwright.sync_api import Browser, Page, expect, sync_playwright  # noqa: E402
from test_site_browser import CHROMIUM, OPTIONS, Reader  # noqa: E402
from test_site_live import LONG, Cell  # noqa: E402

from csm_lib.lesson import NAMES  # noqa: E402

SITE = ROOT / "_build" / "html"

NOT_THERE = ("needs pyreadstat", "'by_year' is not defined")
"""At what the two cells on a file of SPSS stop, which no browser reads."""

SAME = """
import ast, json
import csm_lib as csm
from csm_lib.lesson import NAMES, WrongAnswer, opened

def said(lesson, key, text):
    text = text.split(" or ")[0].replace("\\N{MINUS SIGN}", "-").replace("_", "0")
    try:
        answer = ast.literal_eval(text)
    except ValueError:
        answer = text  # an expression, which is not run here
    try:
        return opened(lesson).why_right(key, answer)
    except WrongAnswer as wrong:
        return str(wrong)

answers = {}
for lesson in NAMES:
    for (kind, key), part in opened(lesson)._parts.items():
        if kind == "check":
            for line in part.splitlines():
                if line.startswith("- ["):
                    answers[f"{lesson}.{key} {line[6:]}"] = said(lesson, key, line[6:])

trusts = csm.open_collection()
tallies = {}
for item in trusts.codebook.values():
    for by in ((), "region", "authority_type", ("region", "authority_type")):
        try:
            rows = trusts.tally(item.item, by=by)
        except Exception as error:
            tallies[f"{item.item} {by}"] = str(error)
        else:
            tallies[f"{item.item} {by}"] = rows.to_csv(index=False)
print(json.dumps([answers, tallies]))
"""


def solutions() -> dict[str, str]:
    """The code of each exercise with its solution in place."""
    found: dict[str, list[str]] = {}
    for lesson in NAMES:
        key = ""
        path = ROOT / "exercises" / "solutions" / f"{lesson}.ipynb"
        for cell in json.loads(path.read_bytes())["cells"]:
            text = "".join(cell["source"])
            if named := re.fullmatch(r"\{exercise\} (\S+)", text.strip()):
                key = named[1]
            elif cell["cell_type"] == "code" and key:
                found.setdefault(key, []).append(text)
    return {key: "\n\n".join(cells) for key, cells in found.items()}


def chapter(page: Page) -> list[str]:
    """Run all cells of a page with controls, and return what did not go well."""
    wrong = []
    page.evaluate("for (const fold of document.querySelectorAll('details')) fold.open = true")
    for bar in page.locator("div.cell .csm-live-bar").all():
        run = bar.get_by_role("button", name=re.compile("^Run"))
        run.click()
        expect(bar.get_by_role("status")).to_have_text(re.compile(r"[^…]$"), timeout=LONG)
        told = bar.get_by_role("status").inner_text()
        if told != "Done.":
            box = page.locator(".csm-live-error:visible")
            told += f" {box.last.inner_text() if box.count() else ''}"
            if any(reason in told for reason in NOT_THERE):
                print(f"  as expected: {told}")
            else:
                wrong.append(told)
    return wrong


def solved(page: Page, answers: dict[str, str]) -> list[str]:
    """Run the solutions of the exercises on a page, and return those that are not right."""
    wrong = []
    for key, code in answers.items():
        if page.locator(f"#exercise-{key}").count():
            text = re.search(r'check\("[^"]+"', code)
            assert text
            shown = Cell(page, text[0]).run(code)
            if "Right." not in shown:
                wrong.append(f"{key}: {shown}")
    return wrong


def same(page: Page) -> list[str]:
    """Run `SAME` there and here, and return what differs."""
    here = json.loads(json.loads(live_cells.run(SAME, "same", "."))["parts"][0]["data"])
    there = json.loads(Cell(page, "trusts").run(SAME))
    for part in here:
        print(f"  {len(part)} compared")
    return [
        f"{key}: {a[key]!r} here, {b.get(key)!r} there"
        for a, b in zip(here, there, strict=True)
        for key in a
        if a[key] != b.get(key)
    ]


def main(browser: Browser) -> int:
    """Run everything and print what went wrong."""
    answers, wrong = solutions(), 0
    pages = [path for path in sorted(SITE.rglob("*.html")) if 'id="csm-live"' in path.read_text()]
    served = [one for one in sys.argv[1:] if one.startswith("http")]
    named = [one for one in sys.argv[1:] if one not in served]
    for name in named or [path.relative_to(SITE).as_posix() for path in pages]:
        reader = Reader(browser, served[0] if served else f"{SITE.as_uri()}/")
        reader.page.context.set_default_timeout(LONG)
        page = reader.open(name)
        found = chapter(page) + solved(page, answers)
        if name == "notebooks/board.html":
            found += same(page)
        found += reader.faults
        print(name, *(found or ["all well"]), sep="\n  ", flush=True)
        wrong += len(found)
        reader.page.context.close()
    return min(wrong, 1)


if __name__ == "__main__":
    import shutil

    with sync_playwright() as playwright:
        chromium = next(filter(None, map(shutil.which, CHROMIUM)))
        sys.exit(
            main(
                playwright.chromium.launch(
                    executable_path=chromium, args=[*OPTIONS, "--no-sandbox"]
                )
            )
        )
