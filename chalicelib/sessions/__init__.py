"""The browser's session: one sealed cookie, a server's half, a participant's name."""
