"""From a finished run to a package that was reopened from disk by a fresh process and judged as it must.

The learned tensors are stood up from the file too, on the backbone. What is not verified is not exported: the file
stands under a hidden name until then, so that a package of the same name from before is not lost either.
"""

import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from core.evaluation.unsure import threshold_for
from core.files import sha256_file
from core.package.archive import write_package
from core.package.class_export import MadeClasses, make_classes, verify_learned
from core.package.manifest import Alone
from core.package.options import PLAIN, ExportOptions
from core.package.signature import read_signer
from core.package.text_export import MadeTexts, make_texts
from core.problems import Problem
from core.training.artefact import open_artefact
from core.training.commands import Emit
from core.training.events import Event, Stage
from core.training.job import ExportJob, Job, TextJob
from core.training.run import Run

_VERIFY_SECONDS = 600
_STAGES = ("load", "alone", "write", "verify")


@dataclass(frozen=True)
class ExportReport:
    """What was exported: the file, and by how much a fresh process's probabilities differed at most. `alone` tells
    the same of the part that works without the program, measured from photos on, and `signer` whose signature it
    bears ("" for none). Of a package that writes it is the confidences that differed, over `compared` texts about test
    photos, each of which was the same; None of one that tells classes apart."""

    package: Path
    sha256: str
    verified: bool
    max_difference: float
    size_bytes: int
    alone: Alone | None = None
    signer: str = ""
    compared: int | None = None

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        alone = None if self.alone is None else self.alone.model_dump(mode="json")
        return asdict(self) | {"package": str(self.package), "alone": alone}


def run_export(job: ExportJob, emit: Emit) -> dict[str, Any]:
    """Carry out an export job. Raises Problem as `export_run`."""
    options = ExportOptions(
        onnx=job.onnx,
        quantise=job.quantise,
        new_products=job.new_products,
        sign=Path(job.sign) if job.sign else None,
    )
    return export_run(Path(job.source_run), Path(job.out), emit, options, job.wished_error).as_dict()


def export_run(
    run_folder: Path,
    out: Path,
    emit: Emit = lambda event: None,
    options: ExportOptions = PLAIN,
    wished_error: float | None = None,
) -> ExportReport:
    """Write a run's result to the package `out` and verify it in a fresh process; its unsure threshold is for
    `wished_error`, by default for what was wished at the training.

    Raises:
        Problem: `package.no_result`, `.not_exportable`, `.no_check_photos`, `.not_written`, `.not_verified`,
            `evaluation.wish_not_kept`, or as `read_signer`, `make_alone`, `make_texts`, the artefact and the backbone
            raise.
    """
    signer = None if options.sign is None else read_signer(options.sign)
    out = out.absolute()
    unverified = out.with_name(f".{out.name}.unverified")
    stages = [stage for stage in _STAGES if options.alone or stage != "alone"]
    tell = _teller(emit, stages)
    tell("load")
    run = Run(run_folder.absolute())
    make = _texts if isinstance(_job_of(run), TextJob) else _classes
    made, verify = make(run, options, wished_error, tell)
    tell("write")
    write_package(unverified, made.manifest, made.members, signer)
    tell("verify")
    try:
        found = verify(unverified)
        unverified.replace(out)
    except OSError as error:
        raise Problem("package.not_written", path=out, reason=error.strerror or error) from error
    finally:
        unverified.unlink(missing_ok=True)
    return ExportReport(
        package=out,
        sha256=sha256_file(out),
        verified=True,
        max_difference=found.difference,
        size_bytes=out.stat().st_size,
        alone=made.manifest.alone if isinstance(made, MadeClasses) else None,
        signer="" if signer is None else signer.public,
        compared=found.compared,
    )


@dataclass(frozen=True)
class _Found:
    """What verification found: the largest difference, and over how many texts of test photos."""

    difference: float
    compared: int | None = None


_Verify = Callable[[Path], _Found]
_TellStage = Callable[[str], None]


def _job_of(run: Run) -> Job | None:
    """The run's job; None where it cannot be read, as of a folder that is no run."""
    try:
        return run.job
    except Problem:
        return None


def _classes(
    run: Run, options: ExportOptions, wished_error: float | None, tell: _TellStage
) -> tuple[MadeClasses, _Verify]:
    result = run.result()
    if result is None:
        raise Problem("package.no_result", path=run.folder)
    result = result.model_copy(update={"unsure": threshold_for(result, wished_error)})
    tuned = open_artefact(run.folder)
    if options.alone:
        tell("alone")
    made = make_classes(tuned, run, result, options)

    def verify(path: Path) -> _Found:
        return _Found(max(_verify_afresh(path), verify_learned(path, tuned)))

    return made, verify


def _texts(
    run: Run, options: ExportOptions, wished_error: float | None, _tell: _TellStage
) -> tuple[MadeTexts, _Verify]:
    made = make_texts(run, options, wished_error)

    def verify(path: Path) -> _Found:
        return _verify_texts_afresh(path, run.folder)

    return made, verify


def _teller(emit: Emit, stages: Sequence[str]) -> _TellStage:
    def tell(stage: str) -> None:
        event: Event = Stage(stage=stage, index=stages.index(stage) + 1, of=len(stages))
        emit(event)

    return tell


def _verify_afresh(path: Path) -> float:
    """Have a fresh process verify a package; gives the largest difference of a probability. Raises as `_answer_of`."""
    return float(_answer_of(path)["max_difference"])


def _verify_texts_afresh(path: Path, run: Path) -> _Found:
    """The same of a package that writes, against what its run wrote."""
    answer = _answer_of(path, "--run", str(run))
    return _Found(max(answer["max_difference"], answer["run_difference"]), answer["run_texts"])


def _answer_of(path: Path, *more: str) -> dict[str, Any]:
    """What a fresh process finds that verifies a package.

    Raises:
        Problem: `package.not_verified`.
    """
    started = ["verify", str(path), *more, "--json"]
    frozen = getattr(sys, "frozen", False)
    command = [sys.executable, *started] if frozen else [sys.executable, "-m", "core.cli", *started]
    try:
        process = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=_VERIFY_SECONDS,
            check=False,
            cwd=None if frozen else Path(__file__).parents[2],
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
        answer: dict[str, Any] = json.loads(process.stdout.splitlines()[-1])
    except (OSError, subprocess.TimeoutExpired, ValueError, IndexError) as error:
        raise Problem("package.not_verified", reason=error) from error
    if process.returncode != 0 or not answer["ok"] or answer["max_difference"] is None:
        found = "; ".join(problem["message"] for problem in answer["problems"])
        raise Problem("package.not_verified", reason=found or process.stderr[-500:])
    return answer
