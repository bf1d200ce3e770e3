"""`hikidashi methods` lists what --preset takes, with the keys that others rely on."""

import json

import pytest

from core.cli import main
from core.methods.catalogue import CATALOGUE, compositions, parse_composition


def test_every_listed_method_can_be_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["methods", "--json"]) == 0
    methods = json.loads(capsys.readouterr().out.splitlines()[-1])["methods"]
    assert [entry["composition"] for entry in methods] == list(map(str, compositions()))
    for entry in methods:
        assert entry.keys() == {"name", "composition", "tasks", "classifies", "trains", "source"}
        assert parse_composition(entry["composition"]).name == entry["name"]
        assert tuple(entry["classifies"]) == CATALOGUE[entry["name"]].classifies
