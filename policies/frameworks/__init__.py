"""The frameworks as data: one TOML file a version of a framework, read by `policies/controls.py`."""
