#!/usr/bin/env python3
"""duet's golden model beside onnxruntime: the same quantised network, pictures in memory, the same number of threads, in turns.

onnxruntime is installed into an environment of its own under --out. The two must find the same boxes (see onnx_speed.py).
"""

import argparse
import json
import statistics
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
from environment import environment  # noqa: E402

PICTURES = 300


def output(command):
    return subprocess.run([str(c) for c in command], check=True, stdout=subprocess.PIPE, text=True).stdout


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--duet", type=Path, default="build/release/duet", help="the program (default: %(default)s)")
    parser.add_argument("--network", type=Path, default="pretrained/sky-w8f8", help="quantised, dw3-conv1 (default: %(default)s)")
    parser.add_argument("--out", type=Path, default="build/bench-golden", help="folder to work in (default: %(default)s)")
    parser.add_argument("--rounds", type=int, default=3, help="of both, one after the other (default: %(default)s)")
    parser.add_argument("--threads", type=int, default=2, help="of each (default: %(default)s)")
    arguments = parser.parse_args()
    python = environment(arguments.out / "onnxruntime", HERE / "onnx.txt")
    data, pack = arguments.out / "data", arguments.out / "pictures.pack"
    output([arguments.duet, "data", "make", "--out", data, "--count", PICTURES, "--json"])
    _, height, width = json.loads((arguments.network / "network.json").read_text())["input"]
    output([arguments.duet, "data", "pack", data, "--out", pack, "--height", height, "--width", width, "--json"])
    rows = []
    for turn in range(arguments.rounds):
        golden = json.loads(output([arguments.duet, "score", arguments.network, "--data", pack, "--threads", arguments.threads, "--boxes", "--json"]))
        onnx = json.loads(output([python, HERE / "onnx_speed.py", arguments.network, pack, arguments.threads]))
        same = sum(max(abs(a - b) for a, b in zip(g["predicted"], o)) < 0.01 for g, o in zip(golden["boxes"], onnx["integers"]["boxes"]))
        rows.append((golden["pictures_per_second"], onnx["integers"]["frames_per_second"], onnx["float32"]["frames_per_second"]))
        print("round {}: duet's golden model {:.1f} frames/s, onnxruntime {:.1f} (8 bits), {:.1f} (float32)".format(turn + 1, *rows[-1]), end="")
        print(f"; the same box in {same} of {golden['images']} pictures", flush=True)
        if same < 0.95 * golden["images"]:
            sys.exit("they do not run the same network")
    print(f"golden model against onnxruntime: {statistics.median(r[0] / r[1] for r in rows):.2f}")


if __name__ == "__main__":
    main()
