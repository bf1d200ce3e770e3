"""Which classes are learned (base) and which are held back (new): the papers' rule, in this one place."""

from collections.abc import Sequence

from core.project.revision import Role

FEWEST_CLASSES_TO_HOLD_BACK = 4
FEWEST_NEW = 2


def roles_of(chosen: Sequence[Role | None]) -> tuple[Role, ...]:
    """Roles of classes in their listed order: the first ⌈n/2⌉ base, the rest new; all base when n < 4.

    `chosen` holds the operator's own choice per class, which stands, or None.
    """
    count = len(chosen)
    learned = count if count < FEWEST_CLASSES_TO_HOLD_BACK else (count + 1) // 2
    return tuple(own or ("base" if index < learned else "new") for index, own in enumerate(chosen))


def needs_probe(roles: Sequence[Role]) -> bool:
    """Whether too few own classes are held back to measure new on them: among one class nothing can be mistaken."""
    return sum(role == "new" for role in roles) < FEWEST_NEW
