#!/usr/bin/python3
"""duet's training beside a plain PyTorch loop (plain.py): DNN-A, two threads, batches of 16, in turns in one run.

duet reads, decodes and augments pictures of the default data set and scores its validation part; the loop has tensors in memory.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent


def kernels():
    """OpenBLAS' kernels for both: duet chooses them itself (src/train/library.cpp), since OpenBLAS does not know newer processors."""
    flags = Path("/proc/cpuinfo").read_text().split()
    core = "SKYLAKEX" if "avx512vl" in flags else "HASWELL" if "avx2" in flags else None
    return {"OPENBLAS_CORETYPE": core} if core else {}


def output(command):
    return subprocess.run([str(c) for c in command], check=True, stdout=subprocess.PIPE, text=True, env=os.environ | kernels()).stdout


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--duet", type=Path, default="build/release/duet", help="the program (default: %(default)s)")
    parser.add_argument("--out", type=Path, default="build/bench-train", help="folder to work in (default: %(default)s)")
    parser.add_argument("--rounds", type=int, default=3, help="of both, one after the other (default: %(default)s)")
    arguments = parser.parse_args()
    data, trained = arguments.out / "data", arguments.out / "trained"
    output([arguments.duet, "data", "make", "--out", data, "--count", 400, "--json"])
    ratios = []
    for turn in range(arguments.rounds):
        plain = float(output([sys.executable, HERE / "plain.py"]))
        shutil.rmtree(trained, ignore_errors=True)
        found = json.loads(output([arguments.duet, "train", "dnn-a", "--data", data, "--out", trained, "--epochs", 1, "--threads", 2, "--json"]))
        ours = found["samples_per_second"]
        ratios.append(ours / plain)
        print(f"round {turn + 1}: duet {ours:.1f} pictures/s, plain PyTorch {plain:.1f}", flush=True)
    print(f"training speed against plain PyTorch: {statistics.median(ratios):.2f}")


if __name__ == "__main__":
    main()
