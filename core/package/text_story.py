"""What a package that writes tells people about itself, in one language; its card and its report are two forms of it."""

from dataclasses import dataclass

from core.evaluation.unsure import photos_needed
from core.package.story import FEW_TEST_PHOTOS, Block, Story, Table, Teller
from core.package.text_manifest import TextManifest
from core.problems import Language
from core.report.measures import figure, gain, gain_between, is_share, percent, with_span
from core.tasks.presets import text_presets
from core.tasks.result import MEASURES, Group, MeasureChange

_QUESTIONS_TOLD = 20
_GROUPS: tuple[Group, ...] = ("base", "new", "known")
# In the order of the table; CIDEr is a figure of 0 to 10, all others are shares.
_MEASURES = ("vqa_accuracy", "cider", "bleu_4", "rouge_l", "meteor")


def tell_texts(manifest: TextManifest, language: Language) -> Story:
    """The story of a package that writes."""
    teller = _Teller(language, manifest)
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
    return teller.story(manifest.created, manifest.program, sections)


@dataclass(frozen=True)
class _Teller(Teller):
    manifest: TextManifest

    def what(self) -> str:
        training = self.manifest.training
        return self.fill(
            "texts_what",
            model=self.manifest.model.name,
            method=self.method(training.preset, training.composition, text_presets()),
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
                before=figure(found.before.mean, measure),
                after=figure(found.after.mean, measure),
                interval=self.points(
                    gain_between(found.difference.low, found.difference.high, measure, self.words["gain_to"]),
                    measure,
                ),
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
                with_span(found.before, measure),
                with_span(found.after, measure),
                self.points(gain(found.difference, measure), measure),
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

    def points(self, told: str, measure: str) -> str:
        """A difference with its unit."""
        return self.fill("texts_points", span=told) if is_share(measure) else told

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
