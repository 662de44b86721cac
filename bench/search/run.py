#!/usr/bin/env python3
"""Evaluations a second of duet's estimator beside ZigZag's cost model, in turns on one machine.

An evaluation of duet's is a network of five Bundles on an engine: cycles of a frame, resources, bytes, power. One of ZigZag's is a layer with
a mapping. ZigZag comes from PyPI into an environment of its own under --out.
"""

import argparse
import json
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
from environment import environment  # noqa: E402


def output(command):
    try:
        done = subprocess.run([str(c) for c in command], stdout=subprocess.PIPE, text=True)
    except OSError as error:
        sys.exit(f"{command[0]}: {error.strerror}; `make bench-search` builds what is needed")
    if done.returncode:
        sys.exit(f"{' '.join(map(str, command))}\nended with {done.returncode}")
    return done.stdout


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--speed", type=Path, default="build/release/search_speed", help="duet's program (default: %(default)s)")
    parser.add_argument("--out", type=Path, default="build/bench-search", help="folder to work in (default: %(default)s)")
    arguments = parser.parse_args()
    python = environment(arguments.out.resolve() / "zigzag", HERE / "zigzag.txt")
    first = output([arguments.speed]).splitlines()
    zigzag = json.loads(output([python, HERE / "zigzag_rate.py"]))
    second = output([arguments.speed]).splitlines()
    rate = zigzag["evaluations"] / zigzag["seconds"]
    inside = zigzag["evaluations"] / zigzag["seconds_in_the_model"]
    print("\n".join(first[:-1]))
    print(f"ZigZag: {zigzag['evaluations']} evaluations, each a layer and a mapping: {rate:.0f} / s, {inside:.0f} / s inside its model alone")
    speeds = [float(lines[-1].split()[0]) for lines in (first, second)]
    print(f"duet before and after it: {speeds[0]:.0f} and {speeds[1]:.0f}; the slower one against ZigZag's model: {min(speeds) / inside:.0f}")
    print(f"{min(speeds):.0f} evaluations/s/core")


if __name__ == "__main__":
    main()
