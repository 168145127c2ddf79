"""D1, D14: who was there, and when, is answers of bounded size however large the meeting is."""

import msgspec

from chalicelib.insights.intervals import Span
from chalicelib.insights.organiser_routes import PEOPLE_MAX
from chalicelib.insights.reading import STAYS_MAX, few_enough
from chalicelib.insights.schemas import AttendanceView, AttendeeView, MeetingView, Stay
from chalicelib.runtime.paging import filled
from tests.support.hand_clock import START_MS

ANSWER_MAX = 5_000_000  # bytes; AWS gives 6 MB
PEOPLE, MINUTE = 10_000, 60_000
LONGEST_NAME = "😀" * 80  # four bytes each
LONGEST_EMAIL = f"{'a' * 64}@{'b' * 185}.org"  # 254


def comings(number: int, times: int) -> tuple[Span, ...]:
    """So many stays of a minute, with absences of another that are a little longer for some."""
    starts = (START_MS + at * (2 * MINUTE + number % 7) for at in range(times))
    return tuple((start, start + MINUTE) for start in starts)


def test_ten_thousand_people_who_come_and_go_are_a_few_answers() -> None:
    """D14: phones that fall asleep and come back fifteen times in two hours, under the longest names and addresses."""
    shown = few_enough({f"{number:022}": comings(number, 15) for number in range(PEOPLE)})
    people = [
        AttendeeView(one, LONGEST_NAME, LONGEST_EMAIL, [Stay(*span) for span in spans], 7_200_000)
        for one, spans in shown.items()
    ]
    meeting = MeetingView("m" * 22, LONGEST_NAME, START_MS, START_MS, None, "ready")
    assert (len(shown), len(LONGEST_EMAIL)) == (PEOPLE, 254)
    pages = list[list[AttendeeView]]()
    while rest := people[sum(map(len, pages)) :]:
        pages.append(filled(rest, PEOPLE_MAX))
        assert len(msgspec.json.encode(AttendanceView(meeting, pages[-1], "n" * 38))) < ANSWER_MAX
    assert len(pages) == 2


def test_short_absences_go_first_and_only_where_they_must() -> None:
    """D1: of a meeting that fits every stay is told; of a larger one the long absences of all are."""
    few = {"ada": comings(0, 100)}
    assert few_enough(few) == few
    lunch = (comings(0, 2)[-1][1] + 200 * MINUTE, comings(0, 2)[-1][1] + 201 * MINUTE)
    many = {str(number): (*comings(number, 2), lunch) for number in range(STAYS_MAX // 2)}
    assert {len(spans) for spans in few_enough(many).values()} == {2}
