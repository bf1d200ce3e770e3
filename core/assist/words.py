"""Words by which photos are searched, and the key under which the text feature of some words is kept."""

import hashlib
import json
from pathlib import Path

from core.files import write_atomic
from core.project.glossary import Glossary

TEXTS_FOLDER = "texts"
_FORMAT = 1


def texts_cache(cache: Path) -> Path:
    """Where text features are kept, in the cache folder of a project."""
    return cache / TEXTS_FOLDER


def key_of(words: str) -> str:
    """What stands for the words in the cache, in the place of a photo's content hash."""
    return hashlib.sha256(f"{_FORMAT}\n{words}".encode()).hexdigest()


def keep_scale(cache: Path, backbone: str, logit_scale: float) -> None:
    """Leave a backbone's own scale of cosines beside what it read."""
    write_atomic(texts_cache(cache) / f"{backbone}.json", json.dumps(logit_scale))


def scale_of(cache: Path, backbone: str) -> float | None:
    """That scale; None where the backbone has not read anything yet."""
    try:
        return float(json.loads((texts_cache(cache) / f"{backbone}.json").read_bytes()))
    except (OSError, ValueError, TypeError):
        return None


def english_of(query: str, glossary: Glossary) -> str:
    """The English words that are searched for: those of the glossary, of a Japanese query that it knows in part those
    that it knows; "" where it knows nothing of it."""
    whole = glossary.describe(query)
    if whole:
        return whole
    return " ".join(term.en for term in glossary.terms_in(query))
