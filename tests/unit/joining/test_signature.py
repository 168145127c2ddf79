"""The coarse signature finds the few among many (A14)."""

import numpy as np

from chalicelib.joining import signature
from tests.unit.joining.clips import AT_MS, clip, fingerprint_of, noise

SEATS = "room-a-seat-1", "room-a-seat-2", "room-b-seat-1"
CROWD_SIZE = 300


def test_the_right_clip_leads_a_crowd() -> None:
    """A14: the other seat of the room is first among hundreds of clips of other sounds."""
    strangers = [fingerprint_of(noise(100 + at), AT_MS + 7 * at).signature for at in range(CROWD_SIZE)]
    among = signature.crowd([*strangers, clip(SEATS[2], 0).signature, clip(SEATS[1], 400).signature])
    assert signature.rank(clip(SEATS[0], 0).signature, among, 10)[0] == CROWD_SIZE + 1


def test_clips_that_share_too_little_time_are_left_out() -> None:
    """A3: who began three seconds later shares one second: no candidate."""
    among = signature.crowd([clip(SEATS[1], 3_000).signature, clip(SEATS[2], 500).signature])
    assert signature.rank(clip(SEATS[0], 0).signature, among, 10).tolist() == [1]


def test_a_signature_survives_its_bytes() -> None:
    """A14: at most 208 bytes beside the clip's key."""
    mine = clip(SEATS[0], 0).signature
    again = signature.from_bytes(mine.to_bytes())
    assert again.first_slot == mine.first_slot
    assert np.array_equal(again.words, mine.words)
    assert len(mine.to_bytes()) <= 208
