"""The PIN: never plain, never the same twice, right or wrong, and wrong ones cost time."""

import hashlib
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.onsite.lock import PinHash, Tries, make_pin
from core.problems import Problem
from core.settings import Settings, load_settings, locations, save_settings


def test_only_the_pin_fits_and_it_is_nowhere_to_be_read() -> None:
    pin = make_pin("4711")
    assert pin.fits("4711") and not pin.fits("4712") and not pin.fits("")
    assert "4711" not in pin.model_dump_json()
    assert make_pin("4711").digest != pin.digest, "salted"
    expected = hashlib.scrypt(b"4711", salt=bytes.fromhex(pin.salt), n=2**14, r=8, p=1, dklen=32)
    assert pin.digest == expected.hex()


@pytest.mark.parametrize("pin", ["", "123", "1" * 33])
def test_too_short_or_too_long_is_refused(pin: str) -> None:
    with pytest.raises(Problem) as caught:
        make_pin(pin)
    assert caught.value.code == "onsite.bad_pin"


def test_wrong_ones_wait_longer_and_longer_and_a_right_one_forgives() -> None:
    now = 0.0
    tries = Tries(lambda: now)
    waits = []
    for _ in range(6):
        tries.failed()
        waits.append(tries.wait_s())
        now += waits[-1]
    assert waits == [0, 0, 10, 20, 40, 80]
    tries.passed()
    tries.failed()
    assert tries.wait_s() == 0


def test_without_the_key_pin_nothing_is_locked() -> None:
    onsite = Settings().onsite.model_copy(update={"pin": make_pin("4711"), "locked": True})
    save_settings(Settings(onsite=onsite))
    assert load_settings().onsite.is_locked
    path = locations().config / "settings.json"
    content = json.loads(path.read_text())
    del content["onsite"]["pin"]
    path.write_text(json.dumps(content))
    assert not load_settings().onsite.is_locked


@settings(max_examples=50)
@given(
    st.dictionaries(st.sampled_from(["salt", "digest", "n", "r", "p"]), st.text(max_size=5) | st.integers())
)
def test_a_spoiled_pin_is_refused_before_it_costs_memory(content: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="PinHash"):
        PinHash.model_validate({"n": 1 << 30} | content | {"salt": "xyz"})
