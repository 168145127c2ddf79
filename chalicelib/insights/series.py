"""The trend over a series of an organiser's meetings (D15): opened at reading, from the reports themselves.

Nothing of it is stored, so that it dies with its sources: a report that is gone is in no trend from that instant on.
"""

from itertools import islice

from chalicelib.insights.meeting_models import Meeting, gone_from, list_before
from chalicelib.insights.report import read_summary
from chalicelib.insights.report_models import key_of, read_firsts
from chalicelib.insights.trend import MOST, Point, point_of, series_of

LOOKED_AT = 4  # pages of the organiser's list: the last 200 meetings


def read_series(meeting: Meeting, *, now: int) -> list[Point]:
    """Of this meeting and those of its title before it that have a report, the latest twelve, the oldest first."""
    found = _series(meeting, now)
    key = key_of(meeting.account_id, now=now)
    contents = {} if key is None else read_firsts(found, key, now=now)
    measured = ((one, read_summary(contents[one.meeting_id])) for one in found if one.meeting_id in contents)
    return [point_of(one.meeting_id, summary) for one, summary in measured][::-1]


def _series(meeting: Meeting, now: int) -> list[Meeting]:
    """The latest first."""
    found, before, wanted = [meeting], list[Meeting](), series_of(meeting.title)
    for _ in range(LOOKED_AT):
        before = list_before(before[-1] if before else meeting, now=now)
        found += (one for one in before if series_of(one.title) == wanted)
        if not before or len(found) > 2 * MOST:
            break
    ready = (one for one in found if one.status == "ready")
    return list(islice((one for one in ready if not gone_from(one.meeting_id, now=now)), MOST))  # or being told anew
