"""What a package that tells classes apart is made of: the classifier taken apart, its checks, its card."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import zip_longest
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save

from core import __version__
from core.backbones.preprocess import preprocess_photo
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
)
from core.package.card import model_card
from core.package.classifier import as_calibrated
from core.package.manifest import (
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
from core.package.options import ExportOptions
from core.package.pack import PackedClassifier, pack_classifier
from core.package.reference import pack_reference
from core.package.report import report_page
from core.package.story import verdict_of
from core.package.verify import CHECK_FEATURES, CHECK_PROBABILITIES, check_classifier
from core.photos.decode import open_photo
from core.problems import Problem, problem_text
from core.project.revision import DataRevision, PhotoEntry
from core.settings import system_language
from core.training.artefact import Tuned
from core.training.job import HyperValue, TrainJob
from core.training.recall import recall_photos
from core.training.result import TrainResult, UnsureThreshold
from core.training.run import Run
from core.training.seen import Encoder, judged_at_once
from core.training.served import features_of

CHECK_PHOTOS = 32
REFERENCE_PHOTOS = 200
MEASURED_PHOTOS = 200


@dataclass(frozen=True)
class MadeClasses:
    """What is to be written to disk."""

    manifest: Manifest
    members: dict[str, bytes]


def make_classes(tuned: Tuned, run: Run, result: TrainResult, options: ExportOptions) -> MadeClasses:
    """What the package of a run that tells classes apart holds.

    Raises:
        Problem: `package.not_exportable`, `package.no_check_photos`, or as `make_alone`.
    """
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
    return MadeClasses(manifest, members | alone)


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


def verify_learned(path: Path, tuned: Tuned) -> float:
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
