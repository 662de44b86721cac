#!/usr/bin/env python3
"""DNN-A on the XC7Z020 at 150 MHz: duet beside FINN+ and NNgen, in one run on one machine.

Installs each peer from PyPI into an environment of its own under --out; what was done before is kept there and not done again.
"""

import argparse
import json
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
from environment import environment  # noqa: E402

CLOCK_MHZ = 150
HEIGHT, WIDTH = 160, 360
CHANNELS = [3, 48, 96, 192, 384]  # DNN-A
HEAD = 10
DEVICE = {"dsp": 220, "lut": 53200, "bram36": 140}
WIDTHS = [(8, 8), (4, 4)]
NNGEN_LANES = (8, 16)  # powers of two: 16 x 16 would be more DSPs than there are
COUNT_LIMIT = 3600  # seconds for Yosys on a peer's RTL
FINN_TARGETS = [round(20 * 1.15**i) for i in range(30)]  # frames/s


def macs(depthwise):
    pixels, total = HEIGHT * WIDTH, 0
    for inputs, outputs in zip(CHANNELS, CHANNELS[1:]):
        total += pixels * inputs * (outputs + (9 if depthwise else 0))
        pixels //= 4
    return total + pixels * CHANNELS[-1] * HEAD


def run(command, **options):
    """Its standard output; what it says on the other one is shown when it fails."""
    done = subprocess.run([str(c) for c in command], capture_output=True, text=True, **options)
    if done.returncode:
        sys.exit(f"{' '.join(map(str, command))}\nended with {done.returncode}:\n{(done.stdout + done.stderr)[-2000:]}")
    return done.stdout


def kept(file, make):
    """The JSON in a file, made first where it is absent."""
    if not file.exists():
        print(f"{file.stem} ...", file=sys.stderr, flush=True)
        file.parent.mkdir(parents=True, exist_ok=True)
        found = make()
        file.write_text(json.dumps(found, indent=2) + "\n")
    return json.loads(file.read_text())


def row(tool, network, widths, fps, how, counts, counts_how, depthwise):
    rate = macs(depthwise) * fps / (counts["dsp"] * CLOCK_MHZ * 1e6) if counts["dsp"] else None
    return {"tool": tool, "network": network, "weight_bits": widths[0], "feature_bits": widths[1], "fps": fps, "fps_how": how,
            **{k: counts[k] for k in DEVICE}, "counts_how": counts_how, "mac_per_dsp_cycle": rate}  # fmt: skip


def finn(out, widths):
    python = environment(out / "finn-plus", HERE / "finn-plus.txt")
    plans = [json.loads(line) for line in
             run([python, HERE / "finn_plan.py", *widths, *FINN_TARGETS], cwd=out).splitlines() if line.startswith("{")]  # fmt: skip
    counted = [(p["estimated_throughput_fps"], {"dsp": p["DSP"], "lut": p["LUT"], "bram36": p["BRAM_18K"] / 2}) for p in plans]

    def over(counts):
        return max([counts[k] / DEVICE[k] for k in DEVICE] + [1])

    # Where none fits, the fastest of those that are least too large.
    least = min(over(counts) for _, counts in counted)
    fps, counts = max((c for c in counted if over(c[1]) == least), key=lambda c: c[0])
    tool = "FINN+ 1.6.1" if least == 1 else f"FINN+ 1.6.1 (none fits: this one takes {least:.1f} of the device)"
    return row(tool, "DNN-A", widths, fps, "estimated", counts, "estimated", True)


