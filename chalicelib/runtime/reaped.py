"""What a run of the reaper did, lane by lane."""

from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass
class Reaped:
    """What was done. `late_ms` is how long the most belated entry had been due when it was looked at.

    `late` is the same by kind: of what was over and is deleted now, and of what failed or waits and is not. `turns` is
    how many of a kind were looked at of which a run takes few. `told` is what the metric has of `late` by now. `is_up`
    says whether the run's time is; `follows_ended` that the run before it was ended over what it had begun.
    """

    handled: int = 0
    failed: int = 0
    late_ms: int = 0
    late: dict[str, int] = field(default_factory=dict)
    turns: dict[str, int] = field(default_factory=dict)
    told: dict[str, int] = field(default_factory=dict)
    is_up: Callable[[], bool] = lambda: False
    follows_ended: bool = False

    def note_late(self, kind: str, late_ms: int) -> None:
        self.late[kind] = max(late_ms, self.late.get(kind, 0))

    def add(self, other: "Reaped") -> None:
        """What was done in another lane, too: of what is late in both, the worst."""
        self.handled += other.handled
        self.failed += other.failed
        self.late_ms = max(self.late_ms, other.late_ms)
        for kind, late_ms in other.late.items():
            self.note_late(kind, late_ms)
        self.told |= {kind: max(late_ms, self.told.get(kind, 0)) for kind, late_ms in other.told.items()}

    def untold(self) -> dict[str, int]:
        """What is late that was not told yet, or is later than was told."""
        found = {kind: late_ms for kind, late_ms in self.late.items() if late_ms > self.told.get(kind, -1)}
        self.told |= found
        return found

    def take_turns(self, kind: str, wanted: int, at_most: int | None) -> int:
        """How many of those that are due have their turn, where a run takes `at_most` of the kind."""
        taken = self.turns.get(kind, 0)
        turns = wanted if at_most is None else min(wanted, at_most - taken)
        self.turns[kind] = taken + turns
        return turns
