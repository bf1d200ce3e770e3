"""A download is asked for, shown first, interrupted without loss, checked, and never tried offline.

The server is a real one on this machine, and answers as the hub does: HEAD names size, SHA-256 and commit and sends
on to where the file lies; GET knows ranges.
"""

import hashlib
import json
import socket
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from safetensors.torch import save

from core.backbones import download as module
from core.backbones.catalogue import Downloadable, downloadables
from core.backbones.download import Offer, ask, download
from core.backbones.load import architecture_config, load_backbone
from core.backbones.preprocess import Preprocessing
from core.backbones.store import ModelStore
from core.problems import Problem
from tests.core.backbones.conftest import BIDIRECTIONAL, TINY, random_state

pytestmark = pytest.mark.loopback

COMMIT = "0123abcd" * 5
MODEL = Downloadable("vit-tiny", "Tiny", "tag", 1, "MIT", "https://example.org", {"ja": "小", "en": "tiny"})


@dataclass
class Hub:
    """Files by path, and how the server misbehaves."""

    files: dict[str, bytes]
    status: int = 200
    announced_sha256: str = ""
    drop_after: int | None = None
    ranges: bool = True
    requests: list[tuple[str, str, str]] = field(default_factory=list)
    address: str = ""


class _Handler(BaseHTTPRequestHandler):
    hub: Hub

    def do_HEAD(self) -> None:
        content = self._content()
        if content is None:
            return
        sha256 = self.hub.announced_sha256 or hashlib.sha256(content).hexdigest()
        self.send_response(302 if "model" in self.path else 200)
        self.send_header("X-Repo-Commit", COMMIT)
        if "model" in self.path:
            self.send_header("X-Linked-Etag", f'"{sha256}"')
            self.send_header("X-Linked-Size", str(len(content)))
            self.send_header("Location", f"/stored/{self.path}")
        else:
            self.send_header("ETag", f'"{"a" * 40}"')
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()

    def do_GET(self) -> None:
        content = self._content()
        if content is None:
            return
        asked = self.headers.get("Range", "") if self.hub.ranges else ""
        start = int(asked.removeprefix("bytes=").removesuffix("-") or 0)
        self.send_response(206 if asked else 200)
        self.send_header("Content-Length", str(len(content) - start))
        self.end_headers()
        self.wfile.write(content[start:][: self.hub.drop_after])

    def _content(self) -> bytes | None:
        self.hub.requests.append((self.command, self.path, self.headers.get("Range", "")))
        name = self.path.rsplit("/", 1)[-1]
        status = self.hub.status if name in self.hub.files else 404
        if status == 200:
            return self.hub.files[name]
        self.send_error(status)
        return None

    def log_message(self, format: str, *args: object) -> None:
        """Nothing is printed."""


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    hub = Hub({"open_clip_model.safetensors": save(random_state(TINY))})
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"hub": hub}))
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    hub.address = f"http://127.0.0.1:{server.server_port}"
    monkeypatch.setenv("HF_ENDPOINT", hub.address)
    monkeypatch.setattr(module, "downloadables", lambda: (MODEL,))
    monkeypatch.setattr(module, "architecture_config", lambda architecture: TINY)
    monkeypatch.setattr(
        module,
        "_published",
        lambda model: {"hf_hub": "someone/tiny/", "resize_mode": "squash"},
    )
    yield hub
    server.shutdown()
    thread.join()
    server.server_close()


def refusal_of(store: ModelStore, **how: Any) -> Problem:
    with pytest.raises(Problem) as refusal:
        download("vit-tiny", offline=how.pop("offline", False), store=store, **how)
    return refusal.value


def weights_of(hub: Hub) -> bytes:
    return hub.files["open_clip_model.safetensors"]


def test_a_download_ends_in_a_backbone_that_loads(hub: Hub, store: ModelStore) -> None:
    seen: list[tuple[int, int]] = []
    download("vit-tiny", offline=False, store=store, progress=lambda *step: seen.append(step))
    entry = store.entry("vit-tiny")
    assert (entry.state, entry.source, entry.licence, entry.purpose) == (
        "ready",
        "download",
        "MIT",
        MODEL.purpose,
    )
    assert entry.sha256 == hashlib.sha256(weights_of(hub)).hexdigest()
    assert seen == sorted(seen) and seen[-1] == (len(weights_of(hub)),) * 2
    backbone = load_backbone("vit-tiny", store=store)
    assert backbone.preprocessing.resize == "squash"
    assert not list((store.root / ".downloads").iterdir())


def test_what_is_fetched_is_the_commit_that_was_announced(hub: Hub, store: ModelStore) -> None:
    download("vit-tiny", offline=False, store=store)
    assert [path for command, path, _ in hub.requests if command == "GET"] == [
        f"/someone/tiny/resolve/{COMMIT}/open_clip_model.safetensors"
    ]


def test_an_offer_tells_the_size_and_receives_no_weights(hub: Hub) -> None:
    offer = ask("vit-tiny", offline=False)
    assert isinstance(offer, Offer)
    assert (offer.size_bytes, offer.model.licence) == (len(weights_of(hub)), "MIT")
    assert {command for command, _, _ in hub.requests} == {"HEAD"}


