"""How Decant runs commands on a host. Quoting happens here and nowhere else."""
