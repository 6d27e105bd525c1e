"""What the MariaDB verifier asks, and how."""
