"""The search itself: what is tried next, what is given up, and when it is over."""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, cast

import optuna
from optuna.trial import Trial, TrialState

from core.methods.configs.automatic import AutomaticConfig
from core.methods.presets import Preset, recommend
from core.problems import Problem
from core.project.revision import DataRevision
from core.search.clock import Clock
from core.search.folds import Fold, folds_of
from core.search.measure import LOOKS, Bench
from core.search.ranking import Ranking, Standing
from core.search.space import PRESET, Candidate, as_it_is, drawn, ladder
from core.search.study import Study
from core.search.tally import Tally, Wish
from core.training.commands import Halt
from core.training.events import Progress, Ranked, RankedWay, Tried, Way
from core.training.memory import free_cached_memory, is_out_of_memory
from core.training.sampling import Sample
from core.training.trial import seconds_of

UNTOUCHED = "zero-shot"
_EXPLORING = 0.65  # this share of the time goes into trying, the rest into telling the leading ones apart
_RESERVED_AT_MOST = 0.5
_LIGHT_AT_FIRST = 9  # one of each kind, then the heavy ones; the other light ones are much like these
_HEAVY_SHARE = 0.6  # a heavy preset may take this share of the time that is left for trying
_HEAVY_AT_LEAST = 3  # times what the slowest light one takes: where that is too much, none is measured
_MISSES = 4
_TELL_EVERY_S = 1.0
_FINALISTS, _ROUNDS = 6, 4
_TOLD = 8
_SETTLED = 2  # looks before a variation may be given up
# Whose turn it is among the presets in the lead; None: whatever the sampler draws.
_TURNS = (0, 1, 0, 2, None)

Ended = Literal["finished", "pruned", "failed"]
_STATES = {"finished": TrialState.COMPLETE, "pruned": TrialState.PRUNED, "failed": TrialState.FAIL}


class _OutOfTime(Exception):
    """What was begun cannot be ended in time."""


