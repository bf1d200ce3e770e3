"""The words of the parts world in Japanese and English, as descriptions, questions and answers use them.

English nouns, adjectives and phrases are those of `captions`, which the embedded backbone was trained on; here is
what goes beyond them. The vocabulary is closed: every sentence of descriptions and questions is made of these.
"""

from __future__ import annotations

from core.partsworld.facts import Position
from core.problems import Language

PARTS_JA: dict[str, tuple[str, ...]] = {
    "bolt": ("ボルト", "六角ボルト"), "nut": ("ナット", "六角ナット"), "washer": ("ワッシャー", "座金"),
    "gear": ("歯車", "ギア"), "bracket": ("ブラケット", "取付金具"), "bearing": ("軸受", "ベアリング"),
    "spring": ("ばね", "スプリング"), "pin": ("ピン",), "plate": ("プレート", "取付板"),
    "connector": ("コネクター",), "cap": ("キャップ", "ふた"), "tube": ("チューブ", "管"), "screw": ("ねじ",),
    "flange": ("フランジ",), "pulley": ("プーリー", "滑車"), "clip": ("クリップ",), "hook": ("フック",),
    "chain": ("チェーン", "鎖"), "hinge": ("ヒンジ", "蝶番"), "valve": ("バルブ", "弁"), "o-ring": ("Oリング",),
}  # fmt: skip
MATERIALS_JA: dict[str, str] = {
    "steel": "鋼", "brass": "真鍮", "copper": "銅", "aluminium": "アルミ", "cast iron": "鋳鉄",
    "plastic": "樹脂", "painted": "塗装した金属", "anodised": "アルマイト", "rubber": "ゴム",
}  # fmt: skip
COLOURS_JA: dict[str, str] = {
    "black": "黒", "white": "白", "grey": "灰色", "red": "赤", "blue": "青", "green": "緑", "yellow": "黄色",
    "orange": "オレンジ色", "purple": "紫",
}  # fmt: skip
COLOUR_ADJECTIVES_JA: dict[str, str] = {
    "black": "黒い", "white": "白い", "grey": "灰色の", "red": "赤い", "blue": "青い", "green": "緑色の",
    "yellow": "黄色い", "orange": "オレンジ色の", "purple": "紫色の",
}  # fmt: skip
DEFECTS_JA: dict[str, str] = {
    "none": "なし", "scratch": "きず", "dent": "へこみ", "crack": "割れ", "rust": "さび", "stain": "汚れ",
    "chip": "欠け", "bend": "曲がり", "missing hole": "穴の不足",
}  # fmt: skip
BACKGROUNDS_JA: dict[str, tuple[str, str]] = {
    "conveyor": ("コンベヤー", "の上"), "tray": ("トレー", "の中"), "cloth": ("布", "の上"), "board": ("木の板", "の上"),
    "mat": ("マット", "の上"), "concrete": ("コンクリート", "の上"), "paper": ("紙", "の上"),
    "table": ("金属の台", "の上"),
}  # fmt: skip
POSITIONS_JA: dict[Position, str] = {
    "upper left": "左上", "upper right": "右上", "lower left": "左下", "lower right": "右下",
}  # fmt: skip
YES_NO: dict[Language, tuple[str, str]] = {"en": ("yes", "no"), "ja": ("はい", "いいえ")}
COUNTED_JA = {"holes": "取付穴", "spokes": "スポーク"}
COUNTED_EN = {"holes": "mounting holes", "spokes": "spokes"}
