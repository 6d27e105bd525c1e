"""The parts a stack is made of: one component a file."""
