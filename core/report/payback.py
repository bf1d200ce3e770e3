"""What it costs, what it saves, and when it has paid for itself (evaluation.md, ROI).

Per month, with N inspections of which a share d is defective:

    labour       N · s/3600 · wage                                       now
                 N · s/3600 · wage · u,  u = d·u_d + (1−d)·u_g           after
    wrong pass   N · d · m₀ · C_w                                        now
                 N · d · (m + u_d·m₀) · C_w                              after
    false alarm  N · (1−d) · f₀ · C_f                                    now
                 N · (1−d) · (f + u_g·f₀) · C_f                          after
    saved        labour + wrong passes + false alarms, now − after, − running cost
    months       what was spent first / saved

m, f are the machine's wrong passes and false alarms of all defective and all good photos, u_d, u_g the shares of
these it sends to a person, who errs there as now (m₀, f₀). Where no class is good, d = 1: every wrong answer is a
wrong pass.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from core.evaluation.intervals import wilson
from core.report.assumptions import Assumptions
from core.training.result import PhotoPrediction

_JOULES_PER_KWH = 3.6e6


@dataclass(frozen=True)
class Side:
    """Photos of one side (defective, or good): `wrong` were let pass, or alarmed at, by the machine alone; `sent`
    went to a person."""

    photos: int
    wrong: int
    sent: int


@dataclass(frozen=True)
class Rates:
    """The machine on the test photos of what it learned. `good` is None where no class is good."""

    defective: Side
    good: Side | None

    @property
    def measured(self) -> bool:
        """Whether both sides have test photos."""
        return self.defective.photos > 0 and (self.good is None or self.good.photos > 0)


@dataclass(frozen=True)
class Effort:
    """What the program measured; None where it could not.

    `labelling_minutes` by the times of the labelling actions, `energy_joules` by the sensors named in
    `energy_sensors`.
    """

    labelling_minutes: float | None
    training_minutes: float
    energy_joules: float | None
    energy_sensors: tuple[str, ...] = ()


@dataclass(frozen=True)
class Monthly:
    """Cost per month of one way of working."""

    labour: float
    wrong_passes: float
    false_alarms: float

    @property
    def total(self) -> float:
        """All three."""
        return self.labour + self.wrong_passes + self.false_alarms


@dataclass(frozen=True)
class Upfront:
    """What is spent before the first day."""

    labelling: float
    setup: float
    energy: float
    equipment: float

    @property
    def total(self) -> float:
        """All four."""
        return self.labelling + self.setup + self.energy + self.equipment


@dataclass(frozen=True)
class Payback:
    """`months` until it has paid for itself, None if never; `best` and `worst` with the machine's wrong passes and
    false alarms at the ends of their 95 % intervals."""

    upfront: Upfront
    now: Monthly
    after: Monthly
    running: float
    saved: float
    months: float | None
    best: float | None
    worst: float | None
    kwh: float
    kwh_is_estimate: bool


def rates_of(predictions: Sequence[PhotoPrediction], good: frozenset[int], threshold: float | None) -> Rates:
    """Count the test photos; `good` are indices of good classes. No threshold: a person looks at everything."""

    def side(photos: Sequence[PhotoPrediction], is_wrong: Sequence[bool]) -> Side:
        sent = [threshold is None or p.probability < threshold for p in photos]
        wrong = sum(bad and not away for bad, away in zip(is_wrong, sent, strict=True))
        return Side(len(photos), wrong, sum(sent))

    if not good:
        return Rates(side(predictions, [p.predicted != p.label for p in predictions]), None)
    bad_photos = [p for p in predictions if p.label not in good]
    good_photos = [p for p in predictions if p.label in good]
    return Rates(
        side(bad_photos, [p.predicted in good for p in bad_photos]),
        side(good_photos, [p.predicted not in good for p in good_photos]),
    )


def payback(rates: Rates, effort: Effort, assumed: Assumptions) -> Payback | None:
    """The whole sum; None where the test photos do not show what it needs."""
    if not rates.measured:
        return None
    kwh, is_estimate = training_kwh(effort, assumed)
    minutes = effort.labelling_minutes if assumed.labelling_minutes is None else assumed.labelling_minutes
    upfront = Upfront(
        labelling=(minutes or 0.0) / 60 * assumed.wage_per_hour,
        setup=assumed.setup_hours * assumed.wage_per_hour,
        energy=kwh * assumed.electricity_per_kwh,
        equipment=assumed.equipment_cost,
    )
    now, after = _now(rates, assumed), _after(rates, _shares(rates), assumed)
    saved = now.total - after.total - assumed.running_cost_per_month

    def months(end: int) -> float | None:
        other = _after(rates, _ends(rates, end), assumed)
        return _months(upfront.total, now.total - other.total - assumed.running_cost_per_month)

    return Payback(
        upfront=upfront,
        now=now,
        after=after,
        running=assumed.running_cost_per_month,
        saved=saved,
        months=_months(upfront.total, saved),
        best=months(0),
        worst=months(1),
        kwh=kwh,
        kwh_is_estimate=is_estimate,
    )


def training_kwh(effort: Effort, assumed: Assumptions) -> tuple[float, bool]:
    """Energy of the training, and whether it is only an estimate (from the PC's power and the minutes)."""
    if assumed.training_kwh is not None:
        return assumed.training_kwh, True
    if effort.energy_joules is not None:
        return effort.energy_joules / _JOULES_PER_KWH, False
    return effort.training_minutes / 60 * assumed.pc_watts / 1000, True


def _months(upfront: float, saved: float) -> float | None:
    return upfront / saved if saved > 0 else None


def _inspections(assumed: Assumptions) -> float:
    return assumed.inspections_per_day * assumed.days_per_month


def _defective(rates: Rates, assumed: Assumptions) -> float:
    return 1.0 if rates.good is None else assumed.defect_share


def _shares(rates: Rates) -> tuple[float, float]:
    good = rates.good
    return rates.defective.wrong / rates.defective.photos, good.wrong / good.photos if good else 0.0


def _ends(rates: Rates, end: int) -> tuple[float, float]:
    """The lower (0) or upper (1) ends of both intervals."""
    good = rates.good
    return (
        wilson(rates.defective.wrong, rates.defective.photos)[end],
        wilson(good.wrong, good.photos)[end] if good else 0.0,
    )


def _labour(assumed: Assumptions) -> float:
    return _inspections(assumed) * assumed.seconds_per_inspection / 3600 * assumed.wage_per_hour


def _now(rates: Rates, assumed: Assumptions) -> Monthly:
    n, d = _inspections(assumed), _defective(rates, assumed)
    return Monthly(
        labour=_labour(assumed),
        wrong_passes=n * d * assumed.person_wrong_pass * assumed.wrong_pass_cost,
        false_alarms=n * (1 - d) * assumed.person_false_alarm * assumed.false_alarm_cost,
    )


def _after(rates: Rates, machine: tuple[float, float], assumed: Assumptions) -> Monthly:
    n, d = _inspections(assumed), _defective(rates, assumed)
    wrong, false = machine
    sent_bad = rates.defective.sent / rates.defective.photos
    sent_good = rates.good.sent / rates.good.photos if rates.good else 0.0
    return Monthly(
        labour=_labour(assumed) * (d * sent_bad + (1 - d) * sent_good),
        wrong_passes=n * d * (wrong + sent_bad * assumed.person_wrong_pass) * assumed.wrong_pass_cost,
        false_alarms=n
        * (1 - d)
        * (false + sent_good * assumed.person_false_alarm)
        * assumed.false_alarm_cost,
    )
