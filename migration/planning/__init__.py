"""From what people wrote in planning.toml and what is known of the estate to a planner's problem, and back to a plan."""
