"""The papers' figures: whole, under our names, and never where a paper says nothing."""

import pytest

from core.bench.datasets.catalogue import ELEVEN, VARIANTS
from core.bench.papers import _papers, paper_figures
from core.methods.catalogue import parse_composition
from core.methods.presets import resolve_preset

DEPT = "DePT (arXiv 2309.07439), every method run anew by one recipe"
OWN = "the method's own paper, as printed beside Skip Tuning (arXiv 2412.11509)"


def test_every_row_is_of_a_set_and_has_a_cell_for_every_method() -> None:
    names = {entry.name for entry in (*ELEVEN, *VARIANTS)} | {"average"}
    for table in _papers().table:
        for column in table.columns:
            assert str(parse_composition(column)) == column
        assert table.rows.keys() <= names
        assert all(len(row) == len(table.columns) for row in table.rows.values())


def test_averages_follow_from_the_cells_but_where_they_are_known_not_to() -> None:
    """methods.md §7.5: two of DePT's printed averages do not follow from its own cells."""
    known = {(DEPT, "coop"), (DEPT, "cocoop")}
    for table in _papers().table:
        if len(table.rows) != 12:
            continue
        cells = [table.rows[entry.name] for entry in ELEVEN]
        for place, column in enumerate(table.columns):
            printed = table.rows["average"][place]
            for measure in (0, 1):
                mean = sum(row[place][measure] for row in cells) / 11
                if (table.source, column) not in known:
                    assert mean == pytest.approx(printed[measure], abs=0.05), (table.source, column)
            assert 2 * printed[0] * printed[1] / (printed[0] + printed[1]) == pytest.approx(
                printed[2], abs=0.02
            )


def test_each_source_stands_apart() -> None:
    found = paper_figures("base-to-new", "EuroSAT", resolve_preset("coop"), 16)
    assert found is not None
    assert {source: (row["base"], row["new"]) for source, row in found.items()} == {
        OWN: (0.9219, 0.5474),
        DEPT: (0.8935, 0.5730),
    }
    assert found[OWN]["h"] == pytest.approx(2 * 0.9219 * 0.5474 / (0.9219 + 0.5474), abs=1e-4)
    assert (found[OWN]["backbone"], found[OWN]["shots"]) == ("ViT-B/16", 16)


def test_what_the_papers_do_not_have_is_null() -> None:
    dept = resolve_preset("dept(coop)")
    assert paper_figures("base-to-new", "EuroSAT", dept, 16)
    assert paper_figures("base-to-new", "EuroSAT", dept, 8) is None
    assert paper_figures("base-to-new", "EuroSAT", dept, None) is None
    assert paper_figures("long-tail", "EuroSAT", dept, 16) is None
    assert paper_figures("base-to-new", "EuroSAT", resolve_preset("nearest-mean"), 16) is None
    assert paper_figures("base-to-new", "average", resolve_preset("zero-shot-ensemble"), 16) is None
    assert paper_figures("cross-set", "ImageNetV2", dept, 16, "EuroSAT") is None


def test_averages_and_other_protocols_are_found() -> None:
    coop = resolve_preset("coop")
    assert paper_figures("base-to-new", "average", coop, 4) == {
        DEPT: {"h": 0.737, "shots": 4, "backbone": "ViT-B/16"}
    }
    found = paper_figures("cross-set", "ImageNet-Sketch", coop, 16, "ImageNet")
    assert found is not None
    assert found[DEPT]["accuracy"] == 0.4913
