"""Run notebooks and store in them the plain text of their outputs, and nothing else.

Stored outputs are what the tests compare a fresh run with. Pictures and HTML would be compared
badly or not at all, and would fill the history, so they are left to the book, which runs the
notebooks itself.

Usage: python book/_tools/run_notebooks.py notebooks/board.ipynb ...
"""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbformat import NotebookNode

WORKERS = 2

HANG = 900  # seconds after which a cell is given up; on a busy machine one may take many

# The same on every machine; the version of Python is left out, as any from 3.11 gives the same.
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def plain(notebook: NotebookNode) -> NotebookNode:
    """A notebook whose outputs hold text only, without what differs from run to run.

    Parameters
    ----------
    notebook
        A notebook of format 4, changed in place.
    """
    notebook.metadata = nbformat.from_dict(METADATA)
    for cell in notebook.cells:
        cell.metadata = nbformat.from_dict({k: v for k, v in cell.metadata.items() if k == "tags"})
        for output in cell.get("outputs", []):
            if "data" in output:
                text = output.data.get("text/plain")
                output.data = nbformat.from_dict({} if text is None else {"text/plain": text})
                output.metadata = nbformat.from_dict({})
    return notebook


def run(path: Path) -> None:
    """Run a notebook in its own folder and write it back."""
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(
        notebook,
        kernel_name="python3",
        timeout=HANG,
        startup_timeout=HANG,
        record_timing=False,
        store_widget_state=False,
        resources={"metadata": {"path": str(path.parent)}},
    )
    client.execute()
    nbformat.write(plain(notebook), path)


def main(names: list[str]) -> int:
    """Run the named notebooks, two at a time; return the number that failed."""
    failed = 0
    with ThreadPoolExecutor(WORKERS) as pool:
        runs = {name: pool.submit(run, Path(name)) for name in names}
        for name, done in runs.items():
            try:
                done.result()
                print(f"ran {name}")
            except (CellExecutionError, nbformat.ValidationError) as error:
                failed += 1
                print(f"FAILED {name}, left as it was\n{error}", file=sys.stderr)
    return failed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
