"""Where the project stands, the evidence, and the decision: go on, not yet, stop here; by whom and why."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QDoubleSpinBox,
    QFormLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.stage_review import StageReview
from app.theme import GAP, TOUCH
from app.translations import spoken
from app.widgets.banner import ProblemBanner
from app.widgets.handover_list import HandoverList
from app.widgets.scrolled import scrolled
from app.widgets.settings_drawer import ChoiceBox
from app.widgets.stage_words import figure_names, local_time, percent, run_name, stage_name, verdict_name
from core.methods.presets import resolve_preset
from core.poc.evidence import Evidence, Figure, Gain, Wish
from core.poc.review import Review
from core.problems import Problem, problem_text
from core.project.decisions import MOST_NAME, MOST_REASON, Decision, Stage, Verdict
from core.training.result import Interval


class StageDialog(QDialog):
    """Stays beside the window; what is decided here is on record at once."""

    def __init__(self, stage: StageReview, operator: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("stage_dialog")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._stage = stage
        self._writing = False
        self._build()
        self.who.setText(operator)
        stage.changed.connect(self._show)
        stage.decided.connect(self._decided)
        stage.refused.connect(self._refused)
        self.retranslate()
        self.resize(760, 720)
        stage.look()

    def retranslate(self) -> None:
        """Words in the present language."""
        self.setWindowTitle(self.tr("段階と決定"))
        self.lead.setText(
            self.tr(
                "小さく試し、数字を見て、足りないときだけ強め、現場に引き渡します。おすすめは数字の幅から出します。おすすめと違う決め方もでき、どちらも記録に残ります。"
            )
        )
        self.wish_label.setText(self.tr("めざす数字"))
        self.figure.setAccessibleName(self.wish_label.text())
        for row, name in enumerate(figure_names().values()):
            self.figure.setItemText(row, name)
        self.least.setSuffix(self.tr(" % 以上"))
        self.least.setAccessibleName(self.tr("めざす数字の下限（%）"))
        self.who_label.setText(self.tr("決める人"))
        self.reason_label.setText(self.tr("理由"))
        self.who.setAccessibleName(self.who_label.text())
        self.reason.setAccessibleName(self.reason_label.text())
        self.reason.setPlaceholderText(self.tr("例：現場で 1 週間試して問題がなかった"))
        self.not_yet.setText(self.tr("まだ進まない"))
        self.stop.setText(self.tr("ここで止める"))
        self.back.setText(self.tr("最後の決定を取り消す"))
        self.history_label.setText(self.tr("これまでの決定"))
        self.history.setAccessibleName(self.history_label.text())
        self.handover.retranslate()
        self.banner.retranslate()
        self._show()

    # What lies on the table

    def _show(self) -> None:
        found = self._stage.review
        self.body.setEnabled(found is not None)
        if found is None:
            self._writing = False  # the project it was meant for is no longer open
            return
        standing = found.standing
        self.where.setText(stage_name(standing.stage))
        self._show_wish(found.wish)
        text = problem_text(found.advice.code, found.advice.data, spoken())
        self.advice.setText(text.what)
        self.why.setText("\n".join(part for part in (text.why, text.do) if part))
        self.figures.setText("\n".join(self._figures(found.evidence)))
        self.figures.setVisible(found.evidence is not None and standing.stage != 3)
        self.wish_row.setVisible(standing.stage != 3)
        self.handover.setVisible(standing.stage == 3)
        self.handover.show_handover(found.handover)
        self._show_buttons(found)
        self.history.clear()
        self.history.addItems([self._entry(entry) for entry in reversed(found.decisions)])
        self.history.setVisible(bool(found.decisions))
        self.history_label.setVisible(bool(found.decisions))

    def _show_wish(self, wish: Wish) -> None:
        for box in (self.figure, self.least):
            box.blockSignals(True)
        self.figure.setCurrentIndex(self.figure.findData(wish.figure))
        if not self.least.hasFocus():
            self.least.setValue(100 * wish.least)
        for box in (self.figure, self.least):
            box.blockSignals(False)

    def _figures(self, evidence: Evidence | None) -> list[str]:
        if evidence is None:
            return []
        title = resolve_preset(evidence.preset).texts[spoken()].title
        lines = [
            self.tr("見た結果：{run}「{title}」（このプロジェクトの結果は {tried} 件）").format(
                run=run_name(evidence.run), title=title, tried=evidence.tried
            )
        ]
        name, before = figure_names()[evidence.wish.figure], evidence.zero_shot.get(evidence.wish.figure)
        if evidence.figure is not None:
            lines.append(self._figure(self.tr("学習の後"), name, evidence.figure))
        if before is not None:
            lines.append(self._figure(self.tr("学習の前"), name, before))
        if evidence.held_back.photos:
            lines.append(self._gain(evidence.held_back, evidence.probe))
        return lines

    def _figure(self, when: str, name: str, found: Interval) -> str:
        words = self.tr("{when}：{name} {mean} %（95 % の幅 {low}～{high} %、{n} 枚）")
        ends = {key: percent(getattr(found, key)) for key in ("mean", "low", "high")}
        return words.format(when=when, name=name, n=found.n, **ends)

    def _gain(self, gain: Gain, probe: bool) -> str:
        words = self.tr("取り置いた種類：正解 {photos} 枚中 {before} 枚 → {after} 枚")
        if probe:
            words = self.tr("取り置いた種類（付属の見本写真）：正解 {photos} 枚中 {before} 枚 → {after} 枚")
        return words.format(photos=gain.photos, before=gain.before, after=gain.after)

    def _entry(self, entry: Decision) -> str:
        words = self.tr("{time}　第 {stage} 段階　{verdict}　{who}「{reason}」")
        return words.format(
            time=local_time(entry.time),
            stage=entry.stage,
            verdict=verdict_name(entry.verdict),
            who=entry.who,
            reason=entry.reason,
        )

    # Deciding

    def _show_buttons(self, found: Review) -> None:
        standing, advice = found.standing, found.advice
        is_open = standing.status == "open"
        words: dict[Stage, str] = {
            2: self.tr("第 2 段階へ進む"),
            3: self.tr("引き渡しへ進む"),
        }
        onward: dict[Stage, tuple[Stage, ...]] = {1: (2, 3), 2: (3,), 3: (3,)}
        for target, button in self.go.items():
            button.setText(words[target] if standing.stage != 3 else self.tr("引き渡した"))
            button.setVisible(is_open and target in onward[standing.stage])
            self._mark(button, advice.verdict == "go" and advice.to == target)
        for verdict, button in (("not-yet", self.not_yet), ("no-go", self.stop)):
            button.setVisible(is_open)
            self._mark(button, advice.verdict == verdict)
        self.back.setVisible(standing.decision is not None)
        self._enable()

    def _mark(self, button: QPushButton, recommended: bool) -> None:
        button.setProperty("class", "primary" if recommended else "")
        button.setAccessibleDescription(self.tr("おすすめ") if recommended else "")
        button.style().unpolish(button)
        button.style().polish(button)

    def _enable(self) -> None:
        """Nobody decides without a name and a reason."""
        named = bool(self.who.text().strip() and self.reason.text().strip())
        ready = named and not self._writing
        self.reason.setReadOnly(self._writing)
        for button in (*self.go.values(), self.not_yet, self.stop, self.back):
            button.setEnabled(ready)
        self.refusal.setText("" if named else self.tr("決める人と理由を入れると、ボタンを押せます。"))

    def _decide(self, verdict: Verdict, to: Stage | None = None) -> None:
        self._write()
        self._stage.decide(verdict, self.who.text(), self.reason.text(), to)

    def _take_back(self) -> None:
        self._write()
        self._stage.take_back(self.who.text(), self.reason.text())

    def _write(self) -> None:
        """One decision at a time: the buttons wait until it is on record."""
        self.banner.hide()
        self._writing = True
        self._enable()

    def _decided(self) -> None:
        self._writing = False
        self.reason.clear()
        self._enable()

    def _refused(self, problem: Problem) -> None:
        self._writing = False
        self._enable()
        self.banner.show_problem(problem)

    def _wished(self) -> None:
        figure: Figure = self.figure.currentData()
        self._stage.wish(Wish(figure=figure, least=round(self.least.value() / 100, 4)))

    # Laying out

    def _build(self) -> None:
        self.lead = QLabel(objectName="stage_lead", wordWrap=True)
        self.lead.setProperty("class", "muted")
        self.where = QLabel(objectName="stage_name", wordWrap=True)
        self.where.setProperty("class", "heading2")
        self.banner = ProblemBanner()
        self.handover = HandoverList(self._stage)
        self.body = QWidget()
        column = QVBoxLayout(self.body, spacing=2 * GAP)
        for part in (self.lead, self.where, self.banner, self._build_wish(), self._build_advice()):
            column.addWidget(part)
        column.addWidget(self.handover)
        column.addWidget(self._build_decision())
        self.history_label = QLabel()
        self.history_label.setProperty("class", "heading3")
        self.history = QListWidget(objectName="stage_history", wordWrap=True, minimumHeight=3 * TOUCH)
        self.history.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        column.addWidget(self.history_label)
        column.addWidget(self.history, 1)
        column.addStretch()
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.close)
        buttons.button(QDialogButtonBox.StandardButton.Close).setAutoDefault(False)
        outer = QVBoxLayout(self)
        outer.addWidget(scrolled(self.body), 1)
        outer.addWidget(buttons)

    def _build_wish(self) -> QWidget:
        self.wish_label = QLabel()
        self.figure = ChoiceBox(objectName="stage_figure", minimumHeight=TOUCH)
        for name in figure_names():
            self.figure.addItem("", name)
        self.least = QDoubleSpinBox(
            objectName="stage_least", minimum=1, maximum=100, decimals=1, minimumHeight=TOUCH
        )
        self.least.setKeyboardTracking(False)
        self.wish_label.setBuddy(self.figure)
        self.figure.activated.connect(lambda _: self._wished())
        self.least.valueChanged.connect(lambda _: self._wished())
        self.wish_row = QWidget()
        row = QHBoxLayout(self.wish_row, spacing=GAP)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.wish_label)
        row.addWidget(self.figure, 1)
        row.addWidget(self.least)
        return self.wish_row

    def _build_advice(self) -> QWidget:
        card = QFrame()
        card.setProperty("class", "card")
        self.advice = QLabel(objectName="stage_advice", wordWrap=True)
        self.advice.setProperty("class", "heading3")
        self.why = QLabel(objectName="stage_why", wordWrap=True)
        self.figures = QLabel(objectName="stage_figures", wordWrap=True)
        self.figures.setProperty("class", "muted")
        column = QVBoxLayout(card, spacing=GAP)
        column.setContentsMargins(2 * GAP, 2 * GAP, 2 * GAP, 2 * GAP)
        for label in (self.advice, self.why, self.figures):
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            column.addWidget(label)
        return card

    def _build_decision(self) -> QWidget:
        self.who_label, self.reason_label = QLabel(minimumHeight=TOUCH), QLabel(minimumHeight=TOUCH)
        self.who = QLineEdit(objectName="stage_who", maxLength=MOST_NAME)
        self.reason = QLineEdit(objectName="stage_reason", maxLength=MOST_REASON)
        for label, field in ((self.who_label, self.who), (self.reason_label, self.reason)):
            label.setBuddy(field)
            field.textChanged.connect(self._enable)
        self.refusal = QLabel(objectName="stage_refusal", wordWrap=True)
        self.refusal.setProperty("class", "muted")
        self.go: dict[Stage, QPushButton] = {
            2: _button("stage_go_2"),
            3: _button("stage_go_3"),
        }
        self.not_yet, self.stop = _button("stage_not_yet"), _button("stage_stop")
        self.back = _button("stage_take_back")
        self.back.setProperty("class", "plain")
        for target, button in self.go.items():
            button.clicked.connect(lambda _=False, to=target: self._decide("go", to))
        self.not_yet.clicked.connect(lambda: self._decide("not-yet"))
        self.stop.clicked.connect(lambda: self._decide("no-go"))
        self.back.clicked.connect(self._take_back)
        holder = QWidget()
        form = QFormLayout(holder)
        form.setContentsMargins(0, 0, 0, 0)
        form.addRow(self.who_label, self.who)
        form.addRow(self.reason_label, self.reason)
        row = QHBoxLayout(spacing=GAP)
        for button in (*self.go.values(), self.not_yet, self.stop):
            row.addWidget(button)
        row.addStretch(1)
        form.addRow(self.refusal)
        form.addRow(row)
        last = QHBoxLayout()
        last.addWidget(self.back)
        last.addStretch(1)
        form.addRow(last)
        return holder


def _button(name: str) -> QPushButton:
    return QPushButton(objectName=name, minimumHeight=TOUCH, autoDefault=False)
