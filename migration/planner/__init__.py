"""When each job moves: an optimiser over whole days and whole numbers, which knows nothing of servers' insides."""
