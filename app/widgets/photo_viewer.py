"""The photo of a grid in a window of its own: looked into with wheel and hand, labelled with the same keys."""

from pathlib import Path

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QPushButton, QSlider, QVBoxLayout, QWidget

from app.background import Task, run_in_background
from app.models.photo_grid import PhotoRole
from app.theme import GAP, TOUCH
from app.widgets.flow import FlowLayout
from app.widgets.photo_grid import PhotoGrid
from app.widgets.zoom_view import BRIGHTNESS, Pictures, ZoomView
from core.photos.decode import open_photo
from core.problems import Problem

_SIZE = (1000, 680)
_SLIDER = 150
_LOADING_AFTER_MS = 200
_STEPS = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_PageUp: -1, Qt.Key.Key_PageDown: 1}


class PhotoViewer(QDialog):
    """Follows the grid and leads it: what is current there is shown here, the arrow keys go on, number keys label."""

    def __init__(self, grid: PhotoGrid, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("photo_viewer")
        self.setWindowFlag(Qt.WindowType.WindowMaximizeButtonHint)
        self._grid = grid
        self._path: Path | None = None
        self._task: Task[Pictures] | None = None
        self.view = ZoomView()
        self.name = QLabel(objectName="viewer_name")
        self.name.setProperty("class", "heading3")
        self.pixel = QLabel(objectName="viewer_pixel")
        self.pixel.setProperty("class", "muted")
        self._slow = QTimer(self, singleShot=True, interval=_LOADING_AFTER_MS)
        self._slow.timeout.connect(lambda: self.pixel.setText(self.tr("写真を開いています…")))
        self._build()
        self.view.scaled.connect(self._say_scale)
        self.view.pointed.connect(self._say_pixel)
        grid.selectionModel().currentChanged.connect(lambda *_: self._follow())
        grid.grid.dataChanged.connect(lambda *_: self._say_name())
        grid.grid.modelReset.connect(self._follow)
        self.resize(*_SIZE)
        self.retranslate()

    def open_here(self) -> None:
        """Show the current photo, in front."""
        self.show()
        self.raise_()
        self.activateWindow()
        self._follow()
        self.view.setFocus()

    def retranslate(self) -> None:
        """Words in the present language."""
        self.setWindowTitle(self.tr("写真を大きく見る"))
        self.view.setAccessibleName(self.windowTitle())
        self.earlier.setText(self.tr("前の写真"))
        self.later.setText(self.tr("次の写真"))
        self.all.setText(self.tr("全体"))
        self.pixels.setText(self.tr("等倍"))
        self.smaller.setAccessibleName(self.tr("縮める"))
        self.larger.setAccessibleName(self.tr("広げる"))
        self.brightness_label.setText(self.tr("明るさ"))
        self.brightness.setAccessibleName(self.brightness_label.text())
        self.plain.setText(self.tr("元の明るさ"))
        self.keys.setText(
            self.tr(
                "ホイールで拡大、ドラッグで移動、ダブルクリックで等倍。← → で前後の写真、数字キーで種類を付けます。"
            )
        )
        self._say_name()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not event.modifiers() and (step := _STEPS.get(Qt.Key(event.key()))):
            self._step(step)
        elif not self._grid.take_key(event):
            super().keyPressEvent(event)

    def done(self, result: int) -> None:
        """Closed: nothing large stays in memory."""
        self._forget()
        super().done(result)

    def _step(self, by: int) -> None:
        row = self._grid.currentIndex().row() + by
        if 0 <= row < self._grid.grid.rowCount():
            self._grid.select_row(row)

    def _follow(self) -> None:
        if not self.isVisible():
            return
        index = self._grid.currentIndex()
        if not index.isValid():
            self._forget()
            return
        self._say_name()
        path = index.data(PhotoRole.PHOTO).path
        self.earlier.setEnabled(index.row() > 0)
        self.later.setEnabled(index.row() + 1 < self._grid.grid.rowCount())
        if path != self._path:
            self._load(path)

    def _load(self, path: Path) -> None:
        self._path = path
        if self._task is not None:
            self._task.cancel()
        self._slow.start()
        self._task = run_in_background(
            self, lambda _cancel: Pictures.of(open_photo(path)), success=self._came, failure=self._missed
        )

    def _came(self, pictures: Pictures) -> None:
        self._end()
        self.view.show_pictures(pictures)
        size = self.tr("{width} × {height} 画素")
        self.pixel.setText(size.format(width=pictures.whole.width(), height=pictures.whole.height()))

    def _missed(self, error: Exception) -> None:
        self._end()
        self.view.show_pictures(None)
        if not isinstance(error, Problem):
            raise error
        self.pixel.setText(self.tr("この写真は開けません。"))

    def _end(self) -> None:
        self._task = None
        self._slow.stop()

    def _forget(self) -> None:
        if self._task is not None:
            self._task.cancel()
        self._end()
        self._path = None
        self.view.show_pictures(None)
        self.name.setText("")

    def _say_name(self) -> None:
        index = self._grid.currentIndex()
        if not self.isVisible() or not index.isValid():
            return
        entry = index.data(PhotoRole.CLASS)
        label = self.tr("ラベルなし") if entry is None else entry.name
        self.name.setText(self.tr("{label}　{name}").format(label=label, name=index.data()))

    def _say_scale(self, scale: float) -> None:
        self.percent.setText(f"{100 * scale:.0f} %")

    def _say_pixel(self, pixel: tuple[int, int, int, int, int] | None) -> None:
        if pixel is None:
            self.pixel.setText("")
            return
        x, y, red, green, blue = pixel
        words = self.tr("横 {x}、縦 {y}：赤 {red}、緑 {green}、青 {blue}")
        self.pixel.setText(words.format(x=x, y=y, red=red, green=green, blue=blue))

    # Laying out

    def _build(self) -> None:
        self.earlier, self.later = self._button("viewer_earlier"), self._button("viewer_later")
        self.earlier.clicked.connect(lambda: self._step(-1))
        self.later.clicked.connect(lambda: self._step(1))
        self.all, self.pixels = self._button("viewer_all"), self._button("viewer_pixels")
        self.all.clicked.connect(self.view.fit)
        self.pixels.clicked.connect(lambda: self.view.zoom_to(1.0))
        self.smaller, self.larger = self._button("viewer_smaller", "－"), self._button("viewer_larger", "＋")
        self.smaller.clicked.connect(lambda: self.view.zoom_to(self.view.scale / 1.5))
        self.larger.clicked.connect(lambda: self.view.zoom_to(self.view.scale * 1.5))
        self.percent = QLabel(objectName="viewer_percent", alignment=Qt.AlignmentFlag.AlignCenter)
        self.percent.setMinimumWidth(self.fontMetrics().horizontalAdvance("3200 %") + GAP)
        self.brightness_label = QLabel()
        self.brightness = QSlider(
            Qt.Orientation.Horizontal, objectName="viewer_brightness", minimumHeight=TOUCH
        )
        self.brightness.setFixedWidth(_SLIDER)
        self.brightness.setRange(BRIGHTNESS.start, BRIGHTNESS.stop - 1)
        self.brightness.valueChanged.connect(self.view.set_brightness)
        self.plain = self._button("viewer_plain")
        self.plain.clicked.connect(lambda: self.brightness.setValue(0))
        self.keys = QLabel(objectName="viewer_keys", wordWrap=True)
        self.keys.setProperty("class", "muted")
        tools = QWidget()
        flow = FlowLayout(tools, spacing=GAP)
        for part in (
            self.earlier, self.later, self.all, self.pixels, self.smaller, self.percent, self.larger,
            self.brightness_label, self.brightness, self.plain,
        ):  # fmt: skip
            part.setMinimumHeight(TOUCH)
            flow.addWidget(part)
        top = QHBoxLayout(spacing=2 * GAP)
        top.addWidget(self.name, 1)
        top.addWidget(self.pixel)
        column = QVBoxLayout(self, spacing=GAP)
        column.addLayout(top)
        column.addWidget(self.view, 1)
        column.addWidget(tools)
        column.addWidget(self.keys)

    @staticmethod
    def _button(name: str, text: str = "") -> QPushButton:
        # Enter is not a click on whichever came first.
        return QPushButton(text, objectName=name, minimumHeight=TOUCH, autoDefault=False)
