"""The lessons to take away, as a zip for students and one for the instructor: ``make packs``.

The site holds the students' (`csm_teaching`), which has no solution of an exercise. Both are made
from the built site and the project, and unpack into one folder, where they complete each other.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path
from posixpath import dirname, join, normpath, relpath
from urllib.parse import urlsplit

from bs4 import BeautifulSoup
from bs4.element import Tag
from csm_book import relinked
from csm_doors import TEMPLATES
from lesson_pages import introduction
from moodle import moodle_xml

from csm_lib.download import zipped
from csm_lib.lesson import NAMES, opened
from csm_lib.templates import filled

ROOT = Path(__file__).resolve().parents[2]
SITE, PACKS = ROOT / "_build" / "html", ROOT / "_build" / "packs"
FOLDER, STUDENTS, INSTRUCTOR = "childrens-trust-lessons", "students.zip", "instructor.zip"

NEEDED = ("csm_lib", "data", "examples", "notebooks", "pyproject.toml", "LICENSE", "CITATION.cff")
"""What the students' notebooks need, besides their lesson."""
LAB = ("jupyterlab", "jupyterlab-myst")

Files = dict[str, bytes]


def students(root: Path, site: Path, lessons: Iterable[str], address: str = "") -> bytes:
    """Return the students' pack of some lessons.

    Parameters
    ----------
    root, site
        The project, and its built site.
    lessons
        By their names.
    address
        Of the site, with a slash at its end. Where there is none, what would lead to its pages
        is no link.
    """
    names = list(lessons)
    files: Files = {}
    for path in _files(root, NEEDED):
        files[path.relative_to(root).as_posix()] = path.read_bytes()
    for path in (root / "book" / "teaching").glob("*.csv"):
        files[f"book/teaching/{path.name}"] = path.read_bytes()
    for name in names:
        teaching = root / "book" / "teaching"
        files[f"exercises/{name}.ipynb"] = (root / "exercises" / f"{name}.ipynb").read_bytes()
        files[f"book/teaching/{name}.py"] = (teaching / f"{name}.py").read_bytes()
        checks = checks_of((teaching / f"{name}.md").read_text("utf-8"))
        files[f"book/teaching/{name}.md"] = checks.encode()
    files["requirements.txt"] = requirements(root).encode()
    pages = {place: (site / place).read_text("utf-8") for place in _sheets(names)}
    pages["README.html"] = first_page("students", names)
    return packed(files | standalone(pages, site, address, without="aside.notes, .csm-solution"))


def instructor(root: Path, site: Path, lessons: Iterable[str], address: str = "") -> bytes:
    """Return the instructor's pack of some lessons; parameters are those of `students`."""
    names = list(lessons)
    files: Files = {}
    pages = {place: (site / place).read_text("utf-8") for place in _sheets(names)}
    pages["INSTRUCTOR.html"] = first_page("instructor", names)
    for name in names:
        solved = f"exercises/solutions/{name}.ipynb"
        files[solved] = (root / solved).read_bytes()
        files[f"quizzes/{name}.xml"] = moodle_xml(opened(name).quiz)
        pages[f"answers/{name}.html"] = answers(name)
        story = f"notebooks/lesson_{name}.html"
        pages[story] = sheet(
            introduction(root / story.replace("html", "ipynb"))[0], article(site / story)
        )
    plans = re.sub(
        r"book/exercises/(\w+)\.html#exercise-",
        r"answers/\1.html#",
        relinked(article(site / "book" / "instructor.html"), "book"),
    )
    pages["plans.html"] = sheet("For the instructor", plans, root="")
    return packed(files | standalone(pages, site, address))


def packed(files: Files) -> bytes:
    """Return a pack: its files in one folder, and the same bytes for the same files."""
    return zipped({f"{FOLDER}/{path}": files[path] for path in sorted(files)})


def _files(root: Path, names: Iterable[str]) -> Iterator[Path]:
    for name in names:
        path = root / name
        found = [path] if path.is_file() else path.rglob("*")
        yield from (one for one in found if one.is_file() and "__pycache__" not in one.parts)


def _sheets(lessons: Iterable[str]) -> list[str]:
    return [f"{kind}/{name}.html" for name in lessons for kind in ("slides", "handouts")]


def checks_of(lesson: str) -> str:
    """Return the Markdown of a lesson less its exercises, with their solutions, and its quiz."""
    title, *parts = re.split(r"(?m)^(?=## )", lesson)
    return title + "".join(part for part in parts if part.startswith("## check"))


