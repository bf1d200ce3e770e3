"""What the engine is asked to do, frozen in a file, so that a run can be reproduced from it."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from core.files import write_atomic
from core.problems import Language, Problem

JOB_SCHEMA = 1
JOB_FILE = "job.json"
DATA_FILE = "data.json"

HyperValue = bool | int | float | str
# Of the photos that pass without a person, so many may be wrong: 1 in 50.
WISHED_ERROR = 1 / 50
WhatIfQuestion = Literal["fewer", "shift", "balance", "wrong", "tail", "elsewhere"]
Device = Literal["auto", "cpu", "cuda", "mps"]


class _Job(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    schema_version: int = JOB_SCHEMA
    run: str


class TrainJob(_Job):
    """Tune a backbone on the revision in `<run>/data.json`. `shots` None means every training photo.

    Where `features` names a features file, the revision's photos are its rows; `features_sha256` is its content.
    `wished_error` is what the unsure threshold is chosen for first; it may be chosen for another wish at any time.
    """

    kind: Literal["train"] = "train"
    preset: str
    composition: str
    hyper: dict[str, HyperValue] = Field(default_factory=dict)
    backbone: str = "embedded"
    backbone_sha256: str = ""
    seed: int = 1
    shots: int | None = Field(default=16, ge=1)
    device: Device = "auto"
    precision: Literal["auto", "fp32", "bf16"] = "auto"
    features: str = ""
    features_sha256: str = ""
    wished_error: float = Field(default=WISHED_ERROR, gt=0, lt=1)


class TextJob(_Job):
    """Tune a model that writes on the texts in `<run>/data.json` (`core.tasks.revision`).

    `model` is a name that `core.tasks.models.open_writer` knows; `wished_error` is as for a TrainJob, of answers.
    """

    kind: Literal["train_texts"] = "train_texts"
    preset: str
    composition: str
    hyper: dict[str, HyperValue] = Field(default_factory=dict)
    model: str = "embedded"
    model_sha256: str = ""
    seed: int = 1
    device: Device = "auto"
    wished_error: float = Field(default=WISHED_ERROR, gt=0, lt=1)


class TrialJob(_Job):
    """Measure, on this PC, how long each preset would take on the revision in `<run>/data.json`, with the settings
    that were `changed` in it."""

    kind: Literal["trial"] = "trial"
    presets: tuple[str, ...]
    changed: dict[str, HyperValue] = Field(default_factory=dict)
    backbone: str = "embedded"
    shots: int | None = Field(default=16, ge=1)
    device: Device = "auto"


class TextTrialJob(_Job):
    """The same for presets of a model that writes, on the texts in `<run>/data.json`."""

    kind: Literal["trial_texts"] = "trial_texts"
    presets: tuple[str, ...]
    changed: dict[str, HyperValue] = Field(default_factory=dict)
    model: str = "embedded"
    device: Device = "auto"


class TryOutJob(_Job):
    """Open the tuned model of `source_run` once, then write about the photos that are asked for through standard input,
    each with a question or, without one, a description. `language` is the operator's; answers below `threshold` are
    unsure."""

    kind: Literal["try_out"] = "try_out"
    source_run: str
    language: Language = "ja"
    threshold: float = 0.0
    device: Device = "auto"


class ExportJob(_Job):
    """Write the result of `source_run` to the package `out` and verify it in a fresh process, with the unsure threshold
    for `wished_error`, by default the one that was wished for at its training.

    `onnx`, `quantise`, `new_products` and `sign` ("" or the file of a secret key): core/package/options.py.
    """

    kind: Literal["export"] = "export"
    source_run: str
    out: str
    wished_error: float | None = Field(default=None, gt=0, lt=1)
    onnx: bool = False
    quantise: bool = False
    new_products: bool = False
    sign: str = ""


class InsightJob(_Job):
    """Look into the result of `source_run`: how much of the pretrained knowledge it keeps, by its test photos; or with
    `photo` where it looks in that photo for the class named `class_name`, "" for the likeliest. `root` is where the
    run's photos are counted from now, "" where they were."""

    kind: Literal["insight"] = "insight"
    source_run: str
    root: str = ""
    photo: str = ""
    class_name: str = ""


class FeaturesJob(_Job):
    """Write the features of the revision in `<run>/data.json` to the features file `out`."""

    kind: Literal["features"] = "features"
    out: str
    backbone: str = "embedded"
    views: int = 10
    smallest_crop: float = 0.5
    flip: bool = True
    seed: int = 1
    device: Device = "auto"


class WhatIfJob(_Job):
    """Ask the result of `source_run` what would be: with `fewer` photos to learn from, with `wrong` labels, with a
    `tail` of classes that have fewer photos than others; with its test photos in another light, by another camera
    (`shift`); if learned or new classes were favoured (`balance`); or on the `photos` of another folder (`elsewhere`).
    `root` is as for an insight."""

    kind: Literal["what_if"] = "what_if"
    source_run: str
    question: WhatIfQuestion
    root: str = ""
    photos: str = ""


class AssistJob(_Job):
    """Have the untouched backbone see the photos listed in `<run>/photos.json`, and read the words that are asked for
    through standard input; what it saw is kept in the folder `cache`."""

    kind: Literal["assist"] = "assist"
    cache: str
    backbone: str = "embedded"
    device: Device = "auto"


class ImportModelsJob(_Job):
    """Verify the file of models `bundle` and install what it holds."""

    kind: Literal["import_models"] = "import_models"
    bundle: str


class DownloadModelJob(_Job):
    """Fetch the catalogue's model `model`: the operator was told its size, its licence and that it connects, and agreed."""

    kind: Literal["download_model"] = "download_model"
    model: str


class PredictJob(_Job):
    """Open a package once, with the classes that were `added` to it (name, English words), then answer the requests that
    come through standard input."""

    kind: Literal["predict"] = "predict"
    package: str
    added: tuple[tuple[str, str], ...] = ()
    device: Device = "auto"


Job = Annotated[
    TrainJob
    | TextJob
    | TrialJob
    | TextTrialJob
    | TryOutJob
    | ExportJob
    | InsightJob
    | WhatIfJob
    | FeaturesJob
    | AssistJob
    | ImportModelsJob
    | DownloadModelJob
    | PredictJob,
    Field(discriminator="kind"),
]
_ADAPTER: TypeAdapter[Job] = TypeAdapter(Job)


def save_job(job: Job) -> Path:
    """Write the job into its run folder and give the file's path."""
    path = Path(job.run) / JOB_FILE
    write_atomic(path, job.model_dump_json(indent=1))
    return path


def load_job(path: Path) -> Job:
    """Read a job.

    Raises:
        Problem: `training.job_unreadable` when the file is missing, spoiled, or from a newer program.
    """
    try:
        return _ADAPTER.validate_json(path.read_bytes())
    except (OSError, ValidationError) as error:
        raise Problem("training.job_unreadable", path=path, reason=error) from error
