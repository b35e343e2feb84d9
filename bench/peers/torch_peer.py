"""PyTorch, eager, as its tutorials have it."""

import sys

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from worker import (
    FIRST,
    SECOND,
    THREADS,
    batch_of,
    blas,
    fingerprint,
    first_losses,
    labels_of,
    parameters_of,
    serve,
    uniform,
)

torch.set_num_threads(THREADS)


def computing(compute):
    return compute, lambda: fingerprint(compute().numpy())


def values(shape, stream, scale=1.0):
    return torch.from_numpy(uniform(shape, stream, scale))


def matmul(record):
    a = values([record["m"], record["k"]], FIRST)
    b = values([record["k"], record["n"]], SECOND)
    return computing(lambda: a @ b)


def chain(record):
    x = values([record["size"]], FIRST, 4)
    return computing(lambda: torch.sigmoid(x) * x + 0.5 * x - 1)


def total(record):
    x = values([record["size"]], FIRST).abs()
    return computing(lambda: x.sum())


def rows(function):
    def make(record):
        x = values([record["rows"], record["columns"]], FIRST, 4)
        return computing(lambda: function(x))

    return make


KINDS = {
    "linear": nn.Linear,
    "conv": lambda incoming, outgoing: nn.Conv2d(incoming, outgoing, 3, padding=1),
    "sigmoid": nn.Sigmoid,
    "tanh": nn.Tanh,
    "relu": nn.ReLU,
    "maxPool": lambda: nn.MaxPool2d(2),
    "flatten": nn.Flatten,
}


def build(layers):
    model = nn.Sequential(*(KINDS[kind](*sizes) for kind, *sizes in layers))
    with torch.no_grad():
        for parameter, given in zip(model.parameters(), parameters_of(layers)):
            parameter.copy_(torch.from_numpy(given))
    return model


def train(record):
    model = build(record["layers"])
    make = torch.optim.SGD if record["optimizer"] == "sgd" else torch.optim.Adam
    optimizer = make(model.parameters(), lr=record["lr"])
    images, labels = batch_of(record), labels_of(record)

    def step():
        optimizer.zero_grad(set_to_none=True)
        loss = F.cross_entropy(model(torch.from_numpy(images)), torch.from_numpy(labels))
        loss.backward()
        optimizer.step()
        return loss.item()

    return step, lambda: first_losses(step)


def infer(record):
    model = build(record["layers"]).eval()
    host = batch_of(record)

    def step():
        with torch.no_grad():
            return model(torch.from_numpy(host)).numpy()

    return step, lambda: fingerprint(step())


def multiplier():
    """PyTorch's own wheels hold MKL and say so; others use the system's library."""
    text = torch.__config__.show()
    return "MKL" if "BLAS_INFO=mkl" in text or "USE_MKL=ON" in text else blas()


serve(
    "PyTorch",
    f"{torch.__version__}, {multiplier()}, Python {sys.version.split()[0]}, NumPy {np.__version__}",
    {
        "matmul": matmul,
        "chain": chain,
        "sum": total,
        "softmax": rows(lambda x: F.softmax(x, -1)),
        "layernorm": rows(lambda x: F.layer_norm(x, (x.shape[-1],))),
        "train": train,
        "infer": infer,
    },
)