def requirements(root: Path) -> str:
    """Return what the students' notebooks need of others, in the versions of the lock."""
    project = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]
    needed = {re.split(r"[^\w.-]", one)[0].lower() for one in project["dependencies"]} | {*LAB}
    lock = re.findall(
        r"(?m)^([\w.-]+)(==[^\\\n]+?) *\\?$", (root / "requirements.txt").read_text("utf-8")
    )
    pins = [name + version for name, version in lock if name.lower() in needed]
    return "\n".join([*pins, "-e .", ""])


def answers(name: str) -> str:
    """Return the answer key of a lesson, as a page."""
    title, *_ = introduction(ROOT / "notebooks" / f"lesson_{name}.ipynb")
    lesson = opened(name)
    exercises = [lesson.exercise(key) for key in lesson.exercises]
    key = (Path(__file__).parent / "templates" / "answers.html").read_text("utf-8")
    body = filled(key, {"title": title, "exercises": exercises, "quiz": lesson.quiz})
    return sheet(f"Answers: {title}", body)


def first_page(whose: str, lessons: Iterable[str]) -> str:
    """Return what is opened first in a pack: book/packs/<whose>.md as a page."""
    notebooks = ROOT / "notebooks"
    titles = {name: introduction(notebooks / f"lesson_{name}.ipynb")[0] for name in lessons}
    text = filled((ROOT / "book" / "packs" / f"{whose}.md").read_text("utf-8"), {"lessons": titles})
    title = text.partition("\n")[0].removeprefix("# ")
    return sheet(title, filled("{{ text | markdown }}", {"text": text}), root="")


def article(path: Path) -> str:
    """Return what a page of the site tells, to be read and printed without the site."""
    page = BeautifulSoup(path.read_text("utf-8"), "html.parser")
    found = page.select_one("article.bd-article")
    if found is None:
        raise ValueError(f"{path} has no article.")
    for left in found.select("a.headerlink, nav, details.above-input, .csm-take"):
        left.decompose()
    return str(found)


def sheet(title: str, body: str, *, root: str = "../") -> str:
    """Return a page of a pack; ``root`` leads from it to the folder of the pack."""
    return TEMPLATES.get_template("sheet.html").render(title=title, body=body, root=root)


def standalone(pages: dict[str, str], site: Path, address: str, *, without: str = "") -> Files:
    """Return pages with what they load from the site, and with no link that leads nowhere.

    Parameters
    ----------
    pages
        By their place in the pack, from where they load what lies at the same place in the site.
    site, address
        The site: its folder, and where it stands, if that is known.
    without
        A selector of what to leave out.
    """
    files: Files = {}
    for place, html in pages.items():
        page = BeautifulSoup(html, "html.parser")
        for left in page.select(without) if without else ():
            left.decompose()
        for tag in page.select("link[href], script[src], img[src]"):
            goal = _goal(place, str(tag.get("href") or tag.get("src")))
            for part in (goal, join(dirname(goal), "LICENSE")):
                if goal and (site / part).is_file():
                    files[part] = (site / part).read_bytes()
        for link in page.select("a[href]"):
            lead(link, place, pages, address)
        files[place] = str(page).encode()
    return files


def lead(link: Tag, place: str, pages: Iterable[str], address: str) -> None:
    """Let a link of a page lead into the pack, to the site, or not be one."""
    goal, _, anchor = str(link["href"]).partition("#")
    path = _goal(place, goal)
    if not path:
        return
    if path in pages:
        link["href"] = relpath(path, dirname(place) or ".") + (f"#{anchor}" if anchor else "")
    elif address:
        link["href"] = address + path + (f"#{anchor}" if anchor else "")
    elif link.find_parent("nav"):
        link.decompose()
    else:
        link.unwrap()


def _goal(place: str, address: str) -> str:
    """Return where an address on a page leads to, from the root; empty where that is elsewhere."""
    parts = urlsplit(address)
    if parts.scheme or parts.netloc or not parts.path:
        return ""
    return normpath(join(dirname(place), parts.path))


def main() -> None:
    """Write both packs."""
    front = BeautifulSoup((SITE / "index.html").read_bytes(), "html.parser")
    known = front.select_one('link[rel="canonical"]')
    address = "" if known is None else str(known["href"]).removesuffix("index.html")
    PACKS.mkdir(parents=True, exist_ok=True)
    (PACKS / STUDENTS).write_bytes((SITE / "packs" / STUDENTS).read_bytes())
    (PACKS / INSTRUCTOR).write_bytes(instructor(ROOT, SITE, NAMES, address))
    for name in (STUDENTS, INSTRUCTOR):
        print(f"{(PACKS / name).relative_to(ROOT)}")


if __name__ == "__main__":
    main()
