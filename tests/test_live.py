"""What `make live` puts together, and how a cell is run; in a browser: test_site_live.py."""

from __future__ import annotations

import gzip
import json
import os
import re
from pathlib import Path
from typing import Any

import live_bytecode
import live_cells
import live_parts
import make_live
import pytest
from live_parts import PartsError
from matplotlib import pyplot

from csm_lib.collection import Collection


@pytest.fixture(autouse=True)
def no_open_figure() -> None:
    """A cell shows every open figure, and other tests of this process may leave some."""
    pyplot.close("all")


def nothing(missing: list[live_parts.Part], place: Path) -> dict[str, Path]:  # noqa: ARG001
    return {}


def test_a_file_with_another_sha256_is_refused_with_a_remedy(tmp_path: Path) -> None:
    (tmp_path / "pyodide.js").write_text("not it")
    with pytest.raises(PartsError, match=r"pyodide\.js is not the file.*b4cb23a5.*Delete it"):
        live_parts.collected(tmp_path, kept=tmp_path / "kept", sources=())


def test_a_source_that_has_another_file_is_refused(tmp_path: Path) -> None:
    def liar(missing: list[live_parts.Part], place: Path) -> dict[str, Path]:
        (place / missing[0].name).write_text("not it")
        return {missing[0].name: place / missing[0].name}

    with pytest.raises(PartsError, match="sha256"):
        live_parts.collected(kept=tmp_path, sources=(liar,))
    assert list(tmp_path.iterdir()) == []


def test_without_a_source_the_site_stays_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    site = tmp_path / "html"
    site.mkdir()
    (site / "index.html").write_text("<head></head>")
    monkeypatch.setattr(make_live, "BUILT", tmp_path)
    empty = tmp_path / "kept"
    monkeypatch.setattr(
        make_live, "collected", lambda _: live_parts.collected(kept=empty, sources=(nothing,))
    )

    assert make_live.main([]) == 1
    assert "make live PARTS=folder" in capsys.readouterr().err
    assert [path.name for path in site.iterdir()] == ["index.html"]
    assert (site / "index.html").read_text() == "<head></head>"


