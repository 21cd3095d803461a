"""The packs of a built site: nothing is given away, nothing leads nowhere, and notebooks run."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from posixpath import dirname, join, normpath

import lesson_packs
import nbformat
import pytest
from bs4 import BeautifulSoup
from make_exercises import BLOCK, LINE
from test_site_browser import SITE

from csm_lib.lesson import NAMES, opened

pytestmark = pytest.mark.paper

ROOT = Path(__file__).parent.parent
STUDENTS = SITE / "packs" / "students.zip"

Files = dict[str, bytes]


def unpacked(pack: bytes) -> Files:
    with zipfile.ZipFile(io.BytesIO(pack)) as archive:
        return {name.partition("/")[2]: archive.read(name) for name in archive.namelist()}


@pytest.fixture(scope="module")
def students() -> Files:
    return unpacked(STUDENTS.read_bytes())


@pytest.fixture(scope="module")
def instructor() -> Files:
    return unpacked(lesson_packs.instructor(ROOT, SITE, NAMES))


def said(text: str) -> str:
    """A text without what Markdown, HTML or the end of a line may put between its words."""
    return " ".join(re.sub(r"[*`\\]", "", text).split())


def text_of(name: str, content: bytes) -> str:
    if name.endswith(".html"):
        return said(BeautifulSoup(content, "html.parser").get_text())
    if name.endswith(".ipynb"):
        return said("\n".join("".join(c["source"]) for c in json.loads(content)["cells"]))
    return said(content.decode("utf-8", "replace"))


def solutions() -> Iterator[str]:
    """Every line of a solution: as it is set, as it is written, and in the solved notebooks."""
    for name in NAMES:
        lesson = opened(name)
        written = (ROOT / "book" / "teaching" / f"{name}.md").read_text("utf-8")
        texts = [lesson.exercise(key).solution for key in lesson.exercises]
        texts += re.findall(r"(?ms)^### Solution\n(.+?)(?=^## |\Z)", written)
        solved = ROOT / "exercises" / "solutions" / f"{name}.ipynb"
        for cell in nbformat.read(solved, as_version=4).cells:
            if "solution" in cell.metadata.get("tags", []):
                texts.append(cell.source)
            texts += BLOCK.findall(cell.source) + [line[0] for line in LINE.finditer(cell.source)]
        for text in texts:
            yield from (said(line.removeprefix("- ")) for line in text.splitlines())


def test_no_file_of_the_students_pack_holds_a_line_of_a_solution(students: Files) -> None:
    lines = {line for line in solutions() if len(line) > 30}
    texts = {name: text_of(name, content) for name, content in students.items()}
    given_away = [(name, line) for name, text in texts.items() for line in lines if line in text]

    assert len(lines) > 150
    assert given_away == []
    assert [name for name in students if "solution" in name or "answers/" in name] == []


def test_the_students_slides_have_no_speaker_notes_and_the_instructors_do(
    students: Files, instructor: Files
) -> None:
    for name in NAMES:
        assert b'class="notes"' not in students[f"slides/{name}.html"]
        assert b'class="notes"' in instructor[f"slides/{name}.html"]


def test_the_instructor_gets_every_solution_and_every_right_answer(instructor: Files) -> None:
    for name in NAMES:
        lesson = opened(name)
        key = text_of(".html", instructor[f"answers/{name}.html"])
        solved = instructor[f"exercises/solutions/{name}.ipynb"]
        for exercise in map(lesson.exercise, lesson.exercises):
            for line in exercise.solution.splitlines():
                assert said(line.removeprefix("- ")) in key
        for question in lesson.quiz.questions:
            assert all(said(answer.feedback) in key for answer in question.right)
        assert b"# --- solution" in solved
        assert f"quizzes/{name}.xml" in instructor
    assert "A rubric for marking" in text_of(".html", instructor["plans.html"])


def test_the_first_page_of_a_pack_leads_to_the_plans_and_to_each_page_of_each_lesson(
    students: Files, instructor: Files
) -> None:
    def led(page: bytes) -> set[str]:
        return {str(link["href"]) for link in BeautifulSoup(page, "html.parser").select("a[href]")}

    common = {f"{kind}/{name}.html" for name in NAMES for kind in ("slides", "handouts")}
    stories = {f"notebooks/lesson_{name}.html" for name in NAMES}
    keys = {f"answers/{name}.html" for name in NAMES}

    assert led(students["README.html"]) == common
    assert led(instructor["INSTRUCTOR.html"]) == common | stories | keys | {"plans.html"}


def test_the_instructor_reads_each_story_with_its_charts_and_without_its_code(
    instructor: Files,
) -> None:
    for name in NAMES:
        story = BeautifulSoup(instructor[f"notebooks/lesson_{name}.html"], "html.parser")

        assert story.select("figure svg, figure table")
        assert story.select("pre, .highlight") == []


@pytest.mark.parametrize("whose", ["students", "instructor"])
def test_every_page_of_a_pack_finds_what_it_loads_and_leads_to(
    whose: str, request: pytest.FixtureRequest
) -> None:
    files: Files = request.getfixturevalue(whose)
    pages = [name for name in files if name.endswith(".html") and "templates" not in name]
    missing = []
    for name in pages:
        page = BeautifulSoup(files[name], "html.parser")
        for tag in page.select("[href], [src]"):
            goal = re.split("[?#]", str(tag.get("href") or tag.get("src")))[0]
            place = normpath(join(dirname(name), goal))
            if goal and not re.match("[a-z]+:", goal) and place not in files:
                missing.append((name, goal))

    assert len(pages) >= 2 * len(NAMES)
    assert missing == []


def test_the_site_offers_the_students_pack_and_keeps_the_instructors_away() -> None:
    page = BeautifulSoup((SITE / "book" / "teaching.html").read_bytes(), "html.parser")

    assert page.select_one('a[href="../packs/students.zip"][download]') is not None
    assert [path.name for path in (SITE / "packs").iterdir()] == ["students.zip"]


RUN = """\
import json, sys
import csm_lib
print(csm_lib.__file__)
names = {}
for source in json.loads(sys.stdin.read()):
    exec(source, names)
"""


@pytest.mark.parametrize("name", NAMES)
def test_a_notebook_of_the_pack_runs_where_it_was_unpacked(name: str, tmp_path: Path) -> None:
    with zipfile.ZipFile(STUDENTS) as pack:
        pack.extractall(tmp_path)
    (home,) = tmp_path.iterdir()
    solved = nbformat.read(ROOT / "exercises" / "solutions" / f"{name}.ipynb", as_version=4)
    answers = {cell.id: cell.source for cell in solved.cells}
    given = nbformat.read(home / "exercises" / f"{name}.ipynb", as_version=4)
    cells = [cell for cell in given.cells if cell.cell_type == "code"]
    sources = [answers[cell.id] if "= ..." in cell.source else cell.source for cell in cells]

    ran = subprocess.run(
        [sys.executable, "-c", RUN],
        input=json.dumps(sources),
        capture_output=True,
        text=True,
        check=False,
        cwd=home / "exercises",
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(home)},
    )

    assert ran.stderr == ""
    place, *said = ran.stdout.splitlines()
    assert Path(place) == home / "csm_lib" / "__init__.py"
    checks = sum(cell.source.startswith("check(") for cell in cells)
    assert len([line for line in said if line.startswith("Right. ")]) == checks >= 3
