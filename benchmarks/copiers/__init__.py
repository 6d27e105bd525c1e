"""The contestants of the move benchmark, a file each."""
