#!/usr/bin/python3
"""A plain PyTorch training loop: DNN-A in float32, NCHW, Adam, tensors ready in memory. Prints pictures a second."""

import argparse
import time

import torch
from torch import nn

CHANNELS = [3, 48, 96, 192, 384]  # DNN-A
HEIGHT, WIDTH = 160, 360
ANCHORS = torch.tensor([[0.1, 0.1], [0.3, 0.3]])  # width and height, of the picture's


def conv(inputs, outputs, kernel, groups=1):
    return [nn.Conv2d(inputs, outputs, kernel, padding=kernel // 2, groups=groups, bias=False), nn.BatchNorm2d(outputs), nn.ReLU(inplace=True)]


def dnn_a():
    layers = []
    for inputs, outputs in zip(CHANNELS, CHANNELS[1:]):
        layers += conv(inputs, inputs, 3, inputs) + conv(inputs, outputs, 1) + [nn.MaxPool2d(2)]
    return nn.Sequential(*layers, nn.Conv2d(CHANNELS[-1], 5 * len(ANCHORS), 1))


def loss(head, boxes):
    """Cross-entropy over cells and anchors for where the object is; there, 1 - IoU and the squared errors of centre and size."""
    batch, _, rows, columns = head.shape
    x, y, w, h, score = head.view(batch, len(ANCHORS), 5, rows, columns).permute(2, 0, 1, 3, 4)
    column = (boxes[:, 0] * columns).long()
    row = (boxes[:, 1] * rows).long()
    overlap = torch.minimum(boxes[:, None, 2:], ANCHORS).prod(2)
    anchor = (overlap / (boxes[:, 2:].prod(1, keepdim=True) + ANCHORS.prod(1) - overlap)).argmax(1)
    where = (anchor * rows + row) * columns + column
    picture = torch.arange(batch)
    at = lambda t: t[picture, anchor, row, column]
    centre = torch.stack([(column + torch.sigmoid(at(x))) / columns, (row + torch.sigmoid(at(y))) / rows], 1)
    size = ANCHORS[anchor] * torch.exp(torch.stack([at(w), at(h)], 1).clamp(-6, 3))
    low = torch.maximum(centre - size / 2, boxes[:, :2] - boxes[:, 2:] / 2)
    high = torch.minimum(centre + size / 2, boxes[:, :2] + boxes[:, 2:] / 2)
    shared = (high - low).clamp(min=0).prod(1)
    iou = shared / (size.prod(1) + boxes[:, 2:].prod(1) - shared)
    errors = (centre - boxes[:, :2]).square().sum(1) + (size.log() - boxes[:, 2:].log()).square().sum(1)
    return nn.functional.cross_entropy(score.reshape(batch, -1), where) + (1 - iou + errors).mean()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seconds", type=float, default=30)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(1)
    network = dnn_a()
    optimizer = torch.optim.Adam(network.parameters(), 0.002)
    pictures = torch.rand(arguments.batch, 3, HEIGHT, WIDTH)
    boxes = torch.rand(arguments.batch, 4) * 0.3 + torch.tensor([0.3, 0.3, 0.05, 0.05])

    def step():
        optimizer.zero_grad()
        value = loss(network(pictures), boxes)
        value.backward()
        optimizer.step()
        return value.item()

    step()
    start, steps = time.monotonic(), 0
    while time.monotonic() < start + arguments.seconds:
        step()
        steps += 1
    print(steps * arguments.batch / (time.monotonic() - start))


if __name__ == "__main__":
    main()
