"""When a server is retired, retained, moved as it is …: one rule a file. Only people choose to refactor."""
