"""The page that shows on one machine what was sent by forms."""

from hypothesis import given, strategies as st

from infra.local.forms import page


@given(text=st.text(st.sampled_from("<>\"'&scrpt/ x"), max_size=60))
def test_nothing_that_somebody_wrote_escapes_into_the_page(text: str) -> None:
    """F12: no HTML: text alone."""
    inside = page([{"form": "Feedback", "said": {"text": text}}]).split("<dd>")[1].split("</dd>")[0]
    assert not set(inside) & set("<>\"'")
