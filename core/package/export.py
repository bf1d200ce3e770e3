"""From a finished run to a package that was reopened from disk by a fresh process and judged as it must.

The learned tensors are stood up from the file too, on the backbone. What is not verified is not exported: the file
stands under a hidden name until then, so that a package of the same name from before is not lost either.
"""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from itertools import zip_longest
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save

from core import __version__
from core.backbones.preprocess import preprocess_photo
from core.evaluation.unsure import threshold_for
from core.files import sha256_file
from core.methods.catalogue import parse_composition
from core.methods.class_text import ClassText, class_texts
from core.methods.classifier import Array
from core.methods.protocol import as_array
from core.package.alone import KnownPhoto, Making, make_alone
from core.package.archive import (
    ADAPTER,
    CARD,
    CHECK,
    HEAD,
    REFERENCE,
    REPORT,
    TEXT_FEATURES,
    open_package,
    write_package,
)
from core.package.card import model_card
from core.package.classifier import as_calibrated
from core.package.manifest import (
    Alone,
    DataFingerprint,
    Manifest,
    PackagedBackbone,
    PackagedClass,
    PackagedPreprocessing,
    PartCounts,
    Reference,
    Training,
)
from core.package.model import all_classes, image_features, stand_up
from core.package.options import PLAIN, ExportOptions
from core.package.pack import PackedClassifier, pack_classifier
from core.package.reference import pack_reference
from core.package.report import report_page
from core.package.signature import read_signer
from core.package.story import verdict_of
from core.package.text_export import MadeTexts, make_texts
from core.package.verify import CHECK_FEATURES, CHECK_PROBABILITIES, check_classifier
from core.photos.decode import open_photo
from core.problems import Problem, problem_text
from core.project.revision import DataRevision, PhotoEntry
from core.settings import system_language
from core.training.artefact import Tuned, open_artefact
from core.training.commands import Emit
from core.training.events import Event, Stage
from core.training.job import ExportJob, HyperValue, Job, TextJob, TrainJob
from core.training.recall import recall_photos
from core.training.result import TrainResult, UnsureThreshold
from core.training.run import Run
from core.training.seen import Encoder, judged_at_once
from core.training.served import features_of

CHECK_PHOTOS = 32
REFERENCE_PHOTOS = 200
MEASURED_PHOTOS = 200
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
        alone=getattr(made.manifest, "alone", None),
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
) -> "tuple[_Made, _Verify]":
    result = run.result()
    if result is None:
        raise Problem("package.no_result", path=run.folder)
    result = result.model_copy(update={"unsure": threshold_for(result, wished_error)})
    tuned = open_artefact(run.folder)
    if options.alone:
        tell("alone")
    made = _make(tuned, run, result, options)

    def verify(path: Path) -> _Found:
        return _Found(max(float(_verify_afresh(path)["max_difference"]), _verify_learned(path, tuned)))

    return made, verify


def _texts(
    run: Run, options: ExportOptions, wished_error: float | None, _tell: _TellStage
) -> "tuple[MadeTexts, _Verify]":
    made = make_texts(run, options, wished_error)

    def verify(path: Path) -> _Found:
        answer = _verify_afresh(path, "--run", str(run.folder))
        return _Found(max(answer["max_difference"], answer["run_difference"]), answer["run_texts"])

    return made, verify


def _teller(emit: Emit, stages: Sequence[str]) -> _TellStage:
    def tell(stage: str) -> None:
        event: Event = Stage(stage=stage, index=stages.index(stage) + 1, of=len(stages))
        emit(event)

    return tell


@dataclass(frozen=True)
class _Made:
    manifest: Manifest
    members: dict[str, bytes]


