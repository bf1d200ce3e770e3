"""The manifest says everything, strictly, and says so when it was written by a newer program."""

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.methods.classifier import CosineClassifier
from core.package.classifier import as_calibrated
from core.package.manifest import CLASSES_SCHEMA, MANIFEST_SCHEMA, Manifest, decode_manifest, encode_manifest
from core.problems import Problem

FUSED = {
    "kind": "fused", "matching": {"kind": "cosine"}, "head": {"kind": "linear"}, "rows": [0, 1, -1, -1],
    "matching_weight": 0.3, "head_weight": 0.7,
}  # fmt: skip
CACHE = {"kind": "cache", "counts": [3, 2], "alpha": 1.0, "beta": 5.5}
FORMS = [
    {"kind": "cosine"},
    {"kind": "conditional"},
    FUSED,
    FUSED | {"matching": {"kind": "conditional"}},
    FUSED | {"head": {"kind": "prototype", "scale": 16.2}},
    FUSED | {"head": CACHE},
]


def spoiled(manifest: Manifest, **changes: Any) -> bytes:
    """The manifest's JSON with some keys changed."""
    return json.dumps(json.loads(encode_manifest(manifest)) | changes).encode()


def test_it_survives_json(manifest: Manifest) -> None:
    assert decode_manifest(encode_manifest(manifest)) == manifest


def test_japanese_names_are_readable_in_the_file(manifest: Manifest) -> None:
    assert "きず" in encode_manifest(manifest).decode()


@pytest.mark.parametrize("form", FORMS)
def test_every_form_of_a_classifier_survives_json(manifest: Manifest, form: dict[str, Any]) -> None:
    told = decode_manifest(spoiled(manifest, classifier=form))
    assert json.loads(encode_manifest(told))["classifier"] == form


def test_one_from_before_calibration_is_read_and_judges_as_it_did(manifest: Manifest) -> None:
    older = json.loads(encode_manifest(manifest)) | {"schema_version": 2}
    del older["calibration"]
    del older["unsure"]["error"]
    found = decode_manifest(json.dumps(older).encode())
    assert found.calibration is None
    assert found.unsure == manifest.unsure
    plain = CosineClassifier(("a",), np.ones((1, 8), np.float32), 1.0)
    assert as_calibrated(found, plain) is plain


def test_an_older_one_is_told_apart_from_a_spoiled_one(manifest: Manifest) -> None:
    with pytest.raises(Problem) as caught:
        decode_manifest(spoiled(manifest, schema_version=1, classifier=None, head=None))
    assert caught.value.code == "package.older"
    assert str(caught.value)


@pytest.mark.parametrize("schema", [MANIFEST_SCHEMA + 1, 99])
def test_a_newer_one_is_told_apart_from_a_spoiled_one(manifest: Manifest, schema: int) -> None:
    with pytest.raises(Problem) as caught:
        decode_manifest(spoiled(manifest, schema_version=schema, members=None, novelty={}))
    assert caught.value.code == "package.newer"


