"""Writing about photos: descriptions or questions of the photo that is looked at, by keyboard alone.

What stands in the pane is written as soon as another photo is looked at, or the focus leaves the pane: nothing has to
be saved, and nothing is lost.
"""

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from app.background import run_in_background
from app.session import Session
from app.theme import GAP, TOUCH
from app.widgets.caption_editor import CaptionEditor
from app.widgets.question_editor import QuestionEditor
from app.widgets.template_list import TemplateDialog, TemplateList
from app.widgets.writing_keys import WritingKeys
from core.labelling.writing import (
    Filled,
    Habits,
    NewWord,
    fill,
    keep_templates,
    photos_to_copy_from,
    templates,
)
from core.project.store import Project
from core.project.texts import Asked
from core.tasks.phrases import in_english, phrases
from core.tasks.texts import TextTask

_PAUSE_MS = 300
_MOST_NEW = 4
_Texts = tuple[list[str], list[Asked]]


class TextPane(QWidget):
    """`change` carries what is to be written, for the page to do; `done` asks for the next photo, `back` for the grid;
    `failed` carries what was in the way."""

    change = Signal(object)
    done = Signal()
    back = Signal()
    failed = Signal(Exception)

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent, objectName="text_pane")
        self._session = session
        self._task: TextTask = "caption"
        self._photos: tuple[int, ...] = ()
        self._class_name = ""
        self._loaded = False
        self._to_begin = False
        self._sources: list[int] | None = None  # photos to copy from that were not copied from yet
        self._habits = Habits.empty()
        self._offered: tuple[str, ...] = ()
        self._copied = ""
        self._pause = QTimer(self, singleShot=True, interval=_PAUSE_MS)
        self._pause.timeout.connect(self._say_new_words)
        self._build()
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        app.focusChanged.connect(self._focus_changed)
        self.retranslate()

    # What the page asks

    def show_task(self, task: TextTask) -> None:
        """Write descriptions, or questions."""
        if task != self._task:
            self.commit()
            self._task, self._loaded = task, False
            self.stack.setCurrentWidget(self.captions if task == "caption" else self.questions)
            self.retranslate()

    def look_at(self, photos: Sequence[int], class_name: str) -> None:
        """Show the texts of photos that are practically the same; what stood here before is written."""
        same = tuple(photos) == self._photos
        self._class_name = class_name
        if same and (self.dirty or not photos):
            return
        self.commit()
        self._photos = tuple(photos)
        if not same:
            self._loaded, self._sources, self._copied = False, None, ""
        self.setEnabled(bool(photos))
        self._load()

    def learn_habits(self) -> None:
        """Read anew which words and questions the project uses, and its sentences."""
        project, language = self._session.project, self._session.language
        if project is not None:
            run_in_background(
                self,
                lambda _cancel: (Habits.of(project), templates(project, language)),
                success=self._habits_came,
                failure=self.failed.emit,
                in_order=True,
            )

    def forget(self) -> None:
        """Another project: nothing stands here."""
        self._photos, self._loaded, self._sources, self._copied = (), False, None, ""
        self._habits, self._offered = Habits.empty(), ()
        self.captions.show_texts([])
        self.questions.show_asked([])

    def commit(self) -> None:
        """Have what stands here written, if it is not yet."""
        project, photos = self._session.project, self._photos
        if project is None or not self.dirty:
            return
        if self._task == "caption":
            texts = self.captions.texts()
            self.captions.settle()
            self.change.emit(lambda: project.texts.write_captions(photos, texts))
        else:
            asked = self.questions.asked()
            self.questions.settle()
            texts = [part for each in asked for part in (each.text, *each.answers)]
            self.change.emit(lambda: project.texts.write_questions(photos, asked))
        for text in texts:
            self._habits.spelling.learn(text)

    @property
    def dirty(self) -> bool:
        """Whether something stands here that is not written yet."""
        return self._loaded and self.editor.dirty

    @property
    def editor(self) -> CaptionEditor | QuestionEditor:
        """The field, or fields, of the task."""
        return self.captions if self._task == "caption" else self.questions

    def begin(self) -> None:
        """Put the cursor where one writes, as soon as it is known what stands there."""
        self._to_begin = not self._loaded
        if self._task == "caption":
            self.captions.setFocus()
        elif self._loaded:
            self.questions.set_focus()

    def retranslate(self) -> None:
        """Say everything again in the present language."""
        asking = self._task == "vqa"
        self.heading.setText(self.tr("質問と答え") if asking else self.tr("説明（1行に1つ）"))
        self.captions.setAccessibleName(self.tr("写真の説明"))
        self.captions.setPlaceholderText(self.tr("例：左上に長いキズがあります。"))
        self.copy.setText(self.tr("似た写真から写す"))
        self.copy.setToolTip(_key_words(Qt.Key.Key_D))
        self.next.setText(self.tr("次の写真へ"))
        self.next.setToolTip(_key_words(Qt.Key.Key_Return))
        self.templates.say(
            self.tr("よく使う質問（Ctrl+数字）") if asking else self.tr("よく使う文（Ctrl+数字）")
        )
        self.templates.edit.setVisible(not asking)
        self.questions.retranslate()
        self._show_offered()
        self._say_new_words()

    # Reading

    def _load(self) -> None:
        project, photos = self._session.project, self._photos
        if project is None or not photos:
            self._show([], [])
            return
        run_in_background(
            self,
            lambda _cancel: _texts_of(project, photos[0]),
            success=lambda found: self._show(*found) if photos == self._photos else None,
            failure=self.failed.emit,
            in_order=True,
        )

    def _show(self, texts: list[str], asked: list[Asked]) -> None:
        if self.dirty:
            return  # written by hand while this was read
        if not (self._loaded and self.captions.texts() == (texts or [""])):
            self.captions.show_texts(texts)
        # A question that waits for its answer is not written, and stays here all the same.
        if not (self._loaded and self.questions.answered() == asked):
            self.questions.show_asked(asked)
        self._loaded = True
        if self._to_begin:
            self.begin()
        self._say_new_words()

    def _habits_came(self, found: tuple[Habits, tuple[str, ...]]) -> None:
        self._habits, self._offered = found
        fixed = (entry.text(self._session.language) for entry in phrases().question)
        self.questions.offer(self._habits, fixed)
        self._show_offered()
        self._say_new_words()

    def _show_offered(self) -> None:
        if self._task == "caption":
            self.templates.show_sentences(self._offered)
        else:
            fixed = [entry.text(self._session.language) for entry in phrases().question]
            self.templates.show_sentences([*dict.fromkeys((*self._habits.questions[:4], *fixed))])

    # Writing

    def _insert(self, place: int) -> None:
        if place < len(self.templates.sentences):
            sentence = self.templates.sentences[place]
            if self._task == "vqa":
                self.questions.ask(sentence)
                return
            filled: Filled = fill(sentence, self._class_name)
            self.captions.insert(filled)
            self.captions.setFocus()

    def _copy(self) -> None:
        """Add the texts of the photo most alike that has some; again, those of the next one."""
        project, photos, task = self._session.project, self._photos, self._task
        if project is None or not photos:
            return
        known = self._sources

        def find() -> tuple[list[int], _Texts, str] | None:
            sources = photos_to_copy_from(project, photos, task) if known is None else known
            if not sources:
                return None
            return sources[1:], _texts_of(project, sources[0]), project.photo(sources[0]).path.name

        run_in_background(
            self,
            lambda _cancel: find(),
            success=lambda found: self._copy_came(found) if photos == self._photos else None,
            failure=self.failed.emit,
            in_order=True,
        )

    def _copy_came(self, found: tuple[list[int], _Texts, str] | None) -> None:
        if found is None:
            self._sources = None
            self._copied = self.tr("写せる写真がありません。先に、似た写真に書いてください。")
        else:
            self._sources, (texts, asked), name = found
            if self._task == "caption":
                self.captions.append_texts(texts)
            else:
                self.questions.append_asked(asked)
            self._copied = self.tr(
                "「{name}」から写しました。もう一度押すと、次に似た写真から写します。"
            ).format(name=name)
        self._say_new_words()
        self.begin()

    def _edited(self) -> None:
        self._copied = ""
        self._pause.start()

    def _say_new_words(self) -> None:
        """What was copied, which words are used for the first time, how a question reaches a model of English."""
        lines = [self._copied] if self._copied else []
        new = self._habits.spelling.new_in(self._written()) if self._loaded else ()
        if new:
            words = self.tr("、").join(self._word(word) for word in new[:_MOST_NEW]) + (
                "…" if new[_MOST_NEW:] else ""
            )
            lines.append(self.tr("はじめて使う言葉：{words}").format(words=words))
        lines += self._about_question()
        self.note.setText("\n".join(lines))
        self.note.setVisible(bool(lines))

    def _word(self, new: NewWord) -> str:
        if not new.like:
            return new.word
        return self.tr("{word}（「{like}」ではありませんか?）").format(word=new.word, like=new.like)

    def _about_question(self) -> list[str]:
        if self._task != "vqa":
            return []
        row = next((row for row in self.questions.rows if row.isAncestorOf(self.focusWidget() or self)), None)
        found = in_english(row.question.text()) if row is not None else None
        if found is None or row is None or row.question.text() == found.text:
            return []
        return [self.tr("英語しか分からないモデルには「{question}」と聞きます。").format(question=found.text)]

    def _written(self) -> str:
        if self._task == "caption":
            return self.captions.toPlainText()
        return "\n".join(part for each in self.questions.asked() for part in (each.text, *each.answers))

    def _edit_templates(self) -> None:
        project, dialog = self._session.project, TemplateDialog(self._offered, self)
        if project is not None and dialog.exec() == QDialog.DialogCode.Accepted:
            sentences = dialog.sentences()
            self.change.emit(lambda: keep_templates(project, sentences))
            self.learn_habits()

    def _focus_changed(self, before: QWidget | None, now: QWidget | None) -> None:
        """Away from the pane to something else in the window: what stands here is written."""
        if (
            before is not None
            and now is not None
            and self.isAncestorOf(before)
            and not self.isAncestorOf(now)
        ):
            self.commit()
        elif self._task == "vqa" and now is not None and self.isAncestorOf(now):
            self._say_new_words()

    def _finish(self) -> None:
        self.commit()
        self.done.emit()

    def _leave(self) -> None:
        self.commit()
        self.back.emit()

    # Laying out

    def _build(self) -> None:
        keys = WritingKeys(self)
        keys.done.connect(self._finish)
        keys.back.connect(self._leave)
        keys.copy.connect(self._copy)
        keys.template.connect(self._insert)
        self.heading = QLabel()
        self.heading.setProperty("class", "heading3")
        self.captions, self.questions = CaptionEditor(keys), QuestionEditor(keys)
        for editor in (self.captions, self.questions):
            editor.edited.connect(self._edited)
        self.stack = QStackedWidget()
        self.stack.addWidget(self.captions)
        self.stack.addWidget(self.questions)
        self.note = QLabel(objectName="text_note", wordWrap=True)
        self.note.setProperty("class", "note")
        self.templates = TemplateList()
        self.templates.chosen.connect(self._insert)
        self.templates.edit.clicked.connect(self._edit_templates)
        self.copy = self._button("text_copy", self._copy)
        self.next = self._button("text_next", self._finish)
        self.next.setProperty("class", "primary")
        buttons = QHBoxLayout(spacing=GAP)
        buttons.addWidget(self.copy)
        buttons.addWidget(self.next)
        column = QVBoxLayout(self, spacing=GAP)
        column.setContentsMargins(0, 0, 0, 0)
        for widget in (self.heading, self.stack, self.note):
            column.addWidget(widget, 1 if widget is self.stack else 0)
        column.addLayout(buttons)
        column.addWidget(self.templates, 1)

    def _button(self, name: str, called: Callable[[], None]) -> QPushButton:
        button = QPushButton(objectName=name, minimumHeight=TOUCH)
        button.setSizePolicy(QSizePolicy.Policy.MinimumExpanding, QSizePolicy.Policy.Fixed)
        button.clicked.connect(called)
        return button


def _key_words(key: Qt.Key) -> str:
    """Ctrl and a key, as they are written on this PC."""
    return QKeySequence(Qt.Modifier.CTRL | key).toString(QKeySequence.SequenceFormat.NativeText)


def _texts_of(project: Project, photo_id: int) -> _Texts:
    texts = [caption.text for caption in project.texts.captions(photo_id)]
    return texts, [question.asked for question in project.texts.questions(photo_id)]