def _make(tuned: Tuned, run: Run, result: TrainResult, options: ExportOptions) -> _Made:
    revision = run.revision
    own = [index for index, entry in enumerate(revision.classes) if entry.source == "own"]
    texts = class_texts(revision, own)
    adapter = {name: as_array(value) for name, value in tuned.method.learned_state().items()}
    classifier = tuned.method.classifier(texts)
    packed = pack_classifier(classifier, tuned.info.composition)
    features = _check_features(tuned, run, own)
    sample, part = _reference_features(tuned, run, own)
    manifest = _manifest(tuned, revision, result, own, texts, packed)
    judging = as_calibrated(manifest, classifier)
    alone: dict[str, bytes] = {}
    if options.alone:
        making = Making(tuned.method, judging, tuned.info.composition, manifest.backbone.preprocessing)
        told, alone = make_alone(making, options, _known_photos(tuned, run, own))
        manifest = manifest.model_copy(update={"alone": told})
    probabilities = judging.probabilities(sample)
    known = Reference(photos=len(sample), part=part, unsure=_unsure_among(probabilities, result.unsure))
    manifest = manifest.model_copy(update={"reference": known})
    verdict = verdict_of(result, revision)
    members = {
        ADAPTER: save(adapter),
        TEXT_FEATURES: save(packed.texts),
        HEAD: save(packed.head),
        CHECK: save({CHECK_FEATURES: features, CHECK_PROBABILITIES: judging.probabilities(features)}),
        CARD: model_card(manifest, verdict).encode(),
        REPORT: report_page(manifest, verdict).encode(),
        REFERENCE: pack_reference(sample, probabilities),
    }
    return _Made(manifest, members | alone)


def _manifest(
    tuned: Tuned,
    revision: DataRevision,
    result: TrainResult,
    own: Sequence[int],
    texts: Sequence[ClassText],
    packed: PackedClassifier,
) -> Manifest:
    return Manifest(
        created=datetime.now(UTC).replace(microsecond=0),
        program=__version__,
        classes=tuple(
            PackagedClass(id=at, name=text.name, description=text.words, role=revision.classes[index].role)
            for at, (index, text) in enumerate(zip(own, texts, strict=True))
        ),
        backbone=_backbone(tuned),
        training=Training(
            composition=tuned.info.composition,
            preset=result.preset,
            hyper=_all_settings(tuned),
            seed=result.seed,
            shots=result.shots,
            steps=result.steps,
            epochs=result.epochs,
            kept_epoch=result.kept_epoch,
            trained_parameters=result.trained_parameters,
            judges_new=tuned.method.judges_new,
        ),
        data=_fingerprint(revision, own),
        metrics=result.metrics,
        intervals=result.intervals,
        unsure=result.unsure,
        logit_scale=packed.logit_scale,
        classifier=packed.form,
        calibration=result.temperatures,
        members=(),
    )


def _all_settings(tuned: Tuned) -> dict[str, HyperValue]:
    """Defaults are written out: those of a later program may differ."""
    settings = parse_composition(tuned.info.composition).settings()
    return {entry.key: tuned.info.hyper.get(entry.key, entry.default) for entry in settings}


def _backbone(tuned: Tuned) -> PackagedBackbone:
    card = tuned.backbone.card
    return PackagedBackbone(
        name=card.name,
        architecture=card.architecture,
        source=card.source,
        sha256=card.sha256,
        licence=card.licence,
        embed_dim=tuned.backbone.embed_dim,
        preprocessing=PackagedPreprocessing(**card.preprocessing.as_dict()),
    )


def _fingerprint(revision: DataRevision, own: Sequence[int]) -> DataFingerprint:
    train, val, test = (
        tuple(revision.counts(part)[index] for index in own) for part in ("train", "val", "test")
    )
    sources = {revision.classes[index].source for index in revision.new}
    return DataFingerprint(
        revision=revision.id,
        photos=PartCounts(train=train, val=val, test=test),
        new_measured_on="probe" if "probe" in sources else "own" if sources else "nothing",
    )


def _check_features(tuned: Tuned, run: Run, own: Sequence[int]) -> Array:
    """Features `(B, D)`, as the classifier judges them, of some photos of the run.

    Raises:
        Problem: `package.no_check_photos`, or as `features_of`.
    """
    features = _features(tuned, run, _mixed(run.revision, own), CHECK_PHOTOS)
    if not len(features):
        raise Problem("package.no_check_photos")
    return features


