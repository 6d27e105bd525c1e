"""Whether two environments are apart: every path between two previews, and what cannot be judged from them."""
