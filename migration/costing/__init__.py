"""What the estate costs today, would cost in Azure, and costs to move: a line for each figure, with its sum. Pure."""
