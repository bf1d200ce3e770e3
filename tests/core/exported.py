"""A tiny run exported once for many tests, and the home in which its backbone lies."""

import atexit
import shutil
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from core.package.export import ExportReport, export_run
from core.package.options import ExportOptions
from core.package.signature import make_key
from core.training.loop import train
from core.training.run import Run
from tests.core.tiny_run import tiny_run


@dataclass(frozen=True)
class Exported:
    """A run, its package, and the home with the model store."""

    home: Path
    run: Run
    report: ExportReport

    @property
    def package(self) -> Path:
        """The package file; tests that spoil it copy it first."""
        return self.report.package

    @property
    def photos(self) -> list[Path]:
        """The test photos, all classes."""
        revision = self.run.revision
        return [revision.photo_path(photo) for photo in revision.of("test")]


@cache
def exported_once() -> Exported:
    """A DePT run's package, made once for the whole session; tests must not change it."""
    home = Path(tempfile.mkdtemp(prefix="hikidashi-exported-"))
    atexit.register(shutil.rmtree, home, ignore_errors=True)
    return export_tiny(home)


def export_tiny(home: Path, composition: str = "dept(coop)") -> Exported:
    """Train on coloured pictures and export."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HIKIDASHI_HOME", str(home))
        folder = tiny_run(home / "project" / "runs" / "1", composition)
        train(folder, lambda event: None)
        return Exported(home, Run(folder), export_run(folder, home / "部品.hkd"))


@cache
def alone_once() -> Path:
    """The same run as a signed package that works alone and takes up new products, made once for the whole session;
    beside it lie `key` and `key.pub`."""
    once = exported_once()
    folder = Path(tempfile.mkdtemp(prefix="hikidashi-alone-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    make_key(folder / "key")
    options = ExportOptions(onnx=True, quantise=True, new_products=True, sign=folder / "key")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HIKIDASHI_HOME", str(once.home))
        return export_run(once.run.folder, folder / "alone.hkd", options=options).package
