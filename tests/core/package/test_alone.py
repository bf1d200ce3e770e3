"""A package that works alone judges as the program does, tells what it costs, and is refused where it does not."""

import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from PIL import Image
from safetensors.numpy import load, save

from core.backbones.clip import Backbone
from core.backbones.load import load_backbone
from core.backbones.preprocess import preprocess_photo
from core.cli import BAD_INPUT, OK, main
from core.methods.build import build_method
from core.methods.catalogue import compositions
from core.methods.class_text import ClassText
from core.methods.classifier import CosineClassifier
from core.methods.protocol import Method
from core.package import alone
from core.package.alone import PROBES, Making, check_pictures, make_alone
from core.package.alone_check import TOLERANCE_ALONE, check_alone
from core.package.archive import (
    IMAGE_ONNX,
    IMAGE_ONNX_INT8,
    MEMBERS,
    OPTIONAL,
    PICTURES,
    TEXT_ONNX,
    TOKENIZER,
    Package,
    open_package,
    write_package,
)
from core.package.classifier import matching_of
from core.package.export import export_run
from core.package.manifest import PackagedPreprocessing
from core.package.model import image_features
from core.package.onnx.build import encoder_graph, image_graph, judge_graph, read_all, text_graph
from core.package.onnx.model import Graph, ImageGraph, TextGraph
from core.package.options import ExportOptions
from core.package.verify import verify_package
from core.problems import Problem
from tests.core.exported import Exported, alone_once, exported_once
from tests.core.package.test_compositions import ADDED, LEARNED, learned
from tests.core.tiny_backbone import tiny_backbone

CLASSES = [*LEARNED, ClassText("青", "blue part"), ClassText("黄", "yellow part")]
# One of each way in which photos, texts or heads are dealt with; the rest is put together from these.
REPRESENTATIVE = {
    "tip-adapter",
    "nearest-mean",
    "clip-adapter",
    "tcp",
    "npt(maple)",
    "prefix",
    "lora",
    "bitfit",
    "dept(cocoop)",
    "dept(adapter)",
}


@pytest.fixture(scope="module")
def backbone() -> Backbone:
    return tiny_backbone()


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch) -> Exported:
    once = exported_once()
    monkeypatch.setenv("HIKIDASHI_HOME", str(once.home))
    return once


def graph_of(method: Method, composition: str, classes: Sequence[ClassText] = CLASSES) -> ImageGraph:
    backbone, classifier = method.backbone, method.classifier(classes)
    matching = matching_of(classifier)
    texts = matching.text_features if isinstance(matching, CosineClassifier) else None
    judge = judge_graph(classifier, composition, backbone.embed_dim)
    preprocessing = PackagedPreprocessing(**backbone.preprocessing.as_dict())
    return ImageGraph(Graph(image_graph(preprocessing, encoder_graph(method), judge, texts), composition))


def by_program(
    method: Method, classes: Sequence[ClassText], pictures: Sequence[NDArray[np.uint8]]
) -> NDArray[np.float32]:
    small = [preprocess_photo(Image.fromarray(p), method.backbone.preprocessing) for p in pictures]
    return method.classifier(classes).probabilities(image_features(method, small))


@pytest.mark.parametrize(
    "composition",
    [
        pytest.param(name, marks=[] if name in REPRESENTATIVE else [pytest.mark.slow])
        for name in map(str, compositions())
    ],
)
def test_every_composition_judges_alone_as_in_the_program(backbone: Backbone, composition: str) -> None:
    method = learned(composition, backbone).eval()
    before = {name: value.clone() for name, value in method.state_dict().items()}
    graph, pictures = graph_of(method, composition), check_pictures(32)
    found = np.concatenate([graph.judge(picture[None])[0] for picture in pictures])
    assert np.abs(found - by_program(method, CLASSES, pictures)).max() <= TOLERANCE_ALONE
    together = np.stack([pictures[1], pictures[1][::-1]])
    assert graph.judge(together)[0][0] == pytest.approx(found[1], abs=1e-5)
    assert all(value.equal(before[name]) for name, value in method.state_dict().items()), "left as it was"
    reading = method.reading()
    assert graph.takes_classes == (reading is not None) == ("cocoop" not in composition)
    if reading is None:
        return
    tokens = backbone.tokenize([sentence.replace("{}", ADDED.words) for sentence in reading.sentences])
    feature = TextGraph(Graph(text_graph(backbone, reading), composition)).read(tokens.numpy())
    assert unit(feature) == pytest.approx(unit(read_all(reading, [tokens])[0].numpy()), abs=1e-5)
    known = matching_of(method.classifier(CLASSES))
    assert isinstance(known, CosineClassifier)
    longer = np.concatenate([known.text_features, feature[None]])
    found = graph.judge(pictures[0][None], longer)[0]
    expected = by_program(method, [*CLASSES, ADDED], pictures[:1])
    assert np.abs(found - expected).max() <= TOLERANCE_ALONE, "a new class is judged by the same graph"


