"""Addresses as pictures that a phone's camera reads."""

from io import BytesIO
from typing import Any

SCALE, BORDER = 4, 2  # modules


def data_uri(address: str) -> str:
    """For an answer that holds the picture."""
    return str(_made(address).svg_data_uri(scale=SCALE, border=BORDER))


def svg(address: str) -> str:
    """As a document of its own."""
    drawn = BytesIO()
    _made(address).save(drawn, kind="svg", scale=SCALE, border=BORDER, xmldecl=False, light="white")
    return drawn.getvalue().decode()


def _made(address: str) -> Any:
    import segno  # for those who show a picture only

    return segno.make(address, micro=False)
