#!/usr/bin/env python3
"""Frames a second of onnxruntime for a quantised network of duet, in integers of 8 bits and in float32, and the boxes it finds.

    onnx_speed.py NETWORK PACK THREADS

The integer model is made of QLinearConv, with the very weights, biases and scales of the network; only ties round otherwise. The
head, of 16 bits in duet, is a float convolution of the integers. Prints a JSON object.
"""

import json
import struct
import sys
import time
from pathlib import Path

import numpy as np
import onnxruntime
from onnx import TensorProto, helper, numpy_helper


def tensors(file):
    """The arrays of a safetensors file."""
    data = file.read_bytes()
    size = struct.unpack_from("<Q", data)[0]
    kinds = {"I64": np.int64, "I16": np.int16, "U8": np.uint8}
    return {name: np.frombuffer(data, kinds[t["dtype"]], offset=8 + size + t["data_offsets"][0], count=int(np.prod(t["shape"]))).reshape(t["shape"])
            for name, t in json.loads(data[8 : 8 + size]).items() if name != "__metadata__"}  # fmt: skip


def pictures(file):
    """The pictures of a pack (src/data/pack.h)."""
    data = file.read_bytes()
    _, count, channels, height, width = struct.unpack_from("<5I", data, 8)
    return np.frombuffer(data, np.uint8, offset=28 + 20 * count).reshape(count, channels, height, width)


class Model:
    """An ONNX graph of dw3-conv1 Bundles, in integers or in float32."""

    def __init__(self, folder, integers):
        self.about = json.loads((folder / "quantized.json").read_text())
        self.numbers, self.integers = tensors(folder / "quantized.safetensors"), integers
        self.nodes, self.constants = [], []
        layers = {layer["node"]: layer for layer in self.about["layers"]}
        network = self.about["network"]
        if network["bundle"] != "dw3-conv1-bn-relu-max" or "bypass" in network:
            sys.exit(f"onnx_speed.py knows dw3-conv1-bn-relu-max alone, not {network['bundle']}")
        x, scale = "picture", 1 / 256
        if not integers:
            x = self.add("Mul", [self.add("Cast", [x], to=TensorProto.FLOAT), self.constant("unit", np.float32(scale))])
        for i, replication in enumerate(network["replications"]):
            for part in ("l0", "l1"):
                layer = layers[f"b{i}.{part}"]
                x, scale = self.convolution(x, scale, layer), layer["output_scale"]
            if replication["downsample"]:
                x = self.add("MaxPool", [x], kernel_shape=[2, 2], strides=[2, 2])
        if integers:
            x = self.add("DequantizeLinear", [x, self.constant("last.scale", np.float32(scale)), self.zero(np.uint8)])
        x = self.floating(x, scale, layers["head"])
        graph = helper.make_graph(self.nodes, "duet", [helper.make_tensor_value_info("picture", TensorProto.UINT8, [1, *network["input"]])],
                                  [helper.make_tensor_value_info(x, TensorProto.FLOAT, None)], self.constants)  # fmt: skip
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)])
        model.ir_version = 8
        self.bytes = model.SerializeToString()

    def add(self, kind, inputs, **attributes):
        out = f"{kind}{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, inputs, [out], **attributes))
        return out

    def constant(self, name, value):
        self.constants.append(numpy_helper.from_array(np.asarray(value), name))
        return name

    def zero(self, kind):
        name = f"zero.{np.dtype(kind).name}"
        if all(c.name != name for c in self.constants):
            self.constant(name, kind(0))
        return name

    def convolution(self, x, scale, layer):
        if not self.integers:
            return self.add("Relu", [self.floating(x, scale, layer)])
        name = layer["node"]
        weights = self.numbers[name + ".weight"]
        inputs = [x, self.constant(name + ".in", np.float32(scale)), self.zero(np.uint8),
                  self.constant(name + ".w", weights.astype(np.int8)), self.constant(name + ".ws", np.float32(layer["weight_scale"])),
                  self.constant(name + ".wz", np.zeros(len(weights), np.int8)),
                  self.constant(name + ".out", np.float32(layer["output_scale"])), self.zero(np.uint8),
                  self.constant(name + ".b", self.numbers[name + ".bias"].astype(np.int32))]  # fmt: skip
        return self.add("QLinearConv", inputs, **self.shape(weights))

    def floating(self, x, scale, layer):
        name = layer["node"]
        unit = np.array(layer["weight_scale"])
        weights = self.numbers[name + ".weight"]
        inputs = [x, self.constant(name + ".fw", (weights * unit[:, None, None, None]).astype(np.float32)),
                  self.constant(name + ".fb", (self.numbers[name + ".bias"] * unit * scale).astype(np.float32))]  # fmt: skip
        return self.add("Conv", inputs, **self.shape(weights))

    @staticmethod
    def shape(weights):
        border = weights.shape[2] // 2
        return {"group": len(weights) if weights.shape[1] == 1 and border else 1, "pads": [border] * 4}


def decode(head, network):
    """The box of the cell and anchor of the most confidence (docs/training.md)."""
    _, rows, columns = head.shape
    head = head.reshape(len(network["anchors"]), 5, rows, columns)
    anchor, row, column = np.unravel_index(head[:, 4].argmax(), head[:, 4].shape)
    x, y, w, h = head[anchor, :4, row, column]
    centre = np.array([(column + 1 / (1 + np.exp(-x))) / columns, (row + 1 / (1 + np.exp(-y))) / rows])
    half = np.array(network["anchors"][anchor]) * np.exp([w, h]) / 2
    return np.clip(np.concatenate([centre - half, centre + half]), 0, 1).tolist()


def main():
    folder, images, threads = Path(sys.argv[1]), pictures(Path(sys.argv[2])), int(sys.argv[3])
    result = {}
    for name in ("integers", "float32"):
        model = Model(folder, name == "integers")
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        session = onnxruntime.InferenceSession(model.bytes, options, providers=["CPUExecutionProvider"])
        heads = [session.run(None, {"picture": images[:1]})]  # once to warm up
        start = time.perf_counter()
        heads = [session.run(None, {"picture": images[i : i + 1]})[0][0] for i in range(len(images))]
        result[name] = {"frames_per_second": len(images) / (time.perf_counter() - start),
                        "boxes": [decode(head, model.about["network"]) for head in heads]}  # fmt: skip
    print(json.dumps(result))


if __name__ == "__main__":
    main()
