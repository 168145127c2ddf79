"""D13: what is sealed opens with its owner's key, in its own place, and no other way."""

import boto3
import pytest
from hypothesis import given, strategies as st

from chalicelib.runtime import envelope
from chalicelib.runtime.envelope import Unopenable, new_wrapped_key, open_sealed, seal, unwrap
from chalicelib.runtime.settings import settings
from tests.support.aws import Aws


@pytest.fixture(params=["local", "kms"])
def _wrapping(request: pytest.FixtureRequest, aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both who wrap: the local secret, and KMS as moto plays it."""
    if request.param == "kms":
        key = boto3.client("kms").create_key()["KeyMetadata"]["KeyId"]
        monkeypatch.setenv("EARSHOT_KMS_KEY", key)
        settings.cache_clear()
        envelope._client.cache_clear()


@pytest.mark.usefixtures("_wrapping")
def test_a_key_opens_for_its_owner_only() -> None:
    """D13: a wrapped key that is copied to another account opens nothing."""
    wrapped = new_wrapped_key("ada")
    key = unwrap(wrapped, "ada")
    assert len(key) == 32
    assert key not in wrapped
    assert unwrap(new_wrapped_key("ada"), "ada") != key
    with pytest.raises(Unopenable):
        unwrap(wrapped, "ben")
    with pytest.raises(Unopenable):
        unwrap(wrapped[:-1] + bytes([wrapped[-1] ^ 1]), "ada")


@given(st.binary(max_size=200), st.integers(0, 10_000), st.binary(max_size=60))
def test_nothing_else_opens(content: bytes, place: int, other: bytes) -> None:
    """D13: another key, another context, any changed byte, any other bytes."""
    key = bytes(32)
    sealed = seal(key, content, "a part")
    assert open_sealed(key, sealed, "a part") == content
    changed = bytearray(sealed)
    changed[place % len(sealed)] ^= 1
    for wrong in ((bytes(31) + b"1", sealed, "a part"), (key, sealed, "b part"), (key, bytes(changed), "a part")):
        with pytest.raises(Unopenable):
            open_sealed(*wrong)
    with pytest.raises(Unopenable):
        open_sealed(key, other, "a part")
