"""PyTorch's side of every differentiable operation of the gradient goldens, under maru's name and parameters."""

import numpy as np
import torch
import torch.nn.functional as F

from forward_indexing import key


def dims(axis):
    return tuple(axis) if isinstance(axis, list) else axis


def every_axis(x, axis):
    return tuple(range(x.dim())) if axis is None else dims(axis)


def reduced(function):
    """A reduction over all axes, one or several."""
    return lambda x, axis=None, options={}: function(
        x, dim=every_axis(x, axis), keepdim=options.get("keepdims", False)
    )


def product(x, axis=None, options={}):
    return x.prod() if axis is None else x.prod(axis, keepdim=options.get("keepdims", False))


def spread(function):
    """var and std: NumPy's ddof is PyTorch's correction, and NumPy's default is 0."""

    def apply(x, axis=None, options={}):
        keepdim = options.get("keepdims", False)
        return function(x, dim=every_axis(x, axis), correction=options.get("ddof", 0), keepdim=keepdim)

    return apply


def norm(x, ord=2, axis=None, options={}):
    return torch.linalg.vector_norm(x, ord, dims(axis), options.get("keepdims", False))


def read(x, *arrays, items):
    """Reading by NumPy's rules: the places are worked out by NumPy, the values are gathered by PyTorch."""
    places = np.arange(x.numel()).reshape(x.shape)
    chosen = places[key(items, [None, *(array.numpy() for array in arrays)])]
    return x.reshape(-1)[torch.from_numpy(np.array(chosen))]


def write(x, value, *arrays, items):
    """Writing by NumPy's rules: `source` says which element of the value arrived last at each place."""
    where = key(items, [None, None, *(array.numpy() for array in arrays)])
    source = np.full(tuple(x.shape), -1)
    source[where] = np.arange(value.numel()).reshape(value.shape)
    source = torch.from_numpy(source)
    return torch.where(source >= 0, value.reshape(-1)[source.clamp(min=0)], x)


def pad(x, widths, options={}):
    widths = np.broadcast_to(np.array(widths), (x.dim(), 2))
    return F.pad(x, [int(n) for pair in widths[::-1] for n in pair], value=options.get("value", 0))


def dot(a, b):
    if a.dim() == 0 or b.dim() == 0:
        return a * b
    return torch.tensordot(a, b, dims=([a.dim() - 1], [max(b.dim() - 2, 0)]))


def take(x, index, axis=None):
    flat = x.reshape(-1) if axis is None else x
    axis = (axis or 0) % flat.dim()
    index = index.long() % flat.shape[axis]
    shape = (*flat.shape[:axis], *index.shape, *flat.shape[axis + 1 :])
    return flat.index_select(axis, index.reshape(-1)).reshape(shape)


def take_along_axis(x, index, axis):
    return torch.take_along_dim(x, index.long() % x.shape[axis], axis)


def split(x, parts, axis):
    return list(torch.tensor_split(x, parts, axis))


def flatten_then(function):
    return lambda x, axis=None: function(x.reshape(-1), 0) if axis is None else function(x, axis)


def convolve(x, w, b=None, options={}):
    return F.conv2d(x, w, b, **options)


def pool(x, kernel, options={}):
    return F.max_pool2d(x, kernel, **options)


def layer_norm(x, weight, bias):
    centred = x - x.mean(-1, keepdim=True)
    return centred / torch.sqrt((centred * centred).mean(-1, keepdim=True) + 1e-5) * weight + bias


def attention(q, k, v):
    return torch.softmax(q @ k.transpose(-1, -2) / q.shape[-1] ** 0.5, -1) @ v


def causal_attention(q, k, v):
    scores = q @ k.transpose(-1, -2) / q.shape[-1] ** 0.5
    mask = torch.ones(scores.shape[-2:], dtype=torch.bool).tril()
    return torch.softmax(torch.where(mask, scores, torch.tensor(-1e9, dtype=scores.dtype)), -1) @ v


def recurrence(x, state, w, u):
    for step in range(x.shape[0]):
        state = torch.tanh(x[step] @ w + state @ u)
    return state


