"""How long people worked on the labels, by the times of what they did."""

from collections.abc import Iterable
from datetime import datetime
from itertools import pairwise

BREAK_S = 120.0


def working_seconds(times: Iterable[datetime]) -> float:
    """The time between actions, in any order, without breaks: a gap longer than two minutes counts for nothing.

    So the first action after a break has no time of its own: the sum is rather too small than too large.
    """
    gaps = ((later - earlier).total_seconds() for earlier, later in pairwise(sorted(times)))
    return sum(gap for gap in gaps if gap <= BREAK_S)
