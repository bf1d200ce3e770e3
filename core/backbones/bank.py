"""The pictures pretraining learns from, made once and kept as memory-mapped arrays in a work folder.

Two banks. `parts`: rendered pictures of training compositions with what they show; the first of them with teacher
features. `views`: crops and collages of real photos with teacher features. Making a bank resumes where it stopped,
and gives the same bytes whatever the number of processes: picture n depends on (seed, n) alone.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

from core.backbones.teacher import FEATURE_WIDTH, INPUT_SIZE, MAP_SIDE, MAP_WIDTH, Teacher, to_teacher_pixels
from core.partsworld.captions import scene_codes
from core.partsworld.heldout import training_compositions
from core.partsworld.render import render
from core.partsworld.scene import Scene, draw_scene
from core.partsworld.vocabulary import DEFECTS, Composition

MAP_TARGET_WIDTH = 128
_CHUNK = 64
_PHOTO_ENDINGS = frozenset({".jpg", ".jpeg", ".png", ".bmp"})
Report = Callable[[str, int, int], None]


@dataclass(frozen=True)
class TeacherFeatures:
    """Teacher features of the first n pictures of a bank: maps (n, 49, 128) and pooled (n, 1280), fp16."""

    maps: NDArray[np.float16]
    pooled: NDArray[np.float16]


@dataclass(frozen=True)
class PartsBank:
    """Rendered pictures (n, S, S, 3), attribute codes (n, 5), and teacher features of the first of them."""

    pictures: NDArray[np.uint8]
    codes: NDArray[np.int16]
    teacher: TeacherFeatures | None

    def scene(self, seed: int, n: int) -> Scene:
        """What picture n shows."""
        return draw_training_scene(seed, n)


@dataclass(frozen=True)
class ViewsBank:
    """Views of real photos (n, S, S, 3) and their teacher features."""

    pictures: NDArray[np.uint8]
    teacher: TeacherFeatures


def draw_training_scene(seed: int, n: int) -> Scene:
    """Scene n of the training stream: never a held-out composition; defects and finishes are balanced."""
    rng = np.random.default_rng([seed, 1, n])
    group = _training_groups()[DEFECTS[n % len(DEFECTS)]]
    bare, coloured = group
    choices = bare if bare and (not coloured or rng.random() < 0.35) else coloured
    return draw_scene(rng, choices[int(rng.integers(len(choices)))])


def make_parts_bank(
    folder: Path, seed: int, count: int, size: int, processes: int, report: Report
) -> tuple[NDArray[np.uint8], NDArray[np.int16]]:
    """Render (or finish rendering) `count` training pictures under `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    pictures = _open_array(folder / f"parts_{seed}_{size}.npy", np.uint8, (count, size, size, 3))
    codes = np.array([scene_codes(draw_training_scene(seed, n)) for n in range(count)], np.int16)
    todo = _unfinished(folder / f"parts_{seed}_{size}.done", count)
    jobs = [(seed, size, start, min(start + _CHUNK, count)) for start in todo]
    for (_, _, start, stop), chunk in zip(jobs, _run(jobs, processes), strict=True):
        pictures[start:stop] = chunk
        _mark_done(folder / f"parts_{seed}_{size}.done", start)
        report("rendering", stop, count)
    return pictures, codes


def make_views(
    folder: Path, photos: Sequence[Path], seed: int, count: int, report: Report
) -> NDArray[np.uint8]:
    """(count, 224, 224, 3): crops (three in four) and collages of two crops (one in four) of real photos."""
    folder.mkdir(parents=True, exist_ok=True)
    views = _open_array(folder / f"views_{seed}.npy", np.uint8, (count, INPUT_SIZE, INPUT_SIZE, 3))
    for start in _unfinished(folder / f"views_{seed}.done", count):
        for n in range(start, min(start + _CHUNK, count)):
            views[n] = _draw_view(photos, np.random.default_rng([seed, 2, n]))
        _mark_done(folder / f"views_{seed}.done", start)
        report("cropping photos", min(start + _CHUNK, count), count)
    return views


def make_teacher_features(
    path: Path, teacher: Teacher, pictures: NDArray[np.uint8], basis: torch.Tensor, report: Report
) -> TeacherFeatures:
    """Teacher features of the pictures, kept beside `path`; `basis` (320, 128) reduces the maps."""
    count = len(pictures)
    maps = _open_array(path.with_suffix(".maps.npy"), np.float16, (count, MAP_SIDE**2, MAP_TARGET_WIDTH))
    pooled = _open_array(path.with_suffix(".pooled.npy"), np.float16, (count, FEATURE_WIDTH))
    for start in _unfinished(path.with_suffix(".done"), count):
        for n in range(start, min(start + _CHUNK, count), 8):
            batch = pictures[n : min(n + 8, start + _CHUNK, count)]
            feature_maps, features = teacher.features(to_teacher_pixels(np.ascontiguousarray(batch)))
            reduced = feature_maps.flatten(2).transpose(1, 2) @ basis
            maps[n : n + len(batch)] = reduced.numpy().astype(np.float16)
            pooled[n : n + len(batch)] = features.numpy().astype(np.float16)
        _mark_done(path.with_suffix(".done"), start)
        report("teacher features", min(start + _CHUNK, count), count)
    return TeacherFeatures(maps, pooled)


def map_basis(teacher: Teacher, pictures: NDArray[np.uint8]) -> torch.Tensor:
    """(320, 128): principal directions of the teacher's maps on some pictures, scaled to unit mean variance."""
    gram = torch.zeros(MAP_WIDTH, MAP_WIDTH, dtype=torch.float64)
    rows = 0
    for start in range(0, len(pictures), 8):
        maps, _ = teacher.features(to_teacher_pixels(np.ascontiguousarray(pictures[start : start + 8])))
        flat = maps.transpose(0, 1).flatten(1).double()
        gram += flat @ flat.T
        rows += flat.shape[1]
    values, vectors = torch.linalg.eigh(gram / rows)
    top = vectors[:, -MAP_TARGET_WIDTH:]
    # Between whitening (which lifts noise) and none (where a few directions rule): the square root of it.
    scale = values[-MAP_TARGET_WIDTH:].clamp_min(1e-9) ** -0.25
    basis = top * scale
    spread = ((basis.T @ (gram / rows) @ basis).diagonal().mean()) ** 0.5
    reduced: torch.Tensor = (basis / spread).float()
    return reduced


def shrink(pictures: NDArray[np.uint8], size: int) -> NDArray[np.uint8]:
    """(n, S, S, 3) pictures at (n, size, size, 3), area-averaged."""
    small = [np.asarray(Image.fromarray(p).resize((size, size), Image.Resampling.BICUBIC)) for p in pictures]
    return np.stack(small)


def find_photos(folders: Sequence[Path]) -> tuple[Path, ...]:
    """Every photo under the folders, in a fixed order."""
    found = [p for folder in folders if folder.is_dir() for p in folder.rglob("*")]
    return tuple(sorted(p for p in found if p.suffix.lower() in _PHOTO_ENDINGS))


_GROUPS: dict[str, tuple[list[Composition], list[Composition]]] = {}


def _training_groups() -> dict[str, tuple[list[Composition], list[Composition]]]:
    if not _GROUPS:
        for defect in DEFECTS:
            of_defect = [c for c in training_compositions() if c.defect == defect]
            bare = [c for c in of_defect if c.finish.colour is None]
            _GROUPS[defect] = (bare, [c for c in of_defect if c.finish.colour is not None])
    return _GROUPS


def _draw_view(photos: Sequence[Path], rng: np.random.Generator) -> NDArray[np.uint8]:
    view = _draw_crop(photos[int(rng.integers(len(photos)))], rng)
    if rng.random() < 0.25:
        other = _draw_crop(photos[int(rng.integers(len(photos)))], rng)
        edge = int(rng.integers(INPUT_SIZE // 3, 2 * INPUT_SIZE // 3))
        if rng.random() < 0.5:
            view[edge:] = other[edge:]
        else:
            view[:, edge:] = other[:, edge:]
    return view


def _draw_crop(path: Path, rng: np.random.Generator) -> NDArray[np.uint8]:
    with Image.open(path) as photo:
        rgb = photo.convert("RGB")
    width, height = rgb.size
    area = float(np.exp(rng.uniform(np.log(0.12), 0.0))) * width * height
    ratio = float(np.exp(rng.uniform(-0.3, 0.3)))
    w, h = min(width, int((area * ratio) ** 0.5)), min(height, int((area / ratio) ** 0.5))
    left, top = int(rng.integers(width - w + 1)), int(rng.integers(height - h + 1))
    crop = rgb.resize((INPUT_SIZE, INPUT_SIZE), Image.Resampling.BICUBIC, (left, top, left + w, top + h))
    pixels = np.array(crop)
    return pixels[:, ::-1].copy() if rng.random() < 0.5 else pixels


def _render_chunk(job: tuple[int, int, int, int]) -> NDArray[np.uint8]:
    seed, size, start, stop = job
    return np.stack([render(draw_training_scene(seed, n), size) for n in range(start, stop)])


def _run(jobs: list[tuple[int, int, int, int]], processes: int) -> Iterator[NDArray[np.uint8]]:
    if processes <= 1 or len(jobs) <= 1:
        yield from map(_render_chunk, jobs)
        return
    with multiprocessing.get_context("spawn").Pool(processes) as pool:
        yield from pool.imap(_render_chunk, jobs)


def _open_array(path: Path, dtype: type, shape: tuple[int, ...]) -> np.memmap:
    if path.exists():
        array = np.lib.format.open_memmap(path, mode="r+")
        if array.shape == shape:
            return array
        raise ValueError(f"{path} holds {array.shape}, wanted {shape}: choose another work folder")
    return np.lib.format.open_memmap(path, mode="w+", dtype=dtype, shape=shape)


def _unfinished(done_file: Path, count: int) -> list[int]:
    done = {int(line) for line in done_file.read_text().split()} if done_file.exists() else set()
    return [start for start in range(0, count, _CHUNK) if start not in done]


def _mark_done(done_file: Path, start: int) -> None:
    with done_file.open("a") as stream:
        stream.write(f"{start}\n")
