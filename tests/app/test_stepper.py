"""The steps at the left: where one is, what is done, what can be reached."""

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.theme import TOUCH
from app.widgets.stepper import Stepper

KEYS = ("home", "photos", "labels")


@pytest.fixture
def stepper(qtbot: QtBot) -> Stepper:
    """Three steps: photos are being chosen, labels cannot be reached yet."""
    stepper = Stepper(KEYS)
    qtbot.addWidget(stepper)
    stepper.say("引き出し", {"home": "はじめる", "photos": "写真", "labels": "ラベル"}, "いまここ", "済み")
    stepper.show_state("photos", {"home": True, "photos": True, "labels": False}, {"home": True})
    stepper.show()
    return stepper


def test_the_present_step_stands_out_and_only_it(stepper: Stepper) -> None:
    assert [stepper.buttons[key].isChecked() for key in KEYS] == [False, True, False]
    assert stepper.buttons["photos"].accessibleDescription() == "いまここ"


def test_a_finished_step_carries_a_mark_beside_its_colour(stepper: Stepper) -> None:
    assert stepper.buttons["home"].accessibleDescription() == "済み"
    before = stepper.buttons["home"].icon().cacheKey()
    stepper.show_state("photos", {"home": True}, {})
    assert stepper.buttons["home"].icon().cacheKey() != before
    assert stepper.buttons["home"].accessibleDescription() == ""


def test_steps_are_numbered_but_for_the_start(stepper: Stepper) -> None:
    assert [stepper.buttons[key].text().split()[0] for key in KEYS] == ["はじめる", "1", "2"]


def test_a_step_is_chosen_by_a_click_and_stays_until_the_page_is_shown(
    stepper: Stepper, qtbot: QtBot
) -> None:
    with qtbot.waitSignal(stepper.chosen) as told:
        qtbot.mouseClick(stepper.buttons["home"], Qt.MouseButton.LeftButton)
    assert told.args == ["home"]
    assert stepper.buttons["photos"].isChecked()


def test_what_cannot_be_reached_cannot_be_pressed(stepper: Stepper, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(stepper.chosen):
        qtbot.mouseClick(stepper.buttons["labels"], Qt.MouseButton.LeftButton)


def test_every_step_is_as_high_as_a_finger(stepper: Stepper) -> None:
    assert all(button.height() >= TOUCH for button in stepper.buttons.values())
