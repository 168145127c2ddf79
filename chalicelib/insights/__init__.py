"""How meetings went: what is measured, what it adds up to, and the private report of it."""