def unit(feature: NDArray[np.float32]) -> NDArray[np.float32]:
    return feature / np.linalg.norm(feature)


@pytest.mark.parametrize("composition", ["dept(coop)", "lora"])
def test_the_embedded_backbone_judges_alone_as_in_the_program(composition: str) -> None:
    backbone = load_backbone()
    method = build_method(composition, {}, backbone, LEARNED, seed=1).eval()
    pictures = check_pictures(backbone.image_size)
    graph = graph_of(method, composition)
    found = np.concatenate([graph.judge(picture[None])[0] for picture in pictures])
    assert np.abs(found - by_program(method, CLASSES, pictures)).max() <= TOLERANCE_ALONE


@pytest.mark.parametrize(("composition", "hyper"), [("cocoop", {}), ("coop", {"coop.position": "front"})])
def test_what_cannot_read_words_by_themselves_says_so(
    backbone: Backbone, composition: str, hyper: dict[str, Any]
) -> None:
    method = learned(composition, backbone, hyper)
    making = Making(
        method,
        method.classifier(CLASSES),
        composition,
        PackagedPreprocessing(**backbone.preprocessing.as_dict()),
    )
    with pytest.raises(Problem) as caught:
        make_alone(making, ExportOptions(new_products=True), [])
    assert caught.value.code == "package.no_new_words"


def test_quantising_needs_photos_to_measure_on(backbone: Backbone) -> None:
    method = learned("coop", backbone)
    preprocessing = PackagedPreprocessing(**backbone.preprocessing.as_dict())
    with pytest.raises(Problem) as caught:
        make_alone(
            Making(method, method.classifier(CLASSES), "coop", preprocessing),
            ExportOptions(quantise=True),
            [],
        )
    assert caught.value.code == "package.nothing_to_quantise_on"


def test_the_manifest_tells_what_working_alone_costs(home: Exported) -> None:
    package = open_package(alone_once())
    told = package.manifest.alone
    assert told is not None
    assert told.max_difference <= TOLERANCE_ALONE
    assert told.photos == len(home.photos)
    assert told.quantised is not None
    result = home.run.result()
    assert result is not None
    assert told.quantised.right_before == sum(p.predicted == p.label for p in result.predictions)
    assert told.quantised.photos == len(home.photos)
    assert told.words is not None
    assert told.words.probes == PROBES
    assert [member.name for member in package.manifest.members] == [*MEMBERS, *OPTIONAL]
    assert len(package.read(IMAGE_ONNX_INT8)) < len(package.read(IMAGE_ONNX))


def test_it_verifies_where_there_is_no_backbone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = alone_once()
    monkeypatch.setenv("HIKIDASHI_HOME", str(tmp_path))
    report = verify_package(path)
    assert (report.ok, report.backbone, report.alone_checked) == (True, "absent", 4)
    assert report.alone_difference is not None
    assert report.alone_difference <= TOLERANCE_ALONE
    assert report.signer


def test_what_judges_otherwise_alone_is_not_exported(
    home: Exported, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(alone, "TOLERANCE_ALONE", 0.0)
    with pytest.raises(Problem) as caught:
        export_run(home.run.folder, tmp_path / "x.hkd", options=ExportOptions(onnx=True))
    assert caught.value.code == "package.alone_differs"
    assert list(tmp_path.iterdir()) == []


def with_member(path: Path, **contents: bytes) -> Package:
    """The package with other members under true hashes, unsigned."""
    package = open_package(alone_once())
    names = {"image": IMAGE_ONNX, "quick": IMAGE_ONNX_INT8, "text": TEXT_ONNX, "pictures": PICTURES}
    whole = {member.name: package.read(member.name) for member in package.manifest.members}
    write_package(path, package.manifest, whole | {names[k]: v for k, v in contents.items()})
    return open_package(path)


def graph_like(path: Path, output: float) -> bytes:
    """A graph of the right form that always says the same."""
    shape = helper.make_tensor_value_info("photos", TensorProto.UINT8, ["n", "h", "w", 3])
    told = [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, None)
        for name in ("probabilities", "image_features")
    ]
    values = [np.full((1, 4), output, np.float32), np.zeros((1, 24), np.float32)]
    nodes = [
        helper.make_node("Constant", [], [info.name], value=numpy_helper.from_array(value))
        for info, value in zip(told, values, strict=True)
    ]
    graph = helper.make_graph(nodes, "g", [shape], told)
    return onnx.helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=8
    ).SerializeToString()


