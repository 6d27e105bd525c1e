"""The verifier's own look at a file tree: knows nothing of how it was copied."""
