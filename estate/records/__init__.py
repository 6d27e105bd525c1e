"""The nouns of Decant, a file each: frozen, typed, stored, and nothing else passes between rooms."""
