"""A scanner types too; its codes are told from keys by how fast they come, and are never taken as keys."""

import pytest

from core.labelling.scanning import GAP_MS, LEAST_CUT, Ended, ScanReader


def scan(reader: ScanReader, signs: str, *, each: int = 5, start: int = 1000) -> int:
    """Send signs as a scanner does; gives the time of the last."""
    at = start
    for sign in signs:
        assert reader.sign(sign, at) is None
        at += each
    return at - each


def test_a_burst_with_its_ending_is_a_code() -> None:
    reader = ScanReader()
    at = scan(reader, "4901234567894")
    assert reader.suffix("enter", at + 5) == Ended(code="4901234567894")
    assert not reader.holds


def test_a_code_of_one_digit_is_no_key_either() -> None:
    reader = ScanReader()
    assert reader.suffix("enter", scan(reader, "1") + 5) == Ended(code="1")


@pytest.mark.parametrize("pause", [GAP_MS + 1, 200, 5000])
def test_keys_that_fingers_press_are_keys(pause: int) -> None:
    reader = ScanReader()
    assert reader.sign("1", 1000) is None
    assert reader.sign("2", 1000 + pause) == Ended(plain=True)
    assert reader.suffix("enter", 1000 + 2 * pause) == Ended(plain=True)
    assert not reader.holds


def test_enter_and_tab_alone_are_keys() -> None:
    assert ScanReader().suffix("enter", 5) is None
    assert ScanReader().suffix("tab", 5) is None


def test_two_fingers_at_once_are_two_keys() -> None:
    reader = ScanReader()
    scan(reader, "12", each=20)
    assert reader.end() == Ended(plain=True)


@pytest.mark.parametrize("signs", ["1" * LEAST_CUT, "4901234567894"])
def test_a_code_without_its_ending_is_never_taken_as_keys(signs: str) -> None:
    reader = ScanReader()
    scan(reader, signs)
    assert reader.end() == Ended(cut=signs)


def test_the_wrong_ending_is_no_ending() -> None:
    reader = ScanReader(suffix="tab")
    at = scan(reader, "49012345")
    assert reader.suffix("enter", at + 5) == Ended(cut="49012345")
    at = scan(reader, "49012345")
    assert reader.suffix("tab", at + 5) == Ended(code="49012345")


def test_a_prefix_is_taken_away_and_a_code_without_it_is_not_ours() -> None:
    reader = ScanReader(prefix="]C1")
    assert reader.suffix("enter", scan(reader, "]C1A-77") + 5) == Ended(code="A-77")
    assert reader.suffix("enter", scan(reader, "4901234") + 5) == Ended(cut="4901234")
    assert reader.suffix("enter", scan(reader, "]C1") + 5) == Ended(plain=True)


def test_time_that_runs_backwards_joins_nothing() -> None:
    reader = ScanReader()
    reader.sign("1", 1000)
    assert reader.sign("2", 900) == Ended(plain=True)
