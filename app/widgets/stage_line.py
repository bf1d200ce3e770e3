"""One quiet line above the pages: at which stage the project stands, and what the figures say."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QWidget

from app.stage_review import StageReview
from app.theme import GAP, TOUCH
from app.translations import spoken
from app.widgets.stage_words import figure_names, percent, stage_name
from core.poc.review import Review
from core.problems import problem_text


class StageLine(QFrame):
    """Empty until the project was looked at. `asked` when the operator wants to see more, or to decide."""

    asked = Signal()

    def __init__(self, stage: StageReview, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("stage_line")
        self._stage = stage
        self.where = QLabel(objectName="stage_where")
        self.says = QLabel(objectName="stage_says", wordWrap=True)
        self.says.setProperty("class", "muted")
        self.open = QPushButton(objectName="stage_open", minimumHeight=TOUCH)
        self.open.setProperty("class", "plain")
        self.open.clicked.connect(self.asked)
        row = QHBoxLayout(self, spacing=2 * GAP)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.where)
        row.addWidget(self.says, 1)
        row.addWidget(self.open)
        stage.changed.connect(self.retranslate)
        self.retranslate()

    def retranslate(self) -> None:
        """Say it in the present language."""
        self.open.setText(self.tr("段階と決定…"))
        self.open.setAccessibleName(self.tr("いまの段階を見て、進むかどうかを決める"))
        found = self._stage.review
        self.where.setText(stage_name(found.standing.stage) if found is not None else "")
        self.says.setText(self._sentence(found) if found is not None else "")
        self.setAccessibleName(self.where.text())
        self.setAccessibleDescription(self.says.text())

    def _sentence(self, found: Review) -> str:
        advice = problem_text(found.advice.code, found.advice.data, spoken()).what
        if found.standing.status != "open" or found.standing.stage == 3:
            return advice
        goal = self.tr("目安：{figure}が、少なく見積もっても {least} % 以上。").format(
            figure=figure_names()[found.wish.figure], least=percent(found.wish.least)
        )
        # Before there is a result, that nothing can be said yet goes without saying.
        return self.tr("{goal}{advice}").format(goal=goal, advice=advice) if found.evidence else goal
