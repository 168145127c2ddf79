"""How far a long run of a state machine has come, for whoever waits for it; silent where nobody does."""

import os
import time

EVERY = 1_000  # steps


class Progress:
    """Told of every example and step; says so now and then, with how to repeat it."""

    def __init__(self) -> None:
        self.wanted, self.seed = os.environ.get("EARSHOT_SOAK", ""), os.environ.get("EARSHOT_SEED", "0")
        self.examples = self.steps = 0
        self.began_s = time.monotonic()

    def example(self) -> None:
        self.examples += 1

    def step(self) -> None:
        self.steps += 1
        if self.wanted and self.steps % EVERY == 0:
            took_s = time.monotonic() - self.began_s
            repeat = f"make soak STEPS={self.wanted} SEED={self.seed}"
            print(f"{self.steps} steps, {self.examples} histories, {took_s:.0f} s; again: {repeat}", flush=True)


progress = Progress()
