"""Programs that stand in for plugins of the Pulumi CLI, which come from where tests cannot reach."""
