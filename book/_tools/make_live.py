"""Add to a built site what runs its Python in the reader's browser: ``make live``.

Python, its packages, `csm_lib` and the data become parcels: scripts in the folder ``live`` of the
site, each of which holds its bytes as text, so that a page opened from a disk can load them as one
from a server can. A page with cells gets a few lines in its head. Nothing else is changed, nothing
is loaded before a reader presses *Run*, and `book` without it is whole.

Usage: python book/_tools/make_live.py [--parts FOLDER] [COLLECTION]
"""

from __future__ import annotations

import argparse
import gzip
import io
import json
import re
import shutil
import sys
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from importlib import metadata
from itertools import chain
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
from collection_book import BUILT, note_of, place
from jinja2 import Environment
from live_bytecode import LOCK, compiled, pack
from live_parts import PartsError, collected, parts, table

from csm_lib.errors import CollectionError
from csm_lib.lesson import NAMES
from csm_lib.own import open_collection

ROOT = Path(__file__).resolve().parents[2]
MADE = ROOT / "book" / "live"
TOOLS = Path(__file__).parent

SITE_PACKAGES = "/lib/python3.12/site-packages"
LIBRARIES = "/usr/lib"
SHELF = "/lib/python312.zip"

READ = ("csm_lib", "data", "notebooks", "book/teaching", "examples", "pyproject.toml")
"""What the cells of the book on the paper read, and what they import."""

LEFT_OUT = re.compile(
    r"(^|/)(tests?|sample_data|images|stylelib|distutils|afm|pdfcorefonts|__pycache__)/"
    r"|\.(pyi|pyx|pxd|pyc|h|a|c)$|/(RECORD|WHEEL|INSTALLER|direct_url\.json|REQUESTED)$"
    r"|^pandas/(conftest\.py|pyproject\.toml)|conftest\.py$"
    r"|fonts/ttf/(?!DejaVuSans(-Bold|-Oblique|Display)?\.ttf|cm|STIX(S|NonUni\.|General\.))"
    r"|^PIL/(?!Png|Jpeg|Gif|Bmp|Ppm)\w+(ImagePlugin|ImageFile|StubImage)|^PIL/(PdfParser|PyAccess|ImageQt)\."
    r"|^PIL/_(webp|avif|imagingft|imagingcms|imagingtk)\."
    r"|^scipy/(misc|datasets|io|signal|cluster|odr|fftpack)/|/_(sobol_direction_numbers|test_\w+|ctest|cytest)\."
    r"|^narwhals/_(arrow|dask|duckdb|ibis|polars|spark_like|sql)/"
    r"|^matplotlib/(sphinxext/|testing/|backends/(_?backend_(gtk|qt|wx|tk|nbagg|webagg|macosx|cairo)|qt_))"
)
"""Files of packages that no cell uses: tests, sources, formats of pictures, fonts."""

COMPILED = re.compile(r"\.(so|pyd|dylib)$")

LONGEST = 40
"""The most characters of the name of a licence; what is longer is its text."""

BITS = 15
FIRST = 0x3400
"""The bits of a letter in a parcel, and the letter of nought: all are plain ones of two bytes."""

START, END = "<!-- live -->", "<!-- /live -->"
HEAD = (
    f'{START}<link rel="stylesheet" href="{{up}}live/live.css"/>'
    '<script defer src="{up}live/live.js"></script>'
    f'<script type="application/json" id="csm-live">{{page}}</script>{END}'
)
OWN = '<section id="what-you-need">'
"""Where a file of the reader's own can be tried: before this section of its chapter."""

FOOT = (
    f'{START}<p class="csm-live-about"><a href="{{up}}live/index.html">Python on this page: what '
    f"runs, and its licences</a></p>{END}"
)


class LiveError(Exception):
    """There is no site, or it cannot have this; the message says what to do."""


# -- Parcels -----------------------------------------------------------------