COMPOSITES = {
    "layerNorm": layer_norm,
    "rmsNorm": lambda x, weight: x / torch.sqrt((x * x).mean(-1, keepdim=True) + 1e-6) * weight,
    "mlp": lambda x, w1, b1, w2, b2: torch.tanh(x @ w1 + b1) @ w2 + b2,
    "reluNetwork": lambda x, w1, b1, w2: torch.relu(x @ w1 + b1) @ w2,
    "attention": attention,
    "causalAttention": causal_attention,
    "recurrence": recurrence,
    "gelu": lambda x: x * 0.5 * (1 + torch.erf(x / 2**0.5)),
    "silu": lambda x: x * torch.sigmoid(x),
    "softplus": lambda x: torch.log1p(torch.exp(-torch.abs(x))) + torch.clamp(x, min=0),
    "cosineSimilarity": lambda a, b: (a * b).sum(-1) / torch.sqrt((a * a).sum(-1) * (b * b).sum(-1)),
    "polynomial": lambda x: x * x * x - 2 * x * x + x,
    "shared": lambda x: (x @ x.T) * x.sum() + x.T @ x,
    "pairwiseDistances": lambda a, b: ((a[:, None, :] - b[None, :, :]) ** 2).sum(-1),
    "focal": lambda x: (1 - torch.sigmoid(x)) ** 2 * torch.log(torch.sigmoid(x)),
    "standardise": lambda x: (x - x.mean(0)) / x.std(0, unbiased=False),
    "digits": lambda x, kernel, w, labels: F.cross_entropy(
        F.max_pool2d(torch.relu(F.conv2d(x, kernel)), 2).flatten(1) @ w, labels.long()
    ),
}

OPERATIONS = {
    **{
        name: getattr(torch, name)
        for name in (
            "add",
            "sub",
            "mul",
            "div",
            "pow",
            "atan2",
            "maximum",
            "minimum",
            "neg",
            "abs",
            "sign",
            "square",
            "sqrt",
            "reciprocal",
            "exp",
            "exp2",
            "expm1",
            "log",
            "log2",
            "log10",
            "log1p",
            "sin",
            "cos",
            "tan",
            "asin",
            "acos",
            "atan",
            "sinh",
            "cosh",
            "tanh",
            "asinh",
            "acosh",
            "atanh",
            "erf",
            "sigmoid",
            "relu",
            "floor",
            "ceil",
            "round",
            "trunc",
            "matmul",
            "outer",
            "trace",
            "where",
        )
    },
    "mod": torch.remainder,
    "clip": lambda x, lo, hi: torch.clamp(x, lo, hi),
    "powScalar": lambda x, exponent: x**exponent,
    "scalarPow": lambda x, base: base**x,
    "astype": lambda x, dtype: x.to(getattr(torch, dtype)),
    "sum": reduced(torch.sum),
    "mean": reduced(torch.mean),
    "max": reduced(torch.amax),
    "min": reduced(torch.amin),
    "logsumexp": reduced(torch.logsumexp),
    "prod": product,
    "var": spread(torch.var),
    "std": spread(torch.std),
    "norm": norm,
    "cumsum": flatten_then(torch.cumsum),
    "sort": lambda x, axis=-1: torch.sort(x, dim=axis, stable=True).values,
    "topkValues": lambda x, k, axis=-1: torch.topk(x, k, axis).values,
    "reshape": lambda x, shape: x.reshape(shape),
    "ravel": lambda x: x.reshape(-1),
    "flatten": lambda x: x.flatten(),
    "transpose": lambda x, axes=None: x.permute(axes if axes else list(range(x.dim()))[::-1]),
    "permute": lambda x, axes: x.permute(axes),
    "swapaxes": lambda x, **p: x.swapaxes(p["from"], p["to"]),
    "moveaxis": lambda x, **p: x.moveaxis(p["from"], p["to"]),
    "squeeze": lambda x, axis=None: x.squeeze() if axis is None else x.squeeze(axis),
    "unsqueeze": lambda x, axis: x.unsqueeze(axis),
    "expandDims": lambda x, axis: x.unsqueeze(axis),
    "broadcastTo": lambda x, shape: x.broadcast_to(shape),
    "flip": lambda x, axis=None: x.flip(list(range(x.dim())) if axis is None else axis),
    "roll": lambda x, shift, axis=None: torch.roll(x, shift, dims(axis)),
    "pad": pad,
    "tile": lambda x, reps: torch.tile(x, reps if isinstance(reps, list) else (reps,)),
    "repeat": lambda x, n, axis=None: torch.repeat_interleave(x, n, axis),
    "concatenate": lambda *xs, axis: torch.cat(xs, axis),
    "stack": lambda *xs, axis: torch.stack(xs, axis),
    "split": split,
    "tril": lambda x, k=0: torch.tril(x, k),
    "triu": lambda x, k=0: torch.triu(x, k),
    "diagonal": lambda x, offset=0: torch.diagonal(x, offset),
    "at": read,
    "set": write,
    "take": take,
    "takeAlongAxis": take_along_axis,
    "dot": dot,
    "einsum": lambda *xs, spec: torch.einsum(spec, *xs),
    "softmax": lambda x, axis: torch.softmax(x, axis),
    "logSoftmax": lambda x, axis: torch.log_softmax(x, axis),
    "crossEntropy": lambda x, labels: F.cross_entropy(x, labels.long()),
    "bceWithLogits": F.binary_cross_entropy_with_logits,
    "mse": F.mse_loss,
    "linear": F.linear,
    "conv2d": convolve,
    "maxPool2d": pool,
    **COMPOSITES,
}
