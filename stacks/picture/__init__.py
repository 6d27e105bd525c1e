"""A picture of what a stack builds: its networks, what stands in them, what they are joined to, the ways in and out."""
