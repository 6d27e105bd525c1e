"""Movers, a file each: how one kind of workload is copied, kept in step, frozen, and brought back."""
