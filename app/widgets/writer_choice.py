"""Which model that writes is tuned, with plain words on what it can do."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from app.theme import GAP, TOUCH
from app.widgets.settings_drawer import ChoiceBox
from core.backbones.store import EMBEDDED
from core.problems import Language
from core.tasks.texts import TextTask
from core.tasks.writers import WriterCard


class WriterChoice(QWidget):
    """`chosen` carries the name of the model that the operator chose."""

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, objectName="writer_choice")
        self._cards: Sequence[WriterCard] = ()
        self._task: TextTask = "caption"
        self._written: Language = "ja"
        self.box = ChoiceBox(objectName="text_model", minimumHeight=TOUCH)
        self.box.activated.connect(lambda _: self.chosen.emit(self.box.currentData()))
        self.box.currentIndexChanged.connect(lambda _: self._say_model())
        self.label = QLabel(minimumHeight=TOUCH)
        self.label.setBuddy(self.box)
        self.able = QLabel(objectName="text_model_able", wordWrap=True)
        self.warning = QLabel(objectName="text_model_warning", wordWrap=True)
        self.warning.setProperty("class", "note")
        row = QHBoxLayout(spacing=GAP)
        row.addWidget(self.label)
        row.addWidget(self.box, 1)
        column = QVBoxLayout(self, spacing=GAP)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(row)
        column.addWidget(self.able)
        column.addWidget(self.warning)
        self.retranslate()

    def show_cards(self, cards: Sequence[WriterCard], task: TextTask, written: Language, chosen: str) -> None:
        """The models that can learn the task; `written` is the language of most of the texts."""
        self._cards = [card for card in cards if task in card.tasks]
        self._task, self._written = task, written
        self.box.clear()
        for card in self._cards:
            self.box.addItem(self._name(card), card.name)
        self.box.setCurrentIndex(max(0, self.box.findData(chosen)))
        self._say_model()

    def retranslate(self) -> None:
        """Words in the present language."""
        self.label.setText(self.tr("使うモデル"))
        self.box.setAccessibleName(self.label.text())
        for row, card in enumerate(self._cards):
            self.box.setItemText(row, self._name(card))
        self._say_model()

    def _name(self, card: WriterCard) -> str:
        if card.name == EMBEDDED:
            return self.tr("付属のモデル（練習用）")
        size = f"{card.size_bytes / 2**30:.1f}"
        return self.tr("{name}（{size} GB）").format(name=card.name, size=size)

    def _say_model(self) -> None:
        card = next((card for card in self._cards if card.name == self.box.currentData()), None)
        self.able.setText("" if card is None else self._able(card))
        self.warning.setText("" if card is None else self._warning(card))
        for label in (self.able, self.warning):
            label.setVisible(bool(label.text()))
        self.box.setAccessibleDescription(self.able.text())

    def _able(self, card: WriterCard) -> str:
        tasks = {
            ("caption", "vqa"): self.tr("写真の説明と、質問への答えを学べます。"),
            ("caption",): self.tr("写真の説明を学べます。"),
            ("vqa",): self.tr("質問への答えを学べます。"),
        }
        languages = {
            ("en", "ja"): self.tr("日本語と英語を読み書きします。"),
            ("en",): self.tr("英語だけを読み書きします。"),
            ("ja",): self.tr("日本語だけを読み書きします。"),
        }
        able = tasks.get(tuple(sorted(card.tasks)), "")
        read = languages.get(tuple(sorted(card.languages)), "")
        return self.tr("{able} {read}").format(able=able, read=read)

    def _warning(self, card: WriterCard) -> str:
        told = []
        if "ja" not in card.languages and self._task == "vqa":
            told.append(
                self.tr(
                    "日本語の質問は、決まった質問（ラベルのページの一覧にあるもの）だけを英語に直して聞き、答えを日本語に直して見せます。それ以外の質問は、日本語のままでは答えられません。"
                )
            )
        elif "ja" not in card.languages:
            told.append(
                self.tr(
                    "学習の前は、説明を英語で書きます。日本語で読みたいときは、日本語の分かるモデルを選んでください。"
                )
            )
        if self._written not in card.languages:
            told.append(
                self.tr(
                    "書かれている文は、このモデルが知らない言葉です。学習しても、うまく書けないことがあります。"
                )
            )
        if card.name == EMBEDDED:
            told.append(
                self.tr(
                    "付属のモデルは、使い方を覚えるためのものです。部品の絵だけで学んだので、本物の写真ではよくまちがえます。本番には、大きなモデルを追加してから使ってください。"
                )
            )
        return "\n".join(told)
