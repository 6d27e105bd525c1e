"""The rules over servers as a pytest-testinfra module."""
