"""Pretraining the text model: the same whether stopped or not, resumable only as what it was, and loadable."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from core.problems import Problem
from core.tasks import pretrain as room
from core.tasks.embedded import load_text_model
from core.tasks.lessons import IGNORED
from core.tasks.place import CONFIG_NAME, TOKENIZER_NAME, WEIGHTS_NAME
from core.tasks.pretrain import pretrain
from core.tasks.pretrain_batches import StepSource
from core.tasks.pretrain_config import PretrainConfig
from core.tasks.tokenizer import END, TextTokenizer
from tests.core.tasks.conftest import SENTENCES

TINY = PretrainConfig(
    seed=3,
    steps=4,
    seeing_steps=2,
    seeing_pictures=4,
    pictures=64,
    vocabulary=340,
    batch_pictures=4,
    told=3,
    questions=2,
    plain=2,
    checkpoint_every=2,
)


def silent(_: object) -> None:
    """No progress shown."""


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    patch = pytest.MonkeyPatch()
    patch.setattr(room, "vocabulary_sentences", lambda seed: iter(SENTENCES))
    out = tmp_path_factory.mktemp("whole")
    pretrain(TINY, out, silent)
    patch.undo()
    return out


def test_stopped_and_taken_up_gives_the_same_bits(whole: Path, tmp_path: Path) -> None:
    (tmp_path / "work").symlink_to(whole / "work")
    (whole / "work" / room.CHECKPOINT_NAME).unlink()
    assert pretrain(TINY, tmp_path, silent, stop_after=2).steps == 2
    assert pretrain(TINY, tmp_path, silent).steps == 4
    stopped, straight = (load_file(folder / WEIGHTS_NAME) for folder in (tmp_path, whole))
    assert stopped.keys() == straight.keys()
    assert all(torch.equal(stopped[name], straight[name]) for name in straight)


def test_another_configuration_does_not_go_on_from_it(whole: Path) -> None:
    with pytest.raises(Problem) as other:
        pretrain(replace(TINY, learning_rate=1.0), whole, silent)
    assert other.value.code == "tasks.other_pretraining"


def test_what_it_wrote_can_be_loaded_and_writes(whole: Path, pixels: torch.Tensor) -> None:
    model = load_text_model(whole)
    assert not any(value.requires_grad for value in model.parameters())
    told = model.caption_pixels(pixels, "ja")
    assert len(told) == 5 and all(0 <= each.confidence <= 1 for each in told)


@pytest.mark.parametrize("name", [WEIGHTS_NAME, TOKENIZER_NAME, CONFIG_NAME])
def test_a_changed_file_is_noticed(whole: Path, tmp_path: Path, name: str) -> None:
    for each in (WEIGHTS_NAME, TOKENIZER_NAME, CONFIG_NAME):
        (tmp_path / each).write_bytes((whole / each).read_bytes())
    (tmp_path / name).write_bytes((tmp_path / name).read_bytes()[:-9] + b"123456789")
    with pytest.raises(Problem) as damaged:
        load_text_model(tmp_path)
    assert damaged.value.code == "tasks.model_damaged"


def test_a_folder_without_a_model_says_so(tmp_path: Path) -> None:
    with pytest.raises(Problem) as missing:
        load_text_model(tmp_path)
    assert missing.value.code == "tasks.model_missing"


def test_a_step_asks_for_what_follows_and_nothing_of_the_question(whole: Path) -> None:
    tokenizer = TextTokenizer.learn(SENTENCES, 340)
    import numpy as np

    source = StepSource(3, np.zeros((64, 8, 8, 3), np.uint8), tokenizer)
    step = source.draw(0, 4, 3, 2, 2)
    again = source.draw(0, 4, 3, 2, 2)
    for name, lesson in step.lessons.items():
        assert torch.equal(lesson.tokens, again.lessons[name].tokens)
        for tokens, wanted in zip(lesson.tokens, lesson.wanted, strict=True):
            places = (wanted != IGNORED).nonzero().flatten()
            assert wanted[places[-1]] == END
            assert torch.equal(tokens[places[1:]], wanted[places[:-1]])
    assert [len(step.lessons[name].tokens) for name in ("tell", "answer", "read")] == [3, 6, 2]


def test_every_picture_comes_once_in_a_turn() -> None:
    import numpy as np

    source = StepSource(3, np.zeros((10, 2, 2, 3), np.uint8), TextTokenizer.learn(SENTENCES, 340))
    seen = sorted(n for step in range(5) for n in source._numbers(step, 4))
    assert seen == sorted([*range(10), *range(10)])
