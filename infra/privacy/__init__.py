"""What the operator does about people's data: `python -m infra.privacy`."""
