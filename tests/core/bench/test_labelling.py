"""The simulated operator: counted by hand, and on photos that can be told apart well, or not at all."""

import json
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.assist.space import unit
from core.bench.labelling import AT_LABELS, Seen, by_usefulness, cost, found_wrong, measure, with_help
from core.cli import main


def seen(per_class: int, spread: float, classes: int = 3) -> Seen:
    rng = np.random.default_rng(5)
    truth = rng.permutation(np.repeat(np.arange(classes), per_class))
    vectors = unit(np.eye(8)[truth] + spread * rng.normal(size=(len(truth), 8))).astype(np.float32)
    return Seen(vectors, truth, np.zeros((len(truth), classes)))


@pytest.mark.parametrize(
    ("truth", "suggested", "actions"),
    [
        ([0, 0, 0, 0], 0, 1),  # accept
        ([1, 1, 1, 1], 0, 2),  # select all, press 1
        ([0, 0, 0, 0, 1], 0, 3),  # click the one, give it its class, accept
        ([0, 0, 0, 0, 1, 1, 2], 0, 6),  # click three, two classes, accept
        ([0, 1, 2, 3], 0, 4),  # one by one
    ],
)
def test_keys_and_clicks_of_a_group(truth: list[int], suggested: int, actions: int) -> None:
    assert cost(np.array(truth), suggested) == actions


def test_photos_that_can_be_told_apart_take_few_actions_and_all_get_their_label() -> None:
    pool = seen(60, 0.05)
    steps = list(with_help(pool))
    assert (steps[-1].labels == pool.truth).all()
    assert steps[-1].actions < 0.25 * len(pool.truth)
    assert all(before.actions < after.actions for before, after in pairwise(steps))


def test_photos_that_look_all_alike_never_take_more_than_without_help() -> None:
    pool = seen(20, 50.0)
    steps = list(with_help(pool))
    assert (steps[-1].labels == pool.truth).all() and steps[-1].actions <= len(pool.truth)


def test_useful_photos_are_each_asked_for_once() -> None:
    told = by_usefulness(seen(90, 0.3))
    assert len(told) == max(AT_LABELS) == len(set(told.tolist()))


def test_wrong_labels_are_found_far_above_chance() -> None:
    share, chance = found_wrong(seen(60, 0.2), np.random.default_rng(1))
    assert chance == pytest.approx(0.1) and share > 0.5


def test_figures_are_means_over_seeds_with_intervals() -> None:
    told = measure(seen(20, 0.3), (1, 2), lambda _: None)
    assert told["actions_per_photo_plain"] == 1
    assert told["actions_per_photo_helped"]["n"] == 2
    assert set(told["accuracy_at"]) == {"10", "20"} and set(told["accuracy_at"]["10"]) == {"plain", "helped"}


@pytest.mark.slow
def test_the_command_prints_the_keys_of_the_contract(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, colour in (
        ("red bolt", (200, 30, 30)),
        ("steel nut", (150, 150, 160)),
        ("black ring", (20, 20, 20)),
    ):
        for number in range(12):
            path = tmp_path / "set" / name / f"{number}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            shade = tuple(min(255, value + number) for value in colour)
            Image.new("RGB", (48, 48), shade).save(path)
    assert main(["bench", "labelling", "--set", str(tmp_path / "set"), "--seeds", "1", "--json"]) == 0
    (line,) = json.loads(capsys.readouterr().out.splitlines()[-1])["results"]
    assert line["set"] == "set"
    assert {"actions_per_photo_plain", "actions_per_photo_helped", "accuracy_at"} <= set(line)
