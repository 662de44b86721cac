"""What FINN+ plans for DNN-A on the XC7Z020: its own folding search and its own estimates, no vendor tool.

finn_plan.py WEIGHT_BITS FEATURE_BITS FRAMES_PER_S...: prints a JSON object a target: totals of FINN+'s estimates of resources and speed.
"""

import contextlib
import json
import os
import sys
import tempfile
import types
from pathlib import Path


class Absent:
    """Stands where FINN+ imports what its plan never calls: PyTorch, Brevitas, Vivado's simulator."""

    def __init__(self, *_, **__):
        pass

    def __call__(self, *_, **__):
        return self

    def __getattr__(self, name):
        return Absent()


def absent(name):
    module = types.ModuleType(name)
    module.__path__ = []
    module.__getattr__ = lambda n: Absent if n[:1].isupper() else Absent()
    sys.modules[name] = module


for module_name in ["torch", "torch.nn", "torch.nn.functional", "brevitas", "brevitas.export", "brevitas.nn", "finn.xsi"]:
    absent(module_name)

os.environ.setdefault("XILINX_VIVADO", tempfile.gettempdir())

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

CLOCK_MHZ = 150
HEIGHT, WIDTH = 160, 360
CHANNELS = [48, 96, 192, 384]  # DNN-A
HEAD = 10


def dnn_a(weight_bits, feature_bits):
    """DNN-A as QONNX: 3x3 depth-wise, 1x1, 2x2 maximum pooling four times, and a head of 1x1."""
    rng = np.random.default_rng(1)
    nodes, constants = [], []

    def constant(name, value):
        constants.append(numpy_helper.from_array(np.asarray(value, np.float32), name))
        return name

    def quant(x, name, scale, bits, signed):
        nodes.append(
            helper.make_node(
                "Quant",
                [x, constant(name + "_scale", scale), constant(name + "_zero", 0), constant(name + "_bits", bits)],
                [name],
                domain="qonnx.custom_op.general",
                signed=int(signed),
                narrow=int(signed),
                rounding_mode="ROUND",
            )
        )
        return name

    def conv(x, name, inputs, outputs, kernel, group):
        top = 2 ** (weight_bits - 1) - 1
        weights = rng.integers(-top, top + 1, (outputs, inputs // group, kernel, kernel)) / (top + 1)
        w = quant(constant(name + "_w", weights), name + "_wq", 1 / (top + 1), weight_bits, True)
        nodes.append(
            helper.make_node(
                "Conv", [x, w], [name], kernel_shape=[kernel] * 2, pads=[kernel // 2] * 4, strides=[1, 1], dilations=[1, 1], group=group
            )
        )
        return name

    def active(x, name):
        nodes.append(helper.make_node("Relu", [x], [name + "_relu"]))
        return quant(name + "_relu", name + "_q", 0.125, feature_bits, False)

    x = quant("picture", "picture_q", 1 / 255, 8, False)
    inputs = 3
    for i, outputs in enumerate(CHANNELS):
        x = active(conv(x, f"dw{i}", inputs, inputs, 3, inputs), f"dw{i}")
        x = active(conv(x, f"pw{i}", inputs, outputs, 1, 1), f"pw{i}")
        nodes.append(helper.make_node("MaxPool", [x], [f"pool{i}"], kernel_shape=[2, 2], strides=[2, 2], pads=[0] * 4))
        x = f"pool{i}"
        inputs = outputs
    conv(x, "head", inputs, HEAD, 1, 1)
    graph = helper.make_graph(
        nodes,
        "dnn_a",
        [helper.make_tensor_value_info("picture", TensorProto.FLOAT, [1, 3, HEIGHT, WIDTH])],
        [helper.make_tensor_value_info("head", TensorProto.FLOAT, [1, HEAD, HEIGHT // 16, WIDTH // 16])],
        constants,
    )
    opsets = [helper.make_opsetid("", 14), helper.make_opsetid("qonnx.custom_op.general", 1)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=8)


def plan(weight_bits, feature_bits, fps, folder):
    from finn.builder import build_dataflow, build_dataflow_config as config
    from finn.util import settings

    settings.initialize_dummy_settings()
    model = Path(folder) / "dnn_a.onnx"
    onnx.save(dnn_a(weight_bits, feature_bits), model)
    out = Path(folder) / "plan"
    build = config.DataflowBuildConfig(
        output_dir=str(out),
        fpga_part="xc7z020clg400-1",
        synth_clk_period_ns=1000 / CLOCK_MHZ,
        target_fps=fps,
        standalone_thresholds=True,
        steps=config.estimate_only_dataflow_steps,
        generate_outputs=[config.DataflowOutputType.ESTIMATE_REPORTS],
        save_intermediate_models=False,
    )
    with contextlib.redirect_stdout(sys.stderr):
        rc = build_dataflow.build_dataflow_cfg(str(model), build)
    if rc:
        raise SystemExit(f"FINN+ made no plan for {fps} frames/s")
    report = out / "report"
    return {p.stem: json.loads(p.read_text()) for p in report.glob("*.json")}


if __name__ == "__main__":
    w, f = int(sys.argv[1]), int(sys.argv[2])
    for fps in map(int, sys.argv[3:]):
        with tempfile.TemporaryDirectory() as folder:
            found = plan(w, f, fps, folder)
            total = found["estimate_layer_resources"]["total"]
            perf = found["estimate_network_performance"]
            print(json.dumps({"target": fps, **total, **perf}))
