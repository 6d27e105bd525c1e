"""One migration a file, named after its revision."""
