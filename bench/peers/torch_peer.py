"""PyTorch, eager, as its tutorials have it."""

import sys

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from worker import (
    FIRST,
    LABELS,
    PARAMETERS,
    SECOND,
    THREADS,
    batch_of,
    blas,
    classes_of,
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


def fill(model, scale):
    """First weights that are the same for all participants; what normalizes stays as it begins."""
    with torch.no_grad():
        for i, (name, parameter) in enumerate(model.named_parameters()):
            if "norm" not in name:
                parameter.copy_(values(list(parameter.shape), PARAMETERS + i, scale))


def learning(model, lr, loss_of, x, y):
    optimizer = torch.optim.Adam(model.parameters(), lr=lr)

    def step():
        optimizer.zero_grad(set_to_none=True)
        loss = loss_of(torch.from_numpy(x), torch.from_numpy(y))
        loss.backward()
        optimizer.step()
        return loss.item()

    return step, lambda: first_losses(step)


class Reader(nn.Module):
    def __init__(self, record):
        super().__init__()
        self.lstm = nn.LSTM(record["features"], record["hidden"])
        self.head = nn.Linear(record["hidden"], record["classes"])

    def forward(self, x):
        return self.head(self.lstm(x)[0][-1])


def lstm(record):
    model = Reader(record)
    fill(model, record["hidden"] ** -0.5)
    x = uniform([record["steps"], record["batch"], record["features"]], FIRST)
    y = classes_of(record["batch"], record["classes"], LABELS)
    return learning(model, record["lr"], lambda x, y: F.cross_entropy(model(x), y), x, y)


class Block(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.norm1 = nn.LayerNorm(width)
        self.qkv = nn.Linear(width, 3 * width)
        self.proj = nn.Linear(width, width)
        self.norm2 = nn.LayerNorm(width)
        self.fc = nn.Linear(width, 4 * width)
        self.out = nn.Linear(4 * width, width)

    def forward(self, x):
        batch, steps, width = x.shape
        parts = self.qkv(self.norm1(x)).split(width, 2)
        q, k, v = (part.view(batch, steps, self.heads, -1).transpose(1, 2) for part in parts)
        seen = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        x = x + self.proj(seen.transpose(1, 2).reshape(batch, steps, width))
        return x + self.out(F.gelu(self.fc(self.norm2(x))))


class Gpt(nn.Module):
    def __init__(self, record):
        super().__init__()
        width = record["width"]
        self.tok = nn.Embedding(record["vocabulary"], width)
        self.pos = nn.Embedding(record["steps"], width)
        self.blocks = nn.ModuleList([Block(width, record["heads"]) for _ in range(record["blocks"])])
        self.norm = nn.LayerNorm(width)
        self.head = nn.Linear(width, record["vocabulary"], bias=False)

    def forward(self, words):
        x = self.tok(words) + self.pos(torch.arange(words.shape[1]))
        for block in self.blocks:
            x = block(x)
        return self.head(self.norm(x))


def gpt(record):
    model = Gpt(record)
    fill(model, record["width"] ** -0.5)
    count, words = record["batch"] * record["steps"], record["vocabulary"]
    x = classes_of(count, words, LABELS).reshape(record["batch"], record["steps"])
    y = classes_of(count, words, SECOND)
    return learning(model, record["lr"], lambda x, y: F.cross_entropy(model(x).view(count, words), y), x, y)


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
        "lstm": lstm,
        "gpt": gpt,
        "infer": infer,
    },
)
