"""What one pretraining step looks at: a pure function of (seed, step), so that a resumed run sees the same.

Half of a parts batch is drawn in groups that share the part, and half of each group the finish too: otherwise most
negatives would differ in part or colour, and the condition (scratched, bent, good) would hardly ever be asked for.
Parts are turned and mirrored at random (the parts world has no up); photos only mirrored.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.backbones.bank import MAP_TARGET_WIDTH, PartsBank, ViewsBank, draw_training_scene
from core.backbones.embedded import PREPROCESS_CFG
from core.backbones.teacher import MAP_SIDE
from core.partsworld.captions import caption_codes, claims_hold, draw_caption

GROUP = 8
NAME_TEMPLATES = (
    "a {}", "a photo of a {}", "a picture of a {}", "{}", "a close-up of a {}", "a {} on a table", "a blurry photo of a {}",
    "a photo of the {}", "a photo of one {}", "a bad photo of a {}", "an image of a {}",
)  # fmt: skip


@dataclass(frozen=True)
class Batch:
    """One step's material.

    pixels: (P + V, 3, S, S) normalised, parts first. kept: (P + V, K) patches to look at or None. texts: captions
    of the parts, then object names in a template. allowed: (P, P) bool, False where caption t also fits picture n
    (t != n): such a pair is no negative. codes: (P, 5). map_targets (N, 49, 128) and pooled_targets (N, 1280)
    belong to pictures `with_teacher` (N,). names: (M,) indices into the teacher's names.
    """

    pixels: Tensor
    kept: Tensor | None
    texts: list[str]
    allowed: Tensor
    codes: Tensor
    with_teacher: Tensor
    map_targets: Tensor
    pooled_targets: Tensor
    names: Tensor


class BatchSource:
    """Draws batches from the banks."""

    def __init__(
        self, seed: int, parts: PartsBank, views: ViewsBank | None, names: tuple[str, ...], grid: int
    ) -> None:
        self.seed, self.parts, self.views, self.names, self.grid = seed, parts, views, names, grid
        self._by_part = _index([(int(c[0]),) for c in parts.codes])
        self._by_finish = _index([(int(c[0]), int(c[1]), int(c[2])) for c in parts.codes])
        self._groups = sorted(self._by_part)
        mean, std = (torch.tensor(PREPROCESS_CFG[key]).view(1, 3, 1, 1) for key in ("mean", "std"))
        self._shift, self._scale = mean * 255, 1 / (std * 255)

    def draw(self, step: int, parts: int, views: int, names: int, keep_share: float) -> Batch:
        """The batch of that step: so many parts, views of photos and names (the last two 0 without teachers)."""
        rng = np.random.default_rng([self.seed, 3, step])
        part_numbers = self._draw_parts(rng, parts)
        pictures = [self.parts.pictures[n] for n in part_numbers]
        codes = self.parts.codes[part_numbers]
        turns = [(int(rng.integers(4)), bool(rng.integers(2))) for _ in part_numbers]
        captions = [draw_caption(rng, draw_training_scene(self.seed, int(n))) for n in part_numbers]
        claims = np.array([caption_codes(c) for c in captions])
        fits = claims_hold(claims, codes)
        np.fill_diagonal(fits, False)
        targets = [
            (n, t)
            for n, t in enumerate(part_numbers)
            if self.parts.teacher and t < len(self.parts.teacher.maps)
        ]
        view_numbers = rng.integers(len(self.views.pictures), size=views) if self.views else np.zeros(0, int)
        pictures += [self.views.pictures[n] for n in view_numbers] if self.views else []
        turns += [(0, bool(rng.integers(2))) for _ in view_numbers]
        maps, pooled = self._targets(targets, view_numbers, turns, parts)
        name_numbers = rng.choice(len(self.names), size=names, replace=False) if names else np.zeros(0, int)
        templates = [NAME_TEMPLATES[int(rng.integers(len(NAME_TEMPLATES)))] for _ in name_numbers]
        return Batch(
            pixels=self._pixels(pictures, turns, rng),
            kept=self._draw_kept(rng, len(pictures), keep_share),
            texts=[c.text for c in captions]
            + [t.format(self.names[n]) for t, n in zip(templates, name_numbers, strict=True)],
            allowed=torch.from_numpy(~fits),
            codes=torch.from_numpy(codes.astype(np.int64)),
            with_teacher=torch.tensor(
                [n for n, _ in targets] + list(range(parts, parts + views)), dtype=torch.long
            ),
            map_targets=maps,
            pooled_targets=pooled,
            names=torch.from_numpy(name_numbers.astype(np.int64)),
        )

    def _draw_parts(self, rng: np.random.Generator, count: int) -> NDArray[np.int64]:
        numbers: list[int] = []
        while len(numbers) < count:
            pool = self._by_part[self._groups[int(rng.integers(len(self._groups)))]]
            first = int(pool[int(rng.integers(len(pool)))])
            c = self.parts.codes[first]
            alike = self._by_finish[int(c[0]), int(c[1]), int(c[2])]
            numbers.append(first)
            numbers += [int(n) for n in rng.choice(alike, GROUP // 2 - 1)]
            numbers += [int(n) for n in rng.choice(pool, GROUP // 4)]
            numbers += [int(n) for n in rng.integers(len(self.parts.codes), size=GROUP // 4)]
        return np.array(numbers[:count])

    def _targets(
        self,
        targets: list[tuple[int, int]],
        views: NDArray[np.int64],
        turns: list[tuple[int, bool]],
        parts: int,
    ) -> tuple[Tensor, Tensor]:
        maps, pooled = [], []
        if self.parts.teacher is not None:
            for place, number in targets:
                maps.append(_turn_map(self.parts.teacher.maps[number], *turns[place]))
                pooled.append(self.parts.teacher.pooled[number])
        if self.views is not None:
            for place, number in enumerate(views):
                maps.append(_turn_map(self.views.teacher.maps[number], *turns[parts + place]))
                pooled.append(self.views.teacher.pooled[number])
        if not maps:
            return torch.zeros(0, MAP_SIDE**2, MAP_TARGET_WIDTH), torch.zeros(0, 1)
        return torch.from_numpy(np.stack(maps)).float(), torch.from_numpy(np.stack(pooled)).float()

    def _pixels(
        self, pictures: list[NDArray[np.uint8]], turns: list[tuple[int, bool]], rng: np.random.Generator
    ) -> Tensor:
        turned = np.stack([_turn(p, *t) for p, t in zip(pictures, turns, strict=True)])
        pixels = torch.from_numpy(turned).permute(0, 3, 1, 2).float()
        gain = torch.from_numpy(rng.uniform(0.85, 1.15, (len(pictures), 1, 1, 1)).astype(np.float32))
        return (pixels * gain - self._shift) * self._scale

    def _draw_kept(self, rng: np.random.Generator, count: int, share: float) -> Tensor | None:
        patches = self.grid**2
        if share >= 1:
            return None
        order = rng.random((count, patches)).argsort(axis=1)
        return torch.from_numpy(np.sort(order[:, : round(patches * share)], axis=1))


def _index(keys: list[tuple[int, ...]]) -> dict[tuple[int, ...], NDArray[np.int64]]:
    found: dict[tuple[int, ...], list[int]] = {}
    for number, key in enumerate(keys):
        found.setdefault(key, []).append(number)
    return {key: np.array(numbers) for key, numbers in found.items()}


def _turn(picture: NDArray[np.uint8], quarters: int, mirrored: bool) -> NDArray[np.uint8]:
    turned = np.rot90(picture, quarters)
    return turned[:, ::-1] if mirrored else turned


def _turn_map(flat: NDArray[np.float16], quarters: int, mirrored: bool) -> NDArray[np.float16]:
    """A map (49, C) turned as its picture was."""
    grid = np.rot90(flat.reshape(MAP_SIDE, MAP_SIDE, -1), quarters)
    return (grid[:, ::-1] if mirrored else grid).reshape(flat.shape)
