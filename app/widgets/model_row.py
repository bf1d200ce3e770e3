"""One model in the list: what it is for, how large, under which licence; and what can be done with it."""

from PySide6.QtCore import QLocale, Qt, Signal
from PySide6.QtWidgets import QCheckBox, QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from app.theme import GAP, TOUCH
from app.translations import spoken
from core.backbones.store import ModelEntry

_SHOWN_OF_HASH = 16


class ModelRow(QFrame):
    """`picked` when its tick changes; `remove_asked` and `fetch_asked` when its button is pressed."""

    picked = Signal()
    remove_asked = Signal()
    fetch_asked = Signal()

    def __init__(self, entry: ModelEntry, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.entry = entry
        self.setObjectName(f"model_{entry.name}")
        self.setProperty("class", "card")
        self.name = QLabel(entry.name)
        self.name.setProperty("class", "heading3")
        self.state = QLabel()
        self.state.setProperty("class", "muted" if entry.state == "not downloaded" else "badge")
        self.purpose = QLabel(wordWrap=True)
        self.facts = QLabel(wordWrap=True)
        self.facts.setProperty("class", "muted")
        self.pick = QCheckBox(objectName=f"pick_{entry.name}", minimumHeight=TOUCH)
        self.pick.toggled.connect(self.picked)
        self.remove = QPushButton(objectName=f"remove_{entry.name}", minimumHeight=TOUCH)
        self.remove.clicked.connect(self.remove_asked)
        self.fetch = QPushButton(objectName=f"fetch_{entry.name}", minimumHeight=TOUCH)
        self.fetch.clicked.connect(self.fetch_asked)
        head = QHBoxLayout(spacing=GAP)
        head.addWidget(self.name)
        head.addWidget(self.state, alignment=Qt.AlignmentFlag.AlignVCenter)
        head.addStretch(1)
        for button in (self.pick, self.remove, self.fetch):
            head.addWidget(button)
        column = QVBoxLayout(self, spacing=GAP // 2)
        column.addLayout(head)
        column.addWidget(self.purpose)
        column.addWidget(self.facts)
        self.retranslate()

    @property
    def carried(self) -> bool:
        """Whether it can be put into a file: it is here whole, not part of the program, and no folder with many files."""
        return self._own and self.entry.bundled

    @property
    def _own(self) -> bool:
        """Whether it is here whole and came from outside."""
        return self.entry.state == "ready" and self.entry.source != "embedded"

    def retranslate(self) -> None:
        """Words in the present language."""
        entry = self.entry
        self.state.setText(
            {
                "ready": self.tr("使えます"),
                "not downloaded": self.tr("まだこのパソコンにありません"),
                "broken": self.tr("壊れています"),
            }[entry.state]
        )
        self.purpose.setText(entry.purpose.get(spoken(), ""))
        self.purpose.setVisible(bool(self.purpose.text()))
        self.facts.setText(" / ".join(self._facts()))
        self.facts.setToolTip(f"SHA-256: {entry.sha256}" if entry.sha256 else "")
        self.pick.setText(self.tr("ファイルに入れる"))
        self.remove.setText(self.tr("削除"))
        self.fetch.setText(self.tr("ダウンロード…"))
        for button in (self.pick, self.remove, self.fetch):
            button.setAccessibleName(f"{entry.name}: {button.text()}")
        self.pick.setVisible(self.carried)
        self.remove.setVisible(entry.source != "embedded" and entry.state != "not downloaded")
        self.fetch.setVisible(entry.state == "not downloaded")

    def set_free(self, free: bool) -> None:
        """Whether its buttons may be pressed now."""
        for button in (self.pick, self.remove, self.fetch):
            button.setEnabled(free)

    def _facts(self) -> list[str]:
        entry = self.entry
        come = {
            "embedded": self.tr("プログラムに付属"),
            "file": self.tr("ファイルから取り込み"),
            "download": "" if entry.state == "not downloaded" else self.tr("ダウンロードしたもの"),
        }[entry.source]
        size = data_size(entry.size_bytes) if entry.size_bytes else ""
        licence = self.tr("ライセンス：{licence}").format(licence=entry.licence) if entry.licence else ""
        digest = (
            self.tr("照合値：{hash}…").format(hash=entry.sha256[:_SHOWN_OF_HASH])
            if self._own and entry.sha256
            else ""
        )
        return [fact for fact in (size, licence, come, digest) if fact]


def data_size(size: int) -> str:
    """Bytes as a person reads them, in thousands as on the label of a USB stick."""
    return QLocale().formattedDataSize(size, 1, QLocale.DataSizeFormat.DataSizeSIFormat)
