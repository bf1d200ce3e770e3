"""Held-out compositions stay out of the training stream, and leave every word to be learned."""

from __future__ import annotations

import subprocess
import sys

from core.backbones.bank import draw_training_scene
from core.partsworld import all_compositions, held_out_compositions, is_held_out, training_compositions
from core.partsworld.vocabulary import COLOURS, DEFECTS, MATERIALS, PARTS


def test_training_stream_never_shows_a_held_out_composition() -> None:
    seen = {draw_training_scene(seed, n).composition for seed in (1, 7) for n in range(2500)}
    assert not [c for c in seen if is_held_out(c)]
    assert len(seen) > 1000


def test_training_and_held_out_share_the_world() -> None:
    training, held_out = set(training_compositions()), set(held_out_compositions())
    assert not training & held_out
    assert training | held_out == set(all_compositions())
    assert 0.2 < len(held_out) / len(all_compositions()) < 0.35


def test_some_part_and_colour_pairs_are_held_out_whole() -> None:
    pairs = {(c.part, c.finish.colour) for c in all_compositions() if c.finish.colour}
    seen = {(c.part, c.finish.colour) for c in training_compositions()}
    assert 5 <= len(pairs - seen) <= 30


def test_every_word_is_seen_in_training() -> None:
    training = training_compositions()
    assert {c.part for c in training} == set(PARTS)
    assert {c.finish.material for c in training} == set(MATERIALS)
    assert {c.finish.colour for c in training} - {None} == set(COLOURS)
    assert {c.defect for c in training} == set(DEFECTS)


def test_the_split_is_the_same_in_another_process() -> None:
    code = "from core.partsworld import held_out_compositions as h; print(hash(tuple(c.key for c in h())) and len(h()), h()[7].key)"
    there = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()
    assert there == [str(len(held_out_compositions())), *held_out_compositions()[7].key.split()]
