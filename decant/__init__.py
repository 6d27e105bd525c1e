"""The face: the command line, settings, and the journeys that cross rooms."""
