"""What each deployed function may come to ask of AWS: a call graph of the application, from its entry points on.

It is read from the source, so that what no test has a function do is seen, too; nothing is imported, nothing runs.
`make policies` writes infra/policies from it. It sees more than can happen where a function is named without being
called, or a condition always holds: see judged.py.

sources   modules as syntax trees, and what a name stands for
acts      what a call asks of AWS by itself
dispatch  calls that name nobody: events, and what is due
kinds     calls by kind of record
"""
