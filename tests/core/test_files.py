"""A file appears whole or not at all."""

import hashlib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.files import atomic_writer, sha256_file, write_atomic


def test_a_failure_leaves_the_old_content_and_no_litter(tmp_path: Path) -> None:
    path = tmp_path / "labels.json"
    write_atomic(path, "old")
    with pytest.raises(RuntimeError), atomic_writer(path) as file:
        file.write(b"half of the ne")
        raise RuntimeError("power cut")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_folders_are_made(tmp_path: Path) -> None:
    write_atomic(tmp_path / "写真" / "a.txt", "日本")
    assert (tmp_path / "写真" / "a.txt").read_text(encoding="utf-8") == "日本"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(content=st.binary(max_size=100))
def test_hash_is_the_hash_of_the_content(tmp_path: Path, content: bytes) -> None:
    write_atomic(tmp_path / "x", content)
    assert sha256_file(tmp_path / "x") == hashlib.sha256(content).hexdigest()
