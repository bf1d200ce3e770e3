"""Fetching a backbone of the catalogue, only when asked: size and licence first, then the weights.

Weights come from the Hugging Face hub, at the place that open_clip's own list of pretrained tags names. The server's
SHA-256 is checked before anything is stored. What a broken or cancelled download left is kept and gone on from. The
hub's address can be set with HF_ENDPOINT, proxies with the usual environment variables.
"""

import http.client
import os
import shutil
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import Message
from pathlib import Path
from typing import Any

from core.backbones.catalogue import Downloadable, downloadables
from core.backbones.load import WEIGHT_FILES, Described, architecture_config, keep
from core.backbones.store import TOKENIZER_FILE, ModelStore, StoredModel
from core.backbones.torchvision_shim import make_torchvision_importable
from core.files import sha256_file
from core.problems import Problem

Progress = Callable[[int, int], None]

_TIMEOUT_S = 30
_CHUNK = 1 << 18
_ROOM_TO_SPARE = 1 << 26
_SHA256_LENGTH = 64


@dataclass(frozen=True)
class RemoteFile:
    """A file as the hub announces it, at one commit. `sha256` is "" for small files, of which it tells another hash."""

    url: str
    size_bytes: int
    sha256: str


@dataclass(frozen=True)
class Offer:
    """What a download would bring, as the server tells it."""

    model: Downloadable
    weights: RemoteFile
    tokenizer: RemoteFile | None

    @property
    def size_bytes(self) -> int:
        """All that would be received."""
        return self.weights.size_bytes + (self.tokenizer.size_bytes if self.tokenizer else 0)


def catalogue_entry(name: str) -> Downloadable:
    """A model of the catalogue.

    Raises:
        Problem: `backbones.not_in_catalogue`.
    """
    known = {model.name: model for model in downloadables()}
    if name not in known:
        raise Problem("backbones.not_in_catalogue", name=name, known=", ".join(known))
    return known[name]


def ask(name: str, *, offline: bool = True) -> Offer:
    """Ask the server what a download would bring; only headers are received.

    Raises:
        Problem: `backbones.offline` before any connection is opened, `backbones.not_in_catalogue`,
            `backbones.download_failed`.
    """
    model = catalogue_entry(name)
    if offline:
        raise Problem("backbones.offline", name=name)
    with _told(name):
        weights = _first_there(_published(model)["hf_hub"].rstrip("/"), WEIGHT_FILES)
        if not weights.sha256:
            raise ConnectionError("the server names no SHA-256")
        own = architecture_config(model.architecture)["text_cfg"].get("hf_tokenizer_name")
        return Offer(model, weights, _head(_url(own, TOKENIZER_FILE)) if own else None)


