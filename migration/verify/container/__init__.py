"""The verifier's own look at a container: knows nothing of how it was filled."""
