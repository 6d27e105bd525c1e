"""The writer: it changes data through the service names as applications do, and knows what must be there."""