@pytest.mark.parametrize("output", [0.25, np.nan])
def test_a_graph_that_says_something_else_is_found_out(tmp_path: Path, output: float) -> None:
    package = with_member(tmp_path / "x.hkd", image=graph_like(tmp_path, output))
    with pytest.raises(Problem) as caught:
        check_alone(package)
    assert caught.value.code == "package.alone_other_results"


@pytest.mark.parametrize("which", ["image", "quick", "text"])
@pytest.mark.parametrize("content", [b"", b"\x08\x08garbage", b"\xff" * 300])
def test_what_is_no_graph_is_refused(tmp_path: Path, which: str, content: bytes) -> None:
    package = with_member(tmp_path / "x.hkd", **{which: content})
    with pytest.raises(Problem) as caught:
        check_alone(package)
    assert caught.value.code == "package.bad_graph"


def test_a_graph_opens_no_other_file(tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(np.zeros(96, np.float32).tobytes())
    model = onnx.load_from_string(graph_like(tmp_path, 0.0))
    tensor = numpy_helper.from_array(np.zeros((4, 24), np.float32), "weights")
    onnx.external_data_helper.set_external_data(tensor, str(tmp_path / "secret"))
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    model.graph.initializer.append(tensor)
    package = with_member(tmp_path / "x.hkd", image=model.SerializeToString())
    with pytest.raises(Problem) as caught:
        check_alone(package)
    assert (caught.value.code, caught.value.data["reason"]) == ("package.bad_graph", "location")


def test_check_pictures_that_are_none_are_refused(tmp_path: Path) -> None:
    tensors = load(open_package(alone_once()).read(PICTURES))
    fewer = {name: value for name, value in tensors.items() if name != "probabilities"}
    flat = tensors | {"picture_0": tensors["picture_0"][0]}
    other = tensors | {"word_tokens": tensors["word_tokens"].astype(np.float32)}
    for spoiled in ({}, fewer, flat, other):
        package = with_member(tmp_path / "x.hkd", pictures=save(spoiled))
        with pytest.raises(Problem) as caught:
            check_alone(package)
        assert caught.value.code == "package.bad_tensors"


def test_a_manifest_and_its_members_belong_together(tmp_path: Path) -> None:
    package = open_package(alone_once())
    whole = {member.name: package.read(member.name) for member in package.manifest.members}
    path = tmp_path / "x.hkd"
    without = {name: content for name, content in whole.items() if name != TOKENIZER}
    write_package(path, package.manifest, without)
    with pytest.raises(Problem) as caught:
        open_package(path)
    assert (caught.value.code, caught.value.data["member"]) == ("package.missing_member", TOKENIZER)
    write_package(path, package.manifest.model_copy(update={"alone": None}), whole)
    with pytest.raises(Problem) as caught:
        open_package(path)
    assert caught.value.code == "package.extra_member"


@pytest.mark.slow
def test_the_command_exports_and_verifies_it(
    home: Exported, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    key = alone_once().with_name("key")
    shutil.copy(key.with_name("key.pub"), tmp_path)
    words = [
        "export",
        str(home.run.folder),
        "--out",
        str(tmp_path / "x.hkd"),
        "--quantise",
        "--sign",
        str(key),
    ]
    assert main([*words, "--json"]) == OK
    told = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert told["alone"]["quantised"]["photos"] == len(home.photos)
    assert told["alone"]["words"] is None
    assert main(["verify", told["package"], "--trust", str(tmp_path / "key.pub"), "--json"]) == OK
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["signer"] == told["signer"]
    assert main(["verify", str(home.package), "--trust", str(tmp_path / "key.pub"), "--json"]) == BAD_INPUT
    (problem,) = json.loads(capsys.readouterr().out.splitlines()[-1])["problems"]
    assert problem["code"] == "package.not_signed"
