"""What a package says about itself: `manifest.json`, the first member of every `.hkd` file."""

from collections import Counter
from collections.abc import Sequence
from typing import Annotated, Final, Literal, Self

from pydantic import AwareDatetime, Field, ValidationError, model_validator
from pydantic_core import from_json

from core.package.facts import MEDIA_TYPE, Count, Member, Sha256, Text
from core.package.forms import CacheForm, ClassifierForm, FusedForm, Strict
from core.package.text_manifest import TEXT_SCHEMA, TextManifest
from core.problems import Problem
from core.training.job import HyperValue
from core.training.result import Calibration, Interval, Metrics, UnsureThreshold

CLASSES_SCHEMA: Final = 4
MANIFEST_SCHEMA: Final = TEXT_SCHEMA
_CALIBRATED_SINCE = 3
# 2 knows no calibration, no packages that work alone and no signatures; 3 no reference sample; 5 is of packages that
# write. One that tells classes apart is still written as 4, so that programs from before read it.
_READ = (2, 3, CLASSES_SCHEMA, TEXT_SCHEMA)

Colour = tuple[float, float, float]


class PackagedClass(Strict):
    """A class as it is judged: `id` is its column, `description` the English words the model reads.

    `role`: learned from photos (base), held back while training (new), or added later by its words (added).
    """

    id: Count
    name: Text
    description: str
    role: Literal["base", "new", "added"]


class PackagedPreprocessing(Strict):
    """How a photo becomes the model's input: scaled, centre crop, (value / 255 − mean) / std."""

    image_size: Annotated[int, Field(ge=8, le=4096)]
    resize: Literal["shortest", "squash"]
    interpolation: Text
    mean: Colour
    std: Colour
    colour: Literal["RGB"] = "RGB"


class PackagedBackbone(Strict):
    """The untouched model the package needs, by its content; it is not inside."""

    name: Text
    architecture: Text
    source: Text
    sha256: Sha256
    licence: str
    embed_dim: Annotated[int, Field(ge=1, le=65536)]
    preprocessing: PackagedPreprocessing


class Training(Strict):
    """How it was tuned: the composition, all its hyper-parameters (also those at their default), how long.

    `judges_new`: what was learned also serves classes that were never learned; where not, the untouched model's
    texts judge them.
    """

    composition: Text
    preset: Text
    hyper: dict[str, HyperValue]
    seed: int
    shots: Count | None
    steps: Count
    epochs: Count
    kept_epoch: Count
    trained_parameters: Count
    judges_new: bool


class PartCounts(Strict):
    """Photos of each packaged class in the three parts, in class order."""

    train: tuple[Count, ...]
    val: tuple[Count, ...]
    test: tuple[Count, ...]


class DataFingerprint(Strict):
    """The data it was tuned on, without a name or a photo: the revision's hash and counts.

    `new_measured_on`: the held-back classes themselves, the built-in probe classes, or nothing.
    """

    revision: str
    photos: PartCounts
    new_measured_on: Literal["own", "probe", "nothing"]


class Quantised(Strict):
    """What the smaller, quicker model costs: of so many `photos` so many are taken for another class, and of those
    whose class is known so many are `right`, before and after; by how much a probability changes at most."""

    photos: Count
    other_class: Count
    right_before: Count
    right_after: Count
    max_difference: Annotated[float, Field(ge=0, le=1)]


class Words(Strict):
    """How the words of a new class are read: each of the `sentences`, its `{}` replaced by them. `probes` are words
    whose features the package holds as a check."""

    sentences: Annotated[tuple[Text, ...], Field(min_length=1)]
    probes: Annotated[tuple[Text, ...], Field(min_length=1)]


class Alone(Strict):
    """The package works without the backbone: by how much it differed at most from the program that made it, over so
    many photos and pictures; what quantising costs; how it reads new classes."""

    max_difference: Annotated[float, Field(ge=0, le=1)]
    photos: Count
    quantised: Quantised | None = None
    words: Words | None = None


class Reference(Strict):
    """The package holds the features of so many `photos` of those it was made with, so that it can be told whether new
    ones look different: held-out photos, or where there were none those it was learned from. It would have sent
    `unsure` of them to a person."""

    photos: Annotated[int, Field(ge=1)]
    part: Literal["held_out", "learned"]
    unsure: Count


