"""Keep photos, or features only: what is lost is said before, what an attacker still could do is said after."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QRadioButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from app.background import run_in_background
from app.features_job import FeaturesKeeping
from app.session import Session
from app.theme import GAP, TOUCH
from app.translations import spoken
from app.widgets.banner import ProblemBanner
from app.widgets.stage_words import local_time
from core.features.file import open_features
from core.features.words import Told, tell
from core.methods.presets import LANGUAGES
from core.problems import Language, Problem
from core.project.features_only import FeaturesOnly
from core.project.store import Project
from core.training.events import Progress

WISH = "privacy"  # "features": the operator wants no photos kept, but it was not done yet
_KEEP, _FEATURES = 0, 1


def wants_features_only(project: Project) -> bool:
    """Whether the operator asked for features only, and the photos are still on record."""
    return project.setting(WISH) == "features" and project.features_only is None


@dataclass(frozen=True)
class _Found:
    """What the project says, found off the screen's thread."""

    project: Project
    wished: bool
    labelled: int
    left_out: int
    filled: int
    state: FeaturesOnly | None
    told: dict[Language, Told]


class PrivacyChoice(QWidget):
    """`opened` when the choice needs the room below it, or no longer does; `forgotten` once no photo is kept."""

    opened = Signal(bool)
    forgotten = Signal()

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._found: _Found | None = None
        self._progress: Progress | None = None
        self.keeping = FeaturesKeeping(self)
        self.keeping.told.connect(self._show_progress)
        self.keeping.forgetting.connect(self._say_progress)
        self.keeping.ended.connect(self._ended)
        self._build()
        session.project_changed.connect(self._other_project)

    @property
    def is_open(self) -> bool:
        """Whether the words of "features only" are on screen."""
        found = self._found
        return found is not None and (found.wished or found.state is not None or self.keeping.running)

    @property
    def keeps_photos(self) -> bool:
        """Whether the project keeps photos, as far as is known."""
        return self._found is None or self._found.state is None

    @property
    def photos(self) -> int:
        """Photos whose features are kept in their place."""
        return self._found.state.photos if self._found is not None and self._found.state is not None else 0

    def look(self) -> None:
        """Look again at what the project keeps."""
        project = self._session.project
        if project is not None:
            run_in_background(self, lambda _cancel: _look(project), success=self._looked)

    def retranslate(self) -> None:
        """Words in the present language."""
        self.asked.setText(self.tr("写真の残し方"))
        self.keep.setText(self.tr("写真を使う"))
        self.features.setText(self.tr("特徴だけを残す（写真を残さない）"))
        self.lead.setText(
            self.tr(
                "写真をモデルが見た数（特徴）に変え、写真の記録をこのプロジェクトから消します。学習は特徴だけで行います。元のフォルダーの写真は消しません。この画面からカメラで撮った写真は消えます。"
            )
        )
        self.lost_heading.setText(self.tr("できなくなること（元に戻せません）"))
        lost = (
            self.tr("結果のページで、まちがえた写真やヒートマップ（見ていたところ）を見ること"),
            self.tr("モデルの中まで学習するやり方（LoRA、プレフィックスなど）を選ぶこと"),
            self.tr(
                "写真やラベルを、あとから足したり直したりすること。ラベルのない写真と外した写真も、記録から消えます"
            ),
            self.tr("これまでの学習の結果を開くこと。書き出したパッケージと、段階の決定の記録は残ります"),
        )
        self.lost.setText(_listed(lost))
        self.understood.setText(self.tr("元に戻せないことがわかりました"))
        self.start.setText(self.tr("特徴を取り出して、写真の記録を消す"))
        self.cancel.setText(self.tr("やめる"))
        self.untouched.setText(self.tr("特徴を取り出しています。写真の記録は、まだ何も消していません。"))
        self.bar.setAccessibleName(self.tr("特徴を取り出しています"))
        self.banner.retranslate()
        self._show()

    # What the project keeps

    def _other_project(self) -> None:
        self.keeping.give_up()
        self._found, self._progress = None, None
        self.understood.setChecked(False)
        self.banner.hide()
        self._show()
        self.look()

    def _looked(self, found: _Found) -> None:
        if found.project is self._session.project:
            self._found = found
            self._show()

    def _show(self) -> None:
        found, running = self._found, self.keeping.running
        self.setVisible(found is not None)
        if found is None:
            return
        forgotten = found.state is not None
        (self.features if self.is_open else self.keep).setChecked(True)
        self.choice.setVisible(not forgotten)
        for radio in (self.keep, self.features):
            radio.setEnabled(not running)
        self.panel.setVisible(self.is_open)
        for part in (self.lead, self.lost_heading, self.lost, self.understood, self.start):
            part.setVisible(not forgotten and not running)
        self.working.setVisible(running)
        self.kept.setVisible(forgotten)
        self.counts.setVisible(not forgotten and not running)
        self._say_counts(found)
        self._say_refusal(found)
        self._say_progress()
        self._say_kept(found)
        self.opened.emit(self.is_open)

    def _say_counts(self, found: _Found) -> None:
        words = self.tr("ラベルの付いた写真 {labelled} 枚の特徴を取り出します。")
        if found.left_out:
            words = self.tr(
                "ラベルの付いた写真 {labelled} 枚の特徴を取り出します。ほかの {left_out} 枚は、特徴も残りません。"
            )
        self.counts.setText(words.format(labelled=found.labelled, left_out=found.left_out))

    def _say_refusal(self, found: _Found) -> None:
        refusal = ""
        if found.filled < 2:
            refusal = self.tr(
                "先に「ラベルを付ける」で 2 つ以上の種類にラベルを付けて、ここに戻ってください。"
            )
        elif self._session.training_now():
            refusal = self.tr("学習が終わってから、行ってください。")
        self.refusal.setText(refusal)
        self.refusal.setVisible(bool(refusal) and found.state is None and not self.keeping.running)
        self.start.setEnabled(not refusal and self.understood.isChecked())

    def _say_progress(self) -> None:
        progress = self._progress
        self.cancel.setEnabled(self.keeping.can_give_up)
        self.untouched.setVisible(self.keeping.can_give_up)
        if not self.keeping.can_give_up:
            self.bar.setRange(0, 0)
            self.progress_words.setText(self.tr("写真の記録を消しています…"))
            return
        if progress is None:
            self.bar.setRange(0, 0)
            self.progress_words.setText(self.tr("モデルを準備しています…"))
            return
        self.bar.setRange(0, progress.total)
        self.bar.setValue(progress.done)
        words = self.tr("{done}／{total} を見ました")
        if progress.seconds_left is not None:
            words = self.tr("{done}／{total} を見ました（あと約 {seconds} 秒）")
        self.progress_words.setText(
            words.format(done=progress.done, total=progress.total, seconds=round(progress.seconds_left or 0))
        )

    def _say_kept(self, found: _Found) -> None:
        state, told = found.state, found.told.get(spoken())
        if state is None:
            return
        self.kept_heading.setText(self.tr("このプロジェクトは、写真を残していません"))
        by = self.tr("{time} に {who} が、写真の記録を消しました。特徴は {photos} 枚分あります。")
        self.kept_by.setText(
            by.format(time=local_time(state.time), who=state.who or "－", photos=state.photos)
        )
        if told is None:
            self.kept_words.setText("")
            return
        parts = (
            (self.tr("このプロジェクトを手に入れた人が、持っているもの"), told.contains),
            (self.tr("持っていないもの"), told.absent),
            (self.tr("それでも、できてしまうこと"), (*told.still_possible, *self._around_it())),
        )
        self.kept_words.setText("".join(f"<h4>{heading}</h4>{_listed(lines)}" for heading, lines in parts))

    def _around_it(self) -> tuple[str, ...]:
        return (
            self.tr(
                "消したばかりのファイルは、ディスクを調べる道具で読み戻せることがあります。心配なときはディスクを暗号化してください。元のフォルダーの写真は、そのまま残っています。"
            ),
            self.tr("プログラムのログに、開けなかったファイルの名前が残っていることがあります。"),
        )

    # Choosing and doing

    def _chosen(self, button: int) -> None:
        project, found = self._session.project, self._found
        if project is None or found is None:
            return
        wish = "features" if button == _FEATURES else "photos"
        self.understood.setChecked(False)
        run_in_background(
            self,
            lambda _cancel: project.remember(WISH, wish),
            success=lambda _: self.look(),
            in_order=True,
        )

    def _start(self) -> None:
        project = self._session.project
        if project is not None:
            self.banner.hide()
            self._progress = None
            self.keeping.start(project)
            self._show()

    def _give_up(self) -> None:
        self.keeping.give_up()
        self._show()

    def _show_progress(self, progress: Progress) -> None:
        self._progress = progress
        self._say_progress()

    def _ended(self, problem: Problem | None) -> None:
        if problem is not None:
            self.banner.show_problem(problem)
        project = self._session.project
        if project is not None and project.features_only is not None:
            folders = {k: v for k, v in self._session.settings.last_folders.items() if k != "photos"}
            self._session.change_settings(last_folders=folders)
            self._session.run = None
            self.forgotten.emit()
        self._show()
        self.look()

    # Laying out

    def _build(self) -> None:
        self.keep = QRadioButton(objectName="privacy_keep", minimumHeight=TOUCH)
        self.features = QRadioButton(objectName="privacy_features", minimumHeight=TOUCH)
        self._radios = QButtonGroup(self)
        self._radios.addButton(self.keep, _KEEP)
        self._radios.addButton(self.features, _FEATURES)
        self._radios.idClicked.connect(self._chosen)
        self.asked = QLabel()
        self.choice = QWidget()
        row = QHBoxLayout(self.choice, spacing=GAP + GAP // 2)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.asked)
        row.addWidget(self.keep)
        row.addWidget(self.features)
        row.addStretch(1)
        self.banner = ProblemBanner()
        column = QVBoxLayout(self, spacing=GAP)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.choice)
        column.addWidget(self.banner)
        column.addWidget(self._build_panel(), 1)

    def _build_panel(self) -> QWidget:
        self.lead = QLabel(objectName="privacy_lead", wordWrap=True)
        self.counts = QLabel(objectName="privacy_counts", wordWrap=True)
        self.lost_heading = QLabel()
        self.lost_heading.setProperty("class", "heading3")
        self.lost = QLabel(objectName="privacy_lost", wordWrap=True)
        self.understood = QCheckBox(objectName="privacy_understood", minimumHeight=TOUCH)
        self.understood.toggled.connect(lambda _: self._show())
        self.start = QPushButton(objectName="privacy_start", minimumHeight=TOUCH)
        self.start.clicked.connect(self._start)
        self.refusal = QLabel(objectName="privacy_refusal", wordWrap=True)
        self.refusal.setProperty("class", "muted")
        inside = QFrame()
        inside.setProperty("class", "card")
        column = QVBoxLayout(inside, spacing=GAP)
        column.setContentsMargins(2 * GAP, 2 * GAP, 2 * GAP, 2 * GAP)
        act = QHBoxLayout(spacing=2 * GAP)
        act.addWidget(self.start)
        act.addWidget(self.refusal, 1)
        act.addStretch()
        for part in (self.lead, self.counts, self.lost_heading, self.lost, self.understood):
            column.addWidget(part)
        column.addLayout(act)
        column.addWidget(self._build_working())
        column.addWidget(self._build_kept())
        column.addStretch(1)
        self.panel = QScrollArea(
            objectName="privacy_panel", widgetResizable=True, frameShape=QFrame.Shape.NoFrame, visible=False
        )
        self.panel.setWidget(inside)
        return self.panel

    def _build_working(self) -> QWidget:
        self.bar = QProgressBar(objectName="privacy_bar", textVisible=False)
        self.progress_words = QLabel(objectName="privacy_progress")
        self.cancel = QPushButton(objectName="privacy_cancel", minimumHeight=TOUCH)
        self.cancel.clicked.connect(self._give_up)
        self.untouched = QLabel(objectName="privacy_untouched", wordWrap=True)
        self.working = QWidget(visible=False)
        column = QVBoxLayout(self.working)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.untouched)
        row = QHBoxLayout()
        column.addLayout(row)
        row.addWidget(self.bar, 1)
        row.addWidget(self.progress_words)
        row.addWidget(self.cancel)
        return self.working

    def _build_kept(self) -> QWidget:
        self.kept = QWidget(objectName="privacy_kept", visible=False)
        self.kept_heading = QLabel(wordWrap=True)
        self.kept_heading.setProperty("class", "heading2")
        self.kept_by = QLabel(objectName="privacy_kept_by", wordWrap=True)
        self.kept_words = QLabel(objectName="privacy_kept_words", wordWrap=True)
        column = QVBoxLayout(self.kept)
        column.setContentsMargins(0, 0, 0, 0)
        for label in (self.kept_heading, self.kept_by, self.kept_words):
            column.addWidget(label)
        return self.kept


def _look(project: Project) -> _Found:
    counts, state = project.counts(), project.features_only
    told: dict[Language, Told] = {}
    if state is not None:
        file = open_features(project.features_file)
        told = {language: tell(file, language) for language in LANGUAGES}
    return _Found(
        project=project,
        wished=wants_features_only(project),
        labelled=counts.labelled,
        left_out=counts.unlabelled + counts.excluded + counts.unsure,
        filled=sum(1 for count in counts.classes if count.labelled),
        state=state,
        told=told,
    )


def _listed(lines: Sequence[str]) -> str:
    return "<ul>" + "".join(f'<li style="margin-top: 4px">{escape(line)}</li>' for line in lines) + "</ul>"
