"""Cost against the number of photos and of classes."""

import json

import pytest

from core.bench import growth
from core.bench.growth import measure_growth, slope
from core.cli import OK, main
from tests.core.tiny_backbone import NAME, store_tiny_backbone, tiny_backbone


def test_the_slope_is_the_exponent() -> None:
    assert slope([[10, 3.0], [100, 3.0], [1000, 3.0]]) == pytest.approx(0)
    assert slope([[10, 0.5], [100, 5.0], [1000, 50.0]]) == pytest.approx(1)
    assert slope([[10, 1.0], [100, 100.0]]) == pytest.approx(2)


def test_each_number_has_its_time() -> None:
    found = measure_growth(tiny_backbone(), photos=(20, 600), classes=(3, 12))
    assert [number for number, _ in found["photos"]] == [20, 600]
    assert [number for number, _ in found["classes"]] == [3, 12]
    assert all(time > 0 for points in ("photos", "classes") for _, time in found[points])
    assert set(found["slopes"]) == {"photos", "classes"}


def test_the_command_prints_the_promised_keys(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    store_tiny_backbone()
    monkeypatch.setattr(growth.measure_growth, "__defaults__", ((20, 40), (3, 6), lambda _: None))
    assert main(["bench", "growth", "--backbone", NAME, "--json"]) == OK
    printed = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert set(printed) == {"photos", "classes", "slopes"}
