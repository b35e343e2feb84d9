"""Writes test/nn/init.golden.json: what torch.nn.init makes of shapes and settings.

    python3 -m pip install torch numpy
    python3 test/reference/init_goldens.py

Random initialisers cannot give the same numbers, so the golden is what they draw from: the bounds or the standard
deviation that PyTorch passes to its generator, recorded in place of the drawing. Orthonormal columns are those of
NumPy's QR with its signs made positive; quantiles of the normal distribution are the Python library's.
"""

import json
import os
import statistics

import numpy as np
import torch
from torch import nn

from golden import generator, plain

WHERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "nn", "init.golden.json")
NAMES = {"leakyRelu": "leaky_relu", "convTranspose2d": "conv_transpose2d", "fanIn": "fan_in", "fanOut": "fan_out"}
NONLINEARITIES = ["linear", "conv2d", "convTranspose2d", "sigmoid", "tanh", "relu", "leakyRelu", "selu"]
SHAPES = [(5, 3), (4, 6, 3), (4, 2, 3, 5), (2, 3, 2, 2, 2)]
drawn = []


def python(word):
    return NAMES.get(word, word)


def record(kind):
    def instead(tensor, first, second, generator=None):
        drawn.append({"kind": kind, "values": [float(first), float(second)]})
        return tensor

    return instead


nn.init._no_grad_uniform_ = record("uniform")
nn.init._no_grad_normal_ = record("normal")
torch.Tensor.uniform_ = record("uniform")
torch.Tensor.normal_ = record("normal")


def spread(op, call, shape, params):
    drawn.clear()
    call(torch.empty(shape))
    [draw] = drawn
    return {"op": op, "shape": shape, "params": params, **draw}


def gains():
    for name in NONLINEARITIES:
        for param in (None, 0.0, 0.2, 1.0) if name == "leakyRelu" else (None,):
            yield {"op": "calculateGain", "params": [name] if param is None else [name, param],
                   "value": nn.init.calculate_gain(python(name), param)}


def spreads():
    for shape in SHAPES:
        for gain in (1.0, 5 / 3):
            for op, call in (("xavierUniform", nn.init.xavier_uniform_), ("xavierNormal", nn.init.xavier_normal_)):
                yield spread(op, lambda t, c=call, g=gain: c(t, gain=g), shape, {"gain": gain})
        for mode in ("fanIn", "fanOut"):
            for name, a in (("leakyRelu", 0), ("leakyRelu", 5**0.5), ("relu", 0), ("tanh", 0), ("selu", 0)):
                for op, call in (("kaimingUniform", nn.init.kaiming_uniform_), ("kaimingNormal", nn.init.kaiming_normal_)):
                    yield spread(op, lambda t, c=call: c(t, a=a, mode=python(mode), nonlinearity=python(name)), shape,
                                 {"a": a, "mode": mode, "nonlinearity": name})
    yield spread("uniform", lambda t: nn.init.uniform_(t), (7,), {})
    yield spread("uniform", lambda t: nn.init.uniform_(t, -0.5, 2), (7,), {"a": -0.5, "b": 2})
    yield spread("normal", lambda t: nn.init.normal_(t), (7,), {})
    yield spread("normal", lambda t: nn.init.normal_(t, 3, 0.25), (7,), {"mean": 3, "std": 0.25})


def exact():
    def case(op, call, shape, params):
        value = call(torch.full(shape, 9.0))
        return {"op": op, "shape": shape, "params": params, "flat": value.reshape(-1).tolist()}

    for shape in ((3, 3), (2, 4), (4, 2)):
        yield case("eye", nn.init.eye_, shape, {})
    for shape in ((3, 2, 3), (2, 3, 2, 3), (2, 2, 1, 3, 2)):
        yield case("dirac", nn.init.dirac_, shape, {})
    yield case("dirac", lambda t: nn.init.dirac_(t, groups=2), (4, 2, 3), {"groups": 2})
    yield case("dirac", lambda t: nn.init.dirac_(t, groups=3), (6, 1, 2, 2), {"groups": 3})


def factors():
    for rows, columns in ((3, 3), (6, 3), (5, 1), (20, 20)):
        matrix = generator("orthonormal", rows, columns).normal(size=(rows, columns))
        q, r = np.linalg.qr(matrix)
        yield {"op": "orthonormal", "shape": [rows, columns], "matrix": matrix.reshape(-1).tolist(),
               "flat": (q * np.sign(np.diag(r))).reshape(-1).tolist()}


def quantiles():
    standard = statistics.NormalDist()
    places = [1e-7, 1e-5, 0.001, 0.02, 0.1, 0.25, 0.4999, 0.5, 0.6, 0.75, 0.9, 0.975, 0.999]
    yield {"op": "normalQuantile", "flat": places, "expected": [standard.inv_cdf(p) for p in places]}
    for mean, std, a, b in ((0, 1, -2, 2), (0, 0.02, -0.04, 0.04), (1, 2, 0, 1.5), (0, 1, 2, 4), (0, 1, -9, -3)):
        low, high = (a - mean) / std, (b - mean) / std
        whole = standard.cdf(high) - standard.cdf(low)
        if low > 0:
            whole = standard.cdf(-low) - standard.cdf(-high)
        shift = (standard.pdf(low) - standard.pdf(high)) / whole
        variance = 1 + (low * standard.pdf(low) - high * standard.pdf(high)) / whole - shift**2
        yield {"op": "truncNormal", "params": {"mean": mean, "std": std, "a": a, "b": b},
               "values": [mean + std * shift, std * variance**0.5]}


def main():
    cases = [*gains(), *spreads(), *exact(), *factors(), *quantiles()]
    lines = [json.dumps(plain(case), separators=(",", ":")) for case in cases]
    with open(WHERE, "w", encoding="utf-8", newline="\n") as file:
        made_by = f"PyTorch {torch.__version__}, NumPy {np.__version__}"
        file.write('{"madeBy":' + json.dumps(made_by) + ',"cases":[\n' + ",\n".join(lines) + "\n]}\n")
    print(f"{len(lines)} cases, {os.path.getsize(WHERE)} bytes")


if __name__ == "__main__":
    main()
