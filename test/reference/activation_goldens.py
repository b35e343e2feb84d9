"""Writes test/nn/activations.golden.json: PyTorch's activation functions and their derivatives, at their corners, far
out, at infinity and of NaN.

Run again after changing a case, from anywhere, and commit both:

    python3 -m pip install torch numpy
    python3 test/reference/activation_goldens.py

The tests themselves need no Python. The numbers come from seeded generators, so a second run writes the same bytes.
"""

import math

import numpy as np
import torch
import torch.nn.functional as F

from golden import FLOAT32, FLOAT64, sample
from loss_book import GradientBook


def hardsigmoid(x):
    """PyTorch's own derivative in float64 is multiplied by 1/6 rounded to float32; this one is by 1/6."""
    return F.relu6(x + 3) / 6


PLAIN = {
    "selu": F.selu,
    "silu": F.silu,
    "mish": F.mish,
    "relu6": F.relu6,
    "hardsigmoid": hardsigmoid,
    "hardswish": F.hardswish,
    "tanhshrink": F.tanhshrink,
    "softsign": F.softsign,
    "logSigmoid": F.logsigmoid,
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "relu": F.relu,
}

# Name in maru, function, settings as maru and as PyTorch have them.
SET = [
    ("elu", F.elu, {}, {}),
    ("elu", F.elu, {"alpha": 0.5}, {"alpha": 0.5}),
    ("celu", F.celu, {}, {}),
    ("celu", F.celu, {"alpha": 2.0}, {"alpha": 2.0}),
    ("gelu", F.gelu, {}, {}),
    ("gelu", F.gelu, {"approximate": "tanh"}, {"approximate": "tanh"}),
    ("leakyRelu", F.leaky_relu, {}, {}),
    ("leakyRelu", F.leaky_relu, {"negativeSlope": 0.2}, {"negative_slope": 0.2}),
    ("rrelu", F.rrelu, {}, {}),
    ("rrelu", F.rrelu, {"lower": 0.1, "upper": 0.5}, {"lower": 0.1, "upper": 0.5}),
    ("hardtanh", F.hardtanh, {}, {}),
    ("hardtanh", F.hardtanh, {"minVal": -0.5, "maxVal": 2.0}, {"min_val": -0.5, "max_val": 2.0}),
    ("hardshrink", F.hardshrink, {}, {}),
    ("hardshrink", F.hardshrink, {"lambda": 1.0}, {"lambd": 1.0}),
    ("softshrink", F.softshrink, {}, {}),
    ("softshrink", F.softshrink, {"lambda": 1.0}, {"lambd": 1.0}),
    ("softplus", F.softplus, {}, {}),
    ("softplus", F.softplus, {"beta": 2.0, "threshold": 3.0}, {"beta": 2.0, "threshold": 3.0}),
    ("threshold", F.threshold, {"threshold": 0.5, "value": -7.0}, {"threshold": 0.5, "value": -7.0}),
]

ALONG = {"softmax": F.softmax, "logSoftmax": F.log_softmax, "softmin": F.softmin, "glu": F.glu}

# Every corner that there is, and both sides of it.
CORNERS = np.array([-6, -3, -1, -0.5, -0.25, -0.0, 0, 0.5, 1, 1.5, 2, 3, 6, 7], FLOAT64)
FAR = np.array([-1000, -100, -30, 30, 100, 1000], FLOAT64)
BEYOND = np.array([-math.inf, math.inf, math.nan], FLOAT64)


def spread(dtype, *words):
    return sample(dtype, (3, 5), *words, low=-4, high=4)


def elementwise(add, name, function, params):
    add(name, [spread(FLOAT64, name)], params, function)
    add(name, [spread(FLOAT32, name)], params, function)
    add(name, [CORNERS], params, function, note="at corners")
    add(name, [FAR], params, function, note="far out")
    add(name, [BEYOND], params, function, note="beyond numbers", leaves=[])


def write(add):
    for name, function in PLAIN.items():
        elementwise(add, name, function, {})
    for name, function, params, settings in SET:
        elementwise(add, name, function if not settings else (lambda x, f=function, s=settings: f(x, **s)), params)
    for name, function in ALONG.items():
        for shape, axis in (((4,), -1), ((2, 3, 4), 0), ((2, 3, 4), 2)):
            add(name, [sample(FLOAT64, shape, name)], {"axis": axis}, lambda x, f=function, a=axis: f(x, dim=a))
        add(name, [sample(FLOAT32, (2, 4), name)], {"axis": 1}, lambda x, f=function: f(x, dim=1))
    for shape, count in (((5,), 1), ((2, 3), 3), ((2, 3, 2, 2), 3), ((2, 3), 1)):
        add("prelu", [sample(FLOAT64, shape, "prelu"), sample(FLOAT64, (count,), "slopes")], {}, F.prelu)
    add("prelu", [CORNERS, np.array([0.25])], {}, F.prelu, note="at corners")
    add("prelu", [BEYOND, np.array([0.25])], {}, F.prelu, note="beyond numbers", leaves=[])
    add("prelu", [sample(FLOAT32, (2, 3), "prelu"), sample(FLOAT32, (3,), "slopes")], {}, F.prelu)


def main():
    torch.set_num_threads(1)
    book = GradientBook()
    write(book.gradient)
    book.write("../nn/activations.golden.json", "PyTorch " + torch.__version__)


if __name__ == "__main__":
    main()