def _reference_features(
    tuned: Tuned, run: Run, own: Sequence[int]
) -> tuple[Array, Literal["held_out", "learned"]]:
    """Features `(N, D)` that new photos are compared with: of held-out photos, whose features were not learned by heart;
    of learned photos where there are no others."""
    mixed = _mixed(run.revision, own)
    kept = _features(tuned, run, [photo for photo in mixed if photo.part != "train"], REFERENCE_PHOTOS)
    if len(kept):
        return kept, "held_out"
    return _features(tuned, run, mixed, REFERENCE_PHOTOS), "learned"


def _unsure_among(probabilities: Array, unsure: UnsureThreshold | None) -> int:
    if unsure is None:
        return 0
    return int((probabilities.max(axis=1) < unsure.probability).sum())


def _features(tuned: Tuned, run: Run, photos: Sequence[PhotoEntry], most: int) -> Array:
    """Features `(B, D)` of the first photos, as the classifier judges them; photos that cannot be opened are left out.

    Raises:
        Problem: as `features_of`.
    """
    file = features_of(run.job, run.folder) if isinstance(run.job, TrainJob) else None
    if file is None:
        pictures = _pictures(tuned, run.revision, photos, most)
        if not pictures:
            return np.zeros((0, tuned.backbone.embed_dim), np.float32)
        return image_features(tuned.method, pictures)
    return Encoder(tuned.method, judged_at_once(tuned.method.needs))(recall_photos(file, photos[:most]))


def _pictures(
    tuned: Tuned, revision: DataRevision, photos: Sequence[PhotoEntry], most: int
) -> list[NDArray[np.uint8]]:
    preprocessing = tuned.backbone.preprocessing
    pictures: list[NDArray[np.uint8]] = []
    for photo in photos:
        try:
            image = open_photo(revision.photo_path(photo), at_least=preprocessing.image_size)
        except Problem:
            continue
        pictures.append(preprocess_photo(image, preprocessing))
        if len(pictures) == most:
            break
    return pictures


def _known_photos(tuned: Tuned, run: Run, own: Sequence[int]) -> Iterator[KnownPhoto]:
    """Test photos of the packaged classes, or validation photos where there are none, as a package that works alone
    would get them; none of a run on features."""
    if isinstance(run.job, TrainJob) and run.job.features:
        return
    revision, side = run.revision, tuned.backbone.preprocessing.image_size
    mixed = _mixed(revision, own)
    for part in ("test", "val"):
        photos = [photo for photo in mixed if photo.part == part][:MEASURED_PHOTOS]
        for photo in photos:
            try:
                image = open_photo(revision.photo_path(photo), at_least=side)
            except Problem:
                continue
            yield KnownPhoto(np.asarray(image), own.index(photo.label))
        if photos:
            return


def _mixed(revision: DataRevision, own: Sequence[int]) -> list[PhotoEntry]:
    """The photos of the packaged classes: test before validation before training photos, classes in turn."""
    parts = [
        zip_longest(*(revision.of(part, (index,)) for index in own)) for part in ("test", "val", "train")
    ]
    return [photo for part in parts for turn in part for photo in turn if photo is not None]


def _verify_learned(path: Path, tuned: Tuned) -> float:
    """The learned tensors, stood up from the file, give the same classifier: classes can be added on site.

    Raises:
        Problem: `package.not_verified`.
    """
    try:
        package = open_package(path)
        model = stand_up(package, tuned.backbone)
        learned = model.method.classifier(all_classes(package.manifest))
        return check_classifier(package, as_calibrated(package.manifest, learned))[0]
    except Problem as problem:
        text = problem_text(problem.code, problem.data, system_language())
        raise Problem("package.not_verified", reason=text) from problem


def _verify_afresh(path: Path, *more: str) -> dict[str, Any]:
    """Have a fresh process verify the package; gives what it found.

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
