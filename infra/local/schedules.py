"""Schedule expressions as EventBridge writes them, `rate(5 minutes)` and `cron(0 3 * * ? *)`, in UTC."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

_RATE = re.compile(r"rate\((\d+) (minute|hour|day)s?\)")
_CRON = re.compile(r"cron\((\S+) (\S+) (\S+) (\S+) (\S+) (\S+)\)")
_UNIT_S = {"minute": 60, "hour": 3_600, "day": 86_400}
_BOUNDS = ((0, 59), (0, 23), (1, 31), (1, 12), (1, 7), (1970, 2199))
_NAMES = {name: number for number, name in enumerate("JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC".split(), 1)} | {
    name: number for number, name in enumerate("SUN MON TUE WED THU FRI SAT".split(), 1)
}
_HORIZON = timedelta(days=1_462)  # four years and a day: a 29 February lies within
Next = Callable[[float], float]


class UnknownExpression(ValueError):
    """The message quotes the expression."""


def next_after(expression: str) -> Next:
    """From an instant (epoch seconds) to the next one at which the schedule fires. Raises UnknownExpression."""
    if rate := _RATE.fullmatch(expression):
        period_s = int(rate[1]) * _UNIT_S[rate[2]]
        return lambda now: now + period_s
    if cron := _CRON.fullmatch(expression):
        fields = [_values(text, *bounds) for text, bounds in zip(cron.groups(), _BOUNDS, strict=True)]
        return Cron(*fields).next_after
    raise UnknownExpression(f"the schedule {expression!r} is not understood here")


@dataclass(frozen=True)
class Cron:
    """The values each field allows; days of the week count from Sunday = 1."""

    minutes: frozenset[int]
    hours: frozenset[int]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]
    years: frozenset[int]

    def next_after(self, now: float) -> float:
        """Epoch seconds. Raises UnknownExpression where nothing comes in four years."""
        at = datetime.fromtimestamp(now, UTC).replace(second=0, microsecond=0) + timedelta(minutes=1)
        end = at + _HORIZON
        while at < end:
            if not self._on_day(at):
                at = at.replace(hour=0, minute=0) + timedelta(days=1)
            elif at.hour not in self.hours:
                at = at.replace(minute=0) + timedelta(hours=1)
            elif at.minute not in self.minutes:
                at += timedelta(minutes=1)
            else:
                return at.timestamp()
        raise UnknownExpression("the schedule never fires")

    def _on_day(self, at: datetime) -> bool:
        weekday = at.isoweekday() % 7 + 1
        return at.day in self.days and at.month in self.months and weekday in self.weekdays and at.year in self.years


def _values(text: str, low: int, high: int) -> frozenset[int]:
    found: set[int] = set()
    for part in text.split(","):
        span, _, step = part.partition("/")
        first, last = _span(span, low, high, stepped=bool(step))
        found.update(range(first, last + 1, int(step or 1)))
    if not found or not found <= set(range(low, high + 1)):
        raise UnknownExpression(f"the schedule field {text!r} is not understood here")
    return frozenset(found)


def _span(span: str, low: int, high: int, *, stepped: bool) -> tuple[int, int]:
    if span in ("*", "?"):
        return low, high
    first, dash, last = span.partition("-")
    start = _number(first)
    return start, _number(last) if dash else high if stepped else start


def _number(text: str) -> int:
    try:
        return _NAMES.get(text.upper()) or int(text)
    except ValueError as error:  # L, W and # have no use here yet
        raise UnknownExpression(f"the schedule value {text!r} is not understood here") from error