def parcel(files: Mapping[str, bytes]) -> bytes:
    """Pack files into one: how long the list is, the list of names and sizes, and the bytes."""
    names = sorted(files)
    listed = json.dumps([[name, len(files[name])] for name in names]).encode()
    body = b"".join([len(listed).to_bytes(4, "big"), listed, *(files[name] for name in names)])
    return gzip.compress(body, 9, mtime=0)


def script(name: str, packed: bytes) -> str:
    """A script that hands a parcel to the page, as text in which a letter holds 15 bits.

    Every letter between `FIRST` and the next 32,768 takes two bytes of UTF-16, which a browser
    knows by its mark: the file is a fifteenth larger than what it holds, and not a third.
    """
    filled = np.frombuffer(packed + bytes(-len(packed) % BITS), "uint8")
    letters = np.unpackbits(filled).reshape(-1, BITS) @ (1 << np.arange(BITS)[::-1]) + FIRST
    text = letters.astype("<u2").tobytes().decode("utf-16-le")
    return f'csmLive.take("{name}", {len(packed)}, "{text}")\n'


def parcels(found: Mapping[str, Path], collection: Path | None) -> dict[str, bytes]:
    """Every parcel by its name; ``engine`` is the script of the worker."""
    held: dict[str, dict[str, bytes]] = {"python": {}, "statistics": {}}
    for name in table()["installed"]:
        held[name] = {f"{SITE_PACKAGES}/{file}": at.read_bytes() for file, at in installed(name)}
    for part in parts():
        path = found[part.name]
        if part.parcel == "python" and path.suffix != ".zip":
            held["python"][part.name] = path.read_bytes()
        elif part.parcel != "engine":
            held[part.parcel] |= unzipped(path)
    stand_in = TOOLS / "live_workbook.py"
    held["reading"][f"{SITE_PACKAGES}/python_calamine.py"] = stand_in.read_bytes()
    held["book"] = dict(book(collection))
    held = {name: compiled(files, found, name) for name, files in held.items()}
    held["python"] = with_shelf(held["python"])
    engine = [found["pyodide.asm.js"], found["pyodide.js"], MADE / "worker.js"]
    return {
        "engine": gzip.compress(b"\n".join(path.read_bytes() for path in engine), 9, mtime=0),
        **{name: parcel(files) for name, files in held.items()},
    }


def unzipped(path: Path) -> dict[str, bytes]:
    """The files of a part that cells use, by their place in the browser's file system."""
    folder = SITE_PACKAGES if path.suffix == ".whl" else LIBRARIES
    if path.name == "python_stdlib.zip":
        folder = SHELF
    with zipfile.ZipFile(path) as archive:
        return {
            f"{folder}/{name}": archive.read(name)
            for name in archive.namelist()
            if not name.endswith("/") and not LEFT_OUT.search(name)
        }


