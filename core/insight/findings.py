"""What an insight found, as it lies in a run's folder; needs no engine to be read."""

import csv
import io
from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, ValidationError

from core.files import write_atomic

INSIGHT_SCHEMA = 1
INSIGHT_FOLDER = "insight"
INSIGHT_FILE = "insight.json"

Moment = Literal["before", "after"]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class SpectrumOf(_Frozen):
    """Singular values of centred unit features; `directions` are how many hold 90, 95, 99 % of their energy."""

    singular_values: tuple[float, ...]
    effective_rank: float
    directions: dict[Literal["90", "95", "99"], int]


class Spectra(_Frozen):
    """One side's features before and after; `kept_directions` were looked at for `overlap` and `basis_share`."""

    before: SpectrumOf
    after: SpectrumOf
    kept_directions: int
    overlap: float
    basis_share: float
    cka: float

    @property
    def rank_kept(self) -> float:
        """The effective rank after, as a share of what it was."""
        return self.after.effective_rank / self.before.effective_rank


class Geometry(_Frozen):
    """Distances from neural collapse. Each is 0 at collapse.

    `within_class`: NC1. `image_…` of the class means of photos, `text_…` of the class texts (NC2): `etf` their distance
    to a simplex ETF as a whole, `angle` how far their cosines are from it, `length` how their lengths vary.
    `duality`: NC3, how far class means are from the texts.
    """

    within_class: float
    image_etf: float
    image_angle: float
    image_length: float
    text_etf: float
    text_angle: float
    text_length: float
    duality: float


class Distances(_Frozen):
    """The same of a group of classes at one moment of training, as far as its photos allow: those of photos are None
    with photos of fewer than two classes, `within_class` also where a class has one photo only."""

    text_etf: float
    text_angle: float
    image_etf: float | None = None
    within_class: float | None = None
    duality: float | None = None


class CollapseOf(_Frozen):
    """A group of classes before and after."""

    classes: int
    photos: int
    before: Geometry
    after: Geometry


class ChannelsOf(_Frozen):
    """Importance of each channel for base and for new classes; `share_base` of them are more important for base."""

    base: tuple[float, ...]
    new: tuple[float, ...]
    share_base: float


class Insight(_Frozen):
    """How much of the pretrained knowledge is kept. A part is None where there are too few photos or classes for it.

    images, texts: spectra of the photos' and the class texts' features; base, new: neural collapse of the classes that
    were learned, and of the others; channels: over `window` channels each.
    """

    schema_version: int = INSIGHT_SCHEMA
    composition: str
    photos: int
    left_out: int
    classes: int
    images: Spectra | None
    texts: Spectra | None
    base: CollapseOf | None
    new: CollapseOf | None
    window: int
    channels: dict[Moment, ChannelsOf] | None

    def save(self, run: Path) -> Path:
        """Write it into a run's folder and give its path."""
        path = run / INSIGHT_FOLDER / INSIGHT_FILE
        write_atomic(path, self.model_dump_json(indent=1))
        return path

    @classmethod
    def read(cls, run: Path) -> Self | None:
        """The one in a run's folder, None where there is none that this program reads."""
        try:
            return cls.model_validate_json((run / INSIGHT_FOLDER / INSIGHT_FILE).read_bytes())
        except (OSError, ValidationError):
            return None


class WordWeight(_Frozen):
    """A word of a description, and how much it spoke for the class: below 0, against it."""

    word: str
    weight: float


class HeatMap(_Frozen):
    """Where the model looked in a photo for a class. `overlay` is the picture to show; the numbers are in `values`
    (arrays `rollout` and `weighted`, as many rows and columns as patches); `box` is the part of the picture that the
    model sees (left, top, right, bottom as shares of its sides). `words` are those of the class's description, each with
    what the lead over the likeliest other class loses without it, `learned` what that lead gains by all that was learned
    on the words' side, in matching scores. `reading` is how much of each token reached the class's text, by attention.
    """

    photo: str
    class_name: str
    probability: float
    overlay: str
    values: str
    box: tuple[float, float, float, float]
    words: tuple[WordWeight, ...] = ()
    learned: float = 0.0
    reading: tuple[WordWeight, ...] = ()

    def export(self, run: Path, path: Path) -> None:
        """Write it to another place, as the ending says: .csv the words with their weights, else the picture.

        Raises:
            OSError: it cannot be written there.
        """
        if path.suffix.lower() == ".csv":
            text = io.StringIO()
            writer = csv.writer(text, lineterminator="\r\n")
            writer.writerow(["measure", "word", "weight"])
            for measure, words in (("left out", self.words), ("attention", self.reading)):
                writer.writerows([measure, each.word, each.weight] for each in words)
            write_atomic(path, "\ufeff" + text.getvalue())
        else:
            write_atomic(path, (run / INSIGHT_FOLDER / self.overlay).read_bytes())
