"""What a package that writes tells people about itself, in one language; its card and its report are two forms of it."""

from dataclasses import dataclass

from core.evaluation.unsure import photos_needed
from core.package.story import Block, Section, Story, Table, package_words, percent
from core.package.text_manifest import TextManifest
from core.problems import Language
from core.tasks.presets import text_presets
from core.tasks.result import MEASURES, Group, MeasureChange
from core.training.result import Interval

FEW_TEST_PHOTOS = 100
_QUESTIONS_TOLD = 20
_GROUPS: tuple[Group, ...] = ("base", "new", "known")
# In the order of the table; CIDEr is a figure of 0 to 10, all others are shares.
_MEASURES = ("vqa_accuracy", "cider", "bleu_4", "rouge_l", "meteor")


def tell_texts(manifest: TextManifest, language: Language) -> Story:
    """The story of a package that writes."""
    teller = _Teller(manifest, language)
    words = teller.words
    sections: dict[str, tuple[Block, ...]] = {
        "verdict": (teller.verdict(),),
        "what": (teller.what(), words[f"texts_{manifest.task}"]),
        "limits": (teller.limits(),),
        "texts_metrics": (teller.metrics(), words["texts_metrics_note"]),
    }
    if manifest.task == "caption":
        sections["texts_metrics"] += (words["texts_metrics_note_cider"],)
    else:
        sections["unsure"] = (teller.unsure(),)
        sections["texts_questions"] = (teller.questions(),)
    sections |= {
        "alone": (words["texts_alone_not"],),
        "texts_data": (teller.data(),),
        "licence": (
            teller.fill("licence", backbone=manifest.model.name, licence=manifest.model.licence or "–"),
        ),
        "fingerprint": (
            teller.fill("texts_fingerprint", revision=manifest.data.revision, seed=manifest.training.seed),
        ),
    }
    made = teller.fill(
        "made", created=f"{manifest.created.astimezone():%Y-%m-%d %H:%M}", program=manifest.program
    )
    told = tuple(Section(words[f"{name}_heading"], blocks) for name, blocks in sections.items())
    return Story(language, words["title"], made, told)


