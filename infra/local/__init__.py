"""The one-machine stack: the whole of Earshot in one process, `python -m infra.local`."""
