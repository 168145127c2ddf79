"""Accounts: an address, a password, a second factor, and what their owner settled."""
