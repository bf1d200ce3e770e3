"""Checkpoints: whole or absent, and never taken for another job's."""

import contextlib
from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from core.problems import Problem
from core.training import checkpoint
from core.training.checkpoint import CHECKPOINT_FILE, Best, Checkpoint, Position, load_checkpoint

FLOATS = st.floats(allow_nan=False)
BESTS = st.builds(Best, st.integers(0, 1000), FLOATS, FLOATS)
POSITIONS = st.builds(
    Position,
    stage=st.integers(0, 3),
    epoch=st.integers(0, 1000),
    batch=st.integers(0, 1000),
    step=st.integers(0, 10**6),
    loss_sum=FLOATS,
    parts=st.integers(1, 64),
    seconds=FLOATS,
    best=BESTS,
    kept=BESTS,
    decisions=st.lists(
        st.fixed_dictionaries({"code": st.text(), "data": st.dictionaries(st.text(), FLOATS)})
    ),
)


@given(POSITIONS)
def test_it_comes_back_to_the_bit(tmp_path_factory: pytest.TempPathFactory, position: Position) -> None:
    run = tmp_path_factory.mktemp("run")
    tensors = {"inner.ctx": torch.randn(3, 2), "head.bias": torch.randn(2)}
    remembered = {"inner.ctx/exp_avg": torch.ones(3, 2), "inner.ctx/step": torch.tensor(7.0)}
    Checkpoint("job", position, tensors, remembered, {}, {"head.bias": torch.zeros(2)}).save(run)
    found = load_checkpoint(run, "job")
    assert found is not None
    assert found.position == position
    assert all(torch.equal(found.method[name], tensors[name]) for name in tensors)
    assert found.optimizer.keys() == remembered.keys()
    assert all(torch.equal(found.optimizer[name], remembered[name]) for name in remembered)
    assert found.best == {}
    assert list(found.kept) == ["head.bias"]


def test_none_is_no_fault(tmp_path: Path) -> None:
    assert load_checkpoint(tmp_path, "job") is None


def test_another_jobs_is_refused(tmp_path: Path) -> None:
    Checkpoint("job", Position(), {"a": torch.ones(1)}, {}, {}, {}).save(tmp_path)
    with pytest.raises(Problem) as caught:
        load_checkpoint(tmp_path, "other job")
    assert caught.value.code == "training.checkpoint_unreadable"


def test_one_of_an_older_program_is_refused_as_such(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkpoint, "CHECKPOINT_SCHEMA", 1)
    Checkpoint("job", Position(), {"a": torch.ones(1)}, {}, {}, {}).save(tmp_path)
    monkeypatch.undo()
    with pytest.raises(Problem) as caught:
        load_checkpoint(tmp_path, "job")
    assert caught.value.code == "training.checkpoint_other_version"
    assert (caught.value.data["found"], caught.value.data["wanted"]) == (1, 2)


@given(st.integers(0, 400), st.integers(0, 255))
def test_damage_is_a_problem_or_harmless_never_a_crash(
    tmp_path_factory: pytest.TempPathFactory, place: int, value: int
) -> None:
    run = tmp_path_factory.mktemp("run")
    Checkpoint("job", Position(epoch=3), {"a": torch.ones(4)}, {}, {}, {}).save(run)
    path = run / CHECKPOINT_FILE
    content = bytearray(path.read_bytes())
    content[place % len(content)] = value
    path.write_bytes(content[: len(content) - place // 8])
    with contextlib.suppress(Problem):
        load_checkpoint(run, "job")


def test_equal_accuracy_is_settled_by_loss() -> None:
    best = Best(epoch=1, accuracy=0.5, loss=1.0)
    assert best.beaten_by(0.5, 0.9)
    assert not best.beaten_by(0.5, 1.0)
    assert best.beaten_by(0.6, 9.0)
