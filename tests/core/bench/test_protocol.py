"""What a comparison says: means over seeds, H of the means, intervals that hold them."""

from pathlib import Path

import numpy as np
import pytest

from core.bench.protocol import (
    PARTS_WORLD,
    Request,
    SeedResult,
    base_to_new,
    presets_named,
    set_named,
    summarise,
)
from core.training.result import Metrics
from tests.core.tiny_backbone import tiny_backbone
from tests.core.tiny_run import tiny_revision


def seed_result(base: float, new: float, photos: int = 100) -> SeedResult:
    metrics = Metrics(base=base, new=new, h=0.0, union_base=base / 2, union_new=new / 2, union_h=0.0)
    return SeedResult(metrics, photos, 2 * photos)


def test_h_is_that_of_the_means_not_the_mean_of_h() -> None:
    found = summarise([seed_result(0.8, 0.2), seed_result(0.6, 0.6)])
    base, new = 0.7, 0.4
    assert found["base"].mean == pytest.approx(base)
    assert found["h"].mean == pytest.approx(2 * base * new / (base + new))
    assert found["union_h"].mean == pytest.approx(base * new / (base + new))
    assert (found["base"].n, found["new"].n, found["h"].n) == (200, 400, 600)


def test_intervals_hold_the_mean_and_shrink_with_photos() -> None:
    few, many = (summarise([seed_result(0.7, 0.5, n)] * 3)["base"] for n in (50, 5000))
    assert few.low < 0.7 < few.high
    assert many.high - many.low < (few.high - few.low) / 5


def test_seeds_that_disagree_widen_the_interval() -> None:
    alike = summarise([seed_result(0.7, 0.5, 5000)] * 3)["base"]
    unlike = summarise([seed_result(b, 0.5, 5000) for b in (0.5, 0.7, 0.9)])["base"]
    assert unlike.high - unlike.low > 5 * (alike.high - alike.low)


def test_the_interval_of_one_seed_is_the_binomial_one() -> None:
    found = summarise([seed_result(0.7, 0.5, 400)], draws=20_000)["base"]
    deviation = np.sqrt(0.7 * 0.3 / 400)
    assert found.high - found.low == pytest.approx(2 * 1.96 * deviation, rel=0.06)


def test_what_was_not_measured_is_absent() -> None:
    run = SeedResult(Metrics(base=0.5, new=None, h=None, union_base=0.4, union_new=None, union_h=None), 10, 0)
    assert summarise([run]).keys() == {"base", "union_base"}


def test_the_parts_world_is_a_set_by_name() -> None:
    name, folder = set_named(PARTS_WORLD)
    assert name == PARTS_WORLD
    assert (folder / "classes.toml").is_file()
    assert set_named("/photos/screws") == ("screws", Path("/photos/screws"))


@pytest.mark.slow
def test_each_preset_is_run_on_each_set_with_each_seed(tmp_path: Path) -> None:
    folder = tmp_path / "photos"
    tiny_revision(folder)
    request = Request(
        sets=((folder.name, folder),), presets=presets_named(["zero-shot", "coop"]), seeds=(1, 2), shots=2
    )
    told: list[str] = []
    found = list(
        base_to_new(request, tiny_backbone(), tmp_path / "cache", emit=lambda event: None, tell=told.append)
    )
    assert [entry["preset"] for entry in found] == ["zero-shot", "coop"]
    assert len(told) == 4
    for entry in found:
        assert {"base", "new", "h", "union_h"} <= entry["metrics"].keys()
        assert len(entry["per_seed"]) == 2
    assert found[0]["metrics"] == found[0]["zero_shot"]
    assert found[0]["samples"] == found[1]["samples"]
    assert len(set(found[0]["samples"])) == 2, "another seed draws other photos"
