"""Who takes part: Decant, its peers at their best settings, and the floor that nobody can beat."""
