"""Judging on site, measured: three ways that answer alike, and the promised figures."""

import json

import numpy as np
import pytest

from core.bench import onsite
from core.bench.onsite import measure_onsite, stand_up_ways
from core.cli import FAULT, OK, main
from tests.core.tiny_backbone import NAME, store_tiny_backbone, tiny_backbone


def test_the_three_ways_answer_alike() -> None:
    ways = stand_up_ways(tiny_backbone(), 5)
    photos = np.random.default_rng(0).integers(0, 256, (2, 90, 120, 3)).astype(np.uint8)
    graph = ways.graph(photos)
    assert graph.shape == (2, 5)
    assert graph.sum(axis=1) == pytest.approx([1, 1], abs=1e-4)
    assert np.abs(ways.bare(ways.pixels(photos)) - graph).max() < 1e-5
    assert np.abs(ways.torch(photos) - graph).max() < 1e-3


def test_the_command_prints_the_promised_keys(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    store_tiny_backbone()
    monkeypatch.setattr(measure_onsite, "__defaults__", (10, 3, 5))
    assert main(["bench", "onsite", "--backbone", NAME, "--json"]) == OK
    printed = json.loads(capsys.readouterr().out.splitlines()[-1])
    promised = {"ratio_to_session", "ratio_to_torch", "p50_ms", "p99_ms", "photos_per_s", "start_s"}
    assert promised <= set(printed)
    assert all(printed[key] > 0 for key in promised)
    assert printed["p50_ms"] <= printed["p99_ms"]
    assert set(printed["photos_per_s_by_batch"]) == {"1", "4", "16"}
    assert printed["photos_per_s"] == max(printed["photos_per_s_by_batch"].values())


def test_ways_that_differ_are_a_fault(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    store_tiny_backbone()
    monkeypatch.setattr(measure_onsite, "__defaults__", (10, 1, 1))
    monkeypatch.setattr(onsite, "_start_seconds", lambda *_: 1.0)
    monkeypatch.setattr(onsite, "_difference", lambda *_: 0.5)
    assert main(["bench", "onsite", "--backbone", NAME, "--json"]) == FAULT
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["equal"] is False