def download(
    name: str,
    *,
    offline: bool = True,
    store: ModelStore | None = None,
    progress: Progress = lambda received, total: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> StoredModel:
    """Fetch a backbone of the catalogue into the store, going on from what an earlier try received.

    `progress` is called with the bytes of the weights received so far and their total, `cancelled` between pieces.

    Raises:
        Problem: `backbones.offline` before any connection is opened, `backbones.not_in_catalogue`,
            `backbones.name_taken`, `backbones.disk_full`, `backbones.download_failed`,
            `backbones.download_cancelled`, `backbones.download_damaged`, or as `import_file`.
    """
    store = store or ModelStore()
    store.check_free(catalogue_entry(name).name)
    offer = ask(name, offline=offline)
    folder = store.root / ".downloads" / name
    folder.mkdir(parents=True, exist_ok=True)
    weights = folder / f"weights{Path(offer.weights.url).suffix}"
    _need_room(name, folder, offer.size_bytes - sum(_received(path) for path in folder.iterdir()))
    with _told(name):
        _fetch(name, offer.weights, weights, progress, cancelled)
        tokenizer = folder / TOKENIZER_FILE if offer.tokenizer else None
        if offer.tokenizer and tokenizer:
            _fetch(name, offer.tokenizer, tokenizer, lambda *_: None, cancelled)
    model = offer.model
    found = Described(
        architecture=model.architecture,
        model_cfg=architecture_config(model.architecture),
        preprocess_cfg=_published(model),
        weights=weights,
        tokenizer=tokenizer,
    )
    stored = keep(
        name,
        found,
        store,
        source="download",
        origin=offer.weights.url,
        licence=model.licence,
        purpose=model.purpose,
        place=shutil.move,
    )
    shutil.rmtree(folder, ignore_errors=True)
    return stored


def _published(model: Downloadable) -> dict[str, Any]:
    """open_clip's entry of the pretrained tag: where it lies, and how it wants its photos."""
    make_torchvision_importable()
    from open_clip.pretrained import get_pretrained_cfg

    published: dict[str, Any] = get_pretrained_cfg(model.architecture, model.tag)
    return published


def _fetch(
    name: str, remote: RemoteFile, path: Path, progress: Progress, cancelled: Callable[[], bool]
) -> None:
    """Receive a file whole and checked, starting where an earlier try of the same file ended."""
    # A partial file belongs to one content: the name says which.
    partial = path.with_name(f"{path.name}.{remote.sha256[:16] or remote.size_bytes}.part")
    for other in set(path.parent.glob(f"{path.name}.*.part")) - {partial}:
        other.unlink()
    if _is_right(path, remote):
        return
    if _received(partial) < remote.size_bytes:
        _receive(name, remote, partial, progress, cancelled)
    if not _is_right(partial, remote):
        found = sha256_file(partial)
        partial.unlink()
        raise Problem("backbones.download_damaged", name=name, expected=remote.sha256, found=found)
    partial.replace(path)


def _receive(
    name: str, remote: RemoteFile, partial: Path, progress: Progress, cancelled: Callable[[], bool]
) -> None:
    start = _received(partial)
    asked = {"Range": f"bytes={start}-"} if start else {}
    with _open(urllib.request.Request(remote.url, headers=asked)) as answer:
        if start and answer.status != http.HTTPStatus.PARTIAL_CONTENT:
            start = 0
        with partial.open("ab" if start else "wb") as file:
            for received, piece in _pieces(answer, start):
                if received > remote.size_bytes:
                    raise ConnectionError("the server sends more than it announced")
                file.write(piece)
                progress(received, remote.size_bytes)
                if cancelled():
                    raise Problem("backbones.download_cancelled", name=name, received=received)
    if _received(partial) < remote.size_bytes:
        raise ConnectionError("the connection ended early")


def _pieces(answer: http.client.HTTPResponse, start: int) -> Iterator[tuple[int, bytes]]:
    """Each piece with the bytes received up to its end."""
    received = start
    while piece := answer.read(_CHUNK):
        received += len(piece)
        yield received, piece


def _is_right(path: Path, remote: RemoteFile) -> bool:
    if _received(path) != remote.size_bytes:
        return False
    return not remote.sha256 or sha256_file(path) == remote.sha256


def _received(path: Path) -> int:
    return path.stat().st_size if path.is_file() else 0


def _first_there(repository: str, files: tuple[str, ...]) -> RemoteFile:
    """The first of the files that the repository has."""
    for file in files[:-1]:
        try:
            return _head(_url(repository, file))
        except urllib.error.HTTPError as error:
            if error.code != http.HTTPStatus.NOT_FOUND:
                raise
            error.close()
    return _head(_url(repository, files[-1]))


def _url(repository: str, file: str, revision: str = "main") -> str:
    from huggingface_hub import hf_hub_url

    return str(hf_hub_url(repository, file, revision=revision, endpoint=os.environ.get("HF_ENDPOINT")))


def _head(url: str) -> RemoteFile:
    """What the hub announces: size and hash stand on its own answer, before it sends on to where the file lies."""
    request = urllib.request.Request(url, method="HEAD", headers={"Accept-Encoding": "identity"})
    try:
        with urllib.request.build_opener(_StayOnHost).open(request, timeout=_TIMEOUT_S) as answer:
            return _announced(answer.url, answer.headers)
    except urllib.error.HTTPError as error:
        if error.code not in (301, 302, 303, 307, 308):
            raise
        with error:
            return _announced(error.url or url, error.headers)


def _announced(url: str, headers: Message) -> RemoteFile:
    etag = (headers.get("X-Linked-Etag") or headers.get("ETag") or "").removeprefix("W/").strip('"')
    size = int(headers.get("X-Linked-Size") or headers.get("Content-Length") or 0)
    if size <= 0:
        raise ConnectionError("the server names no size")
    commit = headers.get("X-Repo-Commit")
    if commit:
        # What is fetched is what was announced, also when the repository moves on in between.
        url = url.replace("/resolve/main/", f"/resolve/{commit}/")
    return RemoteFile(url, size, etag if len(etag) == _SHA256_LENGTH else "")


class _StayOnHost(urllib.request.HTTPRedirectHandler):
    """Follows a repository that was renamed, not the way to the store where its files lie."""

    def redirect_request(
        self, req: urllib.request.Request, fp: Any, code: int, msg: str, headers: Message, newurl: str
    ) -> urllib.request.Request | None:
        if "X-Linked-Etag" in headers or urllib.request.Request(newurl).host != req.host:
            return None
        request = super().redirect_request(req, fp, code, msg, headers, newurl)  # type: ignore[arg-type]
        if request is not None:
            request.method = req.get_method()
        return request


def _open(request: urllib.request.Request) -> http.client.HTTPResponse:
    answer: http.client.HTTPResponse = urllib.request.urlopen(request, timeout=_TIMEOUT_S)
    return answer


@contextmanager
def _told(name: str) -> Iterator[None]:
    """Say what the network did in words."""
    try:
        yield
    except urllib.error.HTTPError as error:
        with error:
            raise Problem("backbones.download_failed", name=name, reason=error) from error
    except (OSError, http.client.HTTPException) as error:
        raise Problem("backbones.download_failed", name=name, reason=error) from error


def _need_room(name: str, folder: Path, size: int) -> None:
    needed, free = size + _ROOM_TO_SPARE, shutil.disk_usage(folder).free
    if needed > free:
        raise Problem(
            "backbones.disk_full", name=name, needed=f"{needed / 1e6:.0f} MB", free=f"{free / 1e6:.0f} MB"
        )
