"""The health of the line in a mark and a sentence; the figures, thresholds and what to do behind a button."""

from html import escape

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QDialog,
    QDoubleSpinBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from app.translations import spoken
from app.widgets.level_mark import LevelMark, Mark
from core.onsite.monitor.limits import MonitorLimits
from core.onsite.monitor.look import Level
from core.onsite.monitor.monitor import Status
from core.onsite.monitor.words import monitor_words

_MARKS: dict[Level, Mark] = {
    Level.STARTING: "answer",
    Level.WELL: "ok",
    Level.WATCH: "warn",
    Level.RETRAIN: "stop",
}


class HealthLight(QWidget):
    """Mark and headline; `asked` when more is wanted."""

    asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("health_light")
        self.status: Status | None = None
        self.mark = LevelMark("answer", 28)
        self.words = QLabel(objectName="health_words", wordWrap=True)
        self.more = QPushButton(objectName="health_more")
        self.more.clicked.connect(self.asked)
        row = QHBoxLayout(self, spacing=8)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.mark)
        row.addWidget(self.words, 1)
        row.addWidget(self.more)
        self.show_status(None)

    def show_status(self, status: Status | None) -> None:
        """Show how the line is; hidden while nobody knows."""
        self.status = status
        self.setVisible(status is not None)
        self.more.setText(self.tr("見守り"))
        self.more.setAccessibleName(self.tr("見守りのくわしい結果を開く"))
        if status is None:
            return
        words = monitor_words(spoken())
        self.mark.set_mark(_MARKS[status.level])
        self.mark.setAccessibleName(words.headline(status))
        self.words.setText(f"<b>{escape(words.headline(status))}</b><br>{escape(words.why(status))}")


class HealthDialog(QDialog):
    """Figures, what to do, the thresholds; `day_wanted` and `retrain_wanted` ask for the page of the day and a project."""

    day_wanted = Signal()
    retrain_wanted = Signal()
    limits_changed = Signal(object)

    def __init__(self, status: Status, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("health")
        self._limits = status.limits
        words = monitor_words(spoken())
        self.setWindowTitle(self.tr("見守り"))
        head = QHBoxLayout(spacing=12)
        head.addWidget(LevelMark(_MARKS[status.level], 40))
        headline = QLabel(words.headline(status), objectName="health_headline", wordWrap=True)
        headline.setProperty("class", "heading1")
        head.addWidget(headline, 1)
        inside = QWidget()
        column = QVBoxLayout(inside, spacing=10)
        column.addLayout(head)
        column.addWidget(QLabel(words.why(status), objectName="health_why", wordWrap=True))
        for text in words.advice(status):
            column.addWidget(QLabel(f"→ {text}", wordWrap=True))
        figures = words.figures(status)
        if figures:
            column.addWidget(_heading(words("day.figures")))
            for text in figures:
                column.addWidget(QLabel(f"• {text}", wordWrap=True))
        column.addWidget(_heading(words("rule.heading")))
        for text in words.rules(status.limits):
            note = QLabel(f"• {text}", wordWrap=True)
            note.setProperty("class", "muted")
            column.addWidget(note)
        column.addWidget(_heading(self.tr("しきい値を変える")))
        column.addLayout(self._build_form())
        column.addStretch(1)
        area = QScrollArea(widgetResizable=True)
        area.setWidget(inside)
        outer = QVBoxLayout(self, spacing=12)
        outer.addWidget(area, 1)
        outer.addLayout(self._build_buttons(status))
        self.resize(720, 640)

    def limits(self) -> MonitorLimits:
        """The thresholds as shown."""
        return self._limits.model_copy(
            update={
                "window": self.window_size.value(),
                "windows": self.windows.value(),
                "unlike": self.unlike.value() / 100,
                "unsure_factor": self.unsure_factor.value(),
                "mix": self.mix.value() / 100,
                "disagreement": self.disagreement.value() / 100,
                "seconds": self.seconds.value(),
            }
        )

    def _build_form(self) -> QFormLayout:
        limits, percent = self._limits, " %"
        self.window_size = _whole(30, 2000, limits.window, self.tr(" 枚"), "health_window")
        self.windows = _whole(1, 10, limits.windows, self.tr(" 回"), "health_windows")
        self.unlike = _whole(6, 100, round(100 * limits.unlike), percent, "health_unlike")
        self.unsure_factor = QDoubleSpinBox(objectName="health_unsure", minimumHeight=40)
        self.unsure_factor.setRange(1, 20)
        self.unsure_factor.setDecimals(1)
        self.unsure_factor.setValue(limits.unsure_factor)
        self.unsure_factor.setSuffix(self.tr(" 倍"))
        self.mix = _whole(1, 100, round(100 * limits.mix), percent, "health_mix")
        self.disagreement = _whole(1, 100, round(100 * limits.disagreement), percent, "health_disagreement")
        self.seconds = QDoubleSpinBox(objectName="health_seconds", minimumHeight=40)
        self.seconds.setRange(0.1, 600)
        self.seconds.setDecimals(1)
        self.seconds.setValue(limits.seconds)
        self.seconds.setSuffix(self.tr(" 秒"))
        rows = (
            (self.tr("何枚ごとに調べるか"), self.window_size),
            (self.tr("何回続いたら学習し直しを勧めるか"), self.windows),
            (self.tr("見本と違う写真が、これより多いと変化"), self.unlike),
            (self.tr("要確認が、予想のこの倍数より多いと変化"), self.unsure_factor),
            (self.tr("種類の割合が、これより多く入れ替わると変化"), self.mix),
            (self.tr("人の判断との食い違いが、これより多いと変化"), self.disagreement),
            (self.tr("1 枚の判定が、これより長いと遅れ"), self.seconds),
        )
        form = QFormLayout(verticalSpacing=8)
        for words, box in rows:
            box.setAccessibleName(words)
            box.setMaximumWidth(160)
            label = QLabel(words, minimumHeight=40, wordWrap=True)
            label.setBuddy(box)
            form.addRow(label, box)
        return form

    def _build_buttons(self, status: Status) -> QHBoxLayout:
        self.day = QPushButton(self.tr("一日のまとめを保存"), objectName="health_day")
        self.retrain = QPushButton(self.tr("学習し直す準備"), objectName="health_retrain")
        self.keep = QPushButton(self.tr("しきい値を保存"), objectName="health_keep")
        self.close_button = QPushButton(self.tr("閉じる"), objectName="health_close")
        if status.level is Level.RETRAIN:
            self.retrain.setProperty("class", "primary")
        self.day.clicked.connect(self.day_wanted)
        self.retrain.clicked.connect(self._retrain)
        self.keep.clicked.connect(self._keep)
        self.close_button.clicked.connect(self.reject)
        row = QHBoxLayout(spacing=8)
        row.addWidget(self.day)
        row.addWidget(self.keep)
        row.addStretch(1)
        row.addWidget(self.retrain)
        row.addWidget(self.close_button)
        return row

    def _keep(self) -> None:
        self.limits_changed.emit(self.limits())
        self.keep.setText(self.tr("保存しました"))

    def _retrain(self) -> None:
        self.accept()
        self.retrain_wanted.emit()


def _heading(words: str) -> QLabel:
    label = QLabel(words)
    label.setProperty("class", "heading3")
    return label


def _whole(low: int, high: int, value: int, suffix: str, name: str) -> QSpinBox:
    box = QSpinBox(objectName=name, minimumHeight=40)
    box.setRange(low, high)
    box.setValue(value)
    box.setSuffix(suffix)
    return box
