"""What the README says to type is there to be typed.

`make readme` runs its commands as they stand, which takes minutes and needs the package index.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from run_readme import blocks

import csm_lib as csm
from csm_lib import words

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text("utf-8")


def commands(block: str) -> list[str]:
    """The commands of a block, without comments."""
    lines = block.replace("\\\n", " ").splitlines()
    return [said for line in lines if (said := " ".join(line.partition("#")[0].split()))]


TWO, WITHOUT_MAKE, OWN = blocks(README, "sh")
(WINDOWS,) = blocks(README, "powershell")
(PYTHON,) = blocks(README, "python")


def test_every_make_target_that_is_named_exists() -> None:
    targets = set(re.findall(r"(?m)^\.PHONY: (\S+)$", (ROOT / "Makefile").read_text("utf-8")))
    named = set(re.findall(r"\bmake ([a-z]+)\b(?=[`\s]|$)", " ".join(re.findall("`.*?`", README))))

    assert commands(TWO) == ["make book", "make test"]
    assert {"lab", "serve", "pdf", "reproduce", "returns", "bench", "lock"} <= named
    assert named <= targets


def test_the_lines_for_a_notebook_run() -> None:
    run = subprocess.run(
        [sys.executable, "-c", PYTHON], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert run.returncode == 0, run.stderr


def test_the_result_that_opens_the_readme_is_that_of_the_counts() -> None:
    moved = csm.changes(csm.open_collection().tally("commissioning_areas"))
    fell = moved[moved["direction"] < 0]
    most = moved.loc[moved["change"].idxmin()]
    told = " ".join(README.partition("**")[2].partition("**")[0].split())

    assert (len(moved), len(fell)) == (11, 9)
    assert told.startswith("Of eleven services asked about in both years, nine were jointly")
    assert f"{words.within(most['label'])} fell most, from {most['from_yes']} to" in told
    assert told.endswith(f"{most['to_yes']} of {most['to_base']}.")


def test_windows_gets_the_commands_that_are_tried_elsewhere() -> None:
    def steps(block: str) -> list[str]:
        return [
            one for one in commands(block) if not re.match(r"(py|python3) -m venv|.*ctivate", one)
        ]

    assert steps(WINDOWS) == steps(WITHOUT_MAKE)
    assert len(steps(WINDOWS)) == 3
