"""How each kind of workload is tried, a file each: `test_contract.py` holds every mover to the same."""
