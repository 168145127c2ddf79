"""Reports as the API shows them, to their organiser and to whoever they share them with."""

from collections.abc import Mapping

from chalicelib.insights.report import Part
from chalicelib.insights.schemas import PersonView, ReportView, TipView
from chalicelib.runtime.errors import Invalid


def report_view(part: Part, names: Mapping[str, str]) -> ReportView:
    """One part, with the names that are known."""
    people = [PersonView(names.get(one.participant_id), one) for one in part.people]
    tips = [TipView(one.rule, one.metric, one.value, one.threshold) for one in part.tips]
    return ReportView(part.summary, tips, people)


def next_of(number: int | None) -> str | None:
    """The `next` that leads to a part."""
    return None if number is None else str(number)


def part_number(after: str | None) -> int:
    """The part that `after` asks for. Raises Invalid for what is no `next`."""
    if after is None:
        return 0
    if not after.isascii() or not after.isdecimal() or len(after) > 6:
        raise Invalid("after is not the next of a page.")
    return int(after)
