"""What is interrupted, refused or out of room leaves what was there, and says so in a sentence.

The steps of a build are tested with stand-ins for what takes long, in real processes that get real
signals. For a full disk the system holds a process to files of a few bytes; for a tree that nobody
may write to there is one of the kernel's own, as the tests may run as root.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from forked import Forked, Forks

from csm_lib.errors import CollectionError, ReturnsError
from csm_lib.files import SMALL, read_text, whole
from csm_lib.own import __main__ as cli
from csm_lib.own import open_collection
from csm_lib.own.door import returns_files

ROOT = Path(__file__).parent.parent
TOOL = ROOT / "book" / "_tools" / "collection_book.py"
SMALLEST = ROOT / "tests" / "collections" / "edge" / "one"
UNWRITABLE = Path("/sys/kernel")
"""A folder in which not even root may make a file."""

PATIENCE = 300  # seconds after which what hangs is given up, never a speed

CODEBOOK = """\
item,section,label,question,response,years,asked_if
seat,board,Seat,Is it there?,yes_no,2022;2023,
size,board,Size,How large?,size,2022;2023,seat
"""
ANSWERS = "response,answer,label\nsize,small,Small\nsize,large,Large\n"
FRAME = "year,region,authority_type,authorities\n2022,North,County,9\n"
RETURNS = """\
authority,year,region,authority_type,seat,size
A,2022,North,County,yes,small
A,2023,North,County,no,
B,2022,North,County,yes,large
"""


@pytest.fixture
def survey(tmp_path: Path) -> Path:
    """The folder of a small collection with every small file but those of the paper."""
    folder = tmp_path / "survey"
    folder.mkdir()
    (folder / "codebook.csv").write_text(CODEBOOK)
    (folder / "answers.csv").write_text(ANSWERS)
    (folder / "sections.csv").write_text("section,title,about\nboard,The Board,\n")
    (folder / "frame.csv").write_text(FRAME)
    (folder / "datapackage.json").write_text('{"title": "A survey"}')
    (folder / "returns.csv").write_text(RETURNS)
    return folder


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


# -- Small files --------------------------------------------------------------


@pytest.fixture
def _not_for_ever() -> Iterator[None]:
    """Fail rather than wait for a pipe that nobody writes to."""

    def give_up(*_: object) -> None:
        raise TimeoutError("it hangs")

    before = signal.signal(signal.SIGALRM, give_up)
    signal.alarm(PATIENCE)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


def put(kind: str, path: Path) -> None:
    """Put what is no small file in the place of one."""
    path.unlink(missing_ok=True)
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "device":
        path.symlink_to("/dev/zero")
    elif kind == "folder":
        path.mkdir()
    elif kind == "link":
        path.symlink_to("nowhere")
    else:
        with path.open("wb") as file:
            file.truncate(SMALL + 1)


@pytest.mark.usefixtures("_not_for_ever")
@pytest.mark.parametrize(
    ("kind", "told"),
    [
        ("pipe", "cannot be read (it is no ordinary file). Check its name, folder and rights."),
        ("device", "cannot be read (it is no ordinary file). Check its name, folder and rights."),
        ("folder", "cannot be read (it is a folder). Check its name, folder and rights."),
        ("link", "cannot be read (it is a link that leads nowhere). Check its name, folder and "),
        ("large", "has 20 MB; up to 20 MB are read. Check that it is the right file."),
    ],
)
@pytest.mark.parametrize(
    "name",
    ["codebook.csv", "answers.csv", "sections.csv", "frame.csv", "columns.csv", "datapackage.json"],
)
def test_what_is_no_small_file_is_refused_in_one_sentence(
    survey: Path, name: str, kind: str, told: str
) -> None:
    put(kind, survey / name)

    with pytest.raises(CollectionError) as caught:
        open_collection(survey)

    assert str(caught.value).startswith(f"{survey / name}: {told}")
    assert "\n" not in str(caught.value)


@pytest.mark.usefixtures("_not_for_ever")
@pytest.mark.parametrize("name", ["returns.csv", "returns.parquet"])
def test_clean_returns_are_a_file_too(survey: Path, name: str) -> None:
    from csm_lib import open_collection as open_clean

    (survey / "returns.csv").unlink()
    os.mkfifo(survey / name)

    with pytest.raises(ReturnsError, match=r"cannot be read \(it is no ordinary file\)"):
        open_clean(survey)


def test_a_line_in_which_nothing_stands_is_left_out_and_lines_keep_their_number(
    tmp_path: Path,
) -> None:
    path = tmp_path / "table.csv"
    path.write_text('a,b\n1,2\n\n,\n , \n,,,\n"3\n",4\n\n5,\n,\n')

    table = read_text(path, CollectionError)

    assert table.to_dict("index") == {
        2: {"a": "1", "b": "2"},
        7: {"a": "3\n", "b": "4"},
        10: {"a": "5", "b": ""},
    }


def test_a_codebook_with_a_line_of_commas_is_sound(
    survey: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, line in (
        ("codebook.csv", ",,,,,,\n"),
        ("answers.csv", "\n,,\n"),
        ("frame.csv", "\n"),
    ):
        with (survey / name).open("a") as file:
            file.write(line)

    assert cli.main(["check", str(survey)]) == 0
    assert "3 returns from 2 authorities (2022, 2023), 2 items." in capsys.readouterr().out


# -- Where the returns are ----------------------------------------------------


@pytest.mark.parametrize("name", ["Returns.CSV", "RETURNS.csv", "returns.Csv"])
def test_returns_are_found_whatever_the_capitals_of_their_name(survey: Path, name: str) -> None:
    from csm_lib import open_collection as open_clean

    (survey / "returns.csv").rename(survey / name)

    assert returns_files(survey) == [survey / name]
    assert len(open_collection(survey).returns) == 3
    assert len(open_clean(survey).returns) == 3


def test_a_folder_of_returns_lists_its_files_in_order(survey: Path) -> None:
    from csm_lib.collection import returns_files

    (survey / "returns.csv").unlink()
    (survey / "Returns").mkdir()
    for name in ("P02.xlsx", "P01.xlsx", "P03.docx", "~$P01.xlsx", ".DS_Store"):
        (survey / "Returns" / name).touch()

    found = [path.relative_to(survey).as_posix() for path in returns_files(survey)]

    # P03 is no form that is read, and left out it would be missed by nobody
    assert found == ["Returns/P01.xlsx", "Returns/P02.xlsx", "Returns/P03.docx"]


def test_a_file_and_a_folder_of_returns_are_not_both_taken(survey: Path) -> None:
    (survey / "returns").mkdir()
    (survey / "returns" / "P01.csv").write_text(RETURNS)

    with pytest.raises(ReturnsError, match=r"holds returns/P01\.csv and returns\.csv\. Keep one"):
        returns_files(survey)


# -- Files that are written ---------------------------------------------------


def test_a_file_is_written_with_the_rights_of_the_one_it_replaces(tmp_path: Path) -> None:
    secret, new = tmp_path / "secret.html", tmp_path / "new.html"
    secret.write_text("old")
    secret.chmod(0o600)
    for path in (secret, new):
        with whole(path) as made:
            made.write_text("new")

    assert secret.read_text() == new.read_text() == "new"
    assert secret.stat().st_mode & 0o777 == 0o600
    (tmp_path / "usual").touch()
    assert new.stat().st_mode == (tmp_path / "usual").stat().st_mode
    assert names(tmp_path) == ["new.html", "secret.html", "usual"]


def test_what_a_link_leads_to_is_written_and_the_link_stays(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "link.csv").symlink_to("elsewhere/real.csv")

    with whole(tmp_path / "link.csv") as made:
        made.write_text("new")

    assert (tmp_path / "link.csv").is_symlink()
    assert (tmp_path / "elsewhere" / "real.csv").read_text() == "new"


def half_written(path: Path, ends: BaseException) -> None:
    with whole(path) as made:
        made.write_text("half")
        raise ends


@pytest.mark.parametrize("ends", [KeyboardInterrupt(), MemoryError(), OSError(28, "No space left")])
def test_what_ends_in_the_middle_leaves_the_file_as_it_was(
    tmp_path: Path, ends: BaseException
) -> None:
    kept = tmp_path / "kept.csv"
    kept.write_text("old")
    for path in (kept, tmp_path / "new.csv"):
        with pytest.raises(type(ends)) as caught:
            half_written(path, ends)
        if isinstance(caught.value, OSError):
            assert str(caught.value) == f"[Errno 28] No space left on device: '{path}'"

    assert kept.read_text() == "old"
    assert names(tmp_path) == ["kept.csv"]


FOREIGN = "Council,Wave,Is it there?\nA,2022,1\nB,2022,2\n"

WRITING = {
    "clean.csv": ["check", "SURVEY", "--out"],
    "clean.parquet": ["check", "SURVEY", "--out"],
    "report.html": ["check", "SURVEY", "--html"],
    "report.csv": ["check", "SURVEY", "--csv"],
    "draft.csv": ["columns", "FOREIGN", "--codebook", "SURVEY/codebook.csv", "--out"],
    "form.xlsx": ["template", "--collection", "SURVEY", "--year", "2022", "--out"],
    "profile.html": ["profile", "A", "--collection", "SURVEY", "--out"],
    "panel.csv": ["panel", "--out"],
    "changes.csv": ["changes", "SURVEY", "OTHER", "--csv"],
    "findings": ["findings", "--collection", "SMALLEST", "--out"],
}
"""By the name of what is written: the command that writes it."""

REWRITTEN = ("report.html", "report.csv", "profile.html", "changes.csv", "findings")
"""What an earlier one of may be there."""

REMEDY = "Check the folder, its rights and the room on the disk.\n"


def command(name: str, survey: Path, out: Path) -> list[str]:
    """The command that writes a file into a folder."""
    other = survey.with_name("other")
    if not other.exists():
        shutil.copytree(survey, other)
        lines = RETURNS.replace("B,2022,North,County,yes,large", "B,2022,North,County,no,")
        (other / "returns.csv").write_text(lines)
        survey.with_name("foreign.csv").write_text(FOREIGN)
    places = {
        "SURVEY/codebook.csv": survey / "codebook.csv",
        "SURVEY": survey,
        "OTHER": other,
        "FOREIGN": survey.with_name("foreign.csv"),
        "SMALLEST": SMALLEST,
    }
    return [*(str(places.get(word, word)) for word in WRITING[name]), str(out / name)]


def content(path: Path) -> dict[str, bytes]:
    """What a file holds, or each file of a folder; nothing where there is none."""
    files = path.rglob("*") if path.is_dir() else [path]
    return {file.name: file.read_bytes() for file in files if file.is_file()}


@pytest.mark.parametrize("name", WRITING)
def test_a_command_that_is_stopped_while_it_writes_leaves_no_half_file(
    name: str,
    survey: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    out = tmp_path / "out"
    out.mkdir()
    typed = command(name, survey, out)
    for earlier in (False, True) if name in REWRITTEN else (False,):
        if earlier:
            monkeypatch.undo()
            assert cli.main(typed) == 0
        before = content(out / name)
        capsys.readouterr()
        monkeypatch.setattr(os, "fsync", stop)  # when all is written, and nothing renamed

        assert cli.main(typed) == 130
        assert capsys.readouterr().err.endswith(
            f"\nStopped. As they were, or whole: {out / name}.\n"
        )
        assert content(out / name) == before
        assert set(names(out)) <= {name}
        assert bool(before) == earlier


FEW_BYTES = """\
import resource, sys
from csm_lib.own.__main__ import main
hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
resource.setrlimit(resource.RLIMIT_FSIZE, (20, hard))
sys.exit(main(sys.argv[1:]))
"""


@pytest.mark.parametrize("name", WRITING)
def test_a_full_disk_leaves_what_was_there_and_names_the_file(
    name: str, survey: Path, tmp_path: Path, forks: Forks
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    typed = command(name, survey, out)
    if name in REWRITTEN:
        assert cli.main(typed) == 0
    before = content(out / name)

    status, said = ran(forks.start(FEW_BYTES, *typed))

    assert status == 1
    assert said.splitlines(keepends=True)[-1] == f"{out / name}: File too large. {REMEDY}"
    assert "Traceback" not in said
    assert content(out / name) == before
    assert set(names(out)) <= {name}


@pytest.mark.parametrize("name", WRITING)
def test_a_tree_that_may_not_be_written_is_named_in_one_sentence(
    name: str, survey: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    typed = command(name, survey, UNWRITABLE)
    capsys.readouterr()

    assert cli.main(typed) == 1

    said = capsys.readouterr().err.splitlines(keepends=True)[-1]
    assert said.startswith(f"{UNWRITABLE / name}: ")
    assert said.endswith(f". {REMEDY}")
    assert said.count(": ") == 1


def test_output_that_cannot_be_printed_is_said_in_one_sentence(survey: Path) -> None:
    with Path("/dev/full").open("w") as full:
        run = subprocess.run(
            [sys.executable, "-m", "csm_lib", "check", str(survey)],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )

    assert run.returncode == 1
    lines = [line for line in run.stderr.splitlines() if not line.endswith(" ...")]  # progress
    assert lines == [f"The output: No space left on device. {REMEDY}".strip()]


@pytest.mark.usefixtures("_not_for_ever")
@pytest.mark.parametrize("option", ["--out", "--html", "--csv"])
def test_a_report_takes_the_place_of_no_pipe_and_of_no_link_to_nowhere(
    option: str, survey: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    os.mkfifo(tmp_path / "pipe.csv")
    (tmp_path / "link.csv").symlink_to("nowhere")
    for name in ("pipe.csv", "link.csv"):
        assert cli.main(["check", str(survey), option, str(tmp_path / name)]) == 1
        said = capsys.readouterr().err.splitlines()[-1]  # after progress, if it takes long
        assert said.startswith(f"{tmp_path / name}: ")
    assert (tmp_path / "pipe.csv").is_fifo()
    assert not (tmp_path / "nowhere").exists()


# -- Builds -------------------------------------------------------------------

DRIVER = """
import sys, time
from pathlib import Path