@dataclass
class Search:
    """Tries presets and variations by what a run may learn from: `sample` and the validation photos of `revision`."""

    bench: Bench
    study: Study
    clock: Clock
    config: AutomaticConfig
    presets: Mapping[str, Preset]
    revision: DataRevision
    sample: Sample

    def __post_init__(self) -> None:
        self.wish = cast(Wish, self.config.wish)
        self._folds = self._round(0)
        self._leading: list[str] = []
        self._told_s = -_TELL_EVERY_S
        self._turn = 0

    def run(self) -> Standing:
        """Search until the time is over, or as long as nobody stops it; gives what is to be trained.

        Raises:
            Halt: interrupted, or stopped before anything was judged.
            Problem: why not even the untouched backbone could be judged.
        """
        try:
            self._explore()
            self._finals()
        except _OutOfTime:
            pass
        except Halt as halt:
            if halt.kind == "interrupt" or not self._first():
                raise
            self.bench.commands.answered()
        finally:
            self.study.spend(self.clock.spent_s)
        return self._ranking().choice(self._in_front(), self._trusted)

    def told(self, standing: Standing) -> RankedWay:
        """A standing as others are told of it."""
        return self._ranking().told(standing, self._ranking().common(self._in_front()))

    # Trying

    def _explore(self) -> None:
        light, heavy = ladder(self.presets)
        self._try_light(light[:_LIGHT_AT_FIRST])
        self._try_heavy(heavy)
        self._try_light(light[_LIGHT_AT_FIRST:])
        while self._exploring_s > 0 and (affordable := self._affordable()):
            self._vary(affordable)

    def _try_light(self, names: Sequence[str]) -> None:
        begun = self.study.presets_tried()
        for name in (name for name in names if name not in begun):
            self.study.enqueue(as_it_is(self.presets[name]))
        while self.study.waiting and (self._exploring_s > 0 or not self._first()):
            self._try()

    def _try_heavy(self, names: Sequence[str]) -> None:
        """Whether there is time for one that runs a tower in every step is measured by a short trial beforehand."""
        misses, begun = 0, self.study.presets_tried()
        light = max((self._known_s(name) for name in self.presets), default=0.0)
        for name in (name for name in names if name not in begun):
            if misses == _MISSES or not self._has_room_for(_HEAVY_AT_LEAST * light):
                return
            if not self._has_room_for(self._seconds_of(name)):
                misses += 1
                continue
            self.study.enqueue(as_it_is(self.presets[name]))
            self._try()

    def _has_room_for(self, fold_s: float) -> bool:
        return fold_s * len(self._folds) <= _HEAVY_SHARE * self._exploring_s

    def _vary(self, affordable: Sequence[str]) -> None:
        """One variation: of the presets in the lead by turns, now and then of any."""
        turn = _TURNS[self._turn % len(_TURNS)]
        self._turn += 1
        if turn is not None:
            self.study.enqueue({PRESET: affordable[min(turn, len(affordable) - 1)]})
        self._try(affordable)

    def _try(self, affordable: Sequence[str] | None = None) -> None:
        trial = self.study.ask()
        way = drawn(trial, self.presets, self.config.template)
        if affordable is not None and way.preset not in affordable:
            self.study.tell(trial, None, TrialState.FAIL)
            return
        self.bench.emit(Tried(number=trial.number, way=_way(way), state="started"))
        try:
            self._through(way, trial)
            score = self._ranking().order([way.key], self._keys(self._folds))[0].score
            self._ended(trial, way, "finished", score)
        except (optuna.TrialPruned, _OutOfTime) as given_up:
            self._ended(trial, way, "pruned", None)
            if isinstance(given_up, _OutOfTime):
                raise
        except (Problem, RuntimeError, MemoryError) as error:
            if way.preset == UNTOUCHED or not (isinstance(error, Problem) or is_out_of_memory(error)):
                raise
            free_cached_memory()
            self._ended(trial, way, "failed", None)

    def _ended(self, trial: Trial, way: Candidate, state: Ended, score: float | None) -> None:
        self.study.tell(trial, score, _STATES[state])
        self.study.spend(self.clock.spent_s)
        self.bench.emit(Tried(number=trial.number, way=_way(way), state=state, score=score))
        self._tell_ranking()

    def _through(self, way: Candidate, trial: Trial) -> None:
        """The way on all folds of the first round; given up where it falls behind."""
        for place, fold in enumerate(self._folds):
            self._judge(way, fold, trial)
            self._report(trial, way, (place + 1) * LOOKS - 1)

    def _judge(self, way: Candidate, fold: Fold, trial: Trial | None = None) -> None:
        if fold.key in self.study.tallies.get(way.key, {}):
            return
        self._await_room(way)

        def look(share: float, tally: Tally) -> None:
            self._tell_time()
            # Whoever wishes for little time gets at least the untouched backbone's figures.
            if self._left_s <= 0 and self._first():
                raise _OutOfTime
            if trial is not None and way.changed:
                step = fold.place * LOOKS + min(int(share * LOOKS), LOOKS - 1) - 1
                self._report(trial, way, step, {fold.key: tally})

        self.study.keep(way, fold, self.bench.measure(way, fold, look))
        self._tell_time()

    def _report(
        self, trial: Trial, way: Candidate, step: int, now: Mapping[str, Tally] | None = None
    ) -> None:
        """Hand the pruner the score so far. A preset as it is has a whole fold before it may be given up."""
        tallies = {**self.study.tallies.get(way.key, {}), **(now or {})}
        folds = [key for key in self._keys(self._folds) if key in tallies]
        ranking = Ranking(self.wish, {way.key: way}, {way.key: tallies}, self._untouched() or tallies)
        trial.report(ranking.order([way.key], folds)[0].score, step)
        last = step == len(self._folds) * LOOKS - 1
        first = _SETTLED if way.changed else LOOKS - 1
        if not last and step >= first and way.preset != UNTOUCHED and trial.should_prune():
            raise optuna.TrialPruned

    # Telling the leading ones apart

    def _finals(self) -> None:
        """The leading ways on further divisions, of which after each only the better half goes on."""
        self._leading = self._finalists()
        self._leading = self._in_front()
        for number in range(1, _ROUNDS + 1):
            if len(self._leading) < 2:
                return
            for fold in self._round(number):
                self._judge(self.study.ways[self._untouched_key], fold)
                for key in self._leading:
                    self._judge(self.study.ways[key], fold)
                self._tell_ranking()
            order = self._ranking().order(self._leading, self._ranking().common(self._leading))
            self._leading = [each.candidate.key for each in order[: max(2, len(order) // 2)]]
            self._leading = self._in_front()

    def _finalists(self) -> list[str]:
        """The leading ways, as many as there is time for to go through one more round, and two at least."""
        folds, ranking = self._keys(self._folds), self._ranking()
        order = ranking.order(ranking.through(folds), folds)[:_FINALISTS]
        costs = itertools.accumulate(each.tally.seconds for each in order)
        fitting = sum(cost <= self._left_s for cost in costs)
        return [each.candidate.key for each in order[: max(2, fitting)]]

    @property
    def _trusted(self) -> str | None:
        """The recommended preset, where nothing shows how new classes would fare: too few are learned to hold any back.
        The learned side alone, at which many ways are equally good, is then no reason to leave it."""
        key = f"{recommend(self.revision).preset} {{}}"
        shown = any(fold.revision.new for fold in self._folds)
        return None if shown or key not in self._ranking().through(self._keys(self._folds)) else key

    # Time

    @property
    def _left_s(self) -> float:
        """What is left for the search: the best way's training on all photos comes behind it."""
        best = self._best()
        reserve = 0.0
        if best is not None:
            seconds = max(tally.seconds for tally in self.study.tallies[best.candidate.key].values())
            learned = len(self._folds[0].revision.of("train"))
            reserve = seconds * len(self.sample.photos) / max(1, learned)
        return self.clock.left_s - min(reserve, _RESERVED_AT_MOST * self.clock.budget_s)

    @property
    def _exploring_s(self) -> float:
        return min(_EXPLORING * self.clock.budget_s - self.clock.spent_s, self._left_s)

    def _await_room(self, way: Candidate) -> None:
        """Begin only what can be ended, as far as it is known."""
        if self._first() and max(self._known_s(way.preset), 1e-9) > self._left_s:
            raise _OutOfTime

    def _known_s(self, preset: str) -> float:
        """Seconds that a fold takes with a preset; 0 while that is not known."""
        taken = [
            tally.seconds
            for key, found in self.study.tallies.items()
            if self.study.ways[key].preset == preset
            for tally in found.values()
        ]
        return sum(taken) / len(taken) if taken else 0.0

    def _seconds_of(self, name: str) -> float:
        """What a fold would take with a preset that has not been tried, measured in small; 0 where it cannot be."""
        if self.bench.job.features:
            return 0.0
        try:
            return seconds_of(
                self.presets[name], self._folds[0].revision, self.bench.backbone, self.bench.folder
            )
        except (Problem, RuntimeError, MemoryError) as error:
            if not (isinstance(error, Problem) or is_out_of_memory(error)):
                raise
            free_cached_memory()
            return float("inf")

    def _affordable(self) -> list[str]:
        """Presets that have something to vary and time for it, in the order of their best way."""
        folds, ranking = self._keys(self._folds), self._ranking()
        order = ranking.order(ranking.through(folds), folds)
        names = dict.fromkeys(each.candidate.preset for each in order)
        return [
            name
            for name in names
            if len(as_it_is(self.presets[name])) > 1
            and self._known_s(name) * len(self._folds) <= self._exploring_s
        ]

    # Standings

    def _round(self, number: int) -> tuple[Fold, ...]:
        return folds_of(self.revision, self.sample, self.wish, self.bench.job.seed, number)

    def _keys(self, folds: Sequence[Fold]) -> list[str]:
        return [fold.key for fold in folds]

    @property
    def _untouched_key(self) -> str:
        return f"{UNTOUCHED} {{}}"

    def _untouched(self) -> Mapping[str, Tally]:
        return self.study.tallies.get(self._untouched_key, {})

    def _ranking(self) -> Ranking:
        return Ranking(self.wish, self.study.ways, self.study.tallies, self._untouched())

    def _first(self) -> list[str]:
        """The way in front while the leading ones are not told apart yet; none before any way is through."""
        folds, ranking = self._keys(self._folds), self._ranking()
        order = ranking.order(ranking.through(folds), folds)
        return [each.candidate.key for each in order[:1]]

    def _best(self) -> Standing | None:
        keys = self._leading or self._first()
        return self._ranking().order(keys, self._ranking().common(keys))[0] if keys else None

    def _in_front(self) -> list[str]:
        """What the choice is among: the leading ways, and the trusted one."""
        keys, trusted = self._leading or self._first(), self._trusted
        return keys if trusted is None or trusted in keys else [*keys, trusted]

    def _tell_time(self) -> None:
        if self.clock.spent_s - self._told_s < _TELL_EVERY_S:
            return
        self._told_s, left = self.clock.spent_s, self.clock.left_s
        self.bench.emit(
            Progress(done=round(self.clock.spent_s), total=round(self.clock.budget_s), seconds_left=left)
        )

    def _tell_ranking(self) -> None:
        """The leading ones first, then the others by the first round."""
        ranking, first = self._ranking(), self._keys(self._folds)
        groups = [(self._leading, ranking.common(self._leading))] if self._leading else []
        groups.append(([key for key in ranking.through(first) if key not in self._leading], first))
        ways = [
            ranking.told(each, folds) for keys, folds in groups for each in ranking.order(keys, folds)[:_TOLD]
        ]
        untouched = ranking.untouched(groups[0][1])
        self.bench.emit(
            Ranked(
                ways=tuple(ways[:_TOLD]),
                tried=len(self.study.ended()),
                untouched=untouched,
                wish=self.wish,
                seconds_left=self.clock.left_s,
            )
        )


def _way(candidate: Candidate) -> Way:
    return Way(preset=candidate.preset, composition=candidate.composition, changed=candidate.changed)
