"""What the operator assumes about cost: every figure can be changed, none is hidden in the code."""

import json
import tomllib
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from core.problems import Problem

SHARES = ("defect_share", "person_wrong_pass", "person_false_alarm")
MEASURED = ("labelling_minutes", "training_kwh")  # None: the program's own figure

Amount = Annotated[float, Field(ge=0, le=1e12, allow_inf_nan=False)]
Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Hours = Annotated[float, Field(ge=0, le=1e6, allow_inf_nan=False)]


class Assumptions(BaseModel):
    """All of them; the defaults are examples to be replaced, and the report says which still are.

    `labelling_minutes` and `training_kwh` None: as the program measured. `good_classes` None: guessed by the names of
    the classes; empty: there is no good class, every wrong answer costs what a wrong pass costs.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    inspections_per_day: Amount = 500
    days_per_month: Annotated[float, Field(ge=0, le=31, allow_inf_nan=False)] = 20
    seconds_per_inspection: Annotated[float, Field(ge=0, le=86400, allow_inf_nan=False)] = 6
    wage_per_hour: Amount = 2500
    defect_share: Share = 0.02
    person_wrong_pass: Share = 0.03
    person_false_alarm: Share = 0.01
    wrong_pass_cost: Amount = 3000
    false_alarm_cost: Amount = 100
    setup_hours: Hours = 16
    equipment_cost: Amount = 300_000
    running_cost_per_month: Amount = 5000
    electricity_per_kwh: Amount = 31
    pc_watts: Annotated[float, Field(ge=0, le=1e5, allow_inf_nan=False)] = 150
    labelling_minutes: Annotated[float, Field(ge=0, le=1e7, allow_inf_nan=False)] | None = None
    training_kwh: Annotated[float, Field(ge=0, le=1e6, allow_inf_nan=False)] | None = None
    currency: Annotated[str, Field(min_length=1, max_length=12)] = "JPY"
    good_classes: tuple[str, ...] | None = None

    @classmethod
    def of(cls, values: Any) -> Self:
        """From plain values, as they lie in a file or were remembered.

        Raises:
            Problem: `report.assumption_refused`, which names the first value that cannot be.
        """
        try:
            return cls.model_validate(values)
        except ValidationError as error:
            first = error.errors()[0]
            key = ".".join(str(part) for part in first["loc"])
            raise Problem("report.assumption_refused", key=key or "?", reason=first["msg"]) from error

    @property
    def unchanged(self) -> frozenset[str]:
        """The names of those that still are the program's example."""
        fields = type(self).model_fields
        return frozenset(name for name in fields if getattr(self, name) == fields[name].default)

    @property
    def money_examples(self) -> frozenset[str]:
        """Those of them that weigh on the sum: what the program measures or guesses by itself needs no word."""
        return self.unchanged - {*MEASURED, "good_classes", "currency"}


def read_assumptions(path: Path) -> Assumptions:
    """The assumptions in a TOML or JSON file; what it leaves out stays as by default.

    Raises:
        Problem: `report.assumptions_unreadable`, `report.assumption_refused`.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
        values = json.loads(text) if path.suffix.lower() == ".json" else tomllib.loads(text)
    except (OSError, ValueError, RecursionError) as error:
        raise Problem("report.assumptions_unreadable", path=path, reason=error) from error
    return Assumptions.of(values)
