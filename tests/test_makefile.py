"""The commands of the book, and the lock they install from."""

from __future__ import annotations

import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
LOCKS = {
    name: (ROOT / name).read_text("utf-8") for name in ("requirements.txt", "requirements-dev.txt")
}
LOCKED = {
    name: {
        canonicalize_name(package): version
        for package, version in re.findall(r"(?m)^([A-Za-z0-9._-]+)==([^ ;\\]+)", text)
    }
    for name, text in LOCKS.items()
}
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
DIRECT = {
    "requirements.txt": [
        *PROJECT["build-system"]["requires"],
        *PROJECT["project"]["dependencies"],
        *PROJECT["project"]["optional-dependencies"]["book"],
    ],
    "requirements-dev.txt": PROJECT["dependency-groups"]["dev"],
}

needs_make = pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")


def make(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["make", "-C", str(folder), *arguments], capture_output=True, text=True, check=False
    )


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """What a fresh clone has before the environment is made."""
    for name in ("Makefile", *LOCKS):
        shutil.copy(ROOT / name, tmp_path)
    return tmp_path


@needs_make
def test_make_alone_lists_every_target_with_what_it_does() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    targets = set(re.findall(r"(?m)^\.PHONY: (\S+)$", makefile))
    listed = dict(re.findall(r"(?m)^  make (\S+) +(\S.*)$", make(ROOT).stdout))

    assert set(listed) == targets
    assert {"book", "test", "lab", "serve", "lock", "notebooks", "reproduce", "returns"} <= targets


@needs_make
def test_a_missing_python_gets_one_plain_sentence(clone: Path) -> None:
    run = make(clone, ".venv", "PYTHON=no-such-python")

    assert run.returncode != 0
    assert "This book needs Python 3.11 or newer, and no-such-python is missing" in run.stderr
    assert "Traceback" not in run.stderr
    assert not (clone / ".venv").exists()


@needs_make
def test_a_python_that_is_too_old_gets_one_plain_sentence(clone: Path) -> None:
    old = clone / "old-python"
    old.write_text("#!/bin/sh\nexit 1\n")  # what `sys.version_info < (3, 11)` makes of it
    old.chmod(0o755)

    run = make(clone, ".venv", f"PYTHON={old}")

    assert run.returncode != 0
    assert f"{old} is missing or older" in run.stderr
    assert "Traceback" not in run.stderr


@needs_make
def test_an_environment_that_is_a_link_is_not_emptied_through_the_link(
    clone: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (elsewhere / "precious").touch()
    (clone / ".venv").symlink_to(elsewhere)

    run = make(clone, ".venv")

    assert run.returncode != 0
    assert "Remove the link first: rm .venv" in run.stderr
    said = [line for line in run.stderr.splitlines() if not line.startswith("make")]
    assert len(said) == 1
    assert [path.name for path in elsewhere.iterdir()] == ["precious"]


@needs_make
def test_serving_before_building_says_what_to_do(clone: Path) -> None:
    run = make(clone, "serve")

    assert run.returncode != 0
    assert "run make book first" in run.stderr


@needs_make
@pytest.mark.parametrize("target", ["book", "lab", "serve", "test"])
def test_the_folder_of_a_collection_reaches_its_program_unharmed_by_the_shell(
    clone: Path, target: str
) -> None:
    """With a Python that writes down what it was given in place of the environment's."""
    folder = clone / 'it\'s $(touch harm); a "folder" `touch harm`'
    folder.mkdir()
    programs = clone / ".venv" / "bin"
    programs.mkdir(parents=True)
    for stamp in (".ready", ".tested"):
        (clone / ".venv" / stamp).touch()
    (programs / "python").write_text(
        f'#!/bin/sh\nfor last; do :; done\nprintf "%s\\n" "$last" >> {clone}/given\n'
        f"mkdir -p {clone}/site && touch {clone}/site/index.html && echo {clone}/site\n"
    )
    for name in ("jupyter", "pytest"):
        (programs / name).write_text(f'#!/bin/sh\necho "$CSM_COLLECTION" > {clone}/opened\n')
    for program in programs.iterdir():
        program.chmod(0o755)

    run = make(clone, target, "COLLECTION=" + str(folder).replace("$", "$$"))

    assert run.returncode == 0, run.stderr
    assert (clone / "given").read_text().splitlines()[0] == str(folder)
    assert sorted(path.name for path in clone.rglob("harm")) == []
    if target in ("lab", "test"):
        assert (clone / "opened").read_text().strip() == str(folder)


@needs_make
def test_a_collection_that_is_missing_stops_the_build_with_one_message() -> None:
    run = make(ROOT, "book", "COLLECTION=no/such/folder")

    assert run.returncode == 2
    assert "no/such/folder: there is no such folder." in run.stderr
    assert "Traceback" not in run.stderr


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_holds_every_direct_dependency_at_a_version_it_admits(lock: str) -> None:
    wrong = [
        text
        for text in DIRECT[lock]
        if (need := Requirement(text))
        and not need.specifier.contains(LOCKED[lock].get(canonicalize_name(need.name), "0"))
    ]

    assert wrong == [], "run: make lock"


def test_what_tests_need_is_not_installed_for_a_reader_and_agrees_with_what_is() -> None:
    book, dev = LOCKED["requirements.txt"], LOCKED["requirements-dev.txt"]

    assert {"playwright", "pytest", "mypy", "hypothesis", "polars"}.isdisjoint(book)
    assert {name for name in book.keys() & dev.keys() if book[name] != dev[name]} == set()


def test_every_direct_dependency_says_why_it_is_there() -> None:
    lines = (ROOT / "pyproject.toml").read_text("utf-8").splitlines()
    needs = [line for line in lines if re.match(r'  "[A-Za-z0-9_\[\]-]+[<>=~]?.*",', line)]
    direct = {*map(str, [one for needed in DIRECT.values() for one in needed])}

    assert len([line for line in needs if re.search(r'",\s+# \w+', line)]) >= len(direct)


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_is_exact_hashed_and_names_no_index(lock: str) -> None:
    entries = re.split(r"(?m)^(?=[A-Za-z0-9])", LOCKS[lock])[1:]

    assert len(entries) > 100
    assert [entry for entry in entries if "--hash=sha256:" not in entry] == []
    assert not re.search(r"https?://|file://|--(extra-)?index-url|--find-links", LOCKS[lock])
    assert "make lock" in LOCKS[lock].partition("==")[0]
