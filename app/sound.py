"""Sounds for answers on site: short tones made here, played by what the system has for it, in the background.

Qt's own player (QtMultimedia) would add 100 MB to the program for three tones.
"""

import logging
import math
import shutil
import struct
import subprocess
import sys
import threading
import wave
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

from core.files import write_atomic
from core.settings import locations

_LOG = logging.getLogger(__name__)
_RATE = 22_050
_LOUDNESS = 0.6
_RAMP_S = 0.008  # a tone that starts at once clicks
_PLAYERS = ("pw-play", "paplay", "aplay")
_LONGEST_S = 5.0
# One high tone: OK. Two low ones: NG. Three in between: a person is wanted. (Hz, seconds; 0 Hz is a pause)
TONES: dict[str, tuple[tuple[float, float], ...]] = {
    "ok": ((1320.0, 0.14),),
    "ng": ((330.0, 0.28), (0.0, 0.09), (330.0, 0.42)),
    "unsure": ((784.0, 0.12), (0.0, 0.07)) * 3,
}


def tone(parts: Sequence[tuple[float, float]]) -> bytes:
    """A WAV file of tones, one after the other."""
    samples: list[int] = []
    for hertz, seconds in parts:
        count = round(seconds * _RATE)
        ramp = _RAMP_S * _RATE
        samples += [
            round(
                32767 * _LOUDNESS * min(1.0, at / ramp, (count - at) / ramp)
                * math.sin(2 * math.pi * hertz * at / _RATE)
            )
            for at in range(count)
        ]  # fmt: skip
    content = BytesIO()
    with wave.open(content, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(_RATE)
        file.writeframes(struct.pack(f"<{len(samples)}h", *samples))
    return content.getvalue()


def player() -> str:
    """What plays sounds on this PC, "" where nothing does."""
    if sys.platform == "win32":
        return "winsound"
    if sys.platform == "darwin":
        return shutil.which("afplay") or ""
    return next((found for name in _PLAYERS if (found := shutil.which(name))), "")


class Sounds:
    """Plays one tone at a time; one that is still playing is not interrupted, and the next is dropped."""

    def __init__(self) -> None:
        self.player = player()
        self._busy = threading.Lock()

    @property
    def can_play(self) -> bool:
        """Whether there is a way to play sounds on this PC."""
        return bool(self.player)

    def play(self, name: str) -> None:
        """Play a tone of `TONES` in the background."""
        if self.can_play and self._busy.acquire(blocking=False):
            threading.Thread(target=self._play, args=(name,), name="sound", daemon=True).start()

    def _play(self, name: str) -> None:
        try:
            _play_file(self.player, _file_of(name))
        except (OSError, subprocess.SubprocessError, RuntimeError) as error:
            _LOG.info("no sound: %r", error)
        finally:
            self._busy.release()


def _file_of(name: str) -> Path:
    path = locations().cache / "sounds" / f"{name}-1.wav"
    if not path.is_file():
        write_atomic(path, tone(TONES[name]))
    return path


def _play_file(program: str, path: Path) -> None:
    if sys.platform == "win32":
        import winsound

        winsound.PlaySound(str(path), winsound.SND_FILENAME | winsound.SND_NODEFAULT)
        return
    subprocess.run(
        [program, str(path)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        timeout=_LONGEST_S,
        check=True,
    )
