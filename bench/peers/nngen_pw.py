"""The point-wise layers of DNN-A as NNgen's RTL, simulated in Verilator (NNgen has no depth-wise convolution).

nngen_pw.py BITS IN_LANES OUT_LANES FOLDER: leaves nngen.v in the folder and prints one JSON object: cycles of a frame, and whether
every output is what NNgen's own software says.
"""

import json
import math
import os
import re
import sys

import nngen as ng
import numpy as np
import veriloggen as vg
import veriloggen.thread as vthread
import veriloggen.types.axi as axi

HEIGHT, WIDTH = 160, 360
CHANNELS = [3, 48, 96, 192, 384]  # DNN-A
HEAD = 10
BUS_BITS = 128  # 32 halve its speed
CHUNK = 64


def network(bits, in_lanes, out_lanes):
    """Four times 1x1, ReLU and 2x2 maximum pooling, and a head of 1x1. Returns its input and its output."""
    rng = np.random.default_rng(1)
    act = getattr(ng, f"int{bits}")
    top = 2 ** (bits - 1) - 1

    def conv(x, name, inputs, outputs, **function):
        weights = ng.variable(dtype=act, shape=(outputs, 1, 1, inputs), name=name)
        weights.set_value(rng.integers(-top, top + 1, weights.shape))
        out = ng.conv2d(x, weights, strides=(1, 1, 1, 1), sum_dtype=ng.int32, name=name + "_out", **function)
        # sums of `inputs` products of random signs: keep about the features' bits of them
        out.attribute(par_ich=in_lanes, par_och=out_lanes, cshamt_out=bits + round(math.log2(inputs) / 2) - 1)
        return out

    picture = ng.placeholder(dtype=act, shape=(1, HEIGHT, WIDTH, CHANNELS[0]), name="picture")
    x = picture
    for i, (inputs, outputs) in enumerate(zip(CHANNELS, CHANNELS[1:])):
        x = conv(x, f"pw{i}", inputs, outputs, act_func=ng.relu)
        x = ng.max_pool_serial(x, ksize=(1, 2, 2, 1), strides=(1, 2, 2, 1))
        x.attribute(par=out_lanes)
    return picture, conv(x, "head", CHANNELS[-1], HEAD)


def simulate(bits, in_lanes, out_lanes):
    picture, head = network(bits, in_lanes, out_lanes)
    pixels = np.random.default_rng(2).integers(0, 2 ** (bits - 1), picture.shape)
    expected = ng.eval([head], picture=pixels)[0]
    target = ng.to_veriloggen([head], "nngen_pw", silent=True, config={"maxi_datawidth": BUS_BITS})
    target.to_verilog("nngen.v")
    parameters = ng.export_ndarray([head], CHUNK)

    def after(address, size):
        return math.ceil((address + size) / CHUNK) * CHUNK

    parameters_at = after(picture.addr, picture.memory_size)
    check_at = after(parameters_at, len(parameters))
    scratch_at = after(check_at, head.memory_size)
    memory = np.zeros([2**23], dtype=np.int64)
    word = max(BUS_BITS // bits, in_lanes)
    axi.set_memory(memory, pixels, 32, bits, picture.addr, word)
    axi.set_memory(memory, parameters, 32, 8, parameters_at)

    m = vg.Module("test")
    m.copy_params(target)
    ports = m.copy_sim_ports(target)
    clk, resetn = ports["CLK"], ports["RESETN"]
    rst = m.Wire("RST")
    rst.assign(vg.Not(resetn))
    ddr = axi.AxiMemoryModel(m, "memory", clk, rst, datawidth=BUS_BITS, memimg=memory, memimg_name="memory.img", memimg_datawidth=32)
    ddr.connect(ports, "maxi")
    control = vthread.AXIMLite(m, "control", clk, rst, noio=True)
    control.connect(ports, "saxi")
    time = m.Reg("time_counter", 32, initval=0)
    vg.Seq(m, "timer", clk, rst)(time.inc())
    shape, aligned = head.shape, head.aligned_shape

    def host():
        for _ in range(100):
            pass
        ng.sim.set_global_addrs(control, scratch_at)
        started = time.value
        ng.sim.start(control)
        ng.sim.wait(control)
        print("cycles %d" % (time.value - started))
        for row in range(shape[1]):
            for column in range(shape[2]):
                for channel in range(shape[3]):
                    at = (row * aligned[2] + column) * aligned[3] + channel
                    print("head %d" % ddr.read_word(at, head.addr, bits))
        vthread.finish()

    vthread.Thread(m, "host", clk, rst, host).start()
    m.Instance(target, "uut", params=m.connect_params(target), ports=m.connect_ports(target))
    vg.simulation.setup_clock(m, clk, hperiod=5)
    vg.simulation.setup_reset(m, resetn, m.make_reset(), period=100, polarity="low")
    log = vg.simulation.Simulator(m, sim="verilator").run(outputfile="simulation")
    cycles = int(re.search(r"cycles\s+(\d+)", log).group(1))
    found = np.array([int(x) for x in re.findall(r"head\s+(-?\d+)", log)])
    wanted = np.asarray(expected).reshape(-1)
    return {"cycles": cycles, "outputs": int(wanted.size), "differ": int(np.sum((found - wanted) % 2**bits != 0))}


if __name__ == "__main__":
    bits, in_lanes, out_lanes = map(int, sys.argv[1:4])
    os.makedirs(sys.argv[4], exist_ok=True)
    os.chdir(sys.argv[4])
    print(json.dumps({"bits": bits, "in_lanes": in_lanes, "out_lanes": out_lanes, **simulate(bits, in_lanes, out_lanes)}))
