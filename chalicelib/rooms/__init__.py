"""Meetings, who is in them, and what is pushed to them live."""
