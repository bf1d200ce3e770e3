"""One judged photo, large, and its label to be mended right there."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QImage, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from app.background import run_in_background
from app.widgets.judged_photos import JudgedPhoto
from core.insight.findings import HeatMap
from core.photos.decode import open_photo
from core.problems import Language, Problem, problem_text

_EDGE = 900
# A word with less than this share of the weightiest one's weight is not named.
_COUNTS = 0.2
_MOST_WORDS = 3


@dataclass(frozen=True)
class LabelChoice:
    """A class that a photo can be given."""

    class_id: int
    name: str


class PhotoJudgement(QWidget):
    """Shows a photo with what the model said; `relabel` asks for another class, `undo` for the former one, `where` for
    the places of this photo that the model looked at, `never_mind` takes that back; `saved` says to which path the
    picture of them, or the weights of the words, are to be written."""

    relabel = Signal(object, int)
    undo = Signal()
    where = Signal(object)
    never_mind = Signal()
    saved = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("photo_judgement")
        self._photo: JudgedPhoto | None = None
        self._own = False
        self._language: Language = "ja"
        self._failure: Problem | None = None
        self.picture = Picture()
        self.words = QLabel(objectName="judgement_words", wordWrap=True)
        self.classes = QComboBox(objectName="relabel_class", minimumHeight=40)
        self.classes.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.classes.setMinimumContentsLength(8)
        self.apply = QPushButton(objectName="relabel_apply", minimumHeight=40)
        self.back = QPushButton(objectName="relabel_undo", minimumHeight=40, enabled=False)
        self.look = QPushButton(objectName="where_looked", minimumHeight=40, enabled=False)
        self.save = QPushButton(objectName="where_looked_save", minimumHeight=40, visible=False)
        self.save.clicked.connect(self._save)
        self.look_words = QLabel(objectName="where_looked_words", wordWrap=True, visible=False)
        self.look.clicked.connect(self._ask_where)
        self.note = QLabel(objectName="relabel_note", wordWrap=True)
        self.note.setProperty("class", "muted")
        self.classes.activated.connect(lambda _: self._enable())
        self.apply.clicked.connect(self._ask)
        self.back.clicked.connect(self.undo)
        self._lay_out()
        self.retranslate()

    def offer(self, choices: Sequence[LabelChoice]) -> None:
        """The classes that photos can be given."""
        self.classes.clear()
        for choice in choices:
            self.classes.addItem(choice.name, choice.class_id)
        self._enable()

    def show_photo(self, photo: JudgedPhoto | None, class_id: int | None, language: Language) -> None:
        """Show a photo; `class_id` is its label in the project, None where it is no photo of the project."""
        self._photo, self._own, self._language = photo, class_id is not None, language
        self._failure = None
        self._image, self._gaze, self._heat = None, "photo", None
        self.picture.show_image(None)
        if class_id is not None:
            self.classes.setCurrentIndex(self.classes.findData(class_id))
        if photo is not None:
            path = photo.path
            run_in_background(
                self,
                lambda _cancel: load_picture(path),
                success=lambda image: self._loaded(path, image),
                failure=lambda error: self._not_loaded(path, error),
            )
        self.retranslate()
        self._enable()

    def show_heat(self, image: QImage, found: HeatMap) -> None:
        """Show where the model looked in the photo, for the class it answered, and by which words."""
        self._gaze, self._heat = "heat", found
        self.picture.show_image(image)
        self.retranslate()

    def show_photo_only(self) -> None:
        """Show the photo as it is again."""
        self._gaze = "photo"
        self.picture.show_image(self._image)
        self.retranslate()

    @property
    def heat(self) -> HeatMap | None:
        """What was found of the photo."""
        return self._heat

    @property
    def photo(self) -> JudgedPhoto | None:
        """The photo that is shown."""
        return self._photo

    def relabelled(self, count: int) -> None:
        """Say how many labels were mended since the run."""
        self.back.setEnabled(count > 0)
        self._mended = count
        self._say_note()

    def retranslate(self) -> None:
        """Words in the present language."""
        self.classes.setAccessibleName(self.tr("正しいラベル"))
        self.apply.setText(self.tr("ラベルを直す"))
        self.back.setText(self.tr("元に戻す"))
        looks = {
            "photo": self.tr("見ていたところを表示"),
            "looking": self.tr("やめる"),
            "heat": self.tr("写真だけを表示"),
        }
        self.look.setText(looks[self._gaze])
        words = {
            "photo": "",
            "looking": self.tr("モデルがどこを見ていたか調べています。数秒かかります。"),
            "heat": "" if self._heat is None else self._heat_words(self._heat),
        }
        self.look_words.setText(words[self._gaze])
        self.look_words.setVisible(bool(words[self._gaze]))
        self.save.setText(self.tr("図を保存"))
        self.save.setVisible(self._gaze == "heat")
        for button in (self.apply, self.back, self.look, self.save):
            button.setAccessibleName(button.text())
        self.words.setText(self._words())
        self.picture.setAccessibleName(self.words.text())
        self._say_note()

    _mended = 0
    _image: QImage | None = None
    _gaze: Literal["photo", "looking", "heat"] = "photo"
    _heat: HeatMap | None = None

    def _words(self) -> str:
        photo = self._photo
        if photo is None:
            return self.tr("写真を選ぶと、ここに大きく表示されます。")
        if self._failure is not None:
            return str(problem_text(self._failure.code, self._failure.data, self._language))
        if not photo.wrong:
            return self.tr("{name}：正解どおり「{truth}」（自信 {percent} %）").format(
                name=photo.path.name, truth=photo.truth, percent=photo.percent
            )
        return self.tr("{name}：正解は「{truth}」、モデルの答えは「{answer}」（自信 {percent} %）").format(
            name=photo.path.name, truth=photo.truth, answer=photo.answer, percent=photo.percent
        )

    def _heat_words(self, found: HeatMap) -> str:
        told = [
            self.tr("「{answer}」と答えるときに見ていたところほど、明るく、だいだい色です。").format(
                answer=found.class_name
            )
        ]
        # Words in the order of how much they count; one that hardly does is left out.
        most = max((abs(each.weight) for each in found.words), default=0.0)
        counting = sorted(found.words, key=lambda each: -abs(each.weight))
        for sign, words in (
            (1, self.tr("説明文の言葉では、{words} が決め手です。")),
            (-1, self.tr("反対に {words} は、この答えから遠ざけています。")),
        ):
            named = [each.word for each in counting if sign * each.weight > _COUNTS * most]
            if named:
                told.append(
                    words.format(words=self.tr("、").join(f"“{word}”" for word in named[:_MOST_WORDS]))
                )
        if found.learned > _COUNTS * most:
            told.append(self.tr("学習で覚えた言葉の読み方も、この答えを後押ししています。"))
        elif found.learned < -_COUNTS * most:
            told.append(self.tr("学習で覚えた言葉の読み方は、この答えから遠ざけています。"))
        return " ".join(told)

    def _save(self) -> None:
        """Ask for a place for the picture, or the words with their weights."""
        found = self._heat
        if found is None:
            return
        kinds = "PNG (*.png);;CSV (*.csv)"
        name = f"{Path(found.photo).stem}.png"
        chosen, kind = QFileDialog.getSaveFileName(self, self.save.text(), name, kinds)
        if not chosen:
            return
        path = Path(chosen)
        if path.suffix.lower() not in (".png", ".csv"):
            path = path.with_name(f"{path.name}.{'csv' if kind.startswith('CSV') else 'png'}")
        self.saved.emit(path)

    def _say_note(self) -> None:
        if self._mended:
            self.note.setText(
                self.tr("{count} 枚のラベルを直しました。もう一度学習すると、結果に入ります。").format(
                    count=self._mended
                )
            )
        elif self._photo is not None and not self._own:
            self.note.setText(self.tr("この写真はプロジェクトの写真ではないので、ラベルは直せません。"))
        else:
            self.note.setText(self.tr("正解のほうがまちがっていたら、ここで直せます。"))

    def _enable(self) -> None:
        can = self._photo is not None and self._own and self.classes.currentIndex() >= 0
        self.classes.setEnabled(self._photo is not None and self._own)
        self.look.setEnabled(self._image is not None)
        self.apply.setEnabled(can)

    def _ask(self) -> None:
        if self._photo is not None:
            self.relabel.emit(self._photo, int(self.classes.currentData()))

    def _ask_where(self) -> None:
        if self._gaze == "photo":
            self._gaze = "looking"
            self.retranslate()
            self.where.emit(self._photo)
        else:
            asked = self._gaze == "looking"
            self.show_photo_only()
            if asked:
                self.never_mind.emit()

    def _loaded(self, path: Path, image: QImage) -> None:
        if self._photo is not None and self._photo.path == path:
            self._image = image
            self.picture.show_image(image)
            self.look.setEnabled(True)

    def _not_loaded(self, path: Path, error: Exception) -> None:
        if not isinstance(error, Problem):
            raise error
        if self._photo is not None and self._photo.path == path:
            self._failure = error
            self.retranslate()

    def _lay_out(self) -> None:
        row = QHBoxLayout(spacing=8)
        row.addWidget(self.classes, 1)
        row.addWidget(self.apply)
        row.addWidget(self.back)
        column = QVBoxLayout(self, spacing=8)
        column.setContentsMargins(8, 0, 8, 0)
        column.addWidget(self.picture, 1)
        column.addWidget(self.words)
        looks = QHBoxLayout(spacing=8)
        looks.addWidget(self.look)
        looks.addWidget(self.save)
        looks.addStretch(1)
        column.addLayout(looks)
        column.addWidget(self.look_words)
        column.addLayout(row)
        column.addWidget(self.note)


class Picture(QWidget):
    """The photo as large as its place, never distorted."""

    def __init__(self) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(160, 120)
        self._pixmap: QPixmap | None = None

    def show_image(self, image: QImage | None) -> None:
        self._pixmap = None if image is None else QPixmap.fromImage(image)
        self.update()

    def sizeHint(self) -> QSize:
        # Little, so that it takes the height that is left: with large text the words below it need theirs.
        return QSize(480, 120)

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._pixmap is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        place = self.rect()
        place.setSize(self._pixmap.size().scaled(place.size(), Qt.AspectRatioMode.KeepAspectRatio))
        place.moveCenter(self.rect().center())
        painter.drawPixmap(place, self._pixmap)
        painter.end()


def load_picture(path: Path) -> QImage:
    """The photo by the one loader, small enough for the screen."""
    photo = open_photo(path, at_least=_EDGE)
    photo.thumbnail((_EDGE, _EDGE))
    data = photo.tobytes()
    return QImage(data, photo.width, photo.height, 3 * photo.width, QImage.Format.Format_RGB888).copy()
