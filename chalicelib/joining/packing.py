"""Small whole numbers packed three at a time, most significant bit first, the last byte filled up with zero bits.

Three values of `levels` each are one number in base `levels`, the first value the most significant: five levels
take 7 bits for three values, six levels 8.
"""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Codes = NDArray[np.int8]
GROUP = 3


def group_bits(levels: int) -> int:
    """Bits that three values of so many levels take."""
    return int(levels**GROUP - 1).bit_length()


def packed_size(count: int, levels: int) -> int:
    """Bytes of so many packed values."""
    return -(-(-(-count // GROUP) * group_bits(levels)) // 8)


def packed(values: Codes, levels: int) -> bytes:
    """Values in 0…levels - 1, in C order; the last group is filled up with zeros."""
    flat = np.zeros(-(-values.size // GROUP) * GROUP, np.uint8)
    flat[: values.size] = values.reshape(-1)
    groups = flat.reshape(-1, GROUP) @ np.array([levels * levels, levels, 1], np.uint8)
    bits = np.unpackbits(groups[:, None], axis=1)[:, 8 - group_bits(levels) :]
    return np.packbits(bits.reshape(-1)).tobytes()


def unpacked(data: bytes, count: int, levels: int) -> Codes:
    """The `count` values that `packed` made into data; those out of range show as too large a first value."""
    groups = -(-count // GROUP)
    numbers = _numbers(np.frombuffer(data, np.uint8), group_bits(levels))
    return _digits(levels).take(numbers[:groups], axis=0).reshape(-1)[:count]


def _numbers(data: NDArray[np.uint8], bits: int) -> NDArray[np.integer]:
    """Every `bits` bits of data, at most 8, as a number: `bits` bytes hold eight of them."""
    if bits == 8:
        return data
    words = np.zeros((-(-len(data) // bits), 8), np.uint8)  # little-endian
    filled = np.zeros(len(words) * bits, np.uint8)
    filled[: len(data)] = data
    words[:, bits - 1 :: -1] = filled.reshape(-1, bits)
    places = np.arange(7, -1, -1) * bits
    numbers: NDArray[np.integer] = (words.view("<i8") >> places & (2**bits - 1)).reshape(-1)
    return numbers


@lru_cache(maxsize=4)
def _digits(levels: int) -> Codes:
    """(256, 3): the values of every number; those out of range show as too large a first value."""
    numbers = np.arange(256)
    return np.stack([numbers // levels**2, numbers // levels % levels, numbers % levels], axis=1).astype(np.int8)
