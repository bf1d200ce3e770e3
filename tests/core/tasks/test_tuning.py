"""Tuning begins at the untouched model, learns what its name says, leaves the base alone, and can be kept."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image

from core.problems import Problem
from core.tasks.learning import Learned
from core.tasks.learning import learn as learn_lessons
from core.tasks.lessons import Lesson, wording_of
from core.tasks.model import TextModel
from core.tasks.photos import text_set
from core.tasks.protocol import TextExample, TextSet, Tuning
from core.tasks.revision import TextPhoto, TextRevision, WrittenText
from core.tasks.tuned import load_tuned, save_tuned, settings_of
from core.tasks.tuning import TextTuning
from core.training.checkpoint import Checkpoint, load_checkpoint
from core.training.commands import Commands, Emit, Halt
from core.training.events import Decided, Event, TextEpoch, Warned

ALL = ["prefix", "lora", "adapter", "full", "pt-peft(lora)", "pt-peft(adapter)", "pt-peft(full)"]
FEW = {"training.epochs": 8, "training.batch_size": 4}
TEXTS = ("yes", "no", "red", "はい", "a bolt")


def learn(
    tuning: Tuning,
    train: TextSet,
    val: TextSet | None,
    seed: int,
    emit: Emit = lambda event: None,
    commands: Commands | None = None,
) -> Learned:
    checks = None if val is None else tuning.lessons(val)
    return learn_lessons(tuning, tuning.lessons(train), checks, seed, emit, commands)


@pytest.fixture
def texts(photos: list[Image.Image]) -> TextSet:
    return TextSet(photos, tuple(TextExample(n, text, "Is it red?") for n, text in enumerate(TEXTS)))


def logits(model: TextModel, pixels: torch.Tensor) -> torch.Tensor:
    tokens = torch.tensor([model.tokenizer.encode("a red bolt")] * len(pixels))
    return model.decoder.logits(model.decoder.hidden(tokens, model.photo_tokens(pixels)))


@pytest.mark.parametrize("method", ALL)
def test_it_begins_at_the_untouched_model(tiny: TextModel, pixels: torch.Tensor, method: str) -> None:
    tuning = TextTuning(tiny, method, {}, seed=1)
    torch.testing.assert_close(logits(tuning.model, pixels), logits(tiny, pixels), rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("method", ALL)
def test_it_learns_and_leaves_the_base_alone(
    tiny: TextModel, texts: TextSet, pixels: torch.Tensor, method: str
) -> None:
    before = logits(tiny, pixels)
    tuning = TextTuning(tiny, method, FEW, seed=1)
    losses: list[float] = []
    learned = learn(
        tuning,
        texts,
        texts,
        1,
        lambda said: losses.append(said.loss) if isinstance(said, TextEpoch) else None,
    )
    # What counts nothing at first comes into its own slowly.
    slow = {"prefix": 0.1, "adapter": 0.15}
    assert losses[-1] < losses[0] - slow.get(method, 0.3), losses
    assert learned.steps == len(losses) * 2
    assert torch.equal(logits(tiny, pixels), before)
    assert not any(value.requires_grad for value in tiny.parameters())
    assert not torch.allclose(logits(tuning.model, pixels), before)


def test_a_file_is_read_as_it_was_learned_whatever_suits_a_model_now(
    tiny: TextModel, pixels: torch.Tensor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "tuned.safetensors"
    tuning = TextTuning(tiny, "lora", {"lora.alpha": 8}, seed=1)
    with torch.no_grad():
        for value in tuning.learnable().values():
            value.add_(0.1)
    save_tuned(path, tuning, {"lora.alpha": 8}, tiny.card.sha256)
    monkeypatch.setattr("core.tasks.recipes._OF_METHOD", {"lora": {"lora.rank": 3, "lora.targets": "q"}})
    again = load_tuned(path, tiny)
    assert settings_of(again) == settings_of(tuning) and settings_of(again)["lora.rank"] == 16
    torch.testing.assert_close(logits(again.writer, pixels), logits(tuning.model, pixels))  # type: ignore[arg-type]


def test_names_say_what_learns(tiny: TextModel) -> None:
    def learnable(method: str, **hyper: str) -> set[str]:
        return set(
            TextTuning(tiny, method, {k.replace("_", "."): v for k, v in hyper.items()}, 1).learnable()
        )

    assert all(".memory." in name for name in learnable("prefix"))
    assert all(".lora_" in name for name in learnable("lora"))
    assert all(".after_" in name for name in learnable("adapter"))
    assert "decoder.words" not in learnable("full")
    assert {name.split(".")[0] for name in learnable("lora")} == {"image", "connector", "decoder"}
    assert {name.split(".")[0] for name in learnable("lora", lora_towers="text")} == {"decoder"}
    assert all(".memory." in name for name in learnable("pt-peft(lora)")), "stage 1 is the prefix alone"
    image = {name.split(".")[2] for name in learnable("lora") if name.startswith("image.")}
    assert image == {"0", "1"}, "all blocks behind the convolutions, which are run once per photo"


def test_the_second_stage_is_decided_by_checking_texts(tiny: TextModel, texts: TextSet) -> None:
    def decided(**hyper: float | str) -> tuple[list[str], set[str]]:
        given = (
            FEW
            | {f"pt-peft.{k}": v for k, v in hyper.items()}
            | {"pt-peft.first_epochs": 2, "training.epochs": 2}
        )
        said: list[Event] = []
        learned = learn(TextTuning(tiny, "pt-peft(lora)", given, 1), texts, texts, 1, said.append)
        return [d["code"] for d in learned.decisions], {r.stage for r in said if isinstance(r, TextEpoch)}

    assert decided(enough=0.0) == (["tasks.second_not_needed"], {"prefix"})
    assert decided(enough=1.0)[0] == ["tasks.second_needed"]
    assert decided(second="never") == (["training.second_never"], {"prefix"})
    assert decided(second="always") == (["training.second_always"], {"prefix", "tune"})


def test_without_checking_texts_the_second_stage_comes(tiny: TextModel, texts: TextSet) -> None:
    few = FEW | {"pt-peft.first_epochs": 1, "training.epochs": 1}
    learned = learn(TextTuning(tiny, "pt-peft(full)", few, 1), texts, None, 1)
    assert [decision["code"] for decision in learned.decisions] == ["training.second_unchecked"]
    assert learned.right is None


def test_right_means_that_the_model_writes_it(tiny: TextModel, texts: TextSet) -> None:
    tuning = TextTuning(tiny, "full", FEW | {"training.epochs": 25, "training.learning_rate": 3e-3}, seed=1)
    learn(tuning, texts, texts, 1)
    (batch,) = tuning.lessons(texts).batches(range(len(TEXTS)), len(TEXTS))
    with torch.no_grad():
        _, right = tuning.loss(batch)
    said = tuning.writer.answer(texts.photos, ["Is it red?"] * len(TEXTS))
    assert right.tolist() == [told.text == text for told, text in zip(said, TEXTS, strict=True)]
    assert right.any()


def test_the_same_seed_learns_the_same(tiny: TextModel, texts: TextSet) -> None:
    states = []
    for seed in (5, 5, 6):
        tuning = TextTuning(tiny, "lora", FEW, seed)
        learn(tuning, texts, texts, seed)
        states.append(tuning.learned_state())
    same, other = ([torch.equal(states[0][n], state[n]) for n in state] for state in states[1:])
    assert all(same) and not all(other)


@pytest.mark.parametrize("method", ["prefix", "lora", "full", "pt-peft(adapter)"])
def test_what_was_learned_is_kept_in_a_file(
    tiny: TextModel, texts: TextSet, pixels: torch.Tensor, method: str, tmp_path: Path
) -> None:
    tuning = TextTuning(tiny, method, FEW, seed=1)
    learn(tuning, texts, None, 1)
    save_tuned(tmp_path / "tuned.safetensors", tuning, FEW, tiny.card.sha256)
    again = load_tuned(tmp_path / "tuned.safetensors", tiny)
    assert torch.equal(logits(again.model, pixels), logits(tuning.model, pixels))
    tiny.card = replace(tiny.card, sha256="def")
    with pytest.raises(Problem) as other_model:
        load_tuned(tmp_path / "tuned.safetensors", tiny)
    assert other_model.value.code == "tasks.tuned_other_model"


def test_a_damaged_file_is_said_to_be_damaged(tiny: TextModel, tmp_path: Path) -> None:
    path = tmp_path / "tuned.safetensors"
    save_tuned(path, TextTuning(tiny, "lora", {}, 1), {}, tiny.card.sha256)
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(Problem) as damaged:
        load_tuned(path, tiny)
    assert damaged.value.code == "tasks.tuned_unreadable"


def test_what_cannot_tune_a_text_model_is_refused(tiny: TextModel) -> None:
    for composition in ("coop", "zero-shot", "dept(lora)"):
        with pytest.raises(Problem) as unsuited:
            TextTuning(tiny, composition, {}, 1)
        assert unsuited.value.code == "tasks.method_unsuited"


def test_texts_that_cannot_be_learned_are_named(tiny: TextModel) -> None:
    for text, code in ((" ", "tasks.text_empty"), ("長" * 60, "tasks.text_too_long")):
        with pytest.raises(Problem) as problem:
            wording_of(tiny, TextExample(0, text))
        assert problem.value.code == code


def test_every_description_is_learned_and_the_answer_of_most_people() -> None:
    asked = WrittenText(question="Is it red?", texts=("no", "yes", "yes"))
    told = WrittenText(texts=("きずのあるボルト", "a bolt"))
    photos = [
        TextPhoto(path=f"{number}.jpg", part="train", written=(each,))
        for number, each in enumerate((asked, told))
    ]
    revision = TextRevision(root="", task="vqa", photos=tuple(photos))
    assert text_set(revision, photos).examples == (
        TextExample(0, "yes", "Is it red?", "en"),
        TextExample(1, "きずのあるボルト", None, "ja"),
        TextExample(1, "a bolt", None, "en"),
    )


def test_astray_in_the_second_stage_what_the_first_learned_is_kept_and_told(
    tiny: TextModel, texts: TextSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = FEW | {"pt-peft.first_epochs": 1, "training.epochs": 1, "pt-peft.second": "always"}
    tuning, said = TextTuning(tiny, "pt-peft(lora)", few, 1), list[Event]()
    usual = tuning.loss

    def loss(batch: Any) -> tuple[torch.Tensor, torch.Tensor]:
        value, right = usual(batch)
        second = any(isinstance(event, Decided) for event in said)
        return (value * float("nan") if second else value), right

    monkeypatch.setattr(tuning, "loss", loss)
    learned = learn(tuning, texts, texts, 1, said.append)
    assert (learned.stopped_because, learned.kept_epoch) == ("diverged", 1)
    (warned,) = (event for event in said if isinstance(event, Warned))
    assert (warned.code, warned.data) == ("training.diverged_kept", {"epoch": 2, "kept": 1})


def test_it_can_be_stopped(tiny: TextModel, texts: TextSet) -> None:
    commands, rounds = Commands(), list[TextEpoch]()

    def emit(event: Event) -> None:
        if isinstance(event, TextEpoch):
            rounds.append(event)
            if len(rounds) == 3:
                commands.give("stop")

    learned = learn(TextTuning(tiny, "lora", FEW, 1), texts, texts, 1, emit, commands)
    assert (learned.stopped_because, learned.steps, learned.epochs, len(rounds)) == ("asked", 6, 3, 3)
    assert 1 <= learned.kept_epoch <= 3


@pytest.mark.parametrize("method", ["lora", "pt-peft(lora)", "pt-peft(full)"])
@pytest.mark.parametrize("cut_at", [3, 7, 11])
def test_cut_off_and_taken_up_gives_the_same_bits(
    tiny: TextModel, texts: TextSet, method: str, cut_at: int, tmp_path: Path
) -> None:
    few = FEW | {"training.batch_size": 2, "training.epochs": 4}
    if method.startswith("pt"):
        few |= {"pt-peft.first_epochs": 3, "pt-peft.second": "always"}

    def run(commands: Commands | None, checkpoint: Checkpoint | None) -> Learned:
        tuning = TextTuning(tiny, method, few, 1)
        lessons = tuning.lessons(texts)
        return learn_lessons(
            tuning, lessons, lessons, 1, commands=commands, run=tmp_path, job_id="j", checkpoint=checkpoint
        )

    whole = run(None, None)
    with pytest.raises(Halt):
        run(_CutAt(cut_at), None)
    again = run(None, load_checkpoint(tmp_path, "j"))
    assert (again.steps, again.kept_epoch, again.decisions) == (
        whole.steps,
        whole.kept_epoch,
        whole.decisions,
    )
    assert all(torch.equal(whole.state[name], again.state[name]) for name in whole.state | again.state)


def test_where_memory_runs_short_a_step_is_divided_and_learns_the_same(
    tiny: TextModel, texts: TextSet
) -> None:
    def run(most: int) -> tuple[Learned, list[object]]:
        # Of a gradient near nothing Adam takes the sign: rounding alone would make other weights.
        plain = {"training.epochs": 3, "training.optimizer": "sgd", "training.learning_rate": 0.05}
        tuning = TextTuning(tiny, "full", FEW | plain, 1)
        loss = tuning.loss

        def tight(batch: tuple[torch.Tensor, Lesson]) -> tuple[torch.Tensor, torch.Tensor]:
            if len(batch[1].tokens) > most and torch.is_grad_enabled():
                raise MemoryError
            return loss(batch)

        tuning.loss = tight  # type: ignore[method-assign]
        told: list[object] = []
        return learn(tuning, texts, texts, 1, told.append), told

    (whole, _), (divided, told) = run(9), run(1)
    assert [event.data for event in told if isinstance(event, Warned)] == [{"parts": 2}, {"parts": 4}]
    for name, value in whole.state.items():
        torch.testing.assert_close(divided.state[name], value, rtol=1e-4, atol=1e-6)
    with pytest.raises(Problem) as too_little:
        run(0)
    assert too_little.value.code == "training.out_of_memory"


class _CutAt(Commands):
    """Cuts the work off at that step."""

    def __init__(self, step: int) -> None:
        super().__init__()
        self.left = step

    def heed(self, emit: Emit) -> None:
        if self.left == 0:
            self.interrupt("test")
        self.left -= 1
        super().heed(emit)
