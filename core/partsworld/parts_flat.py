"""Parts seen from the front: nut, washer, gear, bearing, cap, flange, pulley, o-ring, plate, bracket, hinge.

Each function takes part coordinates u, v (S, S), the part's own variation (uniform numbers in 0..1) and, where
the part has fixing holes, whether one is missing; it returns the part's `Relief`.
"""

from __future__ import annotations

import numpy as np

from core.partsworld.geometry import (
    Array,
    Relief,
    bevel,
    box,
    circle,
    hexagon,
    round_bar,
    step,
    subtract,
    wave,
)

Variation = tuple[float, ...]


def nut(u: Array, v: Array, variation: Variation) -> Relief:
    bore = 0.4 + 0.1 * variation[0]
    rho = np.sqrt(u * u + v * v)
    body, hole = hexagon(u, v, 0.8), rho - np.float32(bore)
    # The washer face of a nut is turned: a cone cuts the six corners.
    height = np.minimum(bevel(body, 0.05, 0.3), 0.3 - 0.6 * np.maximum(rho - 0.76, 0))
    inner = np.clip(1 - hole / 0.08, 0, 1)
    height = height - 0.14 * inner
    thread = 0.5 + 0.28 * wave(rho * 18 + np.arctan2(v, u) / np.float32(2 * np.pi))
    tone = np.where(hole < 0, thread, 1.0)
    return Relief(subtract(body, hole + 0.07), height.astype(np.float32), tone.astype(np.float32))


def washer(u: Array, v: Array, variation: Variation) -> Relief:
    bore = 0.36 + 0.16 * variation[0]
    sdf = subtract(circle(u, v, 0.88), circle(u, v, bore))
    return Relief(sdf, bevel(sdf, 0.05 + 0.05 * variation[1], 0.08))


def o_ring(u: Array, v: Array, variation: Variation) -> Relief:
    section = 0.07 + 0.05 * variation[0]
    axis = circle(u, v, 0.88 - section)
    return Relief(np.abs(axis) - np.float32(section), round_bar(axis, section))


def gear(u: Array, v: Array, variation: Variation) -> Relief:
    teeth = int(10 + 14 * variation[0])
    rho, theta = np.sqrt(u * u + v * v), np.arctan2(v, u)
    flank = np.clip(wave(theta * np.float32(teeth / (2 * np.pi))) * 1.7, -1, 1)
    depth = 0.6 / teeth + 0.045
    outer = (rho - np.float32(0.9 - depth)) - np.float32(depth) * flank
    bore = np.minimum(rho - np.float32(0.2), box(u - 0.18, v, 0.09, 0.06))
    sdf = subtract(outer * 0.8, bore)
    web = np.clip((0.9 - 3 * depth - rho) / 0.05, 0, 1) * np.clip((rho - 0.36) / 0.05, 0, 1)
    height = bevel(sdf, 0.05, 0.2) - 0.09 * web
    if variation[1] > 0.5:
        count = int(4 + 2 * variation[2])
        sector = np.float32(2 * np.pi / count)
        local = theta - sector * np.round(theta / sector)
        holes = np.sqrt((rho * np.cos(local) - 0.53) ** 2 + (rho * np.sin(local)) ** 2) - 0.1
        sdf = subtract(sdf, holes)
        height = np.minimum(height, bevel(sdf, 0.05, 0.2))
    return Relief(sdf.astype(np.float32), height.astype(np.float32))


def bearing(u: Array, v: Array, variation: Variation) -> Relief:
    count, bore = int(7 + 5 * variation[0]), 0.34 + 0.06 * variation[1]
    rho, theta = np.sqrt(u * u + v * v), np.arctan2(v, u)
    sdf = np.maximum(rho - np.float32(0.9), np.float32(bore) - rho)
    track = np.abs(rho - np.float32((bore + 0.94) / 2)) - 0.115
    sector = np.float32(2 * np.pi / count)
    local = theta - sector * np.round(theta / sector)
    middle = np.float32((bore + 0.94) / 2)
    to_ball = np.sqrt((rho * np.cos(local) - middle) ** 2 + (rho * np.sin(local)) ** 2)
    rings = bevel(np.maximum(sdf, -track), 0.05, 0.12)
    balls = round_bar(to_ball, 0.11)
    is_ball = to_ball < 0.11
    tone = np.where(is_ball, 1.15, np.where(track < 0, 0.22, 1.0)).astype(np.float32)
    return Relief(sdf, np.where(is_ball, balls, rings), tone, is_ball.astype(np.float32))


def cap(u: Array, v: Array, variation: Variation) -> Relief:
    ridges = int(24 + 24 * variation[0])
    rho, theta = np.sqrt(u * u + v * v), np.arctan2(v, u)
    knurl = np.cos(theta * ridges)
    sdf = rho - np.float32(0.86) - 0.02 * knurl
    rim = 0.62 + 0.1 * variation[1]
    side = np.clip((rho - np.float32(rim)) / np.float32(0.88 - rim), 0, 1)
    height = 0.34 - 0.3 * side * side + 0.02 * knurl * step(side, 0.35, 0.3)
    well = np.clip((np.float32(rim - 0.1) - rho) / 0.05, 0, 1)
    height = height - 0.05 * well
    if variation[2] > 0.5:
        height = height + 0.04 * np.clip(1 - np.abs(rho - 0.25) / 0.06, 0, 1)
    return Relief(sdf, height.astype(np.float32))


