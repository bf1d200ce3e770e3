"""What methods keep, over seeds: intervals, what they allow to say, and a run for each seed looked into."""

import json
from pathlib import Path

import pytest

from core.bench.insight import insight_lines, over_seeds, said_of_rank, table_of
from core.bench.protocol import Request, presets_named
from core.bench.runs import Engine
from core.bench.sets import BenchSet
from core.cli import OK, main
from tests.core.tiny_backbone import store_tiny_backbone, tiny_backbone
from tests.core.tiny_run import tiny_revision


def test_the_interval_over_seeds_is_students() -> None:
    # Mean 2, deviation 1, three seeds: 4.303 · 1/√3.
    found = over_seeds([1.0, 2.0, 3.0])
    assert found == {
        "mean": 2.0,
        "low": pytest.approx(-0.484, abs=1e-3),
        "high": pytest.approx(4.484, abs=1e-3),
        "n": 3,
    }
    assert over_seeds([0.4]) == {"mean": 0.4, "low": None, "high": None, "n": 1}
    assert over_seeds([5.0] * 40)["high"] == 5.0


@pytest.mark.parametrize(
    ("kept", "said"),
    [
        ([1.0, 1.0, 1.0], "kept"),
        ([0.985, 0.99, 0.98], "kept"),
        ([0.7, 0.72, 0.69], "narrowed"),
        ([1.3, 1.32, 1.31], "widened"),
        ([0.7, 1.1, 0.9], "open"),
        ([0.5], "open"),
    ],
)
def test_no_more_is_said_than_the_interval_says(kept: list[float], said: str) -> None:
    assert said_of_rank(over_seeds(kept)) == said


def test_each_preset_is_looked_into_with_each_seed(tmp_path: Path) -> None:
    tiny_revision(tmp_path / "set")
    engine = Engine(tiny_backbone(), tmp_path / "cache", lambda _: None, lambda _: None)
    request = Request((BenchSet.at("set", tmp_path / "set"),), presets_named(["nearest-mean"]), (1, 2), 2)
    [line] = insight_lines(request, engine)
    # It learns neither photos nor words anew: all is as before, and that is what is said.
    for side in ("images", "texts"):
        assert line[side]["said"] == "kept"
        assert line[side]["effective_rank"]["kept"] == {"mean": 1.0, "low": 1.0, "high": 1.0, "n": 2}
        assert line[side]["cka"]["mean"] == pytest.approx(1)
    assert line["base"]["duality"]["change"]["mean"] == 0
    assert line["seeds"] == [1, 2] and line["photos"] == [16, 16]
    heading, row = table_of([line])
    assert heading.startswith("set  preset") and "kept" in row and len(heading) == len(row)


@pytest.mark.slow
def test_the_command_tells_before_and_after_and_the_way_between(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tiny_revision(tmp_path / "set")
    words = ["bench", "insight", "--set", str(tmp_path / "set"), "--preset", "full", "--seeds", "1", "2"]
    assert main([*words, "--shots", "2", "--backbone", store_tiny_backbone(), "--json"]) == OK
    [line] = json.loads(capsys.readouterr().out.splitlines()[-1])["results"]
    assert line["images"]["effective_rank"]["kept"]["mean"] != 1
    assert line["base"]["duality"]["change"]["mean"] != 0
    assert [told["epoch"] for told in line["through_training"][0]] == list(range(11))
