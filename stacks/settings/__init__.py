"""The settings of a stack: `stacks/NAME.toml` in a council's workspace, typed, documented and checked."""
