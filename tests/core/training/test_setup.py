"""What is fixed before the first photo: the precision, once measured, and how many views are shown."""

from pathlib import Path

import pytest

from core.methods.build import build_method
from core.methods.class_text import ClassText
from core.methods.configs.recipe import RecipeConfig
from core.training import setup
from core.training.setup import runs_in_bfloat16, views_of
from tests.core.tiny_backbone import tiny_backbone

CLASSES = [ClassText("a", "bolt"), ClassText("b", "nut")]


def test_a_measured_precision_holds_for_the_whole_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = iter([True, False])
    monkeypatch.setattr(setup, "bfloat16_pays", lambda backbone: next(answers))
    backbone = tiny_backbone()
    assert runs_in_bfloat16(tmp_path / "run", "auto", backbone)
    assert runs_in_bfloat16(tmp_path / "run", "auto", backbone)
    assert not runs_in_bfloat16(tmp_path / "another", "auto", backbone)


@pytest.mark.parametrize(("asked", "bfloat16"), [("fp32", False), ("bf16", True)])
def test_a_precision_that_was_asked_for_is_not_measured(tmp_path: Path, asked: str, bfloat16: bool) -> None:
    assert runs_in_bfloat16(tmp_path, asked, tiny_backbone()) is bfloat16
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(("epochs", "shown"), [(3, 3), (40, 10)])
def test_no_more_views_are_made_than_there_are_rounds(epochs: int, shown: int) -> None:
    method = build_method("coop", {}, tiny_backbone(), CLASSES)
    assert views_of(method, RecipeConfig(epochs=epochs, views=10), "by_epochs") == shown


def test_the_rounds_of_every_stage_count() -> None:
    method = build_method("pt-peft(lora)", {}, tiny_backbone(), CLASSES)
    rounds = sum(stage.recipe.epochs for stage in method.stages(RecipeConfig(epochs=3, views=100)))
    assert views_of(method, RecipeConfig(epochs=3, views=100), "by_epochs") == rounds > 3


def test_what_learns_at_once_sees_every_view() -> None:
    method = build_method("nearest-mean", {}, tiny_backbone(), CLASSES)
    assert views_of(method, RecipeConfig(epochs=1, views=10), "at_once") == 10
