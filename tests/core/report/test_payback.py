"""The sum of costs against numbers worked out by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.report.assumptions import Assumptions
from core.report.payback import Effort, Rates, Side, payback, rates_of, training_kwh
from core.training.result import PhotoPrediction

EFFORT = Effort(labelling_minutes=60, training_minutes=120, energy_joules=None)
SIDES = Rates(defective=Side(100, 2, 10), good=Side(200, 4, 20))
PLAIN = Assumptions(
    inspections_per_day=100,
    days_per_month=10,
    seconds_per_inspection=36,
    wage_per_hour=1000,
    defect_share=0.1,
    person_wrong_pass=0.05,
    person_false_alarm=0.02,
    wrong_pass_cost=400,
    false_alarm_cost=50,
    setup_hours=4,
    equipment_cost=3000,
    running_cost_per_month=1000,
    electricity_per_kwh=30,
    pc_watts=100,
)


def test_every_line_of_the_sum_is_what_a_person_works_out() -> None:
    paid = payback(SIDES, EFFORT, PLAIN)
    assert paid is not None
    # 1,000 inspections a month, 100 of them defective.
    assert paid.now.labour == pytest.approx(10_000)
    assert paid.now.wrong_passes == pytest.approx(100 * 0.05 * 400)
    assert paid.now.false_alarms == pytest.approx(900 * 0.02 * 50)
    # A tenth of either side goes to a person.
    assert paid.after.labour == pytest.approx(1000)
    assert paid.after.wrong_passes == pytest.approx(100 * (0.02 + 0.1 * 0.05) * 400)
    assert paid.after.false_alarms == pytest.approx(900 * (0.02 + 0.1 * 0.02) * 50)
    assert paid.upfront.labelling == pytest.approx(1000)
    assert paid.upfront.setup == pytest.approx(4000)
    assert paid.upfront.energy == pytest.approx(0.2 * 30)
    assert paid.upfront.total == pytest.approx(8006)
    assert paid.saved == pytest.approx(12_900 - (1000 + 1000 + 990) - 1000)
    assert paid.months == pytest.approx(8006 / 8910)


def test_better_mistakes_pay_back_sooner_than_worse_ones() -> None:
    paid = payback(SIDES, EFFORT, PLAIN)
    assert paid is not None
    assert paid.best is not None
    assert paid.months is not None
    assert paid.worst is not None
    assert paid.best < paid.months < paid.worst


def test_without_a_good_class_every_wrong_answer_costs_a_wrong_pass() -> None:
    paid = payback(Rates(Side(100, 5, 0), None), EFFORT, PLAIN)
    assert paid is not None
    assert paid.now.wrong_passes == pytest.approx(1000 * 0.05 * 400)
    assert paid.after.wrong_passes == pytest.approx(1000 * 0.05 * 400)
    assert (paid.now.false_alarms, paid.after.false_alarms) == (0, 0)
    assert paid.after.labour == 0


@pytest.mark.parametrize(
    "change",
    [
        {"inspections_per_day": 0},
        {"days_per_month": 0},
        {"wage_per_hour": 0, "person_wrong_pass": 0, "person_false_alarm": 0},
        {"running_cost_per_month": 1e9},
    ],
    ids=["no inspections", "no working days", "nothing to save", "costs more than it saves"],
)
def test_what_saves_nothing_never_pays_back(change: dict[str, float]) -> None:
    paid = payback(SIDES, EFFORT, PLAIN.model_copy(update=change))
    assert paid is not None
    assert paid.saved <= 0
    assert paid.months is None
    assert paid.worst is None


def test_what_costs_nothing_has_paid_back_at_once() -> None:
    free = {"setup_hours": 0, "equipment_cost": 0, "labelling_minutes": 0, "training_kwh": 0}
    paid = payback(SIDES, EFFORT, PLAIN.model_copy(update=free))
    assert paid is not None
    assert paid.months == 0


@pytest.mark.parametrize(
    "rates",
    [Rates(Side(0, 0, 0), None), Rates(Side(0, 0, 0), Side(9, 0, 0)), Rates(Side(9, 0, 0), Side(0, 0, 0))],
)
def test_nothing_is_claimed_without_photos_of_both_sides(rates: Rates) -> None:
    assert payback(rates, EFFORT, PLAIN) is None


def test_energy_is_measured_where_a_sensor_was_read_and_else_an_estimate() -> None:
    measured = Effort(None, 60, energy_joules=7.2e6, energy_sensors=("cpu",))
    assert training_kwh(measured, PLAIN) == (pytest.approx(2.0), False)
    assert training_kwh(Effort(None, 60, None), PLAIN) == (pytest.approx(0.1), True)
    assert training_kwh(measured, PLAIN.model_copy(update={"training_kwh": 5.0})) == (5.0, True)


def test_entered_labelling_minutes_stand_before_the_measured_ones() -> None:
    paid = payback(SIDES, EFFORT, PLAIN.model_copy(update={"labelling_minutes": 30.0}))
    assert paid is not None
    assert paid.upfront.labelling == pytest.approx(500)


def test_photos_are_counted_on_their_side() -> None:
    good, scratch, dent = 0, 1, 2
    photos = [
        _judged(good, good, 0.9),
        _judged(good, scratch, 0.9),  # false alarm
        _judged(good, scratch, 0.3),  # to a person
        _judged(scratch, dent, 0.9),  # another defect, but sorted out all the same
        _judged(scratch, good, 0.9),  # wrong pass
        _judged(scratch, good, 0.3),  # to a person
    ]
    assert rates_of(photos, frozenset({good}), 0.5) == Rates(Side(3, 1, 1), Side(3, 1, 1))
    assert rates_of(photos, frozenset(), 0.5) == Rates(Side(6, 3, 2), None)


def test_without_a_threshold_a_person_looks_at_everything() -> None:
    rates = rates_of([_judged(0, 1, 0.99)], frozenset(), None)
    assert rates.defective == Side(1, 0, 1)


@given(
    wrong=st.integers(0, 50),
    sent=st.integers(0, 50),
    per_day=st.floats(0, 1e6),
    wage=st.floats(0, 1e5),
    share=st.floats(0, 1),
)
def test_the_interval_holds_the_figure_whatever_is_assumed(
    wrong: int, sent: int, per_day: float, wage: float, share: float
) -> None:
    assumed = Assumptions(inspections_per_day=per_day, wage_per_hour=wage, defect_share=share)
    paid = payback(Rates(Side(100, wrong, sent), Side(100, wrong, sent)), EFFORT, assumed)
    assert paid is not None
    best, middle, worst = (float("inf") if m is None else m for m in (paid.best, paid.months, paid.worst))
    assert best <= middle * (1 + 1e-9)
    assert middle <= worst * (1 + 1e-9)


def _judged(label: int, predicted: int, probability: float) -> PhotoPrediction:
    return PhotoPrediction(
        photo="x",
        label=label,
        predicted=predicted,
        probability=probability,
        loss=0.0,
        zero_shot_predicted=label,
        zero_shot_probability=0.5,
    )