def test_offline_refuses_before_any_socket(
    hub: Hub, store: ModelStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_socket(*_: object, **__: object) -> None:
        pytest.fail("a socket was opened")

    monkeypatch.setattr(socket, "socket", no_socket)
    monkeypatch.setattr(socket, "getaddrinfo", no_socket)
    with pytest.raises(Problem) as by_default:
        download("vit-tiny", store=store)
    assert by_default.value.code == "backbones.offline"
    assert refusal_of(store, offline=True).code == "backbones.offline"
    with pytest.raises(Problem) as asking:
        ask("vit-tiny")
    assert asking.value.code == "backbones.offline"
    assert not store.root.exists()


def test_a_cancelled_download_goes_on_where_it_stopped(hub: Hub, store: ModelStore) -> None:
    seen: list[int] = []
    cancelled = refusal_of(
        store, progress=lambda received, _: seen.append(received), cancelled=lambda: len(seen) >= 2
    )
    assert cancelled.code == "backbones.download_cancelled"
    assert cancelled.data["received"] == seen[-1] < len(weights_of(hub))
    assert store.entry("vit-b-32-openai").state == "not downloaded"
    hub.requests.clear()
    download("vit-tiny", offline=False, store=store)
    assert [asked for command, _, asked in hub.requests if command == "GET"] == [f"bytes={seen[-1]}-"]
    assert store.verify("vit-tiny")


def test_a_connection_that_breaks_is_gone_on_from(hub: Hub, store: ModelStore) -> None:
    hub.drop_after = 100_000
    assert refusal_of(store).code == "backbones.download_failed"
    hub.drop_after = None
    download("vit-tiny", offline=False, store=store)
    assert hub.requests[-1][2] == "bytes=100000-"


def test_a_server_without_ranges_starts_anew(hub: Hub, store: ModelStore) -> None:
    hub.drop_after = 100_000
    refusal_of(store)
    hub.drop_after, hub.ranges = None, False
    download("vit-tiny", offline=False, store=store)
    assert store.verify("vit-tiny")


def test_a_newer_file_is_not_glued_to_the_part_of_an_older(hub: Hub, store: ModelStore) -> None:
    hub.drop_after = 100_000
    refusal_of(store)
    hub.drop_after = None
    hub.files["open_clip_model.safetensors"] = save({k: v + 1 for k, v in random_state(TINY).items()})
    download("vit-tiny", offline=False, store=store)
    assert hub.requests[-1][2] == ""


def test_a_wrong_hash_is_refused_and_nothing_is_kept(hub: Hub, store: ModelStore) -> None:
    hub.announced_sha256 = "0" * 64
    damaged = refusal_of(store)
    assert damaged.code == "backbones.download_damaged"
    assert damaged.data["found"] == hashlib.sha256(weights_of(hub)).hexdigest()
    assert not [path for path in store.root.rglob("*") if path.is_file()]


@pytest.mark.parametrize("status", [401, 403, 404, 429, 500, 503])
def test_a_server_error_is_told(hub: Hub, store: ModelStore, status: int) -> None:
    hub.status = status
    failed = refusal_of(store)
    assert failed.code == "backbones.download_failed"
    assert str(status) in str(failed.data["reason"])


def test_no_server_is_told(hub: Hub, store: ModelStore, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{free.getsockname()[1]}")
        assert refusal_of(store).code == "backbones.download_failed"


def test_weights_without_an_announced_hash_are_not_taken(hub: Hub, store: ModelStore) -> None:
    hub.announced_sha256 = "short"
    assert refusal_of(store).code == "backbones.download_failed"


def test_pickled_weights_are_taken_where_there_are_no_others(
    hub: Hub, store: ModelStore, tmp_path: Path
) -> None:
    import torch

    torch.save(random_state(TINY), tmp_path / "w.bin")
    hub.files = {"open_clip_pytorch_model.bin": (tmp_path / "w.bin").read_bytes()}
    download("vit-tiny", offline=False, store=store)
    assert load_backbone("vit-tiny", store=store).supports_prompts


def test_a_tokenizer_of_its_own_comes_along(
    hub: Hub, store: ModelStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = BIDIRECTIONAL | {"text_cfg": BIDIRECTIONAL["text_cfg"] | {"hf_tokenizer_name": "someone/tiny"}}
    monkeypatch.setattr(module, "architecture_config", lambda architecture: own)
    vocabulary = [["<pad>", 0.0], ["</s>", 0.0], ["<unk>", 0.0], ["\u2581bolt", -1.0]]
    tokenizer = {"model": {"type": "Unigram", "unk_id": 2, "vocab": vocabulary}}
    hub.files = {
        "open_clip_model.safetensors": save(random_state(own)),
        "tokenizer.json": json.dumps(tokenizer).encode(),
    }
    download("vit-tiny", offline=False, store=store)
    assert load_backbone("vit-tiny", store=store).tokenize(["bolt"])[0, :2].tolist() == [3, 1]


def test_a_full_disk_is_told_before_anything_is_received(
    hub: Hub, store: ModelStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = type("Usage", (), {"free": 1000})
    monkeypatch.setattr(module.shutil, "disk_usage", lambda _: usage)
    assert refusal_of(store).code == "backbones.disk_full"
    assert "GET" not in {command for command, _, _ in hub.requests}


@pytest.mark.parametrize("model", downloadables(), ids=lambda model: model.name)
def test_the_catalogue_names_tags_that_open_clip_publishes_on_the_hub(model: Downloadable) -> None:
    published = module._published(model)
    assert published["hf_hub"].endswith("/")
    assert architecture_config(model.architecture).get("quick_gelu", False) is bool(
        published.get("quick_gelu")
    )
    assert Preprocessing.from_open_clip(published, 224).mean == tuple(published["mean"])


def test_what_is_not_in_the_catalogue_is_not_fetched(hub: Hub, store: ModelStore) -> None:
    with pytest.raises(Problem) as refusal:
        download("../../etc", offline=False, store=store)
    assert refusal.value.code == "backbones.not_in_catalogue"
    assert not hub.requests
