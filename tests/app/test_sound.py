"""Sounds: real WAV files that differ, played by what the system has, or said to be impossible."""

import io
import wave
from pathlib import Path

import numpy as np
import pytest

from app import sound
from app.sound import TONES, Sounds, tone
from core.settings import locations


@pytest.mark.parametrize("name", TONES)
def test_a_tone_lasts_and_sounds_as_written(name: str) -> None:
    with wave.open(io.BytesIO(tone(TONES[name]))) as file:
        rate, frames = file.getframerate(), file.readframes(file.getnframes())
    samples = np.frombuffer(frames, "<i2")
    assert len(samples) / rate == pytest.approx(sum(seconds for _, seconds in TONES[name]), abs=0.001)
    hertz, seconds = TONES[name][0]
    spectrum = np.abs(np.fft.rfft(samples[: int(seconds * rate)]))
    assert np.argmax(spectrum) / seconds == pytest.approx(hertz, abs=2 / seconds)
    assert abs(samples[0]) < 200 and abs(samples).max() < 32767, "no click, no clipping"


def test_one_is_played_at_a_time_from_a_file_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    played: list[tuple[str, bytes]] = []
    monkeypatch.setattr(sound, "player", lambda: "/usr/bin/aplay")
    monkeypatch.setattr(
        sound, "_play_file", lambda program, path: played.append((program, path.read_bytes()))
    )
    sounds = Sounds()
    for name in TONES:
        sounds.play(name)
        with sounds._busy:
            pass
    assert played == [("/usr/bin/aplay", tone(parts)) for parts in TONES.values()]
    assert len(list((locations().cache / "sounds").iterdir())) == len(TONES)


def test_without_a_player_nothing_is_played_and_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sound.shutil, "which", lambda _name: None)
    monkeypatch.setattr(sound.sys, "platform", "linux")
    sounds = Sounds()
    assert not sounds.can_play
    sounds.play("ok")
    assert not Path(locations().cache / "sounds").exists()


def test_a_player_that_fails_is_no_trouble(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_program: str, _path: Path) -> None:
        raise OSError("no device")

    monkeypatch.setattr(sound, "player", lambda: "aplay")
    monkeypatch.setattr(sound, "_play_file", fail)
    sounds = Sounds()
    sounds._busy.acquire()
    sounds._play("ok")
    assert not sounds._busy.locked()
