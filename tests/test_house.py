"""The house: rooms stand on rooms below them, and the light ones stay light."""

from __future__ import annotations

import ast
import subprocess
import sys
from graphlib import TopologicalSorter
from pathlib import Path

import csm_lib

PACKAGE = Path(csm_lib.__file__).parent


def name_of(path: Path) -> str:
    inside = path.relative_to(PACKAGE.parent).with_suffix("")
    return ".".join(inside.parts).removesuffix(".__init__")


MODULES = {name_of(path): path for path in sorted(PACKAGE.rglob("*.py"))}


def imports(path: Path) -> set[str]:
    """The modules of the package that a file imports anywhere, but not for types alone."""
    found: set[str] = set()
    nodes: list[ast.AST] = [ast.parse(path.read_text("utf-8"))]
    while nodes:
        node = nodes.pop()
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            continue
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            inner = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= inner & set(MODULES) or {str(node.module)}
        nodes += ast.iter_child_nodes(node)
    return found & set(MODULES) - {name_of(path)}


def test_nothing_but_the_command_line_imports_the_door_for_files_of_others() -> None:
    core = [name for name in MODULES if not name.startswith("csm_lib.own")]
    through = [
        (name, one)
        for name in core
        for one in imports(MODULES[name])
        if one.startswith("csm_lib.own")
    ]

    assert through == [("csm_lib.__main__", "csm_lib.own.__main__")]


def test_no_module_imports_itself_round_about() -> None:
    order = list(TopologicalSorter({n: imports(p) for n, p in MODULES.items()}).static_order())

    assert set(order) == set(MODULES)


def loaded(code: str) -> set[str]:
    """The packages that a fresh Python has loaded after some lines."""
    told = f"{code}\nimport sys; print(*{{name.partition('.')[0] for name in sys.modules}})"
    run = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    return set(run.stdout.split())


def test_the_package_costs_nothing_until_it_is_used() -> None:
    assert not loaded("import csm_lib") & {"pandas", "numpy", "narwhals", "matplotlib", "scipy"}


def test_opening_and_counting_load_no_drawing_and_no_statistics() -> None:
    code = "import csm_lib as csm; csm.changes(csm.open_collection().tally('jsna'))"

    assert "pandas" in loaded(code)
    assert not loaded(code) & {"matplotlib", "seaborn", "scipy", "jinja2"}


def test_the_help_of_the_command_line_loads_no_frames() -> None:
    code = "\n".join(
        [
            "import contextlib",
            "from csm_lib.own.__main__ import main",
            "with contextlib.suppress(SystemExit): main(['--help'])",
        ]
    )

    assert not loaded(code) & {"pandas", "numpy", "matplotlib", "pyarrow"}
