"""The assist worker: an untouched backbone sees a project's photos, and reads words as they are asked for.

It begins where an earlier one was cut off, lets other work go first, and tells how far it is. Words come as JSON lines
`{"request": 3, "words": ["a bolt", …]}` and are read before the next photos; each request is answered by one WordsRead
with that number. When all photos are seen it waits for words, and ends after a while without any.
"""

import time
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import psutil
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, ValidationError

from core.assist.photo_list import Listed, read_photos
from core.assist.words import keep_scale, key_of, texts_cache
from core.backbones.clip import Backbone
from core.backbones.device import choose_device
from core.backbones.load import load_backbone
from core.backbones.preprocess import Preprocessing, preprocess_photo
from core.methods.class_text import ClassText
from core.methods.configs.references import ZeroShotConfig
from core.methods.teacher import ensemble, frozen_text_features
from core.photos.decode import open_photo
from core.photos.embeddings import keep_embeddings, read_embeddings
from core.problems import Problem
from core.training.commands import Commands, Emit
from core.training.events import Stage, WordsRead
from core.training.features import FeatureStore
from core.training.job import AssistJob
from core.training.pace import Pace
from core.training.views import ViewRecipe

AT_ONCE = 16
_KEPT_EVERY_S = 5.0
_LOOK_AHEAD = 4
_IDLE_S = 300.0

Picture = NDArray[np.uint8]


class Request(BaseModel):
    """One line of standard input."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    request: int
    words: tuple[str, ...]


def run_assist(job: AssistJob, emit: Emit, commands: Commands) -> dict[str, Any]:
    """See all photos, and read words until none come any more.

    Raises:
        Problem: `assist.no_list`, or as loading the backbone raises.
        Halt: stopped, or the window is gone; what was seen is kept.
    """
    _let_others_first()
    emit(Stage(stage="load", index=1, of=2))
    listed = read_photos(Path(job.run))
    backbone = load_backbone(job.backbone, choose_device(job.device).torch_name)
    reader = _Reader(backbone, Path(job.cache), emit, commands)
    reader.answer_waiting()
    emit(Stage(stage="features", index=2, of=2))
    seen = _see(listed, backbone, Path(job.run), Path(job.cache), reader, emit)
    reader.answer_until_idle()
    return {"photos": seen, "backbone": backbone.card.sha256}


class _Reader:
    """Answers requests for words, between other work or while there is none."""

    def __init__(self, backbone: Backbone, cache: Path, emit: Emit, commands: Commands) -> None:
        self._backbone, self._cache = backbone, texts_cache(cache)
        self._emit, self._commands = emit, commands
        keep_scale(cache, backbone.card.sha256, backbone.logit_scale)
        config = ZeroShotConfig()
        self._sentences = ensemble(config.templates, config.template)

    def answer_waiting(self) -> None:
        """Answer what waits. Raises Halt."""
        self._commands.heed(self._emit)
        while (content := self._commands.next_request(timeout=0.001)) is not None:
            self._answer(content)

    def answer_until_idle(self) -> None:
        """Answer until nothing was asked for a while. Raises Halt."""
        last = time.monotonic()
        while time.monotonic() - last < _IDLE_S:
            self._commands.heed(self._emit)
            if (content := self._commands.next_request()) is not None:
                self._answer(content)
                last = time.monotonic()

    def _answer(self, content: dict[str, Any]) -> None:
        number = content.get("request")
        try:
            request = Request.model_validate(content)
            self._read(request.words)
        except (ValidationError, Problem) as error:
            problem = (
                error
                if isinstance(error, Problem)
                else Problem("assist.bad_request", reason=str(error).splitlines()[0])
            )
            data = {key: str(value) for key, value in problem.data.items()}
            asked = number if isinstance(number, int) else -1
            self._emit(WordsRead(request=asked, code=problem.code, data=data))
        else:
            self._emit(WordsRead(request=request.request))

    def _read(self, words: Sequence[str]) -> None:
        known = read_embeddings(self._cache, self._backbone.card.sha256)
        rows = known.rows if known is not None else {}
        missing = [each for each in dict.fromkeys(words) if key_of(each) not in rows]
        if not missing:
            return
        texts = [ClassText(each, each) for each in missing]
        features = frozen_text_features(self._backbone, texts, self._sentences).float().cpu().numpy()
        keep_embeddings(self._cache, self._backbone.card.sha256, [key_of(each) for each in missing], features)


def _see(
    listed: Sequence[Listed], backbone: Backbone, run: Path, cache: Path, reader: _Reader, emit: Emit
) -> int:
    """Have the photos seen that were not yet; gives how many there are. One that cannot be opened is passed over.

    Nothing is kept any more once the job's own folder is gone: then the project forgets its photos.
    """
    sha256 = backbone.card.sha256
    known = read_embeddings(cache, sha256)
    before = known.rows if known is not None else {}
    missing = [(content, path) for content, path in dict(listed).items() if content not in before]
    pace, done, kept_at = Pace(max(1, len(missing)), emit), 0, time.monotonic()
    fresh: dict[str, NDArray[np.float32]] = {}

    def keep() -> None:
        if fresh and run.exists():
            keep_embeddings(cache, sha256, list(fresh), np.stack(list(fresh.values())))
        fresh.clear()

    store = FeatureStore(backbone, ViewRecipe(0, 1.0, False), cache)
    try:
        for portion, pictures in _opened(missing, backbone.preprocessing):
            reader.answer_waiting()
            pairs = zip(portion, pictures, strict=True)
            there = {content: picture for (content, _), picture in pairs if picture is not None}
            if there:
                fresh |= dict(zip(there, store.encode(np.stack(list(there.values()))), strict=True))
            done += len(portion)
            if time.monotonic() - kept_at > _KEPT_EVERY_S:
                keep()
                pace(done)
                kept_at = time.monotonic()
    finally:
        keep()
    pace(max(1, done))
    return len(listed)


def _opened(
    missing: Sequence[Listed], preprocessing: Preprocessing
) -> Iterator[tuple[Sequence[Listed], list[Picture | None]]]:
    """The photos in portions, opened on another thread ahead of being seen."""
    portions = deque(missing[start : start + AT_ONCE] for start in range(0, len(missing), AT_ONCE))
    with ThreadPoolExecutor(1, thread_name_prefix="decode") as pool:
        ahead: deque[tuple[Sequence[Listed], Future[list[Picture | None]]]] = deque()
        try:
            while portions or ahead:
                while portions and len(ahead) < _LOOK_AHEAD:
                    portion = portions.popleft()
                    ahead.append((portion, pool.submit(_open_all, portion, preprocessing)))
                portion, opened = ahead.popleft()
                yield portion, opened.result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def _open_all(portion: Sequence[Listed], preprocessing: Preprocessing) -> list[Picture | None]:
    return [_open(Path(path), preprocessing) for _, path in portion]


def _open(path: Path, preprocessing: Preprocessing) -> Picture | None:
    try:
        return preprocess_photo(open_photo(path, at_least=preprocessing.image_size), preprocessing)
    except Problem:
        return None


def _let_others_first() -> None:
    """The window, and a training, come before what is done in the background."""
    own = psutil.Process()
    own.nice(psutil.BELOW_NORMAL_PRIORITY_CLASS if psutil.WINDOWS else 5)