class Manifest(Strict):
    """Everything about a package that tells classes apart that can be known without its weights."""

    schema_version: Literal[2, 3, 4] = CLASSES_SCHEMA
    media_type: Literal["application/vnd.hikidashi.package+zip"] = MEDIA_TYPE
    created: AwareDatetime
    program: Text
    task: Literal["classification"] = "classification"
    classes: Annotated[tuple[PackagedClass, ...], Field(min_length=1)]
    backbone: PackagedBackbone
    training: Training
    data: DataFingerprint
    metrics: dict[Literal["zero_shot", "tuned"], Metrics]
    intervals: dict[Literal["zero_shot", "tuned"], dict[str, Interval]]
    unsure: UnsureThreshold | None
    logit_scale: Annotated[float, Field(gt=0)]
    classifier: ClassifierForm
    calibration: Calibration | None = None
    alone: Alone | None = None
    reference: Reference | None = None
    members: tuple[Member, ...]

    @property
    def class_names(self) -> tuple[str, ...]:
        """Shop-floor names, in column order."""
        return tuple(entry.name for entry in self.classes)

    def member(self, name: str) -> Member:
        """The member of that name. Raises KeyError when the package has none."""
        return {member.name: member for member in self.members}[name]

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        if [entry.id for entry in self.classes] != list(range(len(self.classes))):
            raise ValueError("classes are not numbered 0, 1, 2 …")
        for what, names in (("class", self.class_names), ("member", [m.name for m in self.members])):
            twice = [name for name, count in Counter(names).items() if count > 1]
            if twice:
                raise ValueError(f"{what} listed twice: {twice[0]}")
        learned = [entry.role == "base" for entry in self.classes]
        if not any(learned):
            raise ValueError("no class was learned")
        if isinstance(self.classifier, FusedForm):
            _check_head(self.classifier, learned)
        if (self.calibration is None) != (self.schema_version < _CALIBRATED_SINCE):
            raise ValueError("calibration belongs to packages of this form, and to all of them")
        if self.unsure is not None and not 0 <= self.unsure.probability <= 1:
            raise ValueError("the unsure threshold is not a probability")
        if self.unsure is not None and not 0 < self.unsure.wished_error < 1:
            raise ValueError("the wished share of errors is none")
        photos = self.data.photos
        if {len(photos.train), len(photos.val), len(photos.test)} != {len(self.classes)}:
            raise ValueError("photo counts are not one per class")
        return self


def _check_head(form: FusedForm, learned: Sequence[bool]) -> None:
    if form.rows != tuple(sum(learned[:at]) if base else -1 for at, base in enumerate(learned)):
        raise ValueError("the head's rows are not those of the learned classes")
    if isinstance(form.head, CacheForm) and len(form.head.counts) != sum(learned):
        raise ValueError("the head's counts are not one per learned class")


def encode_manifest(manifest: Manifest | TextManifest) -> bytes:
    """The manifest as it lies in the package: UTF-8 JSON, readable by people."""
    return manifest.model_dump_json(indent=1).encode()


def decode_manifest(content: bytes) -> Manifest | TextManifest:
    """Read a manifest; its `task` says which form it has.

    Raises:
        Problem: `package.newer` or `package.older` when a program wrote it whose format this one does not read,
            `package.bad_manifest` when it is spoiled.
    """
    try:
        plain = from_json(content)
        facts = plain if isinstance(plain, dict) else {}
        schema = facts.get("schema_version")
        if type(schema) is int and schema >= 1 and schema not in _READ:
            program = str(facts.get("program", "?"))[:100]
            code = "package.newer" if schema > MANIFEST_SCHEMA else "package.older"
            raise Problem(code, schema=schema, known=MANIFEST_SCHEMA, program=program)
        if facts.get("task") in ("caption", "vqa"):
            return TextManifest.model_validate_json(content)
        return Manifest.model_validate_json(content)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise Problem("package.bad_manifest", reason=f"{place}: {first['msg']}".strip(": ")) from error
    except ValueError as error:
        raise Problem("package.bad_manifest", reason=error) from error
