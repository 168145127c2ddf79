"""How well sound tells rooms apart: `python -m bench.sound --corpus DIR [--cross N] [--json OUT] [--check]`."""
