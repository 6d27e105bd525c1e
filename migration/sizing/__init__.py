"""How big a server has to be in Azure: its machine, its disks, and a managed database where that fits. Pure."""
