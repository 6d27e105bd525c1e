"""What crosses rooms: the demo."""
