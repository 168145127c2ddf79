"""Sound clip in, meeting out."""
