"""The records of a search in SQLite: Optuna's study, and beside it what every way scored on every fold.

Written as it goes: after a kill the same study goes on, and no fold is gone through twice. A try that was under way is
begun anew with the same parameters, and finds the folds that it had done.
"""

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import optuna
from optuna.trial import FrozenTrial, Trial, TrialState
from sqlalchemy import URL, event

from core.search.folds import Fold
from core.search.space import PRESET, Candidate
from core.search.tally import Tally

STUDY_FILE = "search.db"
_NAME = "automatic"
_SPENT, _TALLY, _WAY = "spent_s", "tally", "way"
# As many tries as must have ended before another may be given up.
_FEWEST_ENDED = 5
# Per cent of the tries that go on at any point. One fold's few photos tell what is hopeless, not what is best.
_KEPT = 75.0
_FIRST_DRAWN = 8

optuna.logging.set_verbosity(optuna.logging.ERROR)


class Study:
    """Opened for as long as the context lasts; `seed` decides what the search draws.

    `ways` are those that were judged on any fold, by their keys; `tallies` what they did there, by way and fold.
    """

    def __init__(self, folder: Path, seed: int) -> None:
        url = URL.create("sqlite", database=str(folder / STUDY_FILE)).render_as_string()
        self._storage = optuna.storages.RDBStorage(url)
        event.listen(self._storage.engine, "connect", _write_ahead)
        self._storage.engine.dispose()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
            self._study = optuna.create_study(
                study_name=_NAME,
                storage=self._storage,
                direction="maximize",
                load_if_exists=True,
                pruner=optuna.pruners.PercentilePruner(_KEPT, n_startup_trials=_FEWEST_ENDED),
            )
            begun = len(self._study.get_trials(deepcopy=False))
            self._study.sampler = optuna.samplers.TPESampler(
                n_startup_trials=_FIRST_DRAWN, multivariate=True, group=True, seed=seed * 100_003 + begun
            )

        self.ways: dict[str, Candidate] = {}
        self.tallies: dict[str, dict[str, Tally]] = {}
        self._read()

    def __enter__(self) -> Self:
        for trial in self._study.get_trials(deepcopy=False, states=(TrialState.RUNNING,)):
            self._study.tell(trial.number, state=TrialState.FAIL)
            self.enqueue(trial.params or trial.system_attrs.get("fixed_params", {}))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._storage.remove_session()
        self._storage.engine.dispose()

    # Tries

    def enqueue(self, parameters: Mapping[str, Any]) -> None:
        """Have this tried next, behind what already waits; what is not named is drawn."""
        self._study.enqueue_trial(dict(parameters))

    @property
    def waiting(self) -> bool:
        """Whether something was asked for that has not been tried."""
        return bool(self._study.get_trials(deepcopy=False, states=(TrialState.WAITING,)))

    def ask(self) -> Trial:
        """The next try."""
        return self._study.ask()

    def tell(self, trial: Trial, score: float | None, state: TrialState) -> None:
        """How a try ended."""
        self._study.tell(trial, score, state=state)

    def ended(self) -> Sequence[FrozenTrial]:
        """All tries that are over."""
        over = (TrialState.COMPLETE, TrialState.PRUNED, TrialState.FAIL)
        return self._study.get_trials(deepcopy=False, states=over)

    def presets_tried(self) -> set[str]:
        """Presets that were begun with, or wait."""
        trials = self._study.get_trials(deepcopy=False)
        fixed = [trial.params or trial.system_attrs.get("fixed_params", {}) for trial in trials]
        return {found[PRESET] for found in fixed if PRESET in found}

    # What was found

    def keep(self, candidate: Candidate, fold: Fold, tally: Tally) -> None:
        """Write down what a way did on a fold."""
        if candidate.key not in self.ways:
            self.ways[candidate.key] = candidate
            self._study.set_user_attr(f"{_WAY} {candidate.key}", asdict(candidate))
        self.tallies.setdefault(candidate.key, {})[fold.key] = tally
        self._study.set_user_attr(f"{_TALLY} {fold.key} {candidate.key}", tally.kept())

    @property
    def spent_s(self) -> float:
        """Seconds that the search has taken, through all processes that worked on it."""
        return float(self._study.user_attrs.get(_SPENT, 0.0))

    def spend(self, seconds: float) -> None:
        """Write down how many seconds it has taken so far."""
        self._study.set_user_attr(_SPENT, seconds)

    def _read(self) -> None:
        for name, value in self._study.user_attrs.items():
            kind, _, rest = name.partition(" ")
            if kind == _WAY:
                self.ways[rest] = Candidate(**value)
            elif kind == _TALLY:
                fold, _, key = rest.partition(" ")
                self.tallies.setdefault(key, {})[fold] = Tally.read(value)


def forget(folder: Path) -> None:
    """Have the next search in a folder begin anew."""
    for left in folder.glob(f"{STUDY_FILE}*"):
        left.unlink()


def _write_ahead(connection: Any, _record: object) -> None:
    """A kill loses nothing and a power cut the last words at most, without waiting for the disk at every word."""
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
