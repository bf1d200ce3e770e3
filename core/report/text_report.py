"""The report of a run that tuned a model that writes: what is true of texts, as a document to be laid out.

A text says neither OK nor NG, so there is no payback to calculate; what was measured of the work is told as it is.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from core import __version__
from core.backbones.store import EMBEDDED
from core.evaluation.compare import Change
from core.evaluation.unsure import threshold_for
from core.evaluation.wish import wish_for
from core.problems import Language, Problem
from core.project.revision import PARTS
from core.project.store import Project
from core.report.blocks import (
    Block,
    Boxes,
    Bullets,
    Document,
    Part,
    Table,
    Text,
    Tile,
    Tiles,
    Tone,
    Verdict,
)
from core.report.gather import measured_energy
from core.report.measures import figure, gain, percent, with_span
from core.report.words import Words, words_in
from core.tasks.presets import text_presets
from core.tasks.result import Group, MeasureChange, TextPrediction, TextResult
from core.tasks.revision import TextRevision
from core.training.result import UnsureThreshold
from core.training.run import Run

FEW_TEST_PHOTOS = 100
_SAMPLES = 5
_MOST_LETTERS = 90
_GROUPS: tuple[Group, ...] = ("base", "new", "known")
_JOULES_PER_KWH = 3.6e6
_TONES: dict[str, Tone] = {"better": "ok", "worse": "bad"}


@dataclass(frozen=True)
class TextBasis:
    """A finished run about texts with what was measured of the work; `labelling_minutes` None where nobody counted."""

    run: Run
    result: TextResult
    revision: TextRevision
    unsure: UnsureThreshold | None
    project: str
    made: datetime
    labelling_minutes: float | None
    training_minutes: float
    energy_joules: float | None


def text_basis_of(run: Run, project: Project | None = None) -> TextBasis:
    """Read a finished run about texts.

    Raises:
        Problem: `report.no_result`, `project.revision_unreadable`.
    """
    result = run.text_result()
    if result is None:
        raise Problem("report.no_result", path=run.folder)
    events = run.events()
    began = datetime.fromtimestamp(events[0].time, UTC) if events else None
    minutes = project.labelling_minutes(began) if project is not None else 0.0
    return TextBasis(
        run,
        result,
        run.text_revision,
        threshold_for(result, None if project is None else wish_for(project, result)),
        project.name if project is not None else run.folder.name,
        datetime.now(UTC).replace(microsecond=0),
        minutes or None,
        sum(result.stages_s.values()) / 60,
        measured_energy(events)[0],
    )


def tell_texts(basis: TextBasis, language: Language) -> Document:
    """The whole report in a language."""
    words = words_in(language)
    told = _Teller(basis, words)
    made = words(
        "made",
        made=f"{basis.made.astimezone():%Y-%m-%d %H:%M}",
        project=basis.project,
        run=basis.run.folder.name,
        program=__version__,
    )
    return Document(
        language=language,
        title=words(f"texts.title_{basis.result.task}"),
        made=made,
        front=told.front(),
        appendix_title=words("appendix_title"),
        appendix=told.appendix(),
    )


@dataclass(frozen=True)
class _Teller:
    basis: TextBasis
    words: Words

    @property
    def result(self) -> TextResult:
        return self.basis.result

    def front(self) -> tuple[Block, ...]:
        words = self.words
        samples = self._samples()
        return (
            self._verdict(),
            Tiles(self._tiles()),
            Part(words("texts.measures_heading"), (self._measures(deciding=True), self._note())),
            *((Part(words("texts.samples_heading"), (samples,)),) if samples is not None else ()),
            Part(words("texts.work_heading"), (Bullets(self._work()),)),
            Part(words("risk.heading"), (Bullets(self._cautions()),)),
            Part(
                words("site.heading"), (Text(words("site.photos", photos=len(self.basis.revision.photos))),)
            ),
            Boxes((words("sign_made"), words("sign_checked"), words("sign_approved"))),
        )

    def appendix(self) -> tuple[Part, ...]:
        words = self.words
        asked = self.result.questions
        return (
            Part(words("part.reproduce"), (self._facts(),)),
            Part(words("texts.data_heading"), (self._data(),)),
            Part(words("texts.all_measures_heading"), (self._measures(deciding=False),)),
            *((Part(words("texts.questions_heading"), (Bullets(asked),)),) if asked else ()),
            Part(words("part.settings"), (self._settings(),)),
        )

    def _deciding(self, group: Group) -> MeasureChange | None:
        return self.result.metrics.get(group, {}).get(self.result.measure)

    def _verdict(self) -> Verdict:
        words, base = self.words, self._deciding("base")
        headline = "unmeasured" if base is None else base.change.value
        if base is not None and base.change is not Change.WORSE and self.result.model == EMBEDDED:
            headline = "practice"
        sentences = [words("texts.no_test") if base is None else self._change("base", base)]
        for group in ("new", "known"):
            found = self._deciding(group)
            if found is not None:
                sentences.append(self._change(group, found))
        return Verdict(_TONES.get(headline, "warn"), words(f"texts.headline_{headline}"), tuple(sentences))

    def _change(self, group: str, found: MeasureChange) -> str:
        measure = self.result.measure
        return self.words(
            f"texts.told_{group}",
            photos=found.after.n,
            measure=self.words(f"texts.measure.{measure}"),
            before=figure(found.before.mean, measure),
            after=figure(found.after.mean, measure),
            span=self.words.span(found.after.low, found.after.high, measure),
            change=self.words(f"texts.change_{found.change.value}"),
        )

    def _tiles(self) -> tuple[Tile, ...]:
        words, base, measure = self.words, self._deciding("base"), self.result.measure
        none = Tile(words(f"texts.measure.{measure}"), "–", words("tile_none"))
        first = (
            (none,)
            if base is None
            else (
                Tile(
                    words("texts.tile_after"),
                    figure(base.after.mean, measure),
                    words("texts.interval", span=words.span(base.after.low, base.after.high, measure)),
                ),
                Tile(
                    words("tile_before"),
                    figure(base.before.mean, measure),
                    words("tile_same_photos", photos=base.before.n),
                ),
            )
        )
        return (
            *first,
            self._person(),
            Tile(words("texts.tile_learned"), f"{self.result.learned_texts:,}", ""),
        )

    def _person(self) -> Tile:
        words, unsure = self.words, self.basis.unsure
        if self.result.task == "caption":
            return Tile(words("texts.tile_person"), percent(1.0), words("texts.read_always"))
        if unsure is None:
            return Tile(words("texts.tile_person"), "–", words("tile_none"))
        note = words("texts.below", threshold=percent(unsure.probability))
        return Tile(words("texts.tile_person"), percent(unsure.sent_to_person), note)

    def _measures(self, *, deciding: bool) -> Table:
        words = self.words
        rows = [
            (
                words(f"texts.group_{group}"),
                words(f"texts.measure.{measure}"),
                with_span(found.before, measure),
                with_span(found.after, measure),
                gain(found.difference, measure),
            )
            for group in _GROUPS
            for measure, found in self.result.metrics.get(group, {}).items()
            if not deciding or measure == self.result.measure
        ]
        head = ("photos", "measure", "before", "after", "difference")
        return Table(
            tuple(words(f"texts.column_{name}") for name in head), tuple(rows), numbers=2, small=True
        )

    def _note(self) -> Text:
        return Text(self.words(f"texts.note_{self.result.task}"), "small")

    def _samples(self) -> Table | None:
        """Texts of test photos, spread evenly from the worst to the best."""
        words = self.words
        ordered = sorted(self.result.predictions, key=lambda each: each.score)
        if not ordered:
            return None
        last = len(ordered) - 1
        places = sorted({round(last * place / (_SAMPLES - 1)) for place in range(_SAMPLES)})
        asks = self.result.task == "vqa"
        head = ("question",) * asks + ("people", "untouched", "tuned")
        rows = tuple(_sample(ordered[place], asks=asks) for place in places)
        return Table(tuple(words(f"texts.column_{name}") for name in head), rows, small=True)

    def _work(self) -> tuple[str, ...]:
        words, basis = self.words, self.basis
        minutes = basis.labelling_minutes
        return (
            words("texts.work_unknown")
            if minutes is None
            else words("texts.work_writing", minutes=f"{minutes:.0f}"),
            words("texts.work_training", minutes=f"{basis.training_minutes:.1f}", device=self.result.device),
            words("texts.work_no_energy")
            if basis.energy_joules is None
            else words("texts.work_energy", kwh=f"{basis.energy_joules / _JOULES_PER_KWH:.4f}"),
            words("texts.work_no_payback"),
        )

    def _cautions(self) -> tuple[str, ...]:
        result, unsure = self.result, self.basis.unsure
        base, known = self._deciding("base"), self._deciding("known")
        tested = base.after.n if base is not None else 0
        applies = {
            "practice": result.model == EMBEDDED,
            "few": tested < FEW_TEST_PHOTOS,
            "forgotten": known is not None and known.change is Change.WORSE,
            "read": result.task == "caption",
            "no_threshold": result.task == "vqa" and unsure is None,
            "not_promised": unsure is not None and not unsure.promised,
            "alike": True,
        }
        facts = {"photos": tested, "enough": FEW_TEST_PHOTOS}
        if unsure is not None:
            facts["answers"] = unsure.n
        return tuple(self.words(f"texts.caution_{name}", **facts) for name, holds in applies.items() if holds)

    def _facts(self) -> Table:
        words, result = self.words, self.result
        titles = {preset.name: preset.texts[words.language].title for preset in text_presets()}
        facts = {
            "project": self.basis.project,
            "run": self.basis.run.folder.name,
            "revision": result.revision,
            "backbone": result.model,
            "backbone_sha256": result.model_sha256,
            "method": " · ".join(
                dict.fromkeys((titles.get(result.preset, result.preset), result.composition))
            ),
            "parameters": f"{result.trained_parameters:,}",
            "seed": str(result.seed),
            "steps": f"{result.steps:,}",
            "epochs": f"{result.kept_epoch} / {result.epochs}",
            "device": result.device,
        }
        rows = tuple((words(f"texts.fact_{name}"), value) for name, value in facts.items())
        return Table((), rows, small=True)

    def _data(self) -> Table:
        words, revision = self.words, self.basis.revision
        counts = [
            (
                len(photos := revision.of(part)),
                sum(len(each.texts) for photo in photos for each in photo.written),
            )
            for part in PARTS
        ]
        head = ("texts.column_part", *(f"column.{part}" for part in PARTS))
        rows = (
            (words("texts.photos"), *(f"{photos:,}" for photos, _ in counts)),
            (words("texts.texts"), *(f"{texts:,}" for _, texts in counts)),
        )
        return Table(tuple(words(name) for name in head), rows, numbers=1)

    def _settings(self) -> Table:
        hyper = self.result.hyper or {"–": "–"}
        return Table((), tuple((name, str(value)) for name, value in sorted(hyper.items())), small=True)


def _sample(told: TextPrediction, *, asks: bool) -> tuple[str, ...]:
    cells = (told.written[0] if told.written else "–", told.untouched_said, told.said)
    return tuple(_short(cell) for cell in ((told.question,) * asks + cells))


def _short(text: str) -> str:
    return text if len(text) <= _MOST_LETTERS else f"{text[: _MOST_LETTERS - 1]}…"
