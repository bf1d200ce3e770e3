"""A finished run measured on the test photos of any data, beside the untouched backbone."""

from typing import Any

from core.backbones.device import choose_device
from core.evaluation.abstention import told
from core.evaluation.intervals import gains, intervals_of
from core.evaluation.judged import Judged, confusion, judge, metrics_of
from core.evaluation.reliability import calibrated_by
from core.evaluation.union import calibrated
from core.evaluation.unsure import threshold_for
from core.features.file import FeaturesFile
from core.methods.catalogue import parse_composition
from core.methods.class_text import class_texts
from core.methods.zero_shot import ZeroShot, reference_config
from core.problems import Problem
from core.project.revision import DataRevision
from core.training.artefact import open_artefact
from core.training.features import FeatureStore
from core.training.photos import see
from core.training.recall import recall_photos
from core.training.result import Calibration
from core.training.run import Run
from core.training.seen import Encoder, judged_at_once
from core.training.served import check_serves
from core.training.setup import kept_photos, runs_in_bfloat16
from core.training.views import ViewRecipe

_AS_JUDGED = ViewRecipe(seed=0, smallest_crop=1.0, flip=False)


def evaluate(
    run: Run, data: DataRevision | FeaturesFile, wished_error: float | None = None
) -> dict[str, Any]:
    """Metrics, intervals, paired gains, the confusion table and its classes (cli.md); how honest the probabilities are
    at the run's temperatures, and what its unsure threshold for a wish (by default the run's own) does to these photos.

    Base are the classes of the data that the run learned, by name; all others are new, also to the run.

    Raises:
        Problem: `evaluation.no_test_photos`, `evaluation.wish_not_kept`, or as the artefact, the backbone and the features file raise.
    """
    tuned = open_artefact(run.folder, choose_device(getattr(run.job, "device", "auto")).torch_name)
    autocast = runs_in_bfloat16(run.folder, getattr(run.job, "precision", "auto"), tuned.backbone)
    needs = tuned.method.needs
    if isinstance(data, FeaturesFile):
        check_serves(data, tuned.info.composition, tuned.method)
        revision, left_out = data.revision, 0
        seen = recall_photos(data, revision.of("test"))
    else:
        revision = data
        with kept_photos(run) as cache:
            store = FeatureStore(tuned.backbone, _AS_JUDGED, cache, autocast, needs)
            seen = see(data, data.of("test"), store)
        left_out = len(store.unreadable)
    if not seen.photos:
        raise Problem("evaluation.no_test_photos")
    classes = class_texts(revision)
    learned = {entry.name for entry in tuned.info.class_texts}
    base = [index for index, entry in enumerate(classes) if entry.name in learned]
    configs = parse_composition(tuned.info.composition).configure(tuned.info.hyper)
    reference = ZeroShot(reference_config(configs), tuned.backbone, classes)
    own = Encoder(tuned.method, judged_at_once(needs), autocast)(seen)
    result = run.result()
    temperatures = Calibration() if result is None else result.temperatures
    plain = tuned.method.classifier(classes)
    before = judge(reference.classifier(classes), seen.features, seen.labels, base)
    after = judge(calibrated(plain, temperatures), own, seen.labels, base)
    calibration = calibrated_by(temperatures, plain, own, after)
    return {
        **_figures(before, after),
        "classes": [entry.name for entry in classes],
        "base": base,
        "photos": len(after.labels),
        "left_out": left_out,
        "calibration": calibration.model_dump() if calibration else None,
        **told(after, threshold_for(result, wished_error) if result is not None else None),
    }


def _figures(before: Judged, after: Judged) -> dict[str, Any]:
    judged = {"zero_shot": before, "tuned": after}
    return {
        "metrics": {name: metrics_of(found).model_dump() for name, found in judged.items()},
        "intervals": {
            name: {key: interval.model_dump() for key, interval in intervals_of(found).items()}
            for name, found in judged.items()
        },
        "gains": {name: gain.model_dump() for name, gain in gains(before, after).items()},
        "confusion": confusion(after).tolist(),
    }
