"""The parts of the MariaDB mover: a dump on one moment of the source, followed by its binary log."""
