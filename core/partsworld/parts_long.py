"""Parts seen from the side or made of wire: bolt, screw, pin, tube, spring, clip, hook, chain, valve.

Each function takes part coordinates u, v (S, S), the part's own variation (uniform numbers in 0..1) and returns
its `Relief`.
"""

from __future__ import annotations

import numpy as np

from core.partsworld.geometry import (
    Array,
    Relief,
    arc,
    bevel,
    box,
    circle,
    round_bar,
    segment,
    step,
    wave,
)  # fmt: skip

Variation = tuple[float, ...]


def bolt(u: Array, v: Array, variation: Variation) -> Relief:
    radius, threads, head = 0.17 + 0.06 * variation[0], 7 + 5 * variation[1], 0.36 + 0.1 * variation[2]
    thread = wave(u * np.float32(threads) + v * np.float32(1.2)) * step(u, -0.1 + 0.4 * variation[3], 0.05)
    shank = np.maximum(np.abs(v) - np.float32(radius) - 0.022 * thread, np.abs(u - 0.2) - 0.74)
    shank = np.maximum(shank, (u - 0.94) + 0.5 * (np.abs(v) - 0.1))
    cap_sdf = box(u + 0.74, v, 0.2, head, 0.03)
    height = round_bar(v, radius) + 0.028 * thread
    facet = np.float32(head * 0.5)
    head_height = np.float32(head) - 0.55 * np.maximum(np.abs(v) - facet, 0) - 0.2 * np.maximum(-u - 0.86, 0)
    in_head = cap_sdf < 0
    seam = 1 - 0.45 * np.exp(-((np.abs(v) - facet) ** 2) * 2500) * in_head
    return Relief(np.minimum(shank, cap_sdf), np.where(in_head, head_height, height), seam.astype(np.float32))


def screw(u: Array, v: Array, variation: Variation) -> Relief:
    radius, threads = 0.15 + 0.04 * variation[0], 4.5 + 2.5 * variation[1]
    thread = wave(u * np.float32(threads) + v * np.float32(1.0))
    taper = np.clip((np.float32(0.98) - u) / np.float32(0.45), 0, 1) * np.float32(radius)
    outline = taper + 0.05 * np.maximum(thread, 0) * (taper > 0.02)
    shank = np.maximum(np.abs(v) - outline, np.abs(u - 0.2) - 0.78)
    countersunk = variation[2] > 0.5
    reach = np.clip((-u - 0.5) / 0.42, 0, 1)
    half = 0.14 + 0.32 * reach if countersunk else 0.42 * np.sqrt(np.clip(1 - ((u + 0.58) / 0.4) ** 2, 0, 1))
    head = np.maximum(np.abs(v) - half, np.maximum(u + 0.52, -0.95 - u))
    height = np.sqrt(np.maximum(taper * taper - v * v, 0)) + 0.06 * thread * (taper > 0.02)
    head_height = np.sqrt(np.maximum(half * half - v * v, 0)) * 0.8
    height = np.where(head < 0, head_height, height)
    return Relief(np.minimum(shank, head).astype(np.float32), height.astype(np.float32))


def pin(u: Array, v: Array, variation: Variation) -> Relief:
    radius = 0.15 + 0.07 * variation[0]
    sdf = box(u, v, 0.95, radius, 0.05)
    groove = np.exp(-((np.abs(u) - np.float32(0.55 + 0.25 * variation[1])) ** 2) * 900)
    if variation[2] < 0.4:
        groove = groove * 0
    height = round_bar(v, radius) * np.clip((0.95 - np.abs(u)) / 0.06 + 0.35, 0, 1) - 0.05 * groove
    return Relief(sdf + 0.025 * groove, height, (1 - 0.4 * groove).astype(np.float32))


def tube(u: Array, v: Array, variation: Variation) -> Relief:
    radius, lip = 0.3 + 0.08 * variation[0], 0.1 + 0.06 * variation[1]
    body = np.maximum(np.abs(v) - np.float32(radius), np.abs(u) - 0.85)
    slant = np.sqrt(np.maximum(1 - (v / np.float32(radius)) ** 2, 0)) * np.float32(lip)
    body = np.maximum(np.abs(v) - np.float32(radius), np.maximum(u - 0.8 - slant, -0.8 - slant - u))
    mouth = np.sqrt(((u - 0.8) / np.float32(lip)) ** 2 + (v / np.float32(radius)) ** 2)
    inner = 0.68 + 0.12 * variation[2]
    height = round_bar(v, radius)
    rim = (mouth < 1) & (mouth > inner)
    height = np.where(mouth < 1, np.float32(radius * 0.8), height)
    tone = np.where(
        mouth < inner, np.float32(0.12) + 0.25 * np.clip(v / radius, 0, 1), np.where(rim, 1.15, 1.0)
    )
    return Relief(body, height, tone.astype(np.float32))


def spring(u: Array, v: Array, variation: Variation) -> Relief:
    coils, half, wire = int(6 + 5 * variation[0]), 0.3 + 0.08 * variation[1], 0.045 + 0.015 * variation[2]
    pitch = 1.8 / coils
    index = np.clip(np.floor((u + 0.9) / np.float32(pitch)), 0, coils - 1)
    local = u + 0.9 - index * np.float32(pitch)
    front = segment(local, v, (pitch * 0.05, -half), (pitch * 0.55, half), wire)
    before = segment(local, v, (-pitch * 0.45, half), (pitch * 0.05, -half), wire)
    after = segment(local, v, (pitch * 0.55, half), (pitch * 1.05, -half), wire)
    back = np.minimum(np.where(index > 0, before, 9), np.where(index < coils - 1, after, 9)).astype(
        np.float32
    )
    front_height = round_bar(front + np.float32(wire), wire) + 0.3
    back_height = round_bar(np.minimum(back, 0) + np.float32(wire), wire)
    tone = np.where(front < 0, 1.0, 0.5).astype(np.float32)
    return Relief(np.minimum(front, back), np.where(front < 0, front_height, back_height), tone)


