"""The lines that hold the building up: who may import whom, what is declared, how long a file may be."""

import ast
import importlib.metadata
import json
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parents[1]
SOURCES = sorted([*(ROOT / "core").rglob("*.py"), *(ROOT / "app").rglob("*.py"), ROOT / "run.py"])
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))

MODELS = {"torch", "torchvision", "open_clip", "peft", "transformers", "timm"}
WINDOW = {"app", "PySide6", "shiboken6", "pyqtgraph", "qtawesome", "qtpy"}
MOST_LINES_OF_A_FILE = 600
MOST_LINES_OF_A_FUNCTION = 80
# What an import name is called on the package index, where that differs.
DISTRIBUTIONS = {
    "PIL": "pillow",
    "PySide6": "PySide6-Essentials",
    "cv2": "opencv-python-headless",
    "open_clip": "open_clip_torch",
    "paho": "paho-mqtt",
}
COMES_WITH = {
    "anyio": "fastapi",
    "huggingface_hub": "open_clip_torch",
    "pydantic_core": "pydantic",
    "shiboken6": "PySide6-Essentials",
    "starlette": "fastapi",
    "timm": "open_clip_torch",
}


# Who may import whom


def test_the_import_contracts_hold() -> None:
    lint = "from importlinter.cli import lint_imports_command as lint; lint()"
    answer = subprocess.run(
        [sys.executable, "-c", lint], cwd=ROOT, capture_output=True, text=True, encoding="utf-8", check=False
    )
    assert answer.returncode == 0, answer.stdout + answer.stderr


def test_importing_the_window_loads_no_model_library() -> None:
    assert not _loaded_by("import app.main") & MODELS


def test_every_page_of_the_window_loads_no_model_library() -> None:
    assert not _loaded_by(_import_all("app")) & MODELS


def test_the_whole_engine_loads_no_qt() -> None:
    assert not _loaded_by(_import_all("core")) & WINDOW


def test_the_engine_works_where_qt_is_not_installed() -> None:
    hide = f"import sys; sys.modules.update(dict.fromkeys({sorted(WINDOW)!r}))"
    command = f"{hide}; from core.cli import main; sys.exit(main(['methods', '--json']))"
    answer = subprocess.run(
        [sys.executable, "-c", command],
        cwd=ROOT,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert answer.returncode == 0, answer.stderr
    assert json.loads(answer.stdout.splitlines()[-1])["methods"]


# What is declared


def test_every_package_that_is_imported_is_declared() -> None:
    declared = {canonicalize_name(requirement.name) for requirement in _requirements()}
    local = {"core", "app"} | set(sys.stdlib_module_names)
    for path in SOURCES:
        for name in set(_imported(path)) - local:
            distribution = COMES_WITH.get(name) or DISTRIBUTIONS.get(name, name)
            assert canonicalize_name(distribution) in declared, f"{path}: {name} is not in pyproject.toml"


def test_every_dependency_has_a_pin_within_its_bounds() -> None:
    pins = _pins()
    for requirement in _requirements():
        pin = pins[canonicalize_name(requirement.name)]
        assert requirement.specifier.contains(pin), f"{requirement} but constraints.txt says {pin}"


def test_what_runs_here_is_what_is_pinned() -> None:
    for name, pin in _pins().items():
        try:
            installed = Version(importlib.metadata.version(name))
        except importlib.metadata.PackageNotFoundError:
            continue
        assert Version(installed.public) == pin, f"{name} {installed} is installed, {pin} is pinned"


def test_uv_takes_the_same_torch() -> None:
    assert PYPROJECT["tool"]["uv"]["constraint-dependencies"] == [f"torch=={_pins()['torch']}"]


def test_run_py_needs_nothing_but_the_standard_library() -> None:
    assert set(_imported(ROOT / "run.py")) <= set(sys.stdlib_module_names)


def test_constraints_hold_no_path_and_no_build() -> None:
    for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines():
        assert line.startswith("#") or not {"/", "+", "@"} & set(line), line


# How it is written


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_file_can_be_read_in_one_sitting(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    assert source.count("\n") <= MOST_LINES_OF_A_FILE
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            assert length <= MOST_LINES_OF_A_FUNCTION, f"{node.name} has {length} lines"


def test_modules_are_named_for_what_they_hold() -> None:
    vague = {"utils", "util", "helpers", "helper", "manager", "misc", "common"}
    assert not [path for path in SOURCES if vague & {*path.parts, path.stem}]


def _loaded_by(statement: str) -> set[str]:
    """The top-level names in sys.modules after `statement` in a process of its own."""
    report = (
        f"{statement}\nimport sys; print(); print(' '.join({{name.split('.')[0] for name in sys.modules}}))"
    )
    answer = subprocess.run(
        [sys.executable, "-c", report],
        cwd=ROOT,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert answer.returncode == 0, answer.stderr
    return set(answer.stdout.splitlines()[-1].split())


def _import_all(package: str) -> str:
    names = [
        ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for path in sorted((ROOT / package).rglob("*.py"))
        if path.name not in ("__main__.py",)
    ]
    return "import " + ", ".join(name.removesuffix(".__init__") for name in names)


def _requirements() -> list[Requirement]:
    project = PYPROJECT["project"]
    extras = project["optional-dependencies"].values()
    return [Requirement(text) for text in (*project["dependencies"], *(t for extra in extras for t in extra))]


def _pins() -> dict[str, Version]:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pairs = [line.split("==") for line in lines if line and not line.startswith("#")]
    return {canonicalize_name(name): Version(version) for name, version in pairs}


def _imported(path: Path) -> Iterator[str]:
    """Top-level names imported anywhere in a file."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield node.module.split(".")[0]
