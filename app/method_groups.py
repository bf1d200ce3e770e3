"""Methods sorted as the operator would: by what they learn."""

from enum import StrEnum

from core.methods.catalogue import AUTOMATIC, Composition


class MethodGroup(StrEnum):
    """The headings of the list of methods, in their order."""

    AUTOMATIC = "automatic"
    REFERENCES = "references"
    WORDS = "words"
    PICTURES = "pictures"
    INSIDE = "inside"
    HEAD = "head"
    ANCHORED = "anchored"
    TWO_STEPS = "two_steps"


_MEMBERS: dict[MethodGroup, tuple[str, ...]] = {
    MethodGroup.AUTOMATIC: (AUTOMATIC,),
    MethodGroup.REFERENCES: (
        *("zero-shot", "linear-probe", "nearest-mean", "tip-adapter", "tip-adapter-f", "clip-adapter"),
    ),
    MethodGroup.WORDS: ("coop", "cocoop", "kgcoop", "prograd", "tcp"),
    MethodGroup.PICTURES: ("vpt-shallow", "vpt-deep", "maple", "promptsrc"),
    MethodGroup.INSIDE: ("prefix", "lora", "adapter", "full", "bitfit", "skip-tuning"),
    MethodGroup.HEAD: ("dept", "linear-fusion"),
    MethodGroup.ANCHORED: ("npt",),
    MethodGroup.TWO_STEPS: ("pt-peft",),
}
_GROUP_OF = {name: group for group, names in _MEMBERS.items() for name in names}


def group_of(composition: Composition) -> MethodGroup:
    """Where a composition is looked for: its outermost part decides."""
    return _GROUP_OF[composition.name]
