"""NumPy. It has no derivatives: each layer's backward pass is written out, convolution as a product of windows."""

import sys

import numpy as np

from worker import (
    FIRST,
    SECOND,
    batch_of,
    blas,
    fingerprint,
    first_losses,
    labels_of,
    parameters_of,
    serve,
    uniform,
)


def computing(compute):
    return compute, lambda: fingerprint(compute())


def matmul(record):
    a = uniform([record["m"], record["k"]], FIRST)
    b = uniform([record["k"], record["n"]], SECOND)
    return computing(lambda: a @ b)


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def chain(record):
    x = uniform([record["size"]], FIRST, 4)
    half = np.float32(0.5)
    return computing(lambda: sigmoid(x) * x + half * x - 1)


def total(record):
    x = np.abs(uniform([record["size"]], FIRST))
    return computing(lambda: x.sum())


def softmax(x):
    exps = np.exp(x - x.max(-1, keepdims=True))
    return exps / exps.sum(-1, keepdims=True)


def layernorm(x):
    centred = x - x.mean(-1, keepdims=True)
    return centred / np.sqrt((centred**2).mean(-1, keepdims=True) + np.float32(1e-5))


def rows(function):
    def make(record):
        x = uniform([record["rows"], record["columns"]], FIRST, 4)
        return computing(lambda: function(x))

    return make


class Layer:
    parameters = ()
    gradients = ()


class Linear(Layer):
    def __init__(self, weight, bias):
        self.parameters = [np.ascontiguousarray(weight.T), bias]

    def forward(self, x):
        self.x = x
        return x @ self.parameters[0] + self.parameters[1]

    def backward(self, g):
        self.gradients = [self.x.T @ g, g.sum(0)]
        return g @ self.parameters[0].T


class Conv(Layer):
    """3x3 with padding 1: the windows of all pictures as rows of one matrix."""

    def __init__(self, weight, bias):
        self.parameters = [np.ascontiguousarray(weight.reshape(len(weight), -1).T), bias]

    def forward(self, x):
        n, c, h, w = self.shape = x.shape
        padded = np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1)))
        windows = np.lib.stride_tricks.sliding_window_view(padded, (3, 3), (2, 3))
        self.rows = windows.transpose(0, 2, 3, 1, 4, 5).reshape(n * h * w, c * 9)
        out = self.rows @ self.parameters[0] + self.parameters[1]
        return out.reshape(n, h, w, -1).transpose(0, 3, 1, 2)

    def backward(self, g):
        n, c, h, w = self.shape
        flat = g.transpose(0, 2, 3, 1).reshape(n * h * w, -1)
        self.gradients = [self.rows.T @ flat, flat.sum(0)]
        if c == 1:  # the pictures themselves need no derivative
            return None
        back = (flat @ self.parameters[0].T).reshape(n, h, w, c, 3, 3).transpose(0, 3, 4, 5, 1, 2)
        padded = np.zeros((n, c, h + 2, w + 2), np.float32)
        for i in range(3):
            for j in range(3):
                padded[:, :, i : i + h, j : j + w] += back[:, :, i, j]
        return padded[:, :, 1:-1, 1:-1]


class MaxPool(Layer):
    def forward(self, x):
        n, c, h, w = x.shape
        parts = x.reshape(n, c, h // 2, 2, w // 2, 2).transpose(0, 1, 2, 4, 3, 5)
        parts = parts.reshape(n, c, h // 2, w // 2, 4)
        self.shape = x.shape
        self.at = parts.argmax(-1)[..., None]
        return np.take_along_axis(parts, self.at, -1)[..., 0]

    def backward(self, g):
        n, c, h, w = self.shape
        parts = np.zeros((n, c, h // 2, w // 2, 4), np.float32)
        np.put_along_axis(parts, self.at, g[..., None], -1)
        parts = parts.reshape(n, c, h // 2, w // 2, 2, 2).transpose(0, 1, 2, 4, 3, 5)
        return parts.reshape(n, c, h, w)


class Flatten(Layer):
    def forward(self, x):
        self.shape = x.shape
        return x.reshape(len(x), -1)

    def backward(self, g):
        return g.reshape(self.shape)


class Activation(Layer):
    def __init__(self, forward, slope):
        self.function, self.slope = forward, slope

    def forward(self, x):
        self.y = self.function(x)
        return self.y

    def backward(self, g):
        return g * self.slope(self.y)


ACTIVATIONS = {
    "sigmoid": (sigmoid, lambda y: y * (1 - y)),
    "tanh": (np.tanh, lambda y: 1 - y**2),
    "relu": (lambda x: np.maximum(x, 0), lambda y: y > 0),
}


def build(layers):
    given = iter(parameters_of(layers))
    made = []
    for kind, *_ in layers:
        if kind in ACTIVATIONS:
            made.append(Activation(*ACTIVATIONS[kind]))
        elif kind == "linear":
            made.append(Linear(next(given), next(given)))
        elif kind == "conv":
            made.append(Conv(next(given), next(given)))
        else:
            made.append(MaxPool() if kind == "maxPool" else Flatten())
    return made


def forward(model, x):
    for layer in model:
        x = layer.forward(x)
    return x


class Adam:
    """Kingma and Ba 2015, in PyTorch's form."""

    def __init__(self, lr):
        self.lr, self.t, self.state = lr, 0, {}

    def begin(self):
        self.t += 1

    def update(self, p, g):
        m, v = self.state.setdefault(id(p), (np.zeros_like(p), np.zeros_like(p)))
        m += 0.1 * (g - m)
        v += 0.001 * (g * g - v)
        p -= self.lr / (1 - 0.9**self.t) * m / (np.sqrt(v / (1 - 0.999**self.t)) + 1e-8)


class SGD:
    def __init__(self, lr):
        self.lr = np.float32(lr)

    def begin(self):
        pass

    def update(self, p, g):
        p -= self.lr * g


def train(record):
    model = build(record["layers"])
    optimizer = (SGD if record["optimizer"] == "sgd" else Adam)(record["lr"])
    images, labels = batch_of(record), labels_of(record)
    each = np.arange(len(labels))

    def step():
        probabilities = softmax(forward(model, images))
        loss = -np.log(probabilities[each, labels]).mean()
        g = probabilities
        g[each, labels] -= 1
        g /= len(labels)
        for layer in reversed(model):
            g = layer.backward(g)
        optimizer.begin()
        for layer in model:
            for p, gradient in zip(layer.parameters, layer.gradients):
                optimizer.update(p, gradient)
        return float(loss)

    return step, lambda: first_losses(step)


def infer(record):
    model = build(record["layers"])
    host = batch_of(record)

    def step():
        return forward(model, host)

    return step, lambda: fingerprint(step())


serve(
    "NumPy",
    f"{np.__version__}, {blas()}, Python {sys.version.split()[0]}",
    {
        "matmul": matmul,
        "chain": chain,
        "sum": total,
        "softmax": rows(softmax),
        "layernorm": rows(layernorm),
        "train": train,
        "infer": infer,
    },
)
