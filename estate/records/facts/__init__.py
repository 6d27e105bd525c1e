"""The payload of each fact, a file each; rules read them and may not import `inventory`."""
