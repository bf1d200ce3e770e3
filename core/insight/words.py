"""Which words of a class's description the answer rests on: each is left out in turn, and the lead measured anew.

The lead is how far the photo is nearer to the class's text than to the likeliest other one, in matching scores. Leaving
out is what attention only stands for, and holds for every method: whatever learned words, prompts or layers make of
the shorter description is in it. What they do to the lead as a whole is the lead less that of the untouched model's
texts, by the same image features.
"""

from collections.abc import Iterator

import numpy as np

from core.insight.findings import WordWeight
from core.insight.texts import class_texts_of
from core.methods.class_text import ClassText
from core.methods.classifier import Array, Classifier
from core.methods.protocol import Method

# Stands for a description of which nothing is left.
NOTHING = "thing"


def weigh_words(
    method: Method, classes: tuple[ClassText, ...], features: Array, index: int
) -> tuple[WordWeight, ...]:
    """For each word of class `index`, what the lead loses without it (below 0: it spoke against the class), at the
    image features `(1, D)` of one photo, unnormalised."""
    whole = class_texts_of(method.classifier(classes), features)
    entry, rival = classes[index], _rival(whole, features, index)
    found = []
    for word, rest in _each_left_out(entry):
        without = whole.copy()
        shorter = method.classifier((ClassText(entry.name, rest),))
        without[index] = class_texts_of(shorter, features)[0]
        lost = _lead(method, whole, features, index, rival) - _lead(method, without, features, index, rival)
        found.append(WordWeight(word=word, weight=lost))
    return tuple(found)


def weigh_learned(
    method: Method, untouched: Classifier, classes: tuple[ClassText, ...], features: Array, index: int
) -> float:
    """What the lead gains by all that was learned on the texts' side, over the untouched model's texts."""
    own = class_texts_of(method.classifier(classes), features)
    plain = class_texts_of(untouched, features)
    rival = _rival(own, features, index)
    return _lead(method, own, features, index, rival) - _lead(method, plain, features, index, rival)


def _each_left_out(entry: ClassText) -> Iterator[tuple[str, str]]:
    """Each word of a class, of several descriptions one after the other, and the class's words without it."""
    for number, line in enumerate(entry.lines):
        words = line.split()
        for place, word in enumerate(words):
            rest = " ".join((*words[:place], *words[place + 1 :])) or NOTHING
            yield word, "\n".join((*entry.lines[:number], rest, *entry.lines[number + 1 :]))


def _rival(texts: Array, features: Array, index: int) -> int | None:
    scores = texts @ features[0]
    scores[index] = -np.inf
    return int(scores.argmax()) if len(texts) > 1 else None


def _lead(method: Method, texts: Array, features: Array, index: int, rival: int | None) -> float:
    photo = features[0] / np.linalg.norm(features[0])
    scores = method.backbone.logit_scale * (texts @ photo)
    return float(scores[index] - (0.0 if rival is None else scores[rival]))
