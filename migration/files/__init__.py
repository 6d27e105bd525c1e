"""What moves a file tree from one host to another: looks, the key, the transfers, and the gate of a tree."""
