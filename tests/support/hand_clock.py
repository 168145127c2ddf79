"""A clock that stands still until a test moves it."""

START_MS = 1_800_014_400_000  # 2027-01-15T12:00:00Z: noon, because places change their names at midnight


class HandClock:
    """Reads `now_ms`, epoch milliseconds."""

    def __init__(self, now_ms: int = START_MS) -> None:
        self.now_ms = now_ms

    def __call__(self) -> int:
        return self.now_ms

    def advance(self, milliseconds: int) -> int:
        """The instant after that much time."""
        self.now_ms += milliseconds
        return self.now_ms
