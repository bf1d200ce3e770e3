"""Is a package whole, does it judge as it did when it was made, and can it work on this PC?

Without torch, unless the package's way of judging needs the backbone (texts that depend on the photo).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from core.backbones.store import ModelStore
from core.methods.classifier import Array, Classifier
from core.package.alone_check import check_alone
from core.package.archive import (
    CARD,
    CHECK,
    MEMBERS,
    REFERENCE,
    REPORT,
    TOKENIZER,
    Package,
    TextPackage,
    open_any_package,
)
from core.package.classifier import needs_backbone, packaged_classifier
from core.package.manifest import Manifest
from core.package.reference import read_reference
from core.package.text_verify import (
    TextsCompared,
    compare_with_run,
    look_for_writer,
    run_text_check,
    unsound_members,
)
from core.package.trust import demand_trust, trusted_keys
from core.problems import Problem

CHECK_FEATURES = "image_features"
CHECK_PROBABILITIES = "probabilities"
TOLERANCE = 1e-4  # probability; another processor's arithmetic stays well below it

BackboneState = Literal["matches", "other", "absent", "unknown"]


@dataclass(frozen=True)
class VerifyReport:
    """What was found. `max_difference` is that of probabilities over `checked` stored checks, None when they
    could not be run (of a package that writes, of confidences over so many texts); `backbone` is whether the one that the
    package needs is on this PC. `notes` say what could
    not be checked through no fault of the package. `alone_difference` and `alone_checked` tell the same of the part
    that works without the backbone, where there is one; `signer` is the public key that it was signed with, or "".
    `run_difference` and `run_texts` tell how a package that writes compares with the run that it was made from."""

    problems: tuple[Problem, ...]
    max_difference: float | None
    checked: int
    backbone: BackboneState
    notes: tuple[Problem, ...] = ()
    alone_difference: float | None = None
    alone_checked: int = 0
    signer: str = ""
    run_difference: float | None = None
    run_texts: int = 0

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong. A backbone that is absent is no fault of the package."""
        return not self.problems


def verify_package(
    path: Path,
    store: ModelStore | None = None,
    trusted: Sequence[str] | None = None,
    run: Path | None = None,
) -> VerifyReport:
    """Read everything in a package, run its checks, look for its backbone; problems are gathered, not raised.

    trusted: public keys of which one must have signed it; by default those that this PC knows. run: of a package that
    writes, the folder of the run that it must write like.
    """
    try:
        package = open_any_package(path)
        demand_trust(package, trusted_keys() if trusted is None else trusted)
    except Problem as problem:
        return VerifyReport((problem,), None, 0, "unknown")
    if isinstance(package, TextPackage):
        return _verify_texts(package, run)
    return _verify_classes(package, store)


def _verify_texts(package: TextPackage, run: Path | None) -> VerifyReport:
    state, unfit = look_for_writer(package.manifest)
    problems, notes = unsound_members(package), list[Problem]()
    checked = against = TextsCompared(None, 0)
    if not problems and state != "matches":
        notes = [Problem("package.not_checked", backbone=package.manifest.model.name)]
    elif not problems:
        try:
            checked = run_text_check(package)
            against = checked if run is None else compare_with_run(package, run)
        except Problem as problem:
            problems.append(problem)
            checked = TextsCompared(problem.data.get("difference"), 0)
    return VerifyReport(
        problems=(*problems, *unfit),
        max_difference=checked.difference,
        checked=checked.texts,
        backbone=state,
        notes=tuple(notes),
        signer=package.signer,
        run_difference=None if run is None else against.difference,
        run_texts=0 if run is None else against.texts,
    )


def _verify_classes(package: Package, store: ModelStore | None) -> VerifyReport:
    store = store or ModelStore()
    state, unfit = _look_for_backbone(package.manifest, store)
    problems, notes = _unsound_members(package), list[Problem]()
    difference, checked = None, 0
    alone_difference, alone_checked = None, 0
    sound = not problems
    if sound and needs_backbone(package.manifest) and state != "matches":
        notes = [Problem("package.not_checked", backbone=package.manifest.backbone.name)]
    elif sound:
        try:
            difference, checked = run_check(package, store)
        except Problem as problem:
            problems.append(problem)
            difference = problem.data.get("difference")
    if sound and package.manifest.alone is not None:
        try:
            alone_difference, alone_checked = check_alone(package)
        except Problem as problem:
            problems.append(problem)
            alone_difference = problem.data.get("difference")
    return VerifyReport(
        problems=(*problems, *unfit),
        max_difference=difference,
        checked=checked,
        backbone=state,
        notes=tuple(notes),
        alone_difference=alone_difference,
        alone_checked=alone_checked,
        signer=package.signer,
    )


