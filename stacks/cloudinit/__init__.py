"""What every VM is told on its first start: one file a part, and the cloud-config that is made of them."""
