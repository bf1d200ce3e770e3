"""Peak memory of one training step, each in a process of its own so that nothing of before counts."""

import multiprocessing
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor

import torch

from core.bench.memory import with_peak
from core.bench.plain.swap import plain_towers
from core.bench.steps import Photos, learn, learn_plainly, look
from core.bench.subject import Subject, build, noise_photos, stand_up


def peak_bytes(subject: Subject, batch: int, *, plain: bool) -> int:
    """What a step takes at its highest above what stands loaded before it."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context) as pool:
        return pool.submit(_peak, subject, batch, plain).result()


def _peak(subject: Subject, batch: int, plain: bool) -> int:
    backbone = stand_up(subject.backbone, subject.device, subject.seed)
    method = build(subject, backbone)
    pixels = noise_photos(backbone, batch, subject.seed)
    photos = Photos(pixels, torch.arange(batch, device=pixels.device) % subject.classes)
    beforehand = look(method, photos)
    method.start(beforehand)
    method.begin_stage(0)
    # The first product of a process starts its threads and their memory.
    _ = (torch.rand(256, 256, device=pixels.device) @ torch.rand(256, 256, device=pixels.device)).sum().item()
    if not plain:
        return _above(lambda: learn(method, beforehand), pixels.device)
    with plain_towers(method):
        return _above(lambda: learn_plainly(method, photos), pixels.device)


def _above(work: Callable[[], object], device: torch.device) -> int:
    if device.type == "cuda":
        torch.cuda.reset_peak_memory_stats(device)
        before = int(torch.cuda.memory_allocated(device))
        work()
        torch.cuda.synchronize(device)
        highest = int(torch.cuda.max_memory_allocated(device))
        return highest - before
    return with_peak(work)[1]
