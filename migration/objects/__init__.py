"""How a file tree is carried to a container of an object store, and back."""
