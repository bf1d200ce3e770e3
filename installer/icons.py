"""The program's icon in the form that Windows wants, drawn from the one SVG."""

import os
from pathlib import Path

from PIL import Image

from installer.contents import ROOT

SIZES = (16, 24, 32, 48, 64, 128, 256)


def write_ico(path: Path) -> None:
    """Write an .ico with all usual sizes, each drawn at its size."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtGui import QGuiApplication, QImage, QPainter
    from PySide6.QtSvg import QSvgRenderer

    app = QGuiApplication.instance() or QGuiApplication([])
    renderer = QSvgRenderer(str(ROOT / "assets" / "icons" / "hikidashi.svg"))
    pictures = []
    for size in SIZES:
        image = QImage(size, size, QImage.Format.Format_RGBA8888)
        image.fill(0)
        painter = QPainter(image)
        renderer.render(painter)
        painter.end()
        pictures.append(Image.frombytes("RGBA", (size, size), bytes(image.constBits())))
    del app
    path.parent.mkdir(parents=True, exist_ok=True)
    *smaller, largest = pictures
    largest.save(path, format="ICO", sizes=[(size, size) for size in SIZES], append_images=smaller)
