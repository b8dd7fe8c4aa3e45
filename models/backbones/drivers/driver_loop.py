"""Implements the child's side of the protocol between `ti2v metrics` and an external network.

This module needs only the standard library and NumPy. A driver calls `serve` with a function that loads its
network.

1. The child loads the network and writes one JSON line to stdout: {"protocol": 1, "network": NAME}.
2. The parent writes one JSON line to stdin: {"input": FILE.npz, "output": FILE.npz}.
3. The child reads the arrays, writes the result and answers {"ok": true} or {"ok": false, "error": SENTENCE}.
4. The child process ends when its stdin is closed.
"""

import argparse
import json
import os
import sys
from collections.abc import Callable, Mapping
from typing import TextIO

import numpy as np

PROTOCOL = 1
Arrays = Mapping[str, np.ndarray]
Call = Callable[[Arrays], Arrays]


def serve(name: str, load: Callable[[argparse.Namespace], Call]) -> None:
    """Load a network and answer requests until stdin is closed."""
    parser = argparse.ArgumentParser(description=f"Runs {name} for ti2v metrics.")
    parser.add_argument("--checkout", default="", help="Folder with the network's code.")
    parser.add_argument("--checkpoint", default="", help="File or folder with the weights.")
    parser.add_argument("--device", default="cpu")
    arguments = parser.parse_args()
    # Libraries may print to stdout. The protocol therefore uses the original stdout, and the output of
    # libraries goes to stderr.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    # Write each line immediately, so that no line is lost if a library ends the process.
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    if arguments.checkout:
        sys.path.insert(0, arguments.checkout)
    call = load(arguments)
    _answer(answers, {"protocol": PROTOCOL, "network": name})
    for line in sys.stdin:
        request = json.loads(line)
        try:
            with np.load(request["input"], allow_pickle=False) as arrays:
                results = call({key: arrays[key] for key in arrays.files})
            np.savez(request["output"], **dict(results))  # type: ignore[arg-type]
        except Exception as error:  # noqa: BLE001 - every error of the network is reported
            _answer(answers, {"ok": False, "error": f"{type(error).__name__}: {error}"})
        else:
            _answer(answers, {"ok": True})


def _answer(answers: TextIO, document: Mapping[str, object]) -> None:
    answers.write(json.dumps(document) + "\n")
    answers.flush()
