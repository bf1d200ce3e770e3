"""What scrolls fits its place when it comes on screen."""

from PySide6.QtCore import QRect
from PySide6.QtWidgets import QLabel, QTabWidget, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from app.widgets.scrolled import scrolled


def test_what_was_laid_out_for_another_size_while_hidden_is_not_cut_off(qtbot: QtBot) -> None:
    inside = QWidget()
    column = QVBoxLayout(inside)
    column.addWidget(QLabel("above"), 1)
    below = QLabel("below")
    column.addWidget(below)
    tabs = QTabWidget()
    qtbot.addWidget(tabs)
    tabs.addTab(QWidget(), "first")
    tabs.addTab(scrolled(inside), "second")
    tabs.resize(300, 200)
    tabs.show()
    for number in (1, 0):
        tabs.setCurrentIndex(number)
    # As Qt leaves it where a page was sized twice before it was seen.
    column.setGeometry(QRect(0, 0, 300, 400))
    tabs.setCurrentIndex(1)
    assert column.geometry() == inside.rect()
    assert below.geometry().bottom() <= inside.height()