import collection_book as tool

folder, program, *arguments = sys.argv[1:]
folder = Path(folder)


def reach(moment):
    (folder / f"reached-{moment}").touch()
    while (folder / f"hold-{moment}").exists():
        time.sleep(0.02)


def write_source(_, source):
    source.mkdir(parents=True)
    (source / "page").write_text("new")
    reach("source")


def rename(self, target, really=Path.rename):
    if self.name == "html" and self.parent.name == "_build":
        reach("swap")
    return really(self, target)


tool.BUILT = folder / "built"
tool.open_collection = lambda _: None
tool.write_source = write_source
tool.lighten = lambda _: None
tool.shutil.which = lambda *_, **__: program
Path.rename = rename
sys.exit(tool.main(arguments))
"""

# In place of Jupyter Book: build SOURCE --path-output OUT ...
PROGRAM = """\
#!/bin/sh
cd "$(dirname "$0")"
mkdir -p "$4/_build/html"
printf ne > "$4/_build/html/index.html"
touch reached-site
while test -e hold-site; do sleep 0.02; done
printf w >> "$4/_build/html/index.html"
test ! -e said || cat said >&2
test ! -e fail
"""

BOOKS = {"paper": [], "collection": ["a/survey"]}


class Builds:
    """A folder with an old site, and builds of a new one that take no time but where they are held.

    A book has a `site`, the page of which says "old" or "new".
    """

    def __init__(self, folder: Path, book: str, forks: Forks) -> None:
        self.folder, self.forks = folder, forks
        self.arguments = BOOKS[book]
        self.site = folder / "built" / ("html" if book == "paper" else "survey/html")
        self.site.mkdir(parents=True)
        (self.site / "index.html").write_text("old")
        self.program = folder / "program"
        self.program.write_text(PROGRAM)
        self.program.chmod(0o755)
        self.started: list[Forked] = []

    def start(self, *, hold: str = "", **settings: str) -> Forked:
        """Start a build; return when it has come to the moment at which it is to be held."""
        if hold:
            (self.folder / f"hold-{hold}").touch()
            (self.folder / f"reached-{hold}").unlink(missing_ok=True)
        typed = (str(self.folder), str(self.program), *self.arguments)
        run = self.forks.start(DRIVER, *typed, cwd=str(self.folder), **settings)
        self.started.append(run)
        if hold:
            wait_for(self.folder / f"reached-{hold}", run)
        return run

    def release(self, moment: str) -> None:
        (self.folder / f"hold-{moment}").unlink(missing_ok=True)

    def page(self) -> str:
        return (self.site / "index.html").read_text()

    def left(self) -> list[str]:
        """What lies beside the site."""
        known = ("html", ".html.lock", ".survey.lock", ".html.made")
        return [name for name in names(self.site.parent) if name not in known]


@pytest.fixture(scope="module")
def forks() -> Iterator[Forks]:
    path = os.pathsep.join([str(ROOT), str(TOOL.parent)])
    forks = Forks("collection_book", "csm_lib.own.__main__", path=path)
    yield forks
    forks.end()


def ran(run: Forked) -> tuple[int, str]:
    """With what status a program ends, and what it says is wrong."""
    _, said = run.communicate()
    return run.wait(), said


def wait_for(path: Path, run: Forked) -> None:
    """Wait until something is there that a running program makes."""
    end = time.monotonic() + PATIENCE
    while not path.exists():
        assert run.poll() is None, run.communicate()
        assert time.monotonic() < end, "it hangs"
        time.sleep(0.02)


@pytest.fixture
def builds(request: pytest.FixtureRequest, tmp_path: Path, forks: Forks) -> Iterator[Builds]:
    made = Builds(tmp_path, request.param, forks)
    yield made
    for moment in ("source", "site", "swap"):
        made.release(moment)
    for run in made.started:
        run.communicate()


each_book = pytest.mark.parametrize("builds", BOOKS, indirect=True)
of_a_collection = pytest.mark.parametrize("builds", ["collection"], indirect=True)

MOMENTS = [
    ("collection", "source"),
    ("collection", "site"),
    ("collection", "swap"),
    ("paper", "site"),
    ("paper", "swap"),
]


@each_book
def test_a_new_site_takes_the_place_of_the_old_one(builds: Builds) -> None:
    run = builds.start()
    said, _ = run.communicate()

    assert run.returncode == 0
    assert f"The book is built. Open {builds.site / 'index.html'}" in said
    assert builds.page() == "new"
    assert builds.left() == (["source"] if builds.arguments else ["paper"])


@each_book
def test_a_site_of_which_nothing_has_changed_stays_as_it_is(builds: Builds) -> None:
    survey = builds.folder / "a" / "survey"
    survey.mkdir(parents=True)
    builds.start().communicate()
    (builds.site / "index.html").write_text("what was added since")
    (builds.folder / "fail").touch()  # a build would fail
    said, _ = builds.start().communicate()
    assert "Nothing that it is made of has changed.\nThe book is built." in said
    assert builds.page() == "what was added since"

    again = builds.start(CSM_SITE_URL="https://example.org")
    again.communicate()
    assert again.returncode == 1


@of_a_collection
def test_a_site_is_made_anew_when_a_file_of_its_collection_changes(builds: Builds) -> None:
    survey = builds.folder / "a" / "survey"
    survey.mkdir(parents=True)
    (survey / "returns.csv").write_text("old")
    builds.start().communicate()
    (survey / "returns.csv").write_text("new")
    (builds.site / "index.html").write_text("old")
    builds.start().communicate()
    assert builds.page() == "new"


@each_book
def test_the_old_site_is_whole_while_the_new_one_is_made(builds: Builds) -> None:
    builds.start(hold="site")

    assert builds.page() == "old"


@each_book
def test_a_build_that_fails_leaves_the_old_site(builds: Builds) -> None:
    (builds.folder / "fail").touch()
    run = builds.start()
    _, said = run.communicate()

    assert run.returncode == 1
    assert said == "The book was not built; the site is as it was. What is wrong stands above.\n"
    assert builds.page() == "old"


@each_book
def test_a_disk_that_is_full_is_told_in_one_sentence_and_given_back(builds: Builds) -> None:
    (builds.folder / "fail").touch()
    told = "Traceback:\n  a line\nOSError: [Errno 28] No space left on device: '/book/logo.svg'\n"
    (builds.folder / "said").write_text(told)
    run = builds.start()
    _, said = run.communicate()

    assert run.returncode == 1
    remedy = "Check the folder, its rights and the room on the disk."
    assert said == f"/book/logo.svg: No space left on device. {remedy}\n"
    assert builds.page() == "old"
    assert builds.left() == ([] if builds.arguments else ["paper"])


@pytest.mark.parametrize(("builds", "moment"), MOMENTS, indirect=["builds"])
def test_ctrl_c_leaves_the_old_site_and_says_so(builds: Builds, moment: str) -> None:
    run = builds.start(hold=moment)
    run.send_signal(signal.SIGINT)
    _, said = run.communicate()

    assert run.returncode == 130
    assert said == f"\nStopped. {builds.site} is as it was.\n"
    assert builds.page() == "old"
    assert builds.left() == ([] if builds.arguments else ["paper"])


@pytest.mark.parametrize(("builds", "moment"), MOMENTS, indirect=["builds"])
def test_after_a_kill_the_next_build_finds_the_old_site_and_no_lock(
    builds: Builds, moment: str
) -> None:
    run = builds.start(hold=moment)
    run.kill()
    run.wait()
    builds.release(moment)
    (builds.folder / "fail").touch()
    again = builds.start()
    again.communicate()

    assert again.returncode == 1
    assert builds.page() == "old"


@each_book
def test_a_second_build_says_whom_it_waits_for_and_then_builds(builds: Builds) -> None:
    first = builds.start(hold="site")
    second = builds.start()
    lines = [second.stdout.readline().decode() for _ in range(2)]

    held = builds.site if not builds.arguments else builds.site.parent
    assert lines[1] == f"{held}: process {first.pid} is building it. Waiting; Ctrl+C stops.\n"
    assert second.poll() is None
    builds.release("site")
    assert first.wait(PATIENCE) == 0
    second.communicate()
    assert second.returncode == 0
    assert builds.page() == "new"


@of_a_collection
def test_a_second_build_that_waits_can_be_stopped(builds: Builds) -> None:
    builds.start(hold="site")
    second = builds.start()
    second.stdout.readline()
    second.stdout.readline()
    second.send_signal(signal.SIGINT)
    _, said = second.communicate()

    assert second.returncode == 130
    assert said == f"\nStopped. {builds.site} is as it was.\n"


@of_a_collection
def test_a_build_waits_for_what_a_killed_one_has_left_running(builds: Builds) -> None:
    first = builds.start(hold="site")
    first.kill()
    first.wait()
    second = builds.start()
    second.stdout.readline()

    assert f"process {first.pid} is building it" in second.stdout.readline().decode()
    builds.release("site")
    second.communicate()
    assert second.returncode == 0
    assert builds.page() == "new"


BUILD = """\
import sys
from pathlib import Path
import collection_book as tool
tool.BUILT = Path(sys.argv[1])
sys.exit(tool.main(sys.argv[2:]))
"""


def test_books_where_nothing_may_be_written_are_refused_in_one_sentence(forks: Forks) -> None:
    built = UNWRITABLE / "built"
    for book in ([], [str(SMALLEST)]):
        status, said = ran(forks.start(BUILD, str(built), *book))

        assert status == 1
        assert said.startswith(f"{built}: ")
        assert said.endswith(f". {REMEDY}")
        assert said.count("\n") == 1


def test_a_real_build_that_is_interrupted_leaves_the_old_site(tmp_path: Path, forks: Forks) -> None:
    site = tmp_path / "one" / "html"
    site.mkdir(parents=True)
    (site / "index.html").write_text("old")
    run = forks.start(BUILD, str(tmp_path), str(SMALLEST))
    wait_for(tmp_path / "one" / "new" / "_build", run)
    run.send_signal(signal.SIGINT)
    status, said = ran(run)

    assert status == 130
    assert said.endswith(f"\nStopped. {site} is as it was.\n")
    assert (site / "index.html").read_text() == "old"
    assert names(tmp_path / "one") == ["html"]
