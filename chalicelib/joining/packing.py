"""Small whole numbers packed into bytes, most significant bit first, the last byte filled up with zero bits."""

import numpy as np
from numpy.typing import NDArray

Codes = NDArray[np.int8]


def packed(values: Codes, width: int) -> bytes:
    """Unsigned values of `width` bits each, in C order."""
    bits = np.unpackbits(values.astype(np.uint8).reshape(-1, 1), axis=1)[:, 8 - width :]
    return np.packbits(bits.reshape(-1)).tobytes()


def unpacked(data: bytes, count: int, width: int) -> Codes:
    """The first `count` values; whatever pads the last byte is ignored (see `padding_is_zero`)."""
    bits = np.unpackbits(np.frombuffer(data, np.uint8), count=count * width).reshape(-1, width)
    values: Codes = np.zeros(count, np.int8)
    for column in range(width):
        values = 2 * values + bits[:, column].view(np.int8)
    return values


def padding_is_zero(data: bytes, count: int, width: int) -> bool:
    """Whether the bits after the last value are zero, so that one array has one spelling only."""
    spare = len(data) * 8 - count * width
    return spare == 0 or data[-1] & ((1 << spare) - 1) == 0
