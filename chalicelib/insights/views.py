"""Reports as the API shows them, to their organiser and to whoever they share them with."""

from collections.abc import Mapping

from chalicelib.insights.report import Part
from chalicelib.insights.schemas import PersonView, ReportView, TipView


def report_view(part: Part, names: Mapping[str, str]) -> ReportView:
    """One part, with the names that are known."""
    people = [PersonView(names.get(one.participant_id), one) for one in part.people]
    tips = [TipView(one.rule, one.metric, one.value, one.threshold) for one in part.tips]
    return ReportView(part.summary, tips, people)