def flange(u: Array, v: Array, variation: Variation, missing: bool = False) -> Relief:
    count, bore = int(4 + 2 * round(2 * variation[0])), 0.24 + 0.06 * variation[1]
    rho, theta = np.sqrt(u * u + v * v), np.arctan2(v, u)
    sector = np.float32(2 * np.pi / count)
    nearest = np.round(theta / sector)
    local = theta - sector * nearest
    holes = np.sqrt((rho * np.cos(local) - 0.69) ** 2 + (rho * np.sin(local)) ** 2) - np.float32(0.1)
    if missing:
        holes = np.where(nearest == 1, np.float32(1), holes)
    sdf = subtract(rho - np.float32(0.92), rho - np.float32(bore), holes)
    hub = np.clip((np.float32(bore + 0.22) - rho) / 0.05, 0, 1)
    return Relief(sdf, (bevel(sdf, 0.05, 0.12) + 0.2 * hub * (sdf < 0)).astype(np.float32))


def pulley(u: Array, v: Array, variation: Variation) -> Relief:
    count = int(3 + 3 * variation[0])
    rho, theta = np.sqrt(u * u + v * v), np.arctan2(v, u)
    sector = np.float32(2 * np.pi / count)
    local = theta - sector * np.round(theta / sector)
    spoke = np.abs(rho * np.sin(local)) - np.float32(0.09 + 0.04 * variation[1])
    window = np.maximum(np.abs(rho - 0.46) - 0.18, -spoke)
    sdf = subtract(rho - np.float32(0.92), rho - np.float32(0.13), window)
    groove = np.clip(1 - np.abs(rho - np.float32(0.79)) / 0.075, 0, 1)
    height = bevel(sdf, 0.05, 0.22) - 0.2 * groove + 0.1 * np.clip((0.26 - rho) / 0.04, 0, 1) * (sdf < 0)
    return Relief(sdf, height.astype(np.float32), (1 - 0.55 * groove).astype(np.float32))


def plate(u: Array, v: Array, variation: Variation, missing: bool = False) -> Relief:
    half_height = 0.5 + 0.25 * variation[0]
    body = box(u, v, 0.9, half_height, 0.04 + 0.1 * variation[1])
    holes = circle(np.abs(u) - 0.68, np.abs(v) - np.float32(half_height - 0.21), 0.095)
    if missing:
        holes = np.where((u > 0) & (v < 0), np.float32(1), holes)
    sdf = subtract(body, holes)
    if variation[2] > 0.6:
        sdf = subtract(sdf, box(u, v, 0.32, 0.09, 0.09))
    return Relief(sdf, bevel(sdf, 0.035, 0.06))


def bracket(u: Array, v: Array, variation: Variation, missing: bool = False) -> Relief:
    width = 0.24 + 0.06 * variation[0]
    foot = box(u, v - np.float32(0.85 - width), 0.85, width, 0.05)
    upright = box(u + np.float32(0.85 - width), v, width, 0.85, 0.05)
    body = np.minimum(foot, upright)
    if variation[1] > 0.5:  # a gusset fills the inner corner
        slant = (u - v + np.float32(0.85)) * np.float32(0.707)
        gusset = np.maximum(slant - 0.45, np.maximum(-u - 0.6, v - 0.6))
        body = np.minimum(body, gusset)
    foot_holes = circle(np.abs(u - 0.3) - 0.33, v - np.float32(0.85 - width), 0.1)
    upright_holes = circle(u + np.float32(0.85 - width), np.abs(v + 0.35) - 0.27, 0.1)
    if missing:
        foot_holes = np.where(u > 0.3, np.float32(1), foot_holes)
    sdf = subtract(body, foot_holes, upright_holes)
    # The upright leg stands up from the table: it leans away and takes the light differently.
    fold = np.clip(np.float32(0.75 - 2 * width) - v, 0, 2) * (0.25 + 0.25 * variation[2])
    return Relief(sdf, (bevel(sdf, 0.04, 0.07) + fold).astype(np.float32))


def hinge(u: Array, v: Array, variation: Variation, missing: bool = False) -> Relief:
    half = 0.6 + 0.12 * variation[0]
    leaves = box(u, v, 0.9, half, 0.06)
    holes = circle(np.abs(u) - np.float32(0.58), np.abs(v) - np.float32(half - 0.2), 0.085)
    if missing:
        holes = np.where((u < 0) & (v > 0), np.float32(1), holes)
    barrel = box(u, v, 0.15, half + 0.03)
    knuckles = 5
    phase = v / np.float32(2 * half) * knuckles
    seam = np.exp(-((phase - np.floor(phase) - 0.5) ** 2) * 220) * (np.abs(u) < 0.15)
    sdf = np.minimum(subtract(leaves, holes), barrel)
    gap = np.clip(1 - np.abs(np.abs(u) - 0.16) / 0.02, 0, 1)
    height = np.where(np.abs(u) < 0.15, round_bar(u, 0.155) + 0.05, bevel(sdf, 0.035, 0.05)) - 0.03 * seam
    tone = (1 - 0.6 * seam) * (1 - 0.5 * gap)
    return Relief(sdf, height.astype(np.float32), tone.astype(np.float32))
