"""Try the bundle as a person would: the window opens, and the main job ends in a verified package.

python3 run.py bundle-test [folder of the bundle]
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import cast

BUNDLE = Path(__file__).parents[1] / "dist" / "hikidashi"
SUFFIX = ".exe" if os.name == "nt" else ""
SECONDS_THE_WINDOW_MUST_LIVE = 10


def main() -> int:
    """Try the bundle; 0 when all of it works."""
    bundle = Path(sys.argv[1]) if len(sys.argv) > 1 else BUNDLE
    if not (bundle / f"hikidashi{SUFFIX}").exists():
        print(f"There is no bundle in {bundle}: python3 run.py bundle makes it.", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as folder:
        # Nothing of this machine's Python or settings may help.
        os.environ["HIKIDASHI_HOME"] = str(Path(folder) / "home")
        os.environ.pop("PYTHONPATH", None)
        _window_opens(bundle)
        print("doctor:", _command(bundle, "doctor")["device"])
        answer = _command(bundle, "demo", "--out", str(Path(folder) / "demo"))
        assert answer["verified"] is True, answer
        verified = _command(bundle, "verify", str(answer["package"]))
        assert verified["ok"] is True, verified
        # peft and transformers come in with their methods only, found by name.
        photos = bundle / "_internal" / "assets" / "sample"
        briefly = ("--shots", "2", "--set", "training.epochs=1", "--out", str(Path(folder) / "run"))
        tuned = _command(bundle, "train", "--photos", str(photos), "--preset", "lora", *briefly)
        assert tuned["epochs"] == 1, tuned
        reported = _command(
            bundle, "report", str(Path(folder) / "run"), "--out", str(Path(folder) / "report")
        )
        assert len(cast("list[str]", reported["files"])) == 4, reported
    print("The bundle works.")
    return 0


def _window_opens(bundle: Path) -> None:
    window = subprocess.Popen([str(bundle / f"hikidashi-window{SUFFIX}")], cwd=bundle)
    time.sleep(SECONDS_THE_WINDOW_MUST_LIVE)
    assert window.poll() is None, f"the window closed by itself: {window.returncode}"
    window.terminate()
    window.wait(20)


def _command(bundle: Path, *words: str) -> dict[str, object]:
    command = [str(bundle / f"hikidashi{SUFFIX}"), *words, "--json"]
    answer = subprocess.run(command, cwd=bundle, stdout=subprocess.PIPE, encoding="utf-8", check=True)
    parsed: dict[str, object] = json.loads(answer.stdout.splitlines()[-1])
    return parsed


if __name__ == "__main__":
    sys.exit(main())
