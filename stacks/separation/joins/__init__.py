"""The ways in which two environments can be joined: one a file. Each is loaded by `stacks/separation/judge.py`."""
