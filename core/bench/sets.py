"""The sets that a protocol goes over: folders of the user's own, the sample, and the papers' public sets."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from core.bench.datasets.catalogue import PHOTO, PublicSet, recognise
from core.bench.datasets.revision import public_revision
from core.methods.presets import Preset
from core.problems import Problem
from core.project.folder import revision_from_folder
from core.project.probe import SAMPLE
from core.project.revision import DataRevision, PhotoEntry
from core.training.job import HyperValue
from core.training.sampling import few_shot

PARTS_WORLD = "parts-world"
_TEMPLATE = ".template"
# KgCoOp and TCP are held to sentences of their own; CLIP-LoRA reads the plain one on every set (methods.md §1.2, §10.2).
_HELD_TO = ("kgcoop", "tcp")
_PLAIN = ("lora",)


@dataclass(frozen=True)
class BenchSet:
    """A set by name and folder; `public` where it is one of the papers'."""

    name: str
    folder: Path
    public: PublicSet | None = None

    @classmethod
    def at(cls, name: str, folder: Path) -> "BenchSet":
        """The set in a folder. Raises Problem as `recognise`."""
        public = recognise(folder)
        return cls(name if public is None else public.name, folder, public)

    @property
    def template(self) -> str | None:
        """The sentence in which the papers' zero-shot reads this set's classes; None for other sets."""
        return None if self.public is None else self.public.template

    def learnable(self, seed: int, shots: int | None, *, learn_all: bool = False) -> DataRevision:
        """Its photos, of which so many of each learned class are there to be learned from: all are to be used.

        Learned is the first half of the classes, or every class of its own with `learn_all`.

        Raises:
            Problem: `bench.tests_only`, or as reading the set raises.
        """
        if self.public is None:
            whole = revision_from_folder(self.folder, seed)
            whole = _all_learned(whole) if learn_all else whole
            return learning_only(whole, few_shot(whole, shots, seed).photos)
        if self.public.tests_only:
            raise Problem("bench.tests_only", name=self.name)
        drawn = public_revision(self.public, self.folder, shots, seed)
        return _all_learned(drawn) if learn_all else drawn

    def judged(self, seed: int) -> DataRevision:
        """All classes of its own and their photos, to be judged only. Raises Problem as reading the set raises."""
        if self.public is None:
            return _own_only(revision_from_folder(self.folder, seed))
        return public_revision(self.public, self.folder, None, seed)

    def hyper(self, preset: Preset) -> dict[str, HyperValue]:
        """The preset's settings, with the set's own sentence where the method's paper has it."""
        own = {} if self.public is None else dict(_sentences(preset, self.public))
        return own | preset.hyper


def set_named(text: str) -> tuple[str, Path]:
    """A set by its folder, or `parts-world`: the sample that comes along."""
    return (text, SAMPLE) if text == PARTS_WORLD else (Path(text).name, Path(text))


def sets_named(texts: Iterable[str]) -> tuple[BenchSet, ...]:
    """The sets of these names. Raises Problem as `recognise`."""
    return tuple(BenchSet.at(*set_named(text)) for text in texts)


def learning_only(revision: DataRevision, photos: Iterable[PhotoEntry]) -> DataRevision:
    """The revision with these photos in place of all training photos of its learned classes."""
    learned = set(revision.base)
    others = (photo for photo in revision.photos if photo.part != "train" or photo.label not in learned)
    return revision.model_copy(update={"photos": (*photos, *others)})


def _all_learned(revision: DataRevision) -> DataRevision:
    own = _own_only(revision)
    classes = tuple(entry.model_copy(update={"role": "base"}) for entry in own.classes)
    return own.model_copy(update={"classes": classes})


def _own_only(revision: DataRevision) -> DataRevision:
    """Without the built-in classes, which stand behind a set's own."""
    classes = tuple(entry for entry in revision.classes if entry.source == "own")
    photos = tuple(photo for photo in revision.photos if photo.label < len(classes))
    return revision.model_copy(update={"classes": classes, "photos": photos})


def _sentences(preset: Preset, public: PublicSet) -> Iterable[tuple[str, str]]:
    for entry in preset.parsed.settings():
        if entry.key.endswith(_TEMPLATE):
            part = entry.key.removesuffix(_TEMPLATE)
            held_to = public.held_to if part in _HELD_TO else ""
            yield entry.key, PHOTO if part in _PLAIN else held_to or public.template
