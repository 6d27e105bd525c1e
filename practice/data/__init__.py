"""The estate's data: synthetic, from a fixed seed, in the shape of what a council holds.

Each module but `people` has `write(root, bundle)`: it puts files in place under `root`, the root file system of
the server that is being built, or leaves tables in `bundle` for that server's `setup.sh` to load.
"""
