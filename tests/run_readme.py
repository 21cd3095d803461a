"""Run the commands of the README as they stand, in their order, in a fresh clone.

Of its first two only the environment is made: `make test` does all of both, and takes its time.

Usage: python tests/run_readme.py
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

BOOK = "_build/html/index.html"
MADE = [
    "own/form.xlsx",
    "own/columns.csv",
    "_build/partnership-board/html/index.html",
    "own/tables/findings.xlsx",
]
"""What must be there in the end."""


def blocks(text: str, language: str) -> list[str]:
    """What stands in the fenced blocks of a language."""
    return re.findall(rf"(?ms)^```{language}\n(.*?)^```$", text)


def main() -> int:
    """Run them; return the exit status of the first that fails, or 1 if something was not made."""
    with tempfile.TemporaryDirectory(prefix="readme-") as folder:
        clones = [Path(folder) / name for name in ("clone", "without-make")]
        for clone in clones:
            subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)
        for block in blocks((clones[0] / "README.md").read_text("utf-8"), "sh"):
            script = re.sub(r"(?m)^make book +#.*\n", "make .venv\n", block)
            script = re.sub(r"(?m)^make test +#.*\n", "", script)
            run = subprocess.run(
                ["sh", "-eux", "-c", script],
                cwd=clones["-m venv" in block],
                stdin=subprocess.DEVNULL,
                check=False,
            )
            if run.returncode:
                return run.returncode
        made = [clones[0] / name for name in MADE] + [clones[1] / BOOK]
        missing = [str(path.relative_to(folder)) for path in made if not path.is_file()]
    if missing:
        print(f"The README's commands did not make {', '.join(missing)}", file=sys.stderr)
        return 1
    print("All commands of the README ran.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
