"""The manifest says everything, strictly, and says so when it was written by a newer program."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.package.manifest import MANIFEST_SCHEMA, Manifest, decode_manifest, encode_manifest
from core.problems import Problem


def spoiled(manifest: Manifest, **changes: Any) -> bytes:
    """The manifest's JSON with some keys changed."""
    return json.dumps(json.loads(encode_manifest(manifest)) | changes).encode()


def test_it_survives_json(manifest: Manifest) -> None:
    assert decode_manifest(encode_manifest(manifest)) == manifest


def test_japanese_names_are_readable_in_the_file(manifest: Manifest) -> None:
    assert "きず" in encode_manifest(manifest).decode()


@pytest.mark.parametrize("schema", [MANIFEST_SCHEMA + 1, 99])
def test_a_newer_one_is_told_apart_from_a_spoiled_one(manifest: Manifest, schema: int) -> None:
    with pytest.raises(Problem) as caught:
        decode_manifest(spoiled(manifest, schema_version=schema, members=None, novelty={}))
    assert caught.value.code == "package.newer"


@pytest.mark.parametrize(
    "changes",
    [
        {"schema_version": 0},
        {"schema_version": "1"},
        {"media_type": "application/zip"},
        {"task": "captioning"},
        {"classes": []},
        {"classes": [{"id": 1, "name": "a", "description": "b", "role": "base"}]},
        {"logit_scale": 0},
        {"logit_scale": "100"},
        {"created": "yesterday"},
        {"created": "2026-11-23T00:00:00"},
        {"head": {"prefix": "", "balance": 0.7, "rows": [0, 1]}},
        {"head": {"prefix": "", "balance": 0.7, "rows": [1, 0, -1, -1]}},
        {"head": {"prefix": "", "balance": 0.7, "rows": [0, 1, 2, -1]}},
        {"head": {"prefix": "", "balance": 1.7, "rows": [0, 1, -1, -1]}},
        {"members": [{"name": "a", "size": -1, "sha256": "ab" * 32}]},
        {"members": [{"name": "a", "size": 1, "sha256": "AB" * 32}]},
        {"members": [{"name": "a", "size": 1, "sha256": "ab" * 32}] * 2},
        {"unsure": {"probability": 2, "wished_error": 0, "sent_to_person": 0, "promised": True, "n": 1}},
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
        decode_manifest(spoiled(manifest, classes=classes, head=None))


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
    "content", [b"", b"{}", b"[]", b"null", b"\xff", b"[" * 100_000, b'{"schema_version": 1}']
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
        assert decode_manifest(spoiled(manifest, **{key: value})).schema_version == MANIFEST_SCHEMA
    except Problem as problem:
        assert str(problem)  # noqa: PT017 - either way is fine; only a crash is not
