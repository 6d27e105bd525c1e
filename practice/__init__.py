"""The practice estate: real legacy servers and real targets on one Linux machine."""
