"""Digests name, seals hide; a change of secret loses neither."""

import pytest
from hypothesis import given, strategies as st

from chalicelib.runtime import vault
from chalicelib.runtime.ids import is_opaque
from chalicelib.runtime.settings import settings
from tests.support.environment import SECRET
from tests.support.rotation import rotate

NEWER = bytes(reversed(range(32)))


@given(st.text(max_size=50), st.text(max_size=50))
def test_a_digest_names_exactly_its_parts(one: str, other: str) -> None:
    """C5: addresses are compared by keyed digests."""
    assert is_opaque(vault.digest("a", one))
    assert (vault.digest("a", one) == vault.digest("a", other)) == (one == other)
    assert vault.digest("a", one) != vault.digest("b", one)


@given(st.text(max_size=200))
def test_what_is_sealed_opens_for_its_purpose_only(content: str) -> None:
    sealed = vault.seal("a", content)
    assert vault.unseal("a", sealed) == content
    assert vault.unseal("b", sealed) is None
    assert vault.unseal("a", sealed[:-2]) is None


@given(st.text(max_size=200))
def test_no_text_breaks_the_reader(text: str) -> None:
    assert vault.unseal("a", text) is None


def test_another_stage_opens_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """C2 and common sense: stages share nothing, even if they share a secret."""
    sealed = vault.seal("a", "x")
    for name in ("EARSHOT_STAGE", "EARSHOT_ORIGIN", "EARSHOT_MAIL_FROM", "EARSHOT_WORKFLOWS", "EARSHOT_KMS_KEY"):
        monkeypatch.setenv(name, "dev")
    monkeypatch.setenv("EARSHOT_EDGE_SECRETS", "e" * 40)
    settings.cache_clear()
    assert vault.unseal("a", sealed) is None


def test_accounts_are_found_and_read_after_a_change_of_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    """Issue: rotation: old keys still open, new ones seal; what is found by a digest keeps its name."""
    sealed, name = vault.seal("a", "x"), vault.digest("a", "x")
    rotate(monkeypatch, NEWER, SECRET)
    assert vault.unseal("a", sealed) == "x"
    assert vault.digest("a", "x") == name
    newer = vault.seal("a", "x")
    rotate(monkeypatch, SECRET)
    assert vault.unseal("a", newer) is None
