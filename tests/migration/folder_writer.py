"""Writes into whichever of two folders lets it, as an ordinary user, and keeps a record of what was acknowledged.

`folder_writer.py SOURCE TARGET LOG`: each operation sets one of fifty files to a new number, by a rename.
"""

import os
import sys
import time
from pathlib import Path

FILES = 50


def main() -> None:
    source, target, log = (Path(argument) for argument in sys.argv[1:])
    with log.open("a", buffering=1) as out:
        if os.geteuid() == 0:
            os.setuid(65534)
        n = 0
        while True:
            n += 1
            name = f"f{n % FILES}"
            for side, root in (("source", source), ("target", target)):
                try:
                    new = root / "data" / f"{name}.w{os.getpid()}.tmp"
                    new.write_text(str(n))
                    new.replace(root / "data" / name)
                except PermissionError:
                    continue
                out.write(f"{time.time():.3f} {name} {n} {side}\n")
                break
            else:
                out.write(f"{time.time():.3f} {name} {n} refused\n")
            time.sleep(0.01)


if __name__ == "__main__":
    main()
