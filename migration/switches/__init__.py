"""Ways to change what a name stands for at a cutover, a file each: DNS updates, Azure DNS, a command of the council's."""
