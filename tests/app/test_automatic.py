"""おまかせ as a person meets it: the card, the ranking while it searches, the choice told with the result."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.pages.check import _read
from app.run_story import RunStory
from app.training_choice import TrainingChoice, first_values
from app.translations import use_language
from app.widgets.automatic_card import BUDGET, MINUTES, WISH, AutomaticCard
from app.widgets.search_view import SearchView
from app.widgets.training_view import TrainingView
from core.methods.configs.automatic import WISHES
from core.methods.presets import resolve_preset
from core.project.store import Project
from core.training.events import (
    Decided,
    Event,
    Progress,
    Ranked,
    RankedWay,
    Stage,
    StateChanged,
    Tried,
    Way,
    encode,
)
from core.training.events import decode as decoded
from core.training.state import JobState
from tests.app.run_data import make_project, make_run, whole_story

COOP = Way(preset="coop-dept", composition="dept(coop)", changed={"dept.balance": 0.45})
PLAIN = Way(preset="zero-shot", composition="zero-shot")
CHOSEN = Decided(
    code="search.chosen",
    data={
        "preset": "coop-dept", "composition": "dept(coop)", "settings": {"dept.balance": 0.45},
        "changed": "dept.balance=0.45", "tried": 31, "wish": "union",
        "score": "66.4%", "low": "60.1%", "high": "71.9%", "photos": 211,
    },
)  # fmt: skip


def ranked(*scores: float) -> Ranked:
    ways = tuple(
        RankedWay(way=COOP if n == 0 else PLAIN, score=score, low=score - 0.05, high=score + 0.05, base=0.7,
                  new=0.6, photos=211)
        for n, score in enumerate(scores)
    )  # fmt: skip
    return Ranked(ways=ways, tried=len(ways), untouched=0.55, seconds_left=250)


def search_story() -> list[Event]:
    """What a worker tells while it searches, as it comes back from the lines of its record."""
    told: list[Event] = [
        StateChanged(state="running"),
        Stage(stage="search", index=1, of=8),
        Progress(done=350, total=600, seconds_left=250),
        Tried(number=0, way=PLAIN, state="started"),
        Tried(number=0, way=PLAIN, state="finished", score=0.55),
        ranked(0.664, 0.55),
        Tried(number=7, way=COOP, state="started"),
    ]
    events = [decoded(encode(event)) for event in told]
    return [event for event in events if event is not None]


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    with make_project(tmp_path) as project:
        yield project


@pytest.fixture
def card(qtbot: QtBot) -> AutomaticCard:
    preset = resolve_preset("automatic")
    card = AutomaticCard(preset, first_values(preset))
    qtbot.addWidget(card)
    card.say("ja")
    card.show_values({})
    card.show()
    return card


def test_the_card_offers_times_and_wishes_in_plain_words(card: AutomaticCard) -> None:
    assert [card.minutes.itemData(row) for row in range(card.minutes.count())] == list(MINUTES)
    assert card.minutes.currentData() == 10.0 and card.minutes.currentText() == "約 10 分"
    assert tuple(card.wish.itemData(row) for row in range(card.wish.count())) == WISHES
    words = [card.wish.itemText(row) for row in range(card.wish.count())]
    assert all(words) and not set(words) & set(WISHES)


def test_time_and_wish_are_asked_only_of_whoever_chose_the_card(card: AutomaticCard) -> None:
    assert not card.minutes.isVisible()
    card.choose()
    assert card.minutes.isVisible() and card.wish.isVisible() and card.promise.isVisible()


def test_changing_a_setting_chooses_the_card_and_tells_what_differs(
    qtbot: QtBot, card: AutomaticCard
) -> None:
    told: list[object] = []
    card.changed.connect(told.append)
    with qtbot.waitSignal(card.chosen):
        card.wish.setCurrentIndex(1)
        card.wish.activated.emit(1)
    assert card.radio.isChecked()
    card.minutes.setCurrentIndex(0)
    card.minutes.activated.emit(0)
    assert told == [{WISH: "keep-new"}, {WISH: "keep-new", BUDGET: 3.0}]


def test_a_time_that_was_set_in_the_drawer_is_offered_too(card: AutomaticCard) -> None:
    card.show_values({BUDGET: 4.5, WISH: "apart"})
    assert (card.minutes.currentData(), card.wish.currentData()) == (4.5, "apart")
    assert card.minutes.count() == len(MINUTES) + 1
    card.show_values({})
    assert (card.minutes.currentData(), card.minutes.count()) == (10.0, len(MINUTES))


def test_the_choice_becomes_a_job_that_searches(project: Project) -> None:
    choice = TrainingChoice("automatic", changed={BUDGET: 3.0, WISH: "keep-new"})
    choice.keep(project)
    job = TrainingChoice.of(project).job(Path("run"))
    assert (job.preset, job.composition) == ("automatic", "automatic")
    assert job.hyper == {BUDGET: 3.0, WISH: "keep-new"}


def test_while_it_searches_the_ranking_stands_in_place_of_the_charts(qtbot: QtBot) -> None:
    view = TrainingView()
    qtbot.addWidget(view)
    view.show()
    view.show_story(RunStory.of(search_story()), "ja")
    view.expect("by_search")
    assert view.search.isVisible() and not view.loss.isVisible() and not view.accuracy.isVisible()
    table = view.search.table
    assert table.rowCount() == 2
    first = table.item(0, 0)
    assert first is not None and first.text() == "習った種類に強くする（専用の判定の重み 0.45）"
    points = table.item(0, 1)
    assert points is not None and points.text() == "66.4（61.4〜71.4）"
    assert "8 通り目" in view.search.trying.text() and "専用の判定の重み" in view.search.trying.text()
    assert "66.4" in view.search.best.text() and "55.0" in view.search.best.text()
    assert view.left.text() == "残り 約 4 分"
    assert view.bar.value() == 350 and view.bar.maximum() == 600


def test_before_the_first_result_it_says_what_will_be_there(qtbot: QtBot) -> None:
    view = SearchView()
    qtbot.addWidget(view)
    view.show_story(RunStory.of(search_story()[:2]), "ja")
    assert view.table.rowCount() == 0 and "1 つ終わると" in view.best.text()
    assert view.trying.isHidden()


def test_a_way_that_breaks_the_wish_has_words_in_place_of_points(qtbot: QtBot) -> None:
    view = SearchView()
    qtbot.addWidget(view)
    story = RunStory.of(search_story())
    story.tell(ranked(0.6, -0.1))
    view.show_story(story, "ja")
    points = view.table.item(1, 1)
    assert points is not None and points.text() == "新しい種類が学習前より悪い"


def test_the_ranking_speaks_english_too(qtbot: QtBot) -> None:
    from PySide6.QtWidgets import QApplication

    application = QApplication.instance()
    assert isinstance(application, QApplication)
    use_language(application, "en")
    try:
        view = SearchView()
        qtbot.addWidget(view)
        view.show_story(RunStory.of(search_story()), "en")
        first = view.table.item(0, 0)
        assert first is not None and first.text() == "Strong on what was learned (Weight of the head 0.45)"
    finally:
        use_language(application, "ja")


def test_once_it_has_chosen_training_is_shown_as_ever(qtbot: QtBot) -> None:
    story = RunStory.of([*search_story(), CHOSEN, *whole_story(20, 5, ended=False)])
    assert story.chosen == CHOSEN and not story.searching
    view = TrainingView()
    qtbot.addWidget(view)
    view.show()
    view.show_story(story, "ja")
    view.expect("by_epochs")
    assert view.loss.isVisible() and not view.search.isVisible()
    assert "仕上げ" in view.happening.text()
    assert "習った種類に強くする" in view.notes.text() and "31 通り" in view.notes.text()
    assert "専用の判定の重み 0.45" in view.notes.text()


def test_the_check_page_tells_the_choice_before_other_decisions(project: Project) -> None:
    other = Decided(code="training.last_stage_kept", data={})
    story = [*search_story(), CHOSEN, other, *whole_story(2)]
    run = make_run(project, preset="automatic", composition="automatic", events=story)
    assert run.state() is JobState.FINISHED
    shown = _read(run)
    assert shown is not None
    assert [notice.code for notice in shown.notices] == ["search.chosen", "training.last_stage_kept"]
