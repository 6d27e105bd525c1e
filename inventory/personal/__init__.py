"""Personal data: where it is, of which kind and how sure that is; never a value.

Samples of columns and files come over the SSH channel into this process's memory, are looked through by the
detectors, and are let go. What leaves is counts. Nothing here writes a file, and no error carries a value.
"""
