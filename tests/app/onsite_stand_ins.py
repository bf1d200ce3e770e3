"""The engine played by the test, and a package of two classes."""

from types import SimpleNamespace

import pytest

import app.on_site as on_site_module
from app.engine import EngineProcess

CLASSES = ("良品の六角ボルト", "キズのある六角ボルト")


class Recorded:
    """What the page asked of the engine."""

    def __init__(self) -> None:
        self.requests: list[dict[str, object]] = []
        self.ends = 0


def play_engine(monkeypatch: pytest.MonkeyPatch) -> Recorded:
    """No engine is started, and every package opens."""
    recorded = Recorded()

    def end(_self: EngineProcess) -> None:
        recorded.ends += 1

    monkeypatch.setattr(EngineProcess, "start", lambda _self, _path: None)
    monkeypatch.setattr(EngineProcess, "request", lambda _self, request: recorded.requests.append(request))
    monkeypatch.setattr(EngineProcess, "kill", end)
    classes = [SimpleNamespace(name=name, description="") for name in CLASSES]
    manifest = SimpleNamespace(class_names=CLASSES, classes=classes, reference=None)
    monkeypatch.setattr(
        on_site_module,
        "open_package",
        lambda path: SimpleNamespace(path=path, manifest=manifest, sha256="ab" * 32),
    )
    return recorded
