"""`accelerate launch -m models.training CONFIG` is `ti2v train CONFIG` on several devices."""

import sys

from benchmark.cli.main import main

if __name__ == "__main__":
    sys.exit(main(["train", *sys.argv[1:]]))