def run_check(package: Package, store: ModelStore | None = None) -> tuple[float, int]:
    """`check_classifier` with what lies in the package, standing on its backbone where it needs it.

    Raises:
        Problem: also as `packaged_classifier`; as `find_backbone`, `load_backbone` and `stand_up` where it stands on
            its backbone.
    """
    if not needs_backbone(package.manifest):
        return check_classifier(package, packaged_classifier(package))
    # torch takes seconds to come, and most packages do without.
    from core.backbones.load import load_backbone
    from core.package.model import stand_up

    store = store or ModelStore()
    backbone = load_backbone(find_backbone(package.manifest, store), store=store)
    return check_classifier(package, stand_up(package, backbone).classifier)


def check_classifier(package: Package, classifier: Classifier) -> tuple[float, int]:
    """Judge the stored image features: the largest difference of a probability from what was stored at
    export, and how many photos were judged.

    Raises:
        Problem: `package.other_results`, `package.bad_tensors`, or as `Package.read`.
    """
    features, expected = _check_of(package)
    # Hostile tensors may overflow: that is a difference like any other.
    with np.errstate(all="ignore"):
        found = classifier.probabilities(features)
        differences = np.abs(found - expected).max(axis=1)
    unlike = ~(differences <= TOLERANCE)  # NaN is unlike too
    if unlike.any():
        raise Problem(
            "package.other_results",
            name=package.path.name,
            count=len(features),
            wrong=int((found.argmax(axis=1) != expected.argmax(axis=1)).sum()),
            difference=float(differences.max()),
            tolerance=TOLERANCE,
        )
    return float(differences.max()), len(features)


def find_backbone(manifest: Manifest, store: ModelStore) -> str:
    """The name under which this PC keeps the very backbone that a package needs, by the hash on record.

    Raises:
        Problem: `package.no_backbone`, or `package.other_backbone` when only the name is the same.
    """
    wanted = manifest.backbone
    ready = [entry for entry in store.entries() if entry.state == "ready"]
    if alike := next((entry.name for entry in ready if entry.sha256 == wanted.sha256), None):
        return alike
    if any(entry.name == wanted.name for entry in ready):
        raise Problem("package.other_backbone", backbone=wanted.name)
    raise Problem("package.no_backbone", backbone=wanted.name)


def _look_for_backbone(manifest: Manifest, store: ModelStore) -> tuple[BackboneState, list[Problem]]:
    """Whether it is here, its hash taken anew, and what speaks against it."""
    try:
        store.verify(find_backbone(manifest, store))
    except Problem as problem:
        return ("absent", []) if problem.code == "package.no_backbone" else ("other", [problem])
    return "matches", []


def _unsound_members(package: Package) -> list[Problem]:
    problems = []
    for name in [member.name for member in package.manifest.members]:
        try:
            if name in (CARD, REPORT, TOKENIZER):
                package.text(name)
            elif name in MEMBERS:
                package.tensors(name)
            elif name == REFERENCE:
                read_reference(package)
            else:
                package.read(name)
        except Problem as problem:
            problems.append(problem)
    return problems


def _check_of(package: Package) -> tuple[Array, Array]:
    tensors, absent = package.tensors(CHECK), np.zeros(0, np.float32)
    features, expected = (tensors.get(name, absent) for name in (CHECK_FEATURES, CHECK_PROBABILITIES))
    rows = features.shape[0] if features.ndim else 0
    wanted = (rows, package.manifest.backbone.embed_dim), (rows, len(package.manifest.classes))
    if not rows or (features.shape, expected.shape) != wanted:
        raise Problem("package.bad_tensors", name=package.path.name, member=CHECK, reason="shapes")
    return features, expected
