"""Which compositions pretraining never sees, so that zero-shot on them means something.

Two rules, both decided by a hash of the composition's words and so the same on every machine:

1. about one (part, colour) pair in twelve is held out whole, whatever the material and defect: the model has
   seen green things and hinges but never a green hinge;
2. of the other compositions, about one in five (part, finish, defect) triples is held out.

Every part, material, colour and defect is still seen in other company.
"""

from __future__ import annotations

import hashlib
from functools import cache

from core.partsworld.vocabulary import Composition, all_compositions

PAIR_SHARE = 1 / 12
TRIPLE_SHARE = 0.20


def is_held_out(composition: Composition) -> bool:
    """Whether pretraining must not see this composition."""
    colour = composition.finish.colour
    if colour is not None and _unit_hash(f"pair|{composition.part}|{colour}") < PAIR_SHARE:
        return True
    return _unit_hash(f"triple|{composition.key}") < TRIPLE_SHARE


@cache
def training_compositions() -> tuple[Composition, ...]:
    """The compositions pretraining may draw from."""
    return tuple(c for c in all_compositions() if not is_held_out(c))


@cache
def held_out_compositions() -> tuple[Composition, ...]:
    """The compositions kept for the zero-shot check and for the new classes of the sample project."""
    return tuple(c for c in all_compositions() if is_held_out(c))


def _unit_hash(text: str) -> float:
    digest = hashlib.blake2b(text.encode(), digest_size=8, person=b"partsworld").digest()
    return int.from_bytes(digest, "big") / 2**64
