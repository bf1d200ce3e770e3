"""What the wizard's pages for texts stand on: the list before, the recommendation, the trial, trying out, counting."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from core.methods.catalogue import parse_composition
from core.methods.presets import LANGUAGES
from core.problems import Problem, problem_text
from core.project.revision import Part
from core.tasks.embedded import load_text_model
from core.tasks.lessons import wording_of
from core.tasks.model import TextModel
from core.tasks.preflight import ASKED_WANTED, PHOTOS_WANTED, text_checks
from core.tasks.presets import recommend_text, text_presets
from core.tasks.protocol import TextExample
from core.tasks.recipes import text_settings, text_values
from core.tasks.revision import TextPhoto, TextRevision, WrittenText
from core.tasks.scoring import chosen, judged, question_tallies, worst_first
from core.tasks.trial import run_text_trial
from core.tasks.try_out import run_try_out
from core.tasks.tuned import save_tuned
from core.tasks.writers import WriterCard, writer_card
from core.training.commands import Commands, Halt
from core.training.events import Event, PredictionFailed, Progress, Wrote
from core.training.job import DATA_FILE, TextTrialJob, TryOutJob, save_job
from core.training.run import Run

ENGLISH = WriterCard("small", "transformers", "0" * 64, 1, "mit", ("en",), ("caption", "vqa"))


def photos_of(part: Part, count: int, *written: WrittenText) -> list[TextPhoto]:
    return [TextPhoto(path=f"{part}/{n}.png", part=part, written=written) for n in range(count)]


def revision_of(task: str, *photos: TextPhoto, root: str = "") -> TextRevision:
    return TextRevision.model_validate({"root": root, "task": task, "photos": photos})


def codes(revision: TextRevision, card: WriterCard | None = None) -> dict[str, dict[str, Any]]:
    return {check.code: check.data for check in text_checks(revision, card or writer_card("embedded"))}


# Before training


def test_photos_are_counted_by_what_they_are_for() -> None:
    text = WrittenText(texts=("きず",))
    few = revision_of("caption", *photos_of("train", 3, text), *photos_of("val", 1, text))
    found = codes(few)
    assert found["tasks.check_few_photos"]["learned"] == 3
    assert "tasks.check_none_to_test" in found and "tasks.check_none_to_check" not in found
    whole = revision_of("caption", *photos_of("train", PHOTOS_WANTED, text), *photos_of("test", 2, text))
    assert codes(whole)["tasks.check_photos"]["tested"] == 2 and "tasks.check_none_to_check" in codes(whole)


def test_a_question_is_to_be_asked_often_enough_and_not_always_answered_the_same() -> None:
    asked = [WrittenText(question="いつも?", texts=("はい",)), WrittenText(question="交互?", texts=("はい",))]
    other = [asked[0], WrittenText(question="交互?", texts=("いいえ",))]
    photos = [*photos_of("train", ASKED_WANTED, *asked), *photos_of("train", ASKED_WANTED, *other)]
    found = codes(revision_of("vqa", *photos))
    assert found["tasks.check_same_answer"] == {"questions": "「いつも?」", "count": 1, "answer": "はい"}
    assert "tasks.check_rare_questions" not in found
    rare = TextPhoto(path="x", part="train", written=(WrittenText(question="一度?", texts=("3",)),))
    found = codes(revision_of("vqa", *photos, rare))
    assert found["tasks.check_rare_questions"]["questions"] == "「一度?」"
    assert "tasks.check_two_languages" not in found, "figures alone are of no language"


@pytest.mark.parametrize("question", ["", "何ですか?", "とても長い質問です。" * 60])
@pytest.mark.parametrize("part", ["train", "val"])
def test_texts_that_the_run_would_refuse_are_told_before(question: str, part: Part) -> None:
    model = load_text_model()
    letters = 1
    while _is_taken(model, question, "長" * letters):
        letters += 1
    fits, over = (WrittenText(question=question, texts=("長" * n,)) for n in (letters - 1, letters))
    task = "vqa" if question else "caption"
    found = codes(revision_of(task, *photos_of(part, 2, fits), *photos_of("test", 1, over)))
    assert "tasks.check_too_long" not in found, "what is only examined on is not learned"
    refused = codes(revision_of(task, *photos_of(part, 2, fits), *photos_of(part, 3, over)))
    assert refused["tasks.check_too_long"]["count"] == 3
    assert "tasks.check_too_long" not in codes(revision_of(task, *photos_of(part, 3, over)), ENGLISH)


def _is_taken(model: TextModel, question: str, text: str) -> bool:
    try:
        wording_of(model, TextExample(0, text, question or None, "ja"))
    except Problem:
        return False
    return True


def test_languages_that_are_mixed_or_that_the_model_does_not_know_are_told() -> None:
    mixed = revision_of("caption", *photos_of("train", 2, WrittenText(texts=("きず", "a dent", "a dent"))))
    found = codes(mixed, ENGLISH)
    assert found["tasks.check_two_languages"] == {"japanese": 2, "english": 4}
    assert "tasks.check_model_no_japanese" in found and "tasks.check_model_no_english" not in found
    for language in LANGUAGES:
        for code, data in found.items():
            assert "{" not in str(problem_text(code, data, language))


def test_small_corrections_are_recommended_with_the_photos_there_are() -> None:
    text = WrittenText(texts=("きず",))
    few, many = (revision_of("caption", *photos_of("train", count, text)) for count in (5, 96))
    assert recommend_text(few).preset == recommend_text(many).preset == "lora"
    assert (
        recommend_text(few).reason_code == "tasks.why_few_texts" and recommend_text(few).data["photos"] == 5
    )
    assert recommend_text(many).reason_code == "tasks.why_own_wording"


def test_settings_of_texts_are_those_that_change_something() -> None:
    for preset in text_presets():
        composition = parse_composition(preset.composition)
        values = text_values(composition, {"training.epochs": 3})
        assert set(values) == {entry.key for entry in text_settings(composition)}
        assert values["training.epochs"] == 3 and values["training.optimizer"] == "adamw"
        assert not {"training.balance", "training.views", "training.flip"} & set(values)
        assert not any(key.endswith(".template") for key in values)
        composition.configure(values)


# In the engine


@pytest.fixture
def texts(tmp_path: Path, photos: list[Image.Image]) -> TextRevision:
    """Five small photos with two questions each, one of them for the examination."""
    asked = (WrittenText(question="Is it red?", texts=("yes",)), WrittenText(question="色は?", texts=("赤",)))
    parts: tuple[Part, ...] = ("train", "train", "train", "val", "test")
    for number, photo in enumerate(photos):
        photo.save(tmp_path / f"{number}.png")
    listed = [TextPhoto(path=f"{n}.png", part=part, written=asked) for n, part in enumerate(parts)]
    return revision_of("vqa", *listed, root=str(tmp_path))


def test_a_trial_measures_what_can_be_gone_through_and_leaves_the_rest_out(
    tmp_path: Path, texts: TextRevision, tiny: TextModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.tasks.trial.open_writer", lambda *_: tiny)
    run = tmp_path / "trial"
    texts.save(run / DATA_FILE)
    save_job(TextTrialJob(run=str(run), presets=("prefix", "pt-peft-lora"), changed={}, device="cpu"))
    events: list[Event] = []
    found = run_text_trial(Run(run), events.append, Commands())
    assert list(found) == ["prefix", "pt-peft-lora"] and len(events) == 2
    for cost in found.values():
        assert cost["seconds"] > 0 and cost["memory_bytes"] > 50 << 20
    save_job(TextTrialJob(run=str(run), presets=("prefix", "lora"), changed={"lora.rank": 4}, device="cpu"))
    assert list(run_text_trial(Run(run), events.append, Commands())) == ["lora"]


def test_more_rounds_cost_more(
    tmp_path: Path, texts: TextRevision, tiny: TextModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = iter(range(10**6))
    monkeypatch.setattr("core.tasks.trial.open_writer", lambda *_: tiny)
    monkeypatch.setattr("core.tasks.trial.time.perf_counter", lambda: float(next(clock)))
    run = tmp_path / "trial"
    texts.save(run / DATA_FILE)
    costs = []
    for rounds in (10, 20):
        changed = {"training.epochs": rounds, "training.batch_size": 2}
        save_job(TextTrialJob(run=str(run), presets=("lora",), changed=changed, device="cpu"))
        costs.append(run_text_trial(Run(run), lambda _: None, Commands())["lora"]["seconds"])
    # Every look at the clock takes a second: 3 steps of two texts in a third of it each, 2 checks in half of it.
    assert costs[1] - costs[0] == pytest.approx(10 * (3 * (1 / 3) + 2 * (1 / 2)))


class Asked(Commands):
    """Requests one after the other, then a stop."""

    def __init__(self, *requests: dict[str, Any]) -> None:
        super().__init__()
        self._left = list(requests)

    def next_request(self, timeout: float = 0.2) -> dict[str, Any] | None:
        if not self._left:
            raise Halt("stop")
        return self._left.pop(0)


def test_the_tuned_model_of_a_run_answers_until_it_is_told_to_end(
    tmp_path: Path, texts: TextRevision, tiny: TextModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.tasks.try_out.open_writer", lambda *_: tiny)
    run = tmp_path / "run"
    run.mkdir()
    tuning = tiny.tune("lora", {}, seed=1)
    save_tuned(run / "tuned.safetensors", tuning, {}, tiny.card.sha256)

    class _Result:
        model, model_sha256, language = "embedded", "0" * 64, "ja"

    monkeypatch.setattr(Run, "text_result", lambda _self: _Result())
    photo = str(tmp_path / "0.png")
    asked = [
        {"request": 1, "photo": photo, "question": "Is it red?"},
        {"request": 2, "photo": photo},
        {"request": 3, "photo": str(tmp_path / "gone.png")},
        {"request": 4},
        {"request": 5, "photo": photo, "question": "色は?"},
    ]
    events: list[Event] = []
    with pytest.raises(Halt):
        run_try_out(TryOutJob(run="", source_run=str(run), threshold=1.0), events.append, Asked(*asked))
    _, opened, *told = events
    assert isinstance(opened, Progress) and opened.done == opened.total == 1
    answer, description, gone, senseless, japanese = told
    assert isinstance(answer, Wrote) and answer.request == 1 and answer.parts[0].unsure
    assert isinstance(description, Wrote) and description.parts[0].question == ""
    assert not description.parts[0].unsure, "a description is read by a person anyway"
    assert isinstance(gone, PredictionFailed) and gone.request == 3 and gone.code.startswith("photos.")
    assert isinstance(senseless, PredictionFailed) and senseless.request == 4
    assert isinstance(japanese, Wrote) and japanese.request == 5
    # Another model has come in under the name of the one that was tuned.
    monkeypatch.setattr(tiny, "card", replace(tiny.card, sha256="1" * 64))
    with pytest.raises(Problem) as other:
        run_try_out(TryOutJob(run="", source_run=str(run)), events.append, Asked(*asked))
    assert other.value.code == "tasks.tuned_other_model"


# Counting


def test_answers_are_counted_by_question_and_sorted_by_gravity() -> None:
    from core.tasks.result import TextPrediction, TextResult

    def told(
        question: str, score: float, confidence: float, before: float, role: str = "base"
    ) -> TextPrediction:
        return TextPrediction(
            photo=f"{question}{score}{confidence}", role=role, question=question, written=("x",), said="y",  # type: ignore[arg-type]
            confidence=confidence, score=score, untouched_said="z", untouched_confidence=0.1, untouched_score=before,
        )  # fmt: skip

    rows = (
        told("a?", 1.0, 0.9, 1.0),
        told("a?", 0.0, 0.4, 1.0),
        told("b?", 0.0, 0.8, 0.0),
        told("b?", 0.5, 0.2, 0.0, "new"),
        told("b?", 0.0, 0.1, 0.0),
    )
    assert [(t.question, t.asked, t.before, t.after) for t in question_tallies(rows)] == [
        ("b?", 3, 0, 1),
        ("a?", 2, 2, 1),
    ]
    assert worst_first(rows) == [rows[2], rows[1], rows[4], rows[3], rows[0]]
    assert [each.right for each in judged(rows)] == [True, False, False, True, False]
    result = TextResult.model_construct(predictions=rows)
    assert chosen(result, "wrong", None, 0.5) == [rows[2], rows[1], rows[4]]
    assert chosen(result, "unsure", "b?", 0.5) == [rows[4], rows[3]]
    assert chosen(result, "worse", None, 0.5) == [rows[1]]
    assert chosen(result, "new", None, 0.5) == [rows[3]]
    assert len(chosen(result, "all", "a?", 0.5)) == 2
