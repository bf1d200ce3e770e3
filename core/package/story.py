"""What a package tells people about itself, in one language: the model card and the report are two forms of it."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from core.assets import ASSETS
from core.evaluation.compare import Comparison, compare
from core.evaluation.unsure import photos_needed
from core.methods.catalogue import parse_composition
from core.methods.presets import Preset, load_presets
from core.package.manifest import Manifest
from core.problems import Language
from core.project.revision import DataRevision
from core.report.measures import between, gain_between, percent, span
from core.training.result import Interval, Metrics, TrainResult

METRICS = tuple(Metrics.model_fields)
FEW_TEST_PHOTOS = 100


@dataclass(frozen=True)
class Verdict:
    """Tuned against untouched on the same test photos, all classes offered; None where there are no photos."""

    base: Comparison | None
    new: Comparison | None


@dataclass(frozen=True)
class Table:
    """Rows of text below a head."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Bars:
    """Pairs of shares 0-1, before and after, by name; None where nothing was measured."""

    before: str
    after: str
    rows: tuple[tuple[str, float | None, float | None], ...]


Block = str | tuple[str, ...] | Table | Bars


@dataclass(frozen=True)
class Section:
    """A heading and what stands below it: a sentence, a list of sentences, a table, or bars."""

    heading: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Story:
    """The whole text."""

    language: Language
    title: str
    made: str
    sections: tuple[Section, ...]


def verdict_of(result: TrainResult, revision: DataRevision) -> Verdict:
    """What the test photos of a run say."""
    groups = {
        role: [p for p in result.predictions if revision.classes[p.label].role == role]
        for role in ("base", "new")
    }
    base, new = (compare(photos) if photos else None for photos in groups.values())
    return Verdict(base, new)


def tell(manifest: Manifest, verdict: Verdict, language: Language) -> Story:
    """The story of a package."""
    teller = _Teller(language, manifest)
    words = teller.words
    sections: dict[str, tuple[Block, ...]] = {
        "verdict": (teller.verdict(verdict),),
        "what": (teller.what(),),
        "limits": (teller.limits(),),
        "metrics": (teller.bars(), teller.metrics(), words["metrics_note"]),
        "unsure": (teller.unsure(),),
        "alone": (teller.alone(),),
        "data": (teller.classes(),),
        "licence": (
            teller.fill("licence", backbone=manifest.backbone.name, licence=manifest.backbone.licence),
        ),
        "fingerprint": (teller.fingerprint(),),
    }
    return teller.story(manifest.created, manifest.program, sections)