@dataclass(frozen=True)
class _Teller:
    manifest: TextManifest
    language: Language

    @property
    def words(self) -> dict[str, str]:
        return package_words(self.language)

    def fill(self, key: str, **facts: object) -> str:
        return self.words[key].format(**facts)

    def what(self) -> str:
        training = self.manifest.training
        titles = {preset.name: preset.texts[self.language].title for preset in text_presets()}
        method = training.composition
        if training.preset in titles:
            method = self.fill("method", title=titles[training.preset], composition=training.composition)
        return self.fill(
            "texts_what",
            model=self.manifest.model.name,
            method=method,
            texts=training.learned_texts,
            parameters=f"{training.trained_parameters:,}",
            epochs=training.epochs,
            kept=training.kept_epoch,
            language=self.words[f"texts_language_{self.manifest.language}"],
        )

    def verdict(self) -> Block:
        """The measure that decides, before and after, by group of photos."""
        measure = MEASURES[self.manifest.task]
        told = [
            self.fill(
                f"texts_verdict_{group}",
                measure=self.words[f"texts_measure_{measure}"],
                photos=found.after.n,
                before=_figure(measure, found.before.mean),
                after=_figure(measure, found.after.mean),
                interval=self.span(measure, found.difference),
                change=self.words[f"change_{found.change.value}"],
            )
            for group, found in self._measured(measure)
        ]
        return tuple(told) if told else self.words["verdict_none"]

    def metrics(self) -> Block:
        rows = [
            (
                self.words[f"texts_group_{group}"],
                self.words[f"texts_measure_{measure}"],
                _with_span(measure, found.before),
                _with_span(measure, found.after),
                self.difference(measure, found.difference),
            )
            for measure in _MEASURES
            for group, found in self._measured(measure)
        ]
        if not rows:
            return self.words["verdict_none"]
        head = ("texts_group", "measure", "zero_shot", "tuned", "texts_difference")
        return Table(tuple(self.words[f"column_{key}"] for key in head), tuple(rows))

    def unsure(self) -> Block:
        unsure = self.manifest.unsure
        if unsure is None:
            return self.words["texts_unsure_none"]
        told = [
            self.fill(
                "texts_unsure" if unsure.probability < 1 else "texts_unsure_everything",
                threshold=percent(unsure.probability),
                one_in=f"{1 / unsure.wished_error:.0f}",
                person=percent(unsure.sent_to_person),
                answers=unsure.n,
            )
        ]
        if not unsure.promised:
            told.append(self.fill("texts_unsure_not_promised", needed=photos_needed(unsure.wished_error)))
        return tuple(told)

    def questions(self) -> Block:
        asked = self.manifest.questions
        if not asked:
            return self.words["texts_no_questions"]
        more = len(asked) - _QUESTIONS_TOLD
        rest = (self.fill("texts_more_questions", count=more),) if more > 0 else ()
        return (*asked[:_QUESTIONS_TOLD], *rest)

    def span(self, measure: str, found: Interval) -> str:
        if measure == "cider":
            return f"{found.low:+.2f} – {found.high:+.2f}"
        return self.fill("texts_points", span=f"{100 * found.low:+.0f} – {100 * found.high:+.0f}")

    def difference(self, measure: str, found: Interval) -> str:
        """Of shares in points: 50 % after 40 % are 10 points, not 10 %."""
        if measure == "cider":
            return f"{found.mean:+.2f} ({found.low:+.2f} – {found.high:+.2f})"
        mean, low, high = (100 * value for value in (found.mean, found.low, found.high))
        return self.fill("texts_points", span=f"{mean:+.1f} ({low:+.1f} – {high:+.1f})")

    def data(self) -> Table:
        data = self.manifest.data
        head = ("texts_counted", "train", "val", "test")
        rows = (
            (
                self.words["texts_photos"],
                *(f"{n}" for n in (data.photos.train, data.photos.val, data.photos.test)),
            ),
            (
                self.words[f"texts_{self.manifest.task}_count"],
                *(f"{n}" for n in (data.texts.train, data.texts.val, data.texts.test)),
            ),
        )
        return Table(tuple(self.words[f"column_{key}"] for key in head), rows)

    def limits(self) -> tuple[str, ...]:
        model, tested = self.manifest.model, self.manifest.data.photos.test
        applies = {
            "limit_embedded": model.kind == "embedded",
            "limit_backbone": True,
            "texts_limit_alike": True,
            "texts_limit_read": self.manifest.task == "caption",
            "texts_limit_sure": self.manifest.task == "vqa",
            "texts_limit_language": self.manifest.language not in model.languages or len(model.languages) < 2,
            "limit_few": tested < FEW_TEST_PHOTOS,
        }
        known = self.words["texts_between"].join(
            self.words[f"texts_language_{each}"]
            for each in dict.fromkeys((self.manifest.language, *model.languages))
        )
        facts = {"sha256": model.sha256, "backbone": model.name, "photos": tested, "languages": known}
        return tuple(self.fill(key, **facts) for key, holds in applies.items() if holds)

    def _measured(self, measure: str) -> list[tuple[Group, MeasureChange]]:
        metrics = self.manifest.metrics
        return [
            (group, metrics[group][measure])
            for group in _GROUPS
            if group in metrics and measure in metrics[group]
        ]


def _figure(measure: str, value: float) -> str:
    return f"{value:.2f}" if measure == "cider" else percent(value)


def _with_span(measure: str, found: Interval) -> str:
    if measure == "cider":
        return f"{found.mean:.2f} ({found.low:.2f} – {found.high:.2f})"
    return f"{percent(found.mean)} ({100 * found.low:.1f} – {100 * found.high:.1f})"