def with_shelf(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """The files Python starts from, with its standard library in a zip file as it expects."""
    library = {
        name.removeprefix(f"{SHELF}/"): held
        for name, held in files.items()
        if name.startswith(SHELF)
    }
    zipped = io.BytesIO()
    pack(library, zipped)
    return {
        **{name: held for name, held in files.items() if not name.startswith(SHELF)},
        "python_stdlib.zip": zipped.getvalue(),
        "pyodide-lock.json": json.dumps(LOCK).encode(),
    }


def installed(parcel: str) -> Iterator[tuple[str, Path]]:
    """Files of pure Python packages in this environment, by their place among the packages."""
    for name in table()["installed"][parcel]:
        for file in metadata.files(name) or ():
            path = PurePosixPath(file.as_posix())
            inside = ".." not in path.parts and not COMPILED.search(str(path))
            if inside and not LEFT_OUT.search(str(path)):
                yield str(path), Path(str(file.locate()))


def book(collection: Path | None) -> Iterator[tuple[str, bytes]]:
    """What cells read of this project, by its place in the browser's file system."""
    for path in (TOOLS / "live_cells.py", TOOLS / "live_own.py", MADE / "own_report.html"):
        yield f"/live/{path.name}", path.read_bytes()
    for name in READ:
        top = ROOT / name
        for path in sorted(top.rglob("*")) if top.is_dir() else [top]:
            if path.is_file() and "__pycache__" not in path.parts:
                yield f"/book/{path.relative_to(ROOT).as_posix()}", _source(path)
    if collection:
        for path in sorted(collection.rglob("*")):
            if path.is_file():
                yield f"/collection/{path.relative_to(collection).as_posix()}", path.read_bytes()


def _source(path: Path) -> bytes:
    """What a file holds; of a notebook, without its results."""
    if path.suffix != ".ipynb":
        return path.read_bytes()
    notebook = json.loads(path.read_bytes())
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            cell["outputs"] = []
    return json.dumps(notebook).encode()


# -- Pages -------------------------------------------------------------------


def cells(notebook: Path) -> list[dict[str, Any]]:
    """The code cells of a notebook in their order: code, and whether the page shows it."""
    return [
        {
            "code": "".join(cell["source"]),
            "shown": "remove-cell" not in cell["metadata"].get("tags", []),
        }
        for cell in json.loads(notebook.read_bytes())["cells"]
        if cell["cell_type"] == "code"
    ]


def exercises(folder: Path = ROOT / "exercises") -> dict[str, dict[str, str]]:
    """By the key of an exercise, its ``lesson``, what is ``given``, and its ``code``.

    They come from the students' notebooks; which cells belong to which exercise, the solutions say.
    """
    found: dict[str, dict[str, str]] = {}
    for lesson in NAMES:
        paths = [folder / f"{lesson}.ipynb", folder / "solutions" / f"{lesson}.ipynb"]
        if not all(path.exists() for path in paths):
            continue
        student, solved = (json.loads(path.read_bytes())["cells"] for path in paths)
        code = {c["id"]: "".join(c["source"]) for c in student if c["cell_type"] == "code"}
        key, listed = "", {"": [""]}
        for cell in solved:
            if named := re.fullmatch(r"\{exercise\} (\S+)", "".join(cell["source"]).strip()):
                key = named[1]
            elif cell["id"] in code:
                listed.setdefault(key, []).append(code[cell["id"]])
        given = "\n\n".join(listed.pop("")).strip()
        for key, sources in listed.items():
            found[key] = {"lesson": lesson, "given": given, "code": "\n\n".join(sources)}
    return found


def page(name: str, html: str, source: Path, asked: Mapping[str, Any]) -> dict[str, Any] | None:
    """What the script needs to know on a page; ``None`` where there is nothing to run."""
    said = re.search(r"pagename = '([^']+)'", html)  # the front page is that of a notebook
    notebook = source / f"{said[1]}.ipynb" if said else None
    own = cells(notebook) if notebook and notebook.exists() else []
    shown = len(re.findall(r'<div class="cell_input\b', html))
    if shown != sum(cell["shown"] for cell in own):
        raise LiveError(f"{name}.html shows {shown} cells and not those of its notebook: make book")
    here = [key for key in asked if f'id="exercise-{key}"' in html]
    if not own and not here:
        return None
    return {"cells": own, "exercises": {key: asked[key] for key in here}}


def with_live(html: str, up: str, told: Mapping[str, Any]) -> str:
    """A page with what it needs to run its cells; that on returns of one's own, with a form."""
    if OWN in html:
        form = (MADE / "own.html").read_text("utf-8")
        script = f'<script defer src="{up}live/own.js"></script>'
        html = html.replace(OWN, f"{START}{form}{script}{END}\n{OWN}", 1)
    held = json.dumps(told, ensure_ascii=False).replace("<", "\\u003c")
    head = HEAD.replace("{up}", up).replace("{page}", held)
    html = html.replace("</head>", f"{head}\n</head>", 1)
    return html.replace(
        '<footer class="prev-next-footer',
        f'{FOOT.format(up=up)}\n<footer class="prev-next-footer',
        1,
    )


def without_live(html: str) -> str:
    """A page as it was before."""
    return re.sub(f"{START}.*?{END}\n?", "", html, flags=re.DOTALL)


# -- The site ----------------------------------------------------------------


def make(site: Path, *, folder: Path | None = None, collection: Path | None = None) -> Path:
    """Add to a site what runs its Python, and return the folder that holds it.

    Parameters
    ----------
    site
        A built site.
    folder
        An unpacked official release of Pyodide, if one is at hand.
    collection
        The folder of the collection whose book it is; without one, the book on the paper.

    Raises
    ------
    PartsError, LiveError
        A file cannot be had, or the site cannot have this. The site is as it was.
    """
    if not (site / "index.html").exists():
        raise LiveError(f"There is no site in {site} yet: run make book first.")
    if collection and not open_collection(collection).label:
        raise LiveError(
            "What runs in a reader's browser reads the returns, so they would be on the site. That "
            "is for drawn or invented returns only, and these are answers."
        )
    settings = {"CSM_COLLECTION": "/collection"} if collection else {}
    pages = dict(changed(site, settings))
    found = collected(folder)
    with tempfile.TemporaryDirectory(dir=site.parent) as kept:
        made = Path(kept) / "live"
        made.mkdir()
        for name, packed in parcels(found, collection).items():
            (made / f"{name}.js").write_text(script(name, packed), "utf-16")
        for name in ("live.js", "own.js", "live.css"):
            shutil.copyfile(MADE / name, made / name)
        (made / "index.html").write_text(licences(made), "utf-8")
        note_of(site).unlink(missing_ok=True)  # so that the next build makes it anew
        shutil.rmtree(site / "live", ignore_errors=True)
        shutil.move(made, site / "live")
        for path, html in pages.items():
            path.write_text(html, "utf-8")
    return site / "live"


def changed(site: Path, settings: Mapping[str, str]) -> Iterator[tuple[Path, str]]:
    """Each page that has something to run, with what it then holds."""
    asked = exercises()
    for path in sorted(site.rglob("*.html")):
        name = path.relative_to(site).with_suffix("").as_posix()
        html = without_live(path.read_text("utf-8"))
        told = page(name, html, site / "_sources", asked)
        if told is not None:
            yield path, with_live(html, "../" * name.count("/"), {**told, "settings": settings})


def licences(made: Path) -> str:
    """The page that says what runs, and under which licences."""
    rows = [(part.name, part.licence) for part in parts()]
    for name in chain(*table()["installed"].values()):
        about = metadata.metadata(name)
        said = str(about.json.get("license_expression") or about.json.get("license") or "")
        kinds = [
            kind.rpartition(" :: ")[2]
            for kind in about.get_all("Classifier") or ()
            if kind.startswith("License ::")
        ]
        licence = said if 0 < len(said) < LONGEST else ", ".join(kinds)
        rows.append((f"{about['Name']} {about['Version']}", licence))
    size = sum(path.stat().st_size for path in made.iterdir()) / 1e6
    template = (MADE / "licences.html").read_text("utf-8")
    return Environment(autoescape=True).from_string(template).render(rows=rows, size=f"{size:.0f}")


def main(arguments: list[str] | None = None) -> int:
    """Add it to the site of the book on the paper, or of a collection."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("collection", nargs="?", type=Path, help="the folder of a collection")
    parser.add_argument("--parts", type=Path, help="an unpacked official release of Pyodide")
    chosen = parser.parse_args(arguments)
    site = (place(chosen.collection) if chosen.collection else BUILT) / "html"
    try:
        made = make(site, folder=chosen.parts, collection=chosen.collection)
    except (PartsError, LiveError, CollectionError) as error:
        print(error, file=sys.stderr)
        return 1
    size = sum(path.stat().st_size for path in made.iterdir()) / 1e6
    if shutil.which("node") is None:
        print("There is no Node here: the first answer takes longer than with it.")
    print(f"Cells now run in the reader's browser. {made} holds {size:.1f} MB.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
