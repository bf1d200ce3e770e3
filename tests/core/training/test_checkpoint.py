"""Checkpoints: whole or absent, and never taken for another job's."""

import contextlib
from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from core.problems import Problem
from core.training.checkpoint import CHECKPOINT_FILE, Best, Checkpoint, Position, load_checkpoint

FLOATS = st.floats(allow_nan=False)
POSITIONS = st.builds(
    Position,
    epoch=st.integers(0, 1000),
    batch=st.integers(0, 1000),
    step=st.integers(0, 10**6),
    loss_sum=FLOATS,
    parts=st.integers(1, 64),
    seconds=FLOATS,
    best=st.builds(Best, st.integers(0, 1000), FLOATS, FLOATS),
)


@given(POSITIONS)
def test_it_comes_back_to_the_bit(tmp_path_factory: pytest.TempPathFactory, position: Position) -> None:
    run = tmp_path_factory.mktemp("run")
    tensors = {"inner.ctx": torch.randn(3, 2), "head.bias": torch.randn(2)}
    Checkpoint("job", position, tensors, {"inner.ctx": torch.ones(3, 2)}, {}).save(run)
    found = load_checkpoint(run, "job")
    assert found is not None
    assert found.position == position
    assert all(torch.equal(found.method[name], tensors[name]) for name in tensors)
    assert list(found.momentum) == ["inner.ctx"]
    assert found.best == {}


def test_none_is_no_fault(tmp_path: Path) -> None:
    assert load_checkpoint(tmp_path, "job") is None


def test_another_jobs_is_refused(tmp_path: Path) -> None:
    Checkpoint("job", Position(), {"a": torch.ones(1)}, {}, {}).save(tmp_path)
    with pytest.raises(Problem) as caught:
        load_checkpoint(tmp_path, "other job")
    assert caught.value.code == "training.checkpoint_unreadable"


@given(st.integers(0, 400), st.integers(0, 255))
def test_damage_is_a_problem_or_harmless_never_a_crash(
    tmp_path_factory: pytest.TempPathFactory, place: int, value: int
) -> None:
    run = tmp_path_factory.mktemp("run")
    Checkpoint("job", Position(epoch=3), {"a": torch.ones(4)}, {}, {}).save(run)
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
