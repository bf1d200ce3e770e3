"""The papers' recipes: as they are printed, for whom they were printed, and refused where nothing was."""

from pathlib import Path
from typing import Any

import pytest

from core.backbones.clip import Backbone
from core.bench.commands import RECIPE_NAMES
from core.bench.datasets.catalogue import ELEVEN, PHOTO
from core.bench.papers import _papers
from core.bench.protocol import Request, presets_named
from core.bench.protocols.catalogue import PROTOCOLS
from core.bench.published import RECIPES, Recipe, books
from core.bench.runs import Engine
from core.bench.sets import BenchSet
from core.methods.catalogue import parse_composition
from core.methods.presets import load_presets, resolve_preset
from core.problems import Problem
from core.project.revision import ClassEntry, DataRevision, PhotoEntry
from tests.core.bench.datasets.trees import write_tree
from tests.core.tiny_backbone import tiny_backbone
from tests.core.tiny_run import tiny_revision


def revision_of(classes: int, shots: int) -> DataRevision:
    return DataRevision(
        root="",
        classes=tuple(ClassEntry(name=f"c{n}", description=f"c{n}", role="base") for n in range(classes)),
        photos=tuple(
            PhotoEntry(path=f"{n}/{k}", label=n, part="train") for n in range(classes) for k in range(shots)
        ),
    )


def hyper_of(
    preset: str, recipe: Any = "paper", protocol: str = "base-to-new", set_name: str = "DTD", shots: int = 16
) -> dict[str, Any]:
    found = Recipe(recipe, protocol).of(resolve_preset(preset), set_name, revision_of(20, shots))
    found.parsed.configure(found.hyper)
    return found.hyper


def training(hyper: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(hyper[f"training.{key}"] for key in ("epochs", "batch_size", "learning_rate", "views"))


@pytest.mark.parametrize(
    ("preset", "recipe", "wanted"),
    [
        ("coop", "paper", (200, 32, 0.002, 200)),
        ("coop", "dept", (10, 4, 0.0035, 10)),
        ("cocoop", "paper", (10, 1, 0.002, 10)),
        ("kgcoop", "paper", (100, 128, 0.002, 100)),
        ("maple", "paper", (5, 4, 0.0035, 5)),
        ("promptsrc", "paper", (20, 4, 0.0025, 20)),
        ("tcp", "paper", (50, 32, 0.002, 50)),
        ("dept(coop)", "paper", (10, 4, 0.0035, 10)),
        ("dept(cocoop)", "dept", (10, 1, 0.002, 10)),
        ("linear-fusion(kgcoop)", "dept", (10, 4, 0.0035, 10)),
    ],
)
def test_rounds_batch_rate_and_views_are_as_printed(
    preset: str, recipe: str, wanted: tuple[Any, ...]
) -> None:
    hyper = hyper_of(preset, recipe)
    assert training(hyper) == wanted
    assert (hyper["training.smallest_crop"], hyper["training.flip"]) == (0.08, True)


def test_what_a_paper_does_otherwise_on_a_set_in_a_protocol_or_with_few_shots() -> None:
    assert hyper_of("coop", set_name="ImageNet")["training.epochs"] == 50
    assert [hyper_of("coop-m16", shots=n)["training.epochs"] for n in (1, 2, 4, 8, 16)] == [
        50,
        100,
        100,
        200,
        200,
    ]
    across = hyper_of("maple", protocol="cross-set")
    assert (across["training.epochs"], across["maple.prompt_depth"]) == (2, 3)
    dept = hyper_of("dept(coop)")
    assert (dept["coop.n_ctx"], dept["coop.ctx_init"], dept["dept.feature_norm"]) == (16, "random", 0.0)
    assert (hyper_of("kgcoop")["kgcoop.weight"], hyper_of("kgcoop", "dept")["kgcoop.weight"]) == (8.0, 2.0)


@pytest.mark.parametrize(("classes", "rounds"), [(100, 160), (32, 500), (4, 1000)])
def test_clip_lora_counts_steps(classes: int, rounds: int) -> None:
    """500 steps a shot: 8000, at classes · 16 / 32 a round; no more than 1000 rounds can be set."""
    found = Recipe("paper").of(resolve_preset("lora"), "DTD", revision_of(classes, 16))
    assert (found.hyper["training.epochs"], found.hyper["training.views"]) == (rounds, min(rounds, 200))


def test_a_presets_own_recipe_and_what_has_no_rounds_stay_as_they_are() -> None:
    for name in ("coop", "dept(coop)", "npt(coop)"):
        assert hyper_of(name, "own") == resolve_preset(name).hyper
    for name in ("zero-shot", "zero-shot-ensemble", "nearest-mean", "tip-adapter"):
        assert hyper_of(name, "paper") == resolve_preset(name).hyper


@pytest.mark.parametrize(
    ("preset", "recipe"),
    [("npt(coop)", "paper"), ("npt(dept(coop))", "dept"), ("prefix", "paper"), ("pt-peft(lora)", "paper"),
     ("prograd", "paper"), ("lora", "dept"), ("dept(lora)", "paper")],
)  # fmt: skip
def test_what_was_not_published_is_refused(preset: str, recipe: Any) -> None:
    with pytest.raises(Problem) as raised:
        Recipe(recipe).check([resolve_preset(preset)])
    assert raised.value.code == "bench.no_recipe"


def test_every_row_of_the_papers_can_be_run_by_its_recipe_but_prograds() -> None:
    columns = {column for table in _papers().table for column in table.columns}
    for column in sorted(columns - {"prograd"}):
        Recipe("paper").check([resolve_preset(column)])
    dept = {c for table in _papers().table if table.source.startswith("DePT") for c in table.columns}
    for column in sorted(dept):
        Recipe("dept").check([resolve_preset(column)])


def test_every_recipe_is_of_a_preset_or_a_method() -> None:
    names = {preset.name for preset in load_presets()}
    for book in books().values():
        for name in book.methods:
            assert name in names or parse_composition(name)
    assert RECIPE_NAMES == RECIPES


def test_a_protocol_runs_by_it_and_tells_what_was_set(tmp_path: Path) -> None:
    tiny_revision(tmp_path / "set")
    backbone: Backbone = tiny_backbone()
    engine = Engine(
        backbone, tmp_path / "cache", lambda _: None, lambda _: None, Recipe("dept", "base-to-new")
    )
    request = Request((BenchSet.at("set", tmp_path / "set"),), presets_named(["clip-adapter"]), (1,), 2)
    [line] = PROTOCOLS["base-to-new"](request, engine)
    assert training(line["hyper"]) == (10, 4, 0.0035, 10)
    assert line["steps"] == [10]


def test_what_reads_words_for_new_classes_only_reads_the_sets_own_sentence(tmp_path: Path) -> None:
    dtd = next(entry for entry in ELEVEN if entry.folder == "dtd")
    textures = BenchSet.at("dtd", write_tree(tmp_path, dtd))
    for name in ("nearest-mean", "linear-probe"):
        preset = resolve_preset(name)
        assert textures.hyper(preset) == {f"{name}.template": "{} texture."}
        assert preset.parsed.configure({})[name].template == PHOTO
        with pytest.raises(Problem):
            preset.parsed.configure({f"{name}.template": "no place"})