def clip(u: Array, v: Array, variation: Variation) -> Relief:
    wire = 0.06 + 0.025 * variation[0]
    eye = 0.17 + 0.05 * variation[1]
    loop = np.abs(circle(u + 0.72, v, eye)) - np.float32(wire)
    straight = segment(u, v, (-0.66, -eye), (0.92, -eye), wire)
    bulge = np.float32(eye) * np.cos(np.clip((u + 0.7) * 4.6, 0, 12)) * np.clip(1.25 - u, 0.3, 1) * 1.2
    wavy = np.maximum((np.abs(v - bulge) - wire * 1.2) * 0.72, np.abs(u - 0.03) - 0.75)
    sdf = np.minimum(np.minimum(loop, straight), wavy).astype(np.float32)
    return Relief(sdf, round_bar(np.minimum(sdf, 0) + np.float32(wire), wire) * 1.4)


def hook(u: Array, v: Array, variation: Variation) -> Relief:
    wire, bow = 0.1 + 0.03 * variation[0], 0.36 + 0.06 * variation[1]
    curve = arc(u - 0.45, v, bow, 2.0, wire)
    shank = segment(u, v, (-0.55, -bow * 0.55), (0.45 - bow * 0.42, -bow * 0.91), wire)
    eye = np.abs(circle(u + 0.72, v + np.float32(bow * 0.5), 0.17)) - np.float32(wire * 0.8)
    sdf = np.minimum(np.minimum(curve, shank), eye)
    return Relief(sdf, round_bar(np.minimum(sdf, 0) + np.float32(wire), wire))


def chain(u: Array, v: Array, variation: Variation) -> Relief:
    wire, half = 0.055 + 0.02 * variation[0], 0.2 + 0.03 * variation[1]
    flat = [
        np.abs(segment(u, v, (c - 0.16, 0), (c + 0.16, 0), half)) - np.float32(wire)
        for c in (-0.62, 0.0, 0.62)
    ]
    ring = np.minimum(np.minimum(flat[0], flat[1]), flat[2])
    edge_on = [segment(u, v, (c - 0.2, 0), (c + 0.2, 0), wire) for c in (-0.31, 0.31)]
    upright = np.minimum(edge_on[0], edge_on[1])
    low = round_bar(np.minimum(ring, 0) + np.float32(wire), wire)
    high = round_bar(np.minimum(upright, 0) + np.float32(wire), wire) + np.float32(0.12)
    return Relief(np.minimum(ring, upright), np.where(upright < 0, high, low))


def valve(u: Array, v: Array, variation: Variation) -> Relief:
    pipe = box(u, v - 0.25, 0.78, 0.22 + 0.04 * variation[0], 0.02)
    ends = box(np.abs(u) - 0.76, v - 0.25, 0.17, 0.33, 0.03)
    ball = circle(u, v - 0.25, 0.38)
    stem = box(u, v + 0.2, 0.09, 0.28)
    swing = 0.25 - 0.5 * variation[1]
    lever = segment(u, v, (-0.06, -0.46), (0.86, -0.46 - swing * 0.5), 0.085)
    body = np.minimum(np.minimum(pipe, ends), np.minimum(ball, stem))
    height = np.maximum(round_bar(v - 0.25, 0.26), round_bar(circle(u, v - 0.25, 0.0), 0.38))
    facets = np.float32(0.33) - 0.5 * np.maximum(np.abs(v - 0.25) - 0.16, 0)
    height = np.where(ends < 0, facets, np.where(stem < np.minimum(ball, pipe), round_bar(u, 0.09), height))
    height = np.where(lever < 0, 0.45 + bevel(lever, 0.06, 0.06), height)
    bare = np.clip(-stem * 40, 0, 1) * (lever > 0) * (ball > 0)
    return Relief(np.minimum(body, lever), height.astype(np.float32), None, bare.astype(np.float32))


def connector(u: Array, v: Array, variation: Variation) -> Relief:
    columns = int(3 + 4 * variation[0])
    half = 0.42 + 0.08 * variation[1]
    body = np.minimum(box(u, v, 0.85, half, 0.06), box(u, v + half, 0.22, 0.14, 0.03))
    body = np.minimum(body, box(np.abs(u) - 0.9, v, 0.08, 0.2, 0.02))
    cavity = box(u, v, 0.72, half - 0.12, 0.03)
    pitch = 1.36 / columns
    local = (u + 0.68) / np.float32(pitch)
    local = (local - np.floor(local) - 0.5) * np.float32(pitch)
    pins = np.maximum(box(local, np.abs(v) - 0.15, 0.055, 0.055, 0.01), np.abs(u) - 0.68)
    tone = np.where(cavity < 0, np.clip(0.38 + cavity * 0.6, 0.25, 1), 1.0)
    tone = np.where(pins < 0, 1.1, tone).astype(np.float32)
    height = bevel(body, 0.06, 0.3) - 0.18 * np.clip(-cavity / 0.03, 0, 1) + 0.1 * np.clip(-pins / 0.03, 0, 1)
    return Relief(body, height, tone, np.clip(-pins * 60, 0, 1).astype(np.float32))
