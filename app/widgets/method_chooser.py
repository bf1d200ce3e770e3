"""Every way to train, in groups, to be found by words; the chosen one with what must be known of it."""

import unicodedata
from collections.abc import Collection, Iterator, Sequence

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QShowEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QLabel,
    QLineEdit,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app.method_groups import MethodGroup, group_of
from app.theme import theme
from app.widgets.cost_line import CostLine
from core.methods.catalogue import entry_of
from core.methods.presets import LANGUAGES, Preset
from core.problems import Language

_NAME = Qt.ItemDataRole.UserRole
_ROW = 40
_ROWS_SEEN = 7


class MethodChooser(QWidget):
    """A list in which the row with the cursor is the choice; a line above it narrows the list."""

    chosen = Signal(str)

    def __init__(self, presets: Sequence[Preset], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._presets = {preset.name: preset for preset in presets}
        self._language: Language = "ja"
        self._headings: dict[MethodGroup, QTreeWidgetItem] = {}
        self._rows: dict[str, QTreeWidgetItem] = {}
        self._chosen = ""
        self._left_out: frozenset[str] = frozenset()
        self._lay_out()
        self._fill()

    @property
    def names(self) -> tuple[str, ...]:
        """The presets that the list shows now, from the top."""
        return tuple(item.data(0, _NAME) for item in self._shown())

    def show_chosen(self, name: str) -> None:
        """Put the cursor on a preset, or on none; nothing is told."""
        self._chosen = name
        self.list.blockSignals(True)
        self.list.setCurrentItem(self._rows.get(name))  # type: ignore[arg-type]
        self.list.blockSignals(False)
        if name in self._rows:
            self.list.scrollToItem(self._rows[name])
        self._say_chosen()

    def leave_out(self, names: Collection[str]) -> None:
        """Presets that cannot be chosen now are not in the list."""
        self._left_out = frozenset(names)
        self._narrow(self.search.text())

    def show_judges_new(self, judges: bool) -> None:
        """Whether what is learned with the present settings also serves classes that were not."""
        self.new_by_words.setVisible(bool(self._chosen) and not judges)

    def say(self, language: Language) -> None:
        """Words in the given language."""
        self._language = language
        self.search.setPlaceholderText(self.tr("名前や言葉で探す"))
        self.search.setAccessibleName(self.tr("やり方を名前や言葉で探す"))
        self.list.setAccessibleName(self.tr("すべてのやり方"))
        self.nothing.setText(self.tr("その言葉のやり方はありません。別の言葉で探してください。"))
        for group, item in self._headings.items():
            item.setText(0, self._group_words()[group])
        for name, item in self._rows.items():
            text = self._presets[name].texts[language]
            item.setText(0, text.title)
            item.setData(0, Qt.ItemDataRole.AccessibleDescriptionRole, text.summary)
        self._say_chosen()

    def restyle(self) -> None:
        """Take the colours of the present theme."""
        for row in self._rows.values():
            row.setForeground(1, QColor(theme().muted))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._chosen in self._rows:
            self.list.scrollToItem(self._rows[self._chosen], QAbstractItemView.ScrollHint.PositionAtCenter)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """From the search line, down or Enter leads into the list."""
        if (
            watched is self.search
            and isinstance(event, QKeyEvent)
            and event.type() is QEvent.Type.KeyPress
            and event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Enter)
        ):
            self._enter_list()
            return True
        return super().eventFilter(watched, event)

    def _group_words(self) -> dict[MethodGroup, str]:
        return {
            MethodGroup.AUTOMATIC: self.tr("おまかせ"),
            MethodGroup.REFERENCES: self.tr("比べる基準・軽いやり方"),
            MethodGroup.WORDS: self.tr("説明文だけを学習"),
            MethodGroup.PICTURES: self.tr("写真の見方も学習"),
            MethodGroup.INSIDE: self.tr("モデルの中を学習"),
            MethodGroup.HEAD: self.tr("専用の判定を加える（DePT）"),
            MethodGroup.ANCHORED: self.tr("種類どうしを引き離す（NPT）"),
            MethodGroup.TWO_STEPS: self.tr("二段階で強くする（PT-PEFT）"),
        }

    def _say_chosen(self) -> None:
        preset = self._presets.get(self._chosen)
        for part in (self.title, self.summary, self.when, self.made_of, self.cost):
            part.setVisible(preset is not None)
        if preset is None:
            self.takes_longer.hide()
            return
        text, composition = preset.texts[self._language], preset.parsed
        self.title.setText(text.title)
        self.summary.setText(text.summary)
        self.when.setText(text.when)
        sources = "; ".join(dict.fromkeys(entry_of(name).source for name in composition.parts()))
        self.made_of.setText(
            self.tr("技術名：{composition}（出典：{sources}）").format(
                composition=composition, sources=sources
            )
        )
        self.new_by_words.setText(self.tr("習っていない種類は、元のモデルの説明文で見分けます。"))
        self.takes_longer.setText(self.tr("写真を毎回モデルに通して学習するので、時間が長くかかります。"))
        self.takes_longer.setVisible(composition.needs_pixels)
        self.cost.expect_training(composition.trainable)

    def _moved(self, item: QTreeWidgetItem | None) -> None:
        name = item.data(0, _NAME) if item is not None else None
        if name and name != self._chosen:
            self._chosen = name
            self._say_chosen()
            self.chosen.emit(name)

    def _narrow(self, words: str) -> None:
        wanted = _plain(words).split()
        for name, item in self._rows.items():
            preset = self._presets[name]
            texts = (preset.texts[language] for language in LANGUAGES)
            told = _plain(" ".join((name, preset.composition, *(f"{t.title} {t.summary}" for t in texts))))
            item.setHidden(name in self._left_out or not all(word in told for word in wanted))
        seen = {item.parent() for item in self._shown()}
        for heading in self._headings.values():
            heading.setHidden(heading not in seen)
        self.nothing.setVisible(not self.names)

    def _enter_list(self) -> None:
        shown = list(self._shown())
        if shown:
            self.list.setFocus(Qt.FocusReason.TabFocusReason)
            if self.list.currentItem() not in shown:
                self.list.setCurrentItem(shown[0])

    def _shown(self) -> Iterator[QTreeWidgetItem]:
        return (item for item in self._rows.values() if not item.isHidden())

    def _fill(self) -> None:
        grouped: dict[MethodGroup, list[Preset]] = {group: [] for group in MethodGroup}
        for preset in self._presets.values():
            grouped[group_of(preset.parsed)].append(preset)
        for group, presets in grouped.items():
            if not presets:
                continue
            heading = self._headings[group] = QTreeWidgetItem(self.list)
            heading.setFirstColumnSpanned(True)
            heading.setSizeHint(0, QSize(0, _ROW))
            heading.setFlags(Qt.ItemFlag.ItemIsEnabled)
            font = self.list.font()
            font.setBold(True)
            heading.setFont(0, font)
            for preset in presets:
                row = self._rows[preset.name] = QTreeWidgetItem(heading)
                row.setData(0, _NAME, preset.name)
                row.setText(1, preset.name)
                row.setSizeHint(0, QSize(0, _ROW))
            heading.setExpanded(True)
        self.restyle()

    def _lay_out(self) -> None:
        self.search = QLineEdit(objectName="method_search", clearButtonEnabled=True, minimumHeight=40)
        self.search.textChanged.connect(self._narrow)
        self.search.installEventFilter(self)
        self.nothing = QLabel(objectName="method_nothing", wordWrap=True, visible=False)
        self.list = QTreeWidget(objectName="method_list", headerHidden=True, itemsExpandable=False)
        self.list.setColumnCount(2)
        header = self.list.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        self.list.setRootIsDecorated(False)
        self.list.setUniformRowHeights(True)  # else a row far below is not scrolled to, only near
        self.list.setMinimumHeight(_ROW * _ROWS_SEEN)
        self.list.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.list.currentItemChanged.connect(self._moved)
        self.title = QLabel(objectName="method_title", wordWrap=True)
        self.title.setProperty("class", "heading3")
        self.summary = QLabel(objectName="method_summary", wordWrap=True)
        self.when = QLabel(objectName="method_when", wordWrap=True)
        self.new_by_words = QLabel(objectName="method_new_by_words", wordWrap=True, visible=False)
        self.takes_longer = QLabel(objectName="method_takes_longer", wordWrap=True)
        self.cost = CostLine("method_cost")
        self.made_of = QLabel(objectName="method_made_of", wordWrap=True)
        for label in (self.when, self.made_of):
            label.setProperty("class", "muted")
        column = QVBoxLayout(self, spacing=8)
        column.setContentsMargins(0, 0, 0, 0)
        for part in (
            *(self.search, self.list, self.nothing, self.title, self.summary, self.when),
            *(self.new_by_words, self.takes_longer, self.cost, self.made_of),
        ):
            column.addWidget(part)


def _plain(words: str) -> str:
    """Wide letters of a Japanese keyboard and capitals are found like narrow, small ones."""
    return unicodedata.normalize("NFKC", words).casefold()
