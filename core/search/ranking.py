"""Which way is best: by the folds that all compared ways have been through, of equal ones the simpler.

The best of many noisy figures is too good by chance, the more the more there are. So those in front are compared anew
on further divisions, half of them going on each time.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.methods.catalogue import parse_composition
from core.search.space import Candidate
from core.search.tally import Tally, Wish, chance_better, interval, score, share, together
from core.training.events import RankedWay, Way

# In this share of the draws a way must be better than the one that is trusted.
SURE = 0.95
_LEARNS = ("nothing", "at_once", "by_epochs")


@dataclass(frozen=True)
class Standing:
    """A way with its score on the folds that it is compared by."""

    candidate: Candidate
    score: float
    tally: Tally


class Ranking:
    """Ways by what they did: `tallies` by way and fold, `untouched` what the untouched backbone did on each fold."""

    def __init__(
        self,
        wish: Wish,
        ways: Mapping[str, Candidate],
        tallies: Mapping[str, Mapping[str, Tally]],
        untouched: Mapping[str, Tally],
    ) -> None:
        self._wish, self._ways, self._tallies, self._untouched = wish, ways, tallies, untouched

    def through(self, folds: Sequence[str]) -> list[str]:
        """Keys of the ways that have been through all these folds."""
        return [key for key, found in self._tallies.items() if all(fold in found for fold in folds)]

    def order(self, keys: Sequence[str], folds: Sequence[str]) -> list[Standing]:
        """These ways by their score on these folds, best first; of equal ones the simpler first."""
        found = [self._standing(key, folds) for key in keys]
        return sorted(found, key=lambda each: (-each.score, _elaborate(each)))

    def common(self, keys: Sequence[str]) -> list[str]:
        """The folds that all these ways have been through."""
        each = [set(self._tallies[key]) for key in keys]
        return sorted(set.intersection(*each)) if each else []

    def choice(self, keys: Sequence[str], trusted: str | None) -> Standing:
        """The best of these ways; where one is trusted beforehand, no other that is not surely better."""
        folds = self.common(keys)
        order = self.order(keys, folds)
        for standing in order:
            if standing.candidate.key == trusted:
                sure = chance_better(self._wish, order[0].tally, standing.tally, self._before(folds))
                return order[0] if sure >= SURE else standing
        return order[0]

    def told(self, standing: Standing, folds: Sequence[str]) -> RankedWay:
        """A standing as others are told of it."""
        tally, before = standing.tally, self._before(folds)
        low, high = interval(self._wish, tally, before)
        base, new = _sides(self._wish, tally)
        way = standing.candidate
        return RankedWay(
            way=Way(preset=way.preset, composition=way.composition, changed=way.changed),
            score=standing.score,
            low=min(low, standing.score),
            high=max(high, standing.score),
            base=share(base),
            new=share(new) if new else None,
            photos=sum(map(len, (base + " " + new).split())),
        )

    def untouched(self, folds: Sequence[str]) -> float | None:
        """The score of the untouched backbone on these folds; None while it is not known."""
        if not folds or any(fold not in self._untouched for fold in folds):
            return None
        before = self._before(folds)
        return score(self._wish, before, before)

    def _standing(self, key: str, folds: Sequence[str]) -> Standing:
        tally = together([self._tallies[key][fold] for fold in folds])
        return Standing(self._ways[key], score(self._wish, tally, self._before(folds)), tally)

    def _before(self, folds: Sequence[str]) -> Tally:
        return together([self._untouched[fold] for fold in folds])


def _elaborate(standing: Standing) -> tuple[int, int, int, float]:
    """How elaborate a way is: by how it learns, what it is made of, how much was changed in it, what it takes."""
    parsed = parse_composition(standing.candidate.composition)
    parts = len(tuple(parsed.parts()))
    return _LEARNS.index(parsed.learns), parts, len(standing.candidate.changed), standing.tally.seconds


def _sides(wish: Wish, tally: Tally) -> tuple[str, str]:
    if wish == "union" and tally.union_new:
        return tally.union_base, tally.union_new
    return tally.base, tally.new or tally.union_new
