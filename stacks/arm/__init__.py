"""The stacks in Azure's own terms: the types, ids and templates of Azure Resource Manager (ARM)."""