@cache
def package_words(language: Language) -> dict[str, str]:
    """The words of a language, by key."""
    return tomllib.loads((ASSETS / "package" / f"{language}.toml").read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Teller:
    """Tells of a package in one language, whatever it does."""

    language: Language

    @property
    def words(self) -> dict[str, str]:
        """The words of the language, by key."""
        return package_words(self.language)

    def fill(self, key: str, **facts: object) -> str:
        """A text, filled."""
        return self.words[key].format(**facts)

    def method(self, preset: str, composition: str, presets: Sequence[Preset]) -> str:
        """The preset's title with the composition, or the composition where that is all there is."""
        titles = {each.name: each.texts[self.language].title for each in presets}
        if preset not in titles:
            return composition
        return self.fill("method", title=titles[preset], composition=composition)

    def story(self, created: datetime, program: str, sections: Mapping[str, tuple[Block, ...]]) -> Story:
        """The sections under their headings, in their order."""
        made = self.fill("made", created=f"{created.astimezone():%Y-%m-%d %H:%M}", program=program)
        told = tuple(Section(self.words[f"{name}_heading"], blocks) for name, blocks in sections.items())
        return Story(self.language, self.words["title"], made, told)


@dataclass(frozen=True)
class _Teller(Teller):
    manifest: Manifest

    def what(self) -> str:
        training = self.manifest.training
        learns = parse_composition(training.composition).learns
        return self.fill(
            {"nothing": "what_untrained", "at_once": "what_at_once", "by_epochs": "what"}[learns],
            count=len(self.manifest.classes),
            backbone=self.manifest.backbone.name,
            method=self.method(training.preset, training.composition, load_presets()),
            parameters=f"{training.trained_parameters:,}",
            epochs=training.epochs,
            kept=training.kept_epoch,
        )

    def verdict(self, verdict: Verdict) -> Block:
        told = [
            self.fill(
                f"verdict_{name}",
                photos=found.photos,
                after=found.after,
                before=found.before,
                interval=gain_between(found.low, found.high, to=self.words["gain_to"]),
                change=self.words[f"change_{found.change.value}"],
            )
            for name, found in (("base", verdict.base), ("new", verdict.new))
            if found is not None
        ]
        return (*told, self.words["measured_together"]) if told else self.words["verdict_none"]

    def classes(self) -> Table:
        keys = ("class", "words", "role", "train", "val", "test")
        photos = self.manifest.data.photos
        rows = (
            (entry.name, entry.description, self.words[f"role_{entry.role}"], *(f"{n}" for n in counts))
            for entry, *counts in zip(
                self.manifest.classes, photos.train, photos.val, photos.test, strict=True
            )
        )
        return Table(tuple(self.words[f"column_{key}"] for key in keys), tuple(rows))

    def bars(self) -> Bars:
        before, after = (self.manifest.metrics.get(name) for name in ("zero_shot", "tuned"))
        rows = (
            (self.words[f"metric_{n}"], getattr(before, n, None), getattr(after, n, None)) for n in METRICS
        )
        return Bars(self.words["column_zero_shot"], self.words["column_tuned"], tuple(rows))

    def metrics(self) -> Table:
        intervals = self.manifest.intervals
        rows = (
            (
                label,
                _figure(before, intervals.get("zero_shot", {}).get(name)),
                _figure(after, intervals.get("tuned", {}).get(name)),
            )
            for name, (label, before, after) in zip(METRICS, self.bars().rows, strict=True)
        )
        head = (self.words["column_measure"], self.words["column_zero_shot"], self.words["column_tuned"])
        return Table(head, tuple(rows))

    def unsure(self) -> Block:
        unsure = self.manifest.unsure
        if unsure is None:
            return self.words["unsure_none"]
        told = [
            self.fill(
                "unsure" if unsure.probability < 1 else "unsure_everything",
                threshold=percent(unsure.probability),
                one_in=f"{1 / unsure.wished_error:.0f}",
                person=percent(unsure.sent_to_person),
                photos=unsure.n,
            )
        ]
        if (error := unsure.error) is not None:
            wrong = round(error.mean * error.n)
            interval = span(error.low, error.high, to=self.words["to"])
            told.append(self.fill("unsure_error", passed=error.n, wrong=wrong, interval=interval))
        if not unsure.promised:
            told.append(self.fill("unsure_not_promised", needed=photos_needed(unsure.wished_error)))
        return (*told, self.calibration())

    def calibration(self) -> str:
        found = self.manifest.calibration
        if found is None or not found.photos:
            return self.words["uncalibrated"]
        return self.fill("calibrated", photos=found.photos)

    def alone(self) -> tuple[str, ...]:
        alone = self.manifest.alone
        if alone is None:
            return (self.words["alone_not"],)
        told = [self.fill("alone", photos=alone.photos, difference=f"{alone.max_difference:.1e}")]
        if (quick := alone.quantised) is not None:
            facts = quick.model_dump() | {"difference": f"{quick.max_difference:.1e}"}
            told.append(self.fill("alone_quantised", **facts))
        told.append(self.words["alone_words" if alone.words else "alone_no_words"])
        return tuple(told)

    def limits(self) -> tuple[str, ...]:
        backbone, data = self.manifest.backbone, self.manifest.data
        tested = sum(data.photos.test)
        judges_new = self.manifest.training.judges_new
        applies = {
            "embedded": backbone.source == "embedded",
            "backbone": self.manifest.alone is None,
            "alike": True,
            "other": True,
            "probe": data.new_measured_on == "probe",
            "new": judges_new and any(entry.role != "base" for entry in self.manifest.classes),
            "untouched": not judges_new,
            "few": tested < FEW_TEST_PHOTOS,
        }
        facts = {"sha256": backbone.sha256, "backbone": backbone.name, "photos": tested}
        return tuple(self.fill(f"limit_{name}", **facts) for name, holds in applies.items() if holds)

    def fingerprint(self) -> str:
        training = self.manifest.training
        shots = self.words["shots_all"] if training.shots is None else training.shots
        return self.fill("fingerprint", revision=self.manifest.data.revision, seed=training.seed, shots=shots)


def _figure(value: float | None, interval: Interval | None) -> str:
    if value is None or interval is None:
        return percent(value)
    return f"{percent(value)} ({between(interval.low, interval.high)})"
