"""`hikidashi models …`: which backbones there are, and how to get, check and remove one."""

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.backbones.bundle import with_suffix, write_bundle
from core.backbones.catalogue import downloadables
from core.backbones.store import ModelEntry, ModelStore
from core.documents import MODELS_SUFFIX
from core.problems import Problem, problem_text
from core.settings import load_settings, system_language

if TYPE_CHECKING:
    from core.tasks.folders import WriterStore


def add_parsers(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `models` and its words."""
    parser = subparsers.add_parser(
        "models",
        help="list, import, download and check backbones",
        description="The backbones on this PC, and those that can be downloaded.",
        epilog="example: hikidashi models list --json",
    )
    words = parser.add_subparsers(metavar="WORD", required=True)
    _add_list(words)
    _add_import(words)
    _add_bundle(words)
    _add_download(words)
    _add_verify(words)
    _add_check(words)
    _add_remove(words)


def _add_list(words: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = words.add_parser("list", help="list them", epilog="example: hikidashi models list --json")
    _finish(parser, _list)


def _add_import(words: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = words.add_parser(
        "import",
        help="bring in a file made by `models bundle`, a weights file or a folder in Hugging Face layout",
        description="A file made by `models bundle` is verified, and brings its names along; a weights file or a "
        "folder needs a name. Weights are loaded once on the way; nothing in the file is run. OpenAI's weights "
        "need an architecture that ends in -quickgelu. A folder may also hold a model of transformers that writes "
        "(SmolVLM, Qwen-VL), with its weights as safetensors: docs/text-models.md.",
        epilog="example: hikidashi models import models.hkmodels, or for weights:\n"
        "hikidashi models import my-clip weights.safetensors --architecture ViT-B-32",
    )
    parser.add_argument("name", nargs="?", default="", help="what it will be called here; not for .hkmodels")
    parser.add_argument("source", type=Path, help=".hkmodels, weights (.safetensors, .pt, .bin), or a folder")
    parser.add_argument("--architecture", help="open_clip's name of the architecture; a folder names its own")
    parser.add_argument("--licence", default="", help="its licence, for the record")
    _finish(parser, _import)


def _add_bundle(words: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = words.add_parser(
        "bundle",
        help="put models into one file, for a PC without a network",
        description="The file holds the models whole, with the SHA-256 of each part, and is read back once it is "
        "written. `models import` takes it on the other PC.",
        epilog="example: hikidashi models bundle vit-b-32-openai --out models.hkmodels",
    )
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help="default: all that were imported or downloaded"
    )
    parser.add_argument("--out", type=Path, required=True, help="the file to write, ending in .hkmodels")
    _finish(parser, _bundle)


def _add_download(words: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    names = ", ".join(model.name for model in downloadables())
    parser = words.add_parser(
        "download",
        help="fetch one of the catalogue's",
        description="Without --yes nothing is connected: size and licence are shown. An interrupted download goes "
        "on where it stopped.",
        epilog="example: hikidashi models download vit-b-32-openai --yes --online",
    )
    parser.add_argument("name", help=f"one of {names}")
    parser.add_argument("--yes", action="store_true", help="agree to the size and the licence, and download")
    parser.add_argument("--online", action="store_true", help="leave offline mode for this one download")
    _finish(parser, _download)


def _add_verify(words: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = words.add_parser(
        "verify",
        help="hash the weights and compare with the record",
        epilog="example: hikidashi models verify --json",
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help="default: all that are on this PC")
    _finish(parser, _verify)


def _add_check(words: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = words.add_parser(
        "check",
        help="measure zero-shot accuracy on rendered parts that the embedded backbone never saw",
        epilog="example: hikidashi models check embedded --json",
    )
    parser.add_argument("name")
    parser.add_argument("--device", default="auto", help="cpu, cuda, mps or auto (default)")
    _finish(parser, _check)


def _add_remove(words: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = words.add_parser(
        "remove", help="delete one from this PC", epilog="example: hikidashi models remove my-clip"
    )
    parser.add_argument("name")
    _finish(parser, _remove)


def _finish(parser: argparse.ArgumentParser, run: Any) -> None:
    parser.add_argument("--json", action="store_true", help="print one JSON object as the last line")
    parser.set_defaults(run=run)


def _list(arguments: argparse.Namespace) -> dict[str, Any]:
    del arguments
    return {"models": [_as_dict(entry) for entry in (*ModelStore().entries(), *_folders().entries())]}


def _import(arguments: argparse.Namespace) -> dict[str, Any]:
    if arguments.source.suffix.lower() == MODELS_SUFFIX:
        return _import_bundle(arguments.source)
    if not arguments.name:
        raise Problem("backbones.name_needed", path=arguments.source.name)
    from core.tasks.folders import recognised

    if arguments.source.is_dir() and recognised(arguments.source):
        from core.tasks.chat_open import import_folder

        import_folder(arguments.name, arguments.source, arguments.licence)
        return _as_dict(next(e for e in _folders().entries() if e.name == arguments.name))
    from core.backbones.load import import_file

    store = ModelStore()
    import_file(
        arguments.name, arguments.source, arguments.architecture, licence=arguments.licence, store=store
    )
    return _as_dict(store.entry(arguments.name))


def _import_bundle(path: Path) -> dict[str, Any]:
    from core.backbones.bundle_import import import_bundle

    store = ModelStore()
    imported = import_bundle(path, store=store, progress=_Percent())
    names = (*imported.added, *imported.here)
    return {
        "added": list(imported.added),
        "here": list(imported.here),
        "models": [_as_dict(store.entry(name)) for name in names],
    }


def _bundle(arguments: argparse.Namespace) -> dict[str, Any]:
    store = ModelStore()
    ready = (entry.name for entry in store.entries() if entry.state == "ready" and entry.source != "embedded")
    path = with_suffix(arguments.out)
    bundle = write_bundle(path, arguments.names or list(ready), store=store, progress=_Percent())
    return {
        "bundle": str(path),
        "verified": True,
        "size_bytes": path.stat().st_size,
        "models": [{"name": m.record.name, "sha256": m.record.sha256} for m in bundle.models],
    }


def _download(arguments: argparse.Namespace) -> dict[str, Any]:
    from core.backbones.download import catalogue_entry, download

    store = ModelStore()
    model = catalogue_entry(arguments.name)
    facts = f"{model.name}: {_megabytes(model.size_bytes)}, {model.licence} ({model.licence_url})"
    print(f"{facts}\n{model.purpose[system_language()]}", file=sys.stderr)
    if not arguments.yes:
        print("add --yes to agree and download", file=sys.stderr)
        return _as_dict(store.entry(model.name)) | {"licence_url": model.licence_url}
    offline = load_settings().offline and not arguments.online
    download(model.name, offline=offline, store=store, progress=_Percent())
    return _as_dict(store.entry(model.name)) | {"licence_url": model.licence_url}


def _verify(arguments: argparse.Namespace) -> dict[str, Any]:
    store, folders = ModelStore(), _folders()
    here = [e.name for e in store.entries() if e.state != "not downloaded"]
    names = arguments.names or [*here, *folders.names()]
    problems = []
    for name in names:
        try:
            if name in folders.names():
                folders.verify(name)
            else:
                store.verify(name)
        except Problem as problem:
            message = str(problem_text(problem.code, problem.data, system_language()))
            problems.append({"model": name, "code": problem.code, "message": message})
    return {"ok": not problems, "verified": names, "problems": problems}


def _check(arguments: argparse.Namespace) -> dict[str, Any]:
    from core.backbones.check import check_backbone
    from core.backbones.device import choose_device
    from core.backbones.load import load_backbone

    device = choose_device(arguments.device)
    return check_backbone(load_backbone(arguments.name, device.torch_name))


def _remove(arguments: argparse.Namespace) -> dict[str, Any]:
    if arguments.name in _folders().names():
        _folders().remove(arguments.name)
    else:
        ModelStore().remove(arguments.name)
    return {"removed": arguments.name}


def _folders() -> "WriterStore":
    """The models that were brought in as folders of transformers: they write, and are no backbones."""
    from core.tasks.folders import WriterStore

    return WriterStore()


def _as_dict(entry: ModelEntry) -> dict[str, Any]:
    from core.tasks.writers import writer_cards

    card = next((card for card in writer_cards() if card.name == entry.name), None)
    return {
        "name": entry.name,
        "kind": "backbone" if card is None or card.kind == "embedded" else card.kind,
        "languages": list(card.languages) if card else [],
        "writes": list(card.tasks) if card else [],
        "state": entry.state,
        "source": entry.source,
        "architecture": entry.architecture,
        "size_bytes": entry.size_bytes,
        "licence": entry.licence,
        "purpose": entry.purpose.get(system_language(), ""),
        "sha256": entry.sha256,
        "path": str(entry.path) if entry.path else None,
    }


def _megabytes(size: int) -> str:
    return f"{size / 1e6:.0f} MB"


@dataclass
class _Percent:
    """Prints each whole percent once."""

    shown: int = -1

    def __call__(self, received: int, total: int) -> None:
        percent = received * 100 // max(total, 1)
        if percent > self.shown:
            self.shown = percent
            print(f"{percent} %  {_megabytes(received)} / {_megabytes(total)}", file=sys.stderr, flush=True)
