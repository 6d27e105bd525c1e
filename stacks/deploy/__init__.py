"""Building: a stack given to Pulumi's Automation API, and what that needs. Nothing of it was proved against Azure."""
