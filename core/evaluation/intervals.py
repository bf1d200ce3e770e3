"""95 % intervals of accuracies and of their harmonic mean, by bootstrap over photos.

Drawing n photos with replacement, of which a share p is right, gives Binomial(n, p) right ones: so the
bootstrap needs no loop over photos. Where all photos are right (or wrong) it would claim certainty; there
Wilson's interval takes its place.
"""

import math

import numpy as np
from numpy.typing import NDArray

from core.evaluation.judged import Flags, Judged, harmonic_mean
from core.training.result import Interval

DRAWS = 4000
_SEED = 20260901
_Z = 1.959964


def intervals_of(judged: Judged) -> dict[str, Interval]:
    """Intervals under the names of the metrics; those that cannot be measured are absent."""
    rng = np.random.default_rng(_SEED)
    found: dict[str, Interval] = {}
    for prefix, right in (("", judged.right), ("union_", judged.union_right)):
        base, new = right[judged.is_base], right[~judged.is_base]
        names = {"base": base, "new": new}
        draws = {name: _draws(rng, flags) for name, flags in names.items() if flags.size}
        found |= {prefix + name: _interval(draw, names[name]) for name, draw in draws.items()}
        if len(draws) == 2:
            found[f"{prefix}h"] = _of_h(draws["base"], draws["new"], base, new)
    return found


def difference(before: Flags, after: Flags) -> Interval:
    """How much better `after` is than `before` on the same photos (paired)."""
    change = after.astype(int) - before.astype(int)
    shares = [float((change == value).mean()) for value in (-1, 0, 1)]
    draws = np.random.default_rng(_SEED).multinomial(len(change), shares, size=DRAWS)
    low, high = np.quantile((draws[:, 2] - draws[:, 0]) / len(change), (0.025, 0.975))
    return Interval(mean=float(change.mean()), low=float(low), high=float(high), n=len(change))


def gains(before: Judged, after: Judged) -> dict[str, Interval]:
    """Paired gains on the same photos: `base_gain`, `new_gain`; absent where there are no such photos."""
    groups = {"base_gain": after.is_base, "new_gain": ~after.is_base}
    return {name: difference(before.right[g], after.right[g]) for name, g in groups.items() if g.any()}


def wilson(right: int, n: int) -> tuple[float, float]:
    """Wilson's 95 % interval of a share."""
    p, z2 = right / n, _Z * _Z
    middle = (p + z2 / (2 * n)) / (1 + z2 / n)
    half = _Z / (1 + z2 / n) * math.sqrt(p * (1 - p) / n + z2 / (4 * n * n))
    return max(0.0, middle - half), min(1.0, middle + half)


def _draws(rng: np.random.Generator, right: Flags) -> NDArray[np.float64]:
    return rng.binomial(len(right), right.mean(), size=DRAWS) / len(right)


def _interval(draws: NDArray[np.float64], right: Flags) -> Interval:
    low, high = _ends(draws, right)
    return Interval(mean=float(right.mean()), low=low, high=high, n=len(right))


def _ends(draws: NDArray[np.float64], right: Flags) -> tuple[float, float]:
    if right.all() or not right.any():
        return wilson(int(right.sum()), len(right))
    low, high = np.quantile(draws, (0.025, 0.975))
    return float(low), float(high)


def _of_h(
    base_draws: NDArray[np.float64], new_draws: NDArray[np.float64], base: Flags, new: Flags
) -> Interval:
    total = base_draws + new_draws
    draws = np.divide(2 * base_draws * new_draws, total, out=np.zeros_like(total), where=total > 0)
    low, high = (float(end) for end in np.quantile(draws, (0.025, 0.975)))
    mean = harmonic_mean(float(base.mean()), float(new.mean())) or 0.0
    if np.ptp(draws) == 0:
        ends = zip(_ends(base_draws, base), _ends(new_draws, new), strict=True)
        low, high = (harmonic_mean(b, n) or 0.0 for b, n in ends)
    return Interval(mean=mean, low=low, high=high, n=len(base) + len(new))
