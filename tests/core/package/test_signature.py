"""A signature shows who made a package, and what this PC demands of it."""

import os
import stat
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from core.cli import BAD_INPUT, OK, main
from core.package.archive import MEMBERS, SIGNATURE, open_package, write_package
from core.package.manifest import Manifest
from core.package.signature import Signer, make_key, public_path, read_public, read_signer
from core.package.trust import demand_trust, forget, open_trusted, trust, trusted_keys
from core.package.verify import verify_package
from core.problems import Problem
from tests.core.package.test_archive import contents_of, refusal


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HIKIDASHI_HOME", str(tmp_path / "home"))


@pytest.fixture
def signer(tmp_path: Path) -> Signer:
    return make_key(tmp_path / "factory.key")


@pytest.fixture
def signed(tmp_path: Path, manifest: Manifest, members: dict[str, bytes], signer: Signer) -> Path:
    path = tmp_path / "signed" / "x.hkd"
    write_package(path, manifest, members, signer)
    return path


def code_of(path: Path, *keys: str) -> str:
    with pytest.raises(Problem) as caught:
        demand_trust(open_package(path), keys)
    return caught.value.code


def test_a_signed_package_names_its_signer(signed: Path, signer: Signer, members: dict[str, bytes]) -> None:
    package = open_package(signed)
    assert package.signer == signer.public
    assert {name: package.read(name) for name in MEMBERS} == members
    assert contents_of(signed)[-1][0] == SIGNATURE
    demand_trust(package, [])
    demand_trust(package, ["00" * 32, signer.public])


def test_a_key_lies_in_two_files_of_which_one_is_secret(tmp_path: Path, signer: Signer) -> None:
    secret, public = tmp_path / "factory.key", tmp_path / "factory.key.pub"
    assert public_path(secret) == public
    assert read_public(public) == signer.public == read_signer(secret).public
    assert signer.public.encode() not in secret.read_bytes()
    if os.name != "nt":
        assert (stat.S_IMODE(secret.stat().st_mode), stat.S_IMODE(public.stat().st_mode)) == (0o600, 0o644)


def test_no_key_is_written_over(tmp_path: Path, signer: Signer) -> None:
    with pytest.raises(Problem) as caught:
        make_key(tmp_path / "factory.key")
    assert caught.value.code == "package.key_exists"
    assert read_signer(tmp_path / "factory.key").public == signer.public


def test_what_is_no_key_is_refused(tmp_path: Path, signer: Signer) -> None:
    del signer
    pem, pkcs8 = Encoding.PEM, PrivateFormat.PKCS8
    locked = Ed25519PrivateKey.generate().private_bytes(pem, pkcs8, BestAvailableEncryption(b"x"))
    other_kind = generate_private_key(65537, 2048).private_bytes(pem, pkcs8, NoEncryption())
    public = (tmp_path / "factory.key.pub").read_bytes()
    for content in (b"", b"hello", locked, other_kind, public):
        (tmp_path / "k").write_bytes(content)
        with pytest.raises(Problem) as caught:
            read_signer(tmp_path / "k")
        assert caught.value.code == "package.bad_key"
    for path, code in ((tmp_path / "factory.key", "bad_key"), (tmp_path / "none", "key_unreadable")):
        with pytest.raises(Problem) as caught:
            read_public(path)
        assert caught.value.code == f"package.{code}"


def test_a_package_changed_after_signing_is_refused_even_with_true_hashes(
    signed: Path, manifest: Manifest, members: dict[str, bytes], tmp_path: Path
) -> None:
    """Whoever can write hashes and zips can still not sign."""

    class Thief:
        def sign(self, content: bytes) -> bytes:
            del content
            return dict(contents_of(signed))[SIGNATURE]

    forged = tmp_path / "forged.hkd"
    other = manifest.model_copy(update={"logit_scale": 50.0})
    write_package(forged, other, members, Thief())  # type: ignore[arg-type]
    assert refusal(forged) == "package.bad_signature"
    report = verify_package(forged)
    assert [problem.code for problem in report.problems] == ["package.bad_signature"]


def test_another_hand_and_none_are_told_apart(written: Path, signed: Path, tmp_path: Path) -> None:
    key = make_key(tmp_path / "other.key").public
    assert code_of(signed, key) == "package.other_signer"
    assert code_of(written, key) == "package.not_signed"


def test_once_a_key_is_known_this_pc_demands_it(written: Path, signed: Path, signer: Signer) -> None:
    assert trusted_keys() == ()
    open_trusted(written)
    trust(signer.public)
    trust(signer.public)
    assert trusted_keys() == (signer.public,)
    assert open_trusted(signed).signer == signer.public
    with pytest.raises(Problem) as caught:
        open_trusted(written)
    assert caught.value.code == "package.not_signed"
    assert [p.code for p in verify_package(written).problems] == ["package.not_signed"]
    forget(signer.public)
    open_trusted(written)
    with pytest.raises(Problem) as caught:
        forget(signer.public)
    assert caught.value.code == "package.key_unknown"


@pytest.mark.parametrize("content", [b"not a key\n", b"\xff\xfe", b"ab" * 31, b"AB" * 32])
def test_a_spoiled_list_of_keys_does_not_pass_for_an_empty_one(
    written: Path, signer: Signer, tmp_path: Path, content: bytes
) -> None:
    trust(signer.public)
    (tmp_path / "home" / "config" / "trusted_keys.txt").write_bytes(content)
    with pytest.raises(Problem) as caught:
        open_trusted(written)
    assert caught.value.code == "package.keys_spoiled"


def test_every_flipped_bit_of_manifest_signature_and_headers_is_noticed(signed: Path, signer: Signer) -> None:
    whole, path = signed.read_bytes(), signed.with_name("spoiled.hkd")
    contents = dict(contents_of(signed))
    inside = {
        place
        for name in MEMBERS
        for start in [whole.index(contents[name])]
        for place in range(start, start + len(contents[name]))
    }
    start = whole.index(contents[SIGNATURE])
    outside = [(place, 1 << place % 8) for place in range(len(whole)) if place not in inside]
    signature = [
        (place, 1 << bit) for place in range(start, start + len(contents[SIGNATURE])) for bit in range(8)
    ]
    for place, bit in [*outside, *signature]:
        spoiled = bytearray(whole)
        spoiled[place] ^= bit
        path.write_bytes(bytes(spoiled))
        assert refusal(path).startswith("package."), (place, bit)
    assert open_package(signed).signer == signer.public


def test_the_command_makes_keys_and_makes_them_known(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    key = tmp_path / "鍵" / "factory.key"
    assert main(["keys", "make", str(key), "--json"]) == OK
    assert main(["keys", "make", str(key)]) == BAD_INPUT
    assert main(["keys", "trust", f"{key}.pub"]) == OK
    assert trusted_keys() == (read_public(public_path(key)),)
    assert main(["keys", "list"]) == OK
    assert main(["keys", "forget", f"{key}.pub", "--json"]) == OK
    assert trusted_keys() == ()
    assert main(["keys", "trust", str(key)]) == BAD_INPUT, "the secret half is not for this"
    assert "hikidashi keys make" in capsys.readouterr().err
