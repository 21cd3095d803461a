"""Notebooks and pages: the analysis in short cells, no typed results, text outputs only."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import nbformat
import pytest

ROOT = Path(__file__).parent.parent
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
PROSE = sorted((ROOT / "book").glob("*.md"))
OF_LESSONS = [
    one for kind in ("exercises", "quizzes") for one in (ROOT / "book" / kind).glob("*.md")
]
PAGES = sorted([*PROSE, *OF_LESSONS])

# Pages to look things up in, the front page, and the teacher's pages are no lessons.
NO_LESSONS = set(
    "findings codebook a_to_z methods glossary references take_away cite start publish scale "
    "accessibility changes teaching instructor change_this_book limits notices your_table".split()
)
CHAPTERS = [path for path in [*NOTEBOOKS, *PROSE] if path.stem not in NO_LESSONS]

# Pages whose numbers are no results: addresses of works, how to cite, formulas, and what other
# studies found, which is cited.
NUMBERED_PAGES = {"references.md", "cite.md", "methods.md", "others.md"}

LESSON_FRAME = ("What you will learn", "What it presumes", "Time")
LIMITS = "What the data cannot say"

MOST_LINES = 24
"""A cell that is longer is not read."""

# What a notebook may import: the package, and what any analyst knows.
KNOWN = {"csm_lib", "dataclasses", "pandas", "numpy", "matplotlib", "seaborn", "duckdb", "pathlib"}

# What a cell may not contain, by its name in the sentence that reports it. Work on frames is meant.
LOGIC: dict[type[ast.AST], str] = {
    ast.FunctionDef: "a function",
    ast.AsyncFunctionDef: "a function",
    ast.ClassDef: "a class",
    ast.For: "a loop",
    ast.AsyncFor: "a loop",
    ast.While: "a loop",
    ast.If: "a branch",
    ast.Match: "a branch",
    ast.Try: "a branch",
}

NUMBER_WORDS = (
    "three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred "
    "thousand dozen half thirds quarter quarters"
).split()
NUMBER = re.compile(rf"\d+(?:[.,]\d+)*%?|\b(?:{'|'.join(NUMBER_WORDS)})\b", re.IGNORECASE)

# Numbers that are no results, each with the reason why it may be typed.
INNOCENT = [
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"\b(199\d|20[0-2]\d)([/–-]\d{1,4})?\b",  # a year, or 2004/5
        r"\b\d{1,2} (?=January|February|March|April|May|June|July|August|September|October"
        r"|November|December)",  # a date
        r"\b\d+ (to \d+ )?minutes\b",  # the time a lesson takes
        r"(?m)^\s*\d+\. ",  # the numbers of a list
        r"\bTable \d\b",  # a place in the paper
        r"\bsection \d+[a-z]?\b",  # a place in an Act
        r"\bCC BY 4\.0\b",  # a licence
        r"\bCC0\b",
        r"\bPython 3\.\d+\b",  # a version
        r"\bversion \d+(\.\d+)*",
        r"\bSN \d+\b",  # a deposit at the UK Data Service
        r"\bround\w* half\b|\bhalf(?: |-)(?:up|even|down|way)\b",  # a rule of rounding
    )
]

# Phrases with a number word that is no result of the analysis.
ALLOWED = {
    "nine regions": "the regions of England at the time",
}


# -- What is checked ---------------------------------------------------------


def logic_in(source: str) -> list[str]:
    """What a code cell holds that belongs into csm_lib, under test, or that must be computed."""
    faults = []
    if re.search(r"^\s*[%!]|NBVAL_|PYTEST_VALIDATE", source, re.MULTILINE):
        return ["a magic, a shell command or a mark that switches its test off"]
    lines = [line for line in source.splitlines() if line.strip() and line.strip()[0] != "#"]
    if len(lines) > MOST_LINES:
        faults.append(f"{len(lines)} lines of code, more than {MOST_LINES}")
    for node in ast.walk(ast.parse(source)):
        if type(node) in LOGIC:
            faults.append(LOGIC[type(node)])
        if isinstance(node, ast.Import):
            faults += [f"import of {n.name}" for n in node.names if not _known(n.name)]
        if isinstance(node, ast.ImportFrom) and not _known(node.module or ""):
            faults.append(f"import of {node.module}")
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and " " in node.value:
            faults += [f"a typed number, {n}" for n in numbers_in(node.value) if n[0].isdigit()]
    return faults


def _known(module: str) -> bool:
    return module.split(".")[0] in KNOWN


def output_faults(cell: dict[str, Any]) -> list[str]:
    """What a code cell stores other than the plain text of a run without complaint."""
    faults = [] if cell["execution_count"] else ["no run: its test would compare nothing"]
    for output in cell["outputs"]:
        if output["output_type"] == "error":
            faults.append(f"an error, {output['ename']}")
        elif output["output_type"] == "stream" and output["name"] == "stderr":
            faults.append("a message on stderr")
        elif output["output_type"] in ("execute_result", "display_data"):
            faults += [
                f"an output of type {kind}" for kind in output["data"] if kind != "text/plain"
            ]
            if "text/plain" not in output["data"]:
                faults.append("an output without text")
    return faults


def numbers_in(prose: str) -> list[str]:
    """Numbers typed into Markdown that could be results."""
    text = re.sub(r"(?s)^---\n.*?\n---\n", "", prose)  # settings at the head of a page
    text = re.sub(r"(?ms)^( *`{3,})(?!\{)[^\n]*\n.*?^\1`*\s*$", "", text)  # code
    text = re.sub(r"(?m)^\s*(?:`{3,}|:{3,})\{[^}]+\}.*|^:[\w-]+:.*", _title, text)
    text = re.sub(r"\{[\w:-]+\}`[^`]*`", "", text)  # roles: citations, terms, links
    text = re.sub(r"\[[^\]]*\]\(\S*/references\.md#\w+\)", "", text)  # citations, with their year
    text = re.sub(r"`[^`\n]*[A-Za-z_/][^`\n]*`", "", text)  # code, but not a number set as code
    text = re.sub(r"\]\([^)]*\)|<https?:[^>]*>|https?://\S+|^\([\w-]+\)=", "", text)
    for innocent in INNOCENT:
        text = innocent.sub("", text)
    for phrase in ALLOWED:
        text = re.sub(rf"\b{phrase}\b", "", text, flags=re.IGNORECASE)
    return NUMBER.findall(text)


def _title(match: re.Match[str]) -> str:
    """The title of a directive, which is prose; its settings are not."""
    _, _, title = match.group(0).partition("}")
    return "" if re.fullmatch(r"[\d ]*", title) else title  # of a grid: its columns


def headings_in(prose: str) -> Iterator[tuple[int, str]]:
    """Level and text of each heading."""
    text = re.sub(r"(?ms)^(`{3,}).*?^\1", "", prose)
    for mark, title in re.findall(r"(?m)^(#+) (.+?)\s*$", text):
        yield len(mark), title


def says(prose: str, words: str) -> bool:
    """Whether a heading or a bold lead-in is in these words."""
    return bool(re.search(rf"(?mi)^(?:#+ {words}\s*$|\W*\*\*{words}[:.]?\*\*)", prose))


def markdown(path: Path) -> str:
    """The prose of a notebook or page."""
    if path.suffix == ".md":
        return path.read_text("utf-8")
    cells = nbformat.read(path, as_version=4).cells
    return "\n\n".join(cell.source for cell in cells if cell.cell_type == "markdown")


def code_cells(path: Path) -> list[dict[str, Any]]:
    """The code cells of a notebook."""
    return [c for c in nbformat.read(path, as_version=4).cells if c.cell_type == "code"]


def by_name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


each_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=by_name)
each_page = pytest.mark.parametrize("path", [*NOTEBOOKS, *PAGES], ids=by_name)


# -- The book ----------------------------------------------------------------


def test_every_page_in_the_contents_exists_and_every_page_is_in_the_contents() -> None:
    contents = (ROOT / "_toc.yml").read_text("utf-8")
    named = set(re.findall(r"(?m)^[ -]*(?:root|file): (\S+)$", contents))

    assert named == {by_name(path).rpartition(".")[0] for path in [*NOTEBOOKS, *PAGES]}


@each_notebook
def test_a_cell_is_short_and_holds_no_function_loop_or_typed_number(path: Path) -> None:
    faults = [(cell.source, fault) for cell in code_cells(path) for fault in logic_in(cell.source)]

    assert faults == [], "put this into csm_lib, under test, and call it"


@each_notebook
def test_a_notebook_stores_the_plain_text_of_one_clean_run_in_full(path: Path) -> None:
    metadata, cells = nbformat.read(path, as_version=4).metadata, code_cells(path)
    faults = [(cell.source, fault) for cell in cells for fault in output_faults(cell)]
    tags = " ".join(tag for cell in cells for tag in cell.metadata.get("tags", []))

    assert faults == [], "run: make notebooks"
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    assert any(cell.outputs for cell in cells)
    assert not re.search("nbval|raises|skip|pytest", tags), "it takes a cell out of its test"
    assert metadata.kernelspec.name == "python3"
    assert "version" not in metadata.language_info, "it names a machine; run: make notebooks"


@each_page
def test_a_page_has_one_title_first_and_its_headings_skip_no_level(path: Path) -> None:
    levels = [level for level, _ in headings_in(markdown(path))]

    assert markdown(path).startswith("# ")
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


@pytest.mark.parametrize("path", CHAPTERS, ids=by_name)
def test_a_chapter_has_the_lesson_frame(path: Path) -> None:
    prose = markdown(path)
    missing = [words for words in (*LESSON_FRAME, LIMITS) if not says(prose, words)]

    assert missing == []


@each_page
def test_no_result_is_typed_into_prose(path: Path) -> None:
    found = [] if path.name in NUMBERED_PAGES else numbers_in(markdown(path))

    assert found == [], "let a Finding say it, or add the phrase to ALLOWED with a reason"


# -- The checks themselves ---------------------------------------------------


@pytest.mark.parametrize(
    ("source", "fault"),
    [
        ("def share(k, n):\n    return k", "a function"),
        ("class Board:\n    pass", "a class"),
        ("for item in items:\n    show(item)", "a loop"),
        ("if ready:\n    show(item)", "a branch"),
        ("import requests", "import of requests"),
        ("from os import path", "import of os"),
        ("title = f'{name} sat on 63% of Boards'", "a typed number, 63%"),
        ("%matplotlib inline", "a magic, a shell command or a mark that switches its test off"),
        ("# NBVAL_SKIP\nshow()", "a magic, a shell command or a mark that switches its test off"),
        ("\n".join(f"a{n} = {n}" for n in range(25)), "25 lines of code, more than 24"),
    ],
)
def test_logic_in_a_cell_is_found(source: str, fault: str) -> None:
    assert logic_in(source) == [fault]


def test_calls_and_work_on_frames_may_stand_in_a_cell() -> None:
    source = (
        "import csm_lib as csm\nimport pandas as pd\n\n"
        "moved = changes[changes['direction'] > 0].sort_values('change')\ntop = moved.iloc[0]\n"
        "title = f'From {words.before(top)} to {words.after(top)} in 2009'\n"
    )
    assert logic_in(source + "# a remark\n" * 30) == []


@pytest.mark.parametrize(
    ("output", "fault"),
    [
        ({"output_type": "error", "ename": "KeyError"}, "an error, KeyError"),
        ({"output_type": "stream", "name": "stderr"}, "a message on stderr"),
        (
            {"output_type": "display_data", "data": {"text/plain": "", "image/png": ""}},
            "an output of type image/png",
        ),
        (
            {"output_type": "execute_result", "data": {"text/plain": "", "text/html": ""}},
            "an output of type text/html",
        ),
        ({"output_type": "execute_result", "data": {}}, "an output without text"),
    ],
)
def test_a_stored_output_that_is_not_plain_text_is_found(
    output: dict[str, Any], fault: str
) -> None:
    assert output_faults({"execution_count": 1, "outputs": [output]}) == [fault]
    assert output_faults({"execution_count": None, "outputs": []})[0].startswith("no run")


@pytest.mark.parametrize(
    ("prose", "numbers"),
    [
        ("Police sat on 63% of Boards.", ["63%"]),
        ("Police sat on `63` of them.", ["63"]),
        ("Seven agencies gained, by half.", ["Seven", "half"]),
        ("Two thirds of the Boards had schools.", ["thirds"]),
        ("::::{grid} 1 1 3 3\nSo did 46.\n::::", ["46"]),
        (":::{note} All 74 answered\n:class: tip-2\nSo did 46 more.\n:::", ["74", "46"]),
        ("From 26 to 50 [of 72](board.md).", ["26", "50", "72"]),
    ],
)
def test_a_number_typed_into_prose_is_found(prose: str, numbers: list[str]) -> None:
    assert numbers_in(prose) == numbers


def test_numbers_that_are_no_results_may_be_typed() -> None:
    prose = (
        "In 2008 and 2009, and from 2004/5 to 1 April 2010, one or two Boards came first.\n\n"
        "**Time:** 10 minutes.\n\n"
        "1. Read {cite:p}`devanney2013`.\n2. See [the table](board.md#t1) and `finding-3`.\n\n"
        "The third sector in the nine regions; Table 1; rounding half up; CC BY 4.0.\n\n"
        "```python\nrounded_percent(45, 72)\n```"
    )
    assert numbers_in(prose) == []


def test_the_lesson_frame_may_be_headings_or_lead_ins() -> None:
    for prose in ("## Time", "**Time:** 10 minutes", "- **Time**: 10 minutes"):
        assert says(prose, "Time")
        assert not says(prose, "What it presumes")