def nngen(out, bits, lanes):
    folder = out / f"nngen-{bits}-{lanes[0]}x{lanes[1]}"
    found = json.loads(run([environment(out / "nngen", HERE / "nngen.txt"), HERE / "nngen_pw.py", bits, *lanes, folder]).splitlines()[-1])
    if found["differ"]:
        sys.exit(f"NNgen's RTL differs from its software in {found['differ']} outputs")
    statistics = folder / "counts.json"
    script = f"read_verilog {folder}/nngen.v; synth_xilinx -family xc7 -flatten -top nngen_pw; tee -o {statistics} stat -json"
    try:
        run(["yosys", "-q", "-p", script], timeout=COUNT_LIMIT)
        cells = json.loads(statistics.read_text())["design"]["num_cells_by_type"]
    except subprocess.TimeoutExpired:
        cells = None

    def count(*prefixes):
        return None if cells is None else sum(n for cell, n in cells.items() if cell.startswith(prefixes))

    counts = {"dsp": count("DSP48E1"), "lut": count("LUT", "RAM32", "RAM64", "RAM128", "RAM256", "SRL"),
              "bram36": None if cells is None else count("RAMB36") + count("RAMB18") / 2}  # fmt: skip
    return row(f"NNgen 1.3.4, {lanes[0]} x {lanes[1]} lanes", "its point-wise layers", (bits, bits), 1e6 * CLOCK_MHZ / found["cycles"],
               "simulated", counts, "Yosys", False)  # fmt: skip


def duet(program, out, widths):
    options = ["--store", out / "duet-store", "--only", f"dnn-a:{widths[0]},{widths[1]}", "--json"]
    found = json.loads(run([program, "bench", "accelerator", *options]))["rows"][0]
    return row("duet", "DNN-A", widths, 1e6 * CLOCK_MHZ / found["cycles"], "simulated", found, "Yosys", True)


def duet_pointwise(program, out, widths):
    folder = out / f"duet-{widths[0]}-{widths[1]}"
    folder.mkdir(exist_ok=True)
    network, engine = folder / "network.json", folder / "engine.json"
    replications = [{"channels": c, "downsample": True} for c in CHANNELS[1:]]
    network.write_text(json.dumps({"name": "dnn-a-pointwise", "input": [CHANNELS[0], HEIGHT, WIDTH], "bundle": "conv1-bn-relu-max",
                                   "replications": replications, "anchors": [[0.05, 0.05], [0.1, 0.1]]}))  # fmt: skip
    wide = ["--widths", f"{widths[0]},{widths[1]}"]
    run([program, "estimate", network, *wide, "--out", engine])
    found = json.loads(run([program, "simulate", network, *wide, "--engine", engine, "--json"]))
    counts = json.loads(run([program, "synth", "--engine", engine, "--out", folder / "synth", "--json"]))["resources"]
    return row("duet", "its point-wise layers", widths, 1e6 * CLOCK_MHZ / found["cycles_simulated"], "simulated", counts, "Yosys", False)


def table(rows):
    print("| tool | network | widths | frames/s at 150 MHz | DSP | LUT | BRAM36 | MAC per DSP and cycle |")
    print("|---|---|---|---|---|---|---|---|")
    for r in rows:
        missing = f"not counted: Yosys takes more than {COUNT_LIMIT // 60} minutes"
        cells = [missing if r[k] is None else f"{r[k]:,g} ({r['counts_how']})" for k in DEVICE]
        print(f"| {r['tool']} | {r['network']} | W{r['weight_bits']}F{r['feature_bits']} | {r['fps']:.1f} ({r['fps_how']}) | "
              + " | ".join(cells) + (f" | {r['mac_per_dsp_cycle']:.2f} |" if r["mac_per_dsp_cycle"] else " | - |"))  # fmt: skip


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--duet", type=Path, default="build/release/duet", help="the program (default: %(default)s)")
    parser.add_argument("--out", type=Path, default="build/peers", help="environments and results (default: %(default)s)")
    arguments = parser.parse_args()
    program, out = arguments.duet.resolve(), arguments.out.resolve()
    out.mkdir(parents=True, exist_ok=True)
    rows = []
    for widths in WIDTHS:
        name = f"{widths[0]}-{widths[1]}"
        rows.append(kept(out / f"row-duet-{name}.json", lambda: duet(program, out, widths)))
        rows.append(kept(out / f"row-finn-{name}.json", lambda: finn(out, widths)))
        rows.append(kept(out / f"row-duet-pointwise-{name}.json", lambda: duet_pointwise(program, out, widths)))
        rows.append(kept(out / f"row-nngen-{name}.json", lambda: nngen(out, widths[0], NNGEN_LANES)))
    (out / "peers.json").write_text(json.dumps(rows, indent=2) + "\n")
    table(rows)


if __name__ == "__main__":
    main()
