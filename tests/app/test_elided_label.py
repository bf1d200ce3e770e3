"""Names that are longer than there is room."""

from pytestqt.qtbot import QtBot

from app.widgets.elided_label import ElidedLabel


def test_the_middle_of_a_long_name_gives_way_and_all_of_it_can_be_read(qtbot: QtBot) -> None:
    name = "blue_anodised_cap_scratched_002.jpg"
    label = ElidedLabel("name")
    qtbot.addWidget(label)
    label.setText(name)
    label.resize(120, 30)
    label.show()
    assert "…" in label.shown() and label.shown().endswith("jpg")
    assert label.fontMetrics().horizontalAdvance(label.shown()) <= 120
    assert label.toolTip() == label.text() == name
    label.resize(900, 30)
    assert label.shown() == name
