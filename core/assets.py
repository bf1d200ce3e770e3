"""Where the files that ship with the program lie: presets, texts, the embedded backbone, the sample."""

import sys
from pathlib import Path

ASSETS = Path(getattr(sys, "_MEIPASS", Path(__file__).parents[1])) / "assets"
