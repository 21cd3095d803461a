"""What the book's own Sphinx extension does to results and pages."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def csm_book() -> ModuleType:
    spec = importlib.util.spec_from_file_location("csm_book", ROOT / "book/_ext/csm_book.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name, text in {"csm_lib/counts.py": "a", "data/returns.csv": "b", "README.md": "c"}.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def sphinx(project: Path) -> SimpleNamespace:
    """As much of a Sphinx application as the cache needs."""
    return SimpleNamespace(
        srcdir=project,
        outdir=project / "_build" / "html",
        config=SimpleNamespace(nb_execution_cache_path=""),
    )


def test_results_are_kept_while_package_and_data_stay_the_same(
    csm_book: ModuleType, project: Path
) -> None:
    csm_book.forget_stale_results(sphinx(project))
    result = project / "_build" / ".jupyter_cache" / "result"
    result.write_text("a figure")
    (project / "README.md").write_text("another text")
    (project / "csm_lib" / "__pycache__").mkdir()
    (project / "csm_lib" / "__pycache__" / "counts.pyc").write_text("compiled")

    csm_book.forget_stale_results(sphinx(project))

    assert result.exists()


@pytest.mark.parametrize("name", ["csm_lib/counts.py", "data/returns.csv", "data/new.csv"])
def test_results_are_forgotten_when_package_or_data_change(
    csm_book: ModuleType, project: Path, name: str
) -> None:
    csm_book.forget_stale_results(sphinx(project))
    result = project / "_build" / ".jupyter_cache" / "result"
    result.write_text("a figure")
    (project / name).write_text("changed")

    csm_book.forget_stale_results(sphinx(project))

    assert not result.exists()


def test_results_of_unknown_origin_are_forgotten(csm_book: ModuleType, project: Path) -> None:
    result = project / "_build" / ".jupyter_cache" / "result"
    result.parent.mkdir(parents=True)
    result.write_text("a figure")

    csm_book.forget_stale_results(sphinx(project))

    assert not result.exists()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('<a href="board.html#chair">', '<a href="notebooks/board.html#chair">'),
        ('<a href="../book/cite.html">', '<a href="book/cite.html">'),
        ('<script src="../_static/a.js?v=1">', '<script src="_static/a.js?v=1">'),
        ('<form action="../search.html">', '<form action="search.html">'),
        ('<a href="#time">', '<a href="#time">'),
        ('<a href="https://doi.org/10.1">', '<a href="https://doi.org/10.1">'),
        ('<a href="data:text/csv;base64,YQ==">', '<a href="data:text/csv;base64,YQ==">'),
        ('<a href="mailto:a@b.c">', '<a href="mailto:a@b.c">'),
        ('<html data-content_root="../">', '<html data-content_root="./">'),
    ],
)
def test_a_page_moved_to_the_root_keeps_its_links(
    csm_book: ModuleType, before: str, after: str
) -> None:
    assert csm_book.moved_to_root(before, "notebooks") == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("<tr><th></th><th>yes</th></tr>", "<tr><td></td><th>yes</th></tr>"),
        ('<summary aria-label="Toggle hidden content">', "<summary>"),
        ('<div class="citation" role="doc-biblioentry">', '<div class="citation">'),
        ('<script defer src="../_static/scripts/fontawesome.js?d=1"></script>', ""),
    ],
)
def test_what_the_theme_gets_wrong_is_mended(csm_book: ModuleType, before: str, after: str) -> None:
    assert csm_book.mend(before) == after