def test_there_must_be_a_site(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(make_live, "BUILT", tmp_path)
    assert make_live.main([]) == 1
    assert "run make book first" in capsys.readouterr().err


def test_answers_are_not_put_on_a_site(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, collection: Collection
) -> None:
    (tmp_path / "index.html").touch()
    monkeypatch.setattr(make_live, "open_collection", lambda _: collection)
    monkeypatch.setattr(Collection, "label", "")
    with pytest.raises(make_live.LiveError, match="the returns, so they would be on the site"):
        make_live.make(tmp_path, collection=collection.path)


def test_a_parcel_says_how_long_each_file_is() -> None:
    opened = gzip.decompress(make_live.parcel({"/b": b"two", "/a": b"one!"}))
    end = 4 + int.from_bytes(opened[:4], "big")
    assert json.loads(opened[4:end]) == [["/a", 4], ["/b", 3]]
    assert opened[end:] == b"one!two"


@pytest.mark.parametrize("held", [b"", b"a", bytes(range(256)), b"\xff" * 31])
def test_a_letter_of_a_script_holds_15_bits_and_takes_two_bytes(held: bytes) -> None:
    said = re.fullmatch(r'csmLive\.take\("x", (\d+), "(.*)"\)\n', make_live.script("x", held))
    assert said
    bits = "".join(f"{ord(letter) - 0x3400:015b}" for letter in said[2])
    assert int(said[1]) == len(held)
    assert bytes(int(bits[i : i + 8], 2) for i in range(0, 8 * len(held), 8)) == held
    assert all("\u3400" <= letter <= "\ub3ff" for letter in said[2])


def test_without_node_modules_stay_as_they_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    files = {"/live/a.py": b"a = 1", "/live/b.csv": b"b"}
    assert live_bytecode.compiled(files, {}, "book", tmp_path) == files


def test_a_node_that_cannot_compile_is_named_with_a_remedy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    node = tmp_path / "node"
    node.write_text("#!/bin/sh\necho too old >&2\nexit 1\n")
    node.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    parts = dict.fromkeys(live_bytecode.ENGINE, tmp_path / "node")

    with pytest.raises(PartsError, match=r"node could not compile .*too old.*Node 18 or newer"):
        live_bytecode.compiled({"/live/a.py": b"1"}, parts, "book", tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["node"]


def test_a_page_is_as_before_when_what_was_added_is_taken_away() -> None:
    page = '<head></head><footer class="prev-next-footer d-print-none"></footer>'
    live = make_live.with_live(page, "../", {"cells": [{"code": "'</script>'"}]})
    assert "../live/live.js" in live
    assert live.count("</script>") == 2
    assert make_live.without_live(live).replace("\n", "") == page


def test_an_exercise_has_its_cells_and_not_their_solution() -> None:
    found = make_live.exercises()["fall-5"]
    assert found["lesson"] == "fall"
    assert found["given"].startswith("import csm_lib as csm")
    assert "answer_points = ..." in found["code"]
    assert found["code"].endswith('check("fall.points", answer_points)')


def run(source: str, space: str, **options: Any) -> dict[str, Any]:
    result: dict[str, Any] = json.loads(live_cells.run(source, space, ".", **options))
    return result


def test_a_cell_shows_what_it_prints_and_its_last_value_in_their_order() -> None:
    result = run("print('one')\ndisplay([2])\n'three'", "order")
    assert [part["data"] for part in result["parts"]] == ["one\n", "[2]", "'three'"]
    assert run("1;", "order")["parts"] == []
    assert run("4", "order", quiet=True)["parts"] == []
    assert run("_", "order")["parts"] == [{"kind": "text", "data": "4"}]


def test_cells_of_a_notebook_share_their_names_and_of_another_do_not() -> None:
    run("x = 1", "one")
    assert run("x", "one")["parts"] == [{"kind": "text", "data": "1"}]
    assert run("x", "two")["error"] == "NameError: name 'x' is not defined\nLine 1: x"


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("a = 1\na +", "SyntaxError: invalid syntax\nLine 2: a +"),
        ("\n1 / 0", "ZeroDivisionError: division by zero\nLine 2: 1 / 0"),
        ("raise SystemExit", "SystemExit\nLine 1: raise SystemExit"),
        ("input()", "RuntimeError: A cell on a page cannot ask for input."),
    ],
)
def test_an_error_is_one_message_that_names_its_line(source: str, told: str) -> None:
    assert run(source, "errors")["error"].startswith(told)


def test_a_check_says_what_is_wrong_as_in_a_notebook() -> None:
    result = run("from csm_lib.lesson import check\ncheck('fall.points', 'x')", "check")
    assert result["feedback"]
    assert result["error"].startswith("Not yet right. Give a")


def test_a_package_that_a_browser_lacks_is_named() -> None:
    result = run("import no_such_package.part", "lacks")
    assert result["lacks"] == "no_such_package"
    assert "needs no_such_package" in result["error"]


def test_a_package_that_a_solution_needs_is_named_although_a_check_called_it() -> None:
    source = """
class Wrong(Exception):
    def _render_traceback_(self):
        return ["Not yet right."]
try:
    import no_such_package
except Exception as fault:
    raise Wrong from None"""
    result = run(source, "solution")
    assert result["lacks"] == "no_such_package"
    assert not result["feedback"]


def test_what_only_another_place_can_draw_is_shown_as_text() -> None:
    source = """
class Shown:
    def _repr_mimebundle_(self):
        import no_such_package
    def __str__(self):
        return "as text"
Shown()"""
    (part,) = run(source, "bundle")["parts"]
    assert part["kind"] == "text"
    assert part["data"].startswith("as text")


def test_open_figures_are_shown_and_closed() -> None:
    result = run("import matplotlib.pyplot as plt\nplt.plot([1, 2])", "figures")
    assert [part["kind"] for part in result["parts"]] == ["text", "image"]
    assert run("1", "figures")["parts"] == [{"kind": "text", "data": "1"}]