@pytest.mark.parametrize(
    "changes",
    [
        {"schema_version": 0},
        {"schema_version": "2"},
        {"schema_version": True},
        {"media_type": "application/zip"},
        {"task": "captioning"},
        {"classes": []},
        {"classes": [{"id": 1, "name": "a", "description": "b", "role": "base"}]},
        {"logit_scale": 0},
        {"logit_scale": "100"},
        {"created": "yesterday"},
        {"created": "2026-11-23T00:00:00"},
        {"classifier": None},
        {"classifier": {}},
        {"classifier": {"kind": "softmax"}},
        {"classifier": {"kind": "cosine", "rows": [0, 1, -1, -1]}},
        {"classifier": FUSED | {"rows": [0, 1]}},
        {"classifier": FUSED | {"rows": [1, 0, -1, -1]}},
        {"classifier": FUSED | {"rows": [0, 1, 2, -1]}},
        {"classifier": FUSED | {"rows": [0.0, 1.0, -1.0, -1.0]}},
        {"classifier": FUSED | {"head_weight": 1.7}},
        {"classifier": FUSED | {"matching_weight": -0.1}},
        {"classifier": FUSED | {"matching": FUSED}},
        {"classifier": FUSED | {"head": {"kind": "cosine"}}},
        {"classifier": FUSED | {"head": {"kind": "prototype"}}},
        {"classifier": FUSED | {"head": {"kind": "prototype", "scale": 0}}},
        {"classifier": FUSED | {"head": CACHE | {"counts": [3]}}},
        {"classifier": FUSED | {"head": CACHE | {"counts": [3, 0]}}},
        {"classifier": FUSED | {"head": CACHE | {"counts": [3, -1]}}},
        {"classifier": FUSED | {"head": CACHE | {"alpha": -1.0}}},
        {"classifier": FUSED | {"head": CACHE | {"beta": "5"}}},
        {"members": [{"name": "a", "size": -1, "sha256": "ab" * 32}]},
        {"members": [{"name": "a", "size": 1, "sha256": "AB" * 32}]},
        {"members": [{"name": "a", "size": 1, "sha256": "ab" * 32}] * 2},
        {"unsure": {"probability": 2, "wished_error": 0, "sent_to_person": 0, "promised": True, "n": 1}},
        {"calibration": None},
        {"calibration": {"matching": 0, "fused": 1, "photos": 40}},
        {"calibration": {"matching": 1, "fused": 1e9, "photos": 40}},
        {"schema_version": 2},
        {"photos": 3},
        {"data": {"revision": "", "photos": {"train": [1], "val": [1], "test": [1]}}},
    ],
)
def test_anything_else_is_refused(manifest: Manifest, changes: dict[str, Any]) -> None:
    with pytest.raises(Problem) as caught:
        decode_manifest(spoiled(manifest, **changes))
    assert caught.value.code == "package.bad_manifest"


def test_a_package_that_learned_no_class_is_refused(manifest: Manifest) -> None:
    classes = [entry.model_dump() | {"role": "new"} for entry in manifest.classes]
    with pytest.raises(Problem, match="no class was learned"):
        decode_manifest(spoiled(manifest, classes=classes, classifier={"kind": "cosine"}))


def test_two_classes_of_one_name_are_refused(manifest: Manifest) -> None:
    classes = [entry.model_dump() | {"name": "同じ"} for entry in manifest.classes]
    with pytest.raises(Problem, match="listed twice"):
        decode_manifest(spoiled(manifest, classes=classes))


@pytest.mark.parametrize("value", ["NaN", "Infinity"])
def test_figures_are_finite(manifest: Manifest, value: str) -> None:
    content = encode_manifest(manifest).replace(b'"logit_scale": 100.0', f'"logit_scale": {value}'.encode())
    with pytest.raises(Problem):
        decode_manifest(content)


@pytest.mark.parametrize(
    "content", [b"", b"{}", b"[]", b"null", b"\xff", b"[" * 100_000, b'{"schema_version": 3}']
)
def test_other_content_is_refused(content: bytes) -> None:
    with pytest.raises(Problem) as caught:
        decode_manifest(content)
    assert caught.value.code == "package.bad_manifest"


@given(st.binary(max_size=200))
def test_any_bytes_are_refused_with_a_reason(content: bytes) -> None:
    with pytest.raises(Problem):
        decode_manifest(content)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(key=st.sampled_from(sorted(Manifest.model_fields)), value=VALUES)
def test_a_spoiled_value_never_crashes(manifest: Manifest, key: str, value: Any) -> None:
    try:
        assert decode_manifest(spoiled(manifest, **{key: value})).schema_version == CLASSES_SCHEMA
    except Problem as problem:
        assert str(problem)  # noqa: PT017 - either way is fine; only a crash is not


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(form=st.sampled_from(FORMS), key=st.sampled_from(["kind", *FUSED, *CACHE, "scale"]), value=VALUES)
def test_a_spoiled_form_never_crashes(manifest: Manifest, form: dict[str, Any], key: str, value: Any) -> None:
    head = form.get("head", {})
    for changed in (form | {key: value}, form | {"head": head | {key: value}}):
        try:
            decode_manifest(spoiled(manifest, classifier=changed))
        except Problem as problem:
            assert str(problem)  # noqa: PT017 - either way is fine; only a crash is not
