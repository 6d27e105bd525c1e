"""The offline preview: what a stack's program asks for, without the Pulumi CLI and without an Azure account."""
