"""
Makes test/nn/sequence.golden.json: PyTorch's recurrent, attention and transformer layers, outputs and gradients.

    pip install torch numpy
    python3 test/reference/sequence_goldens.py

Parameters and inputs are float32 numbers; PyTorch computes in float64, so that what is kept are the right digits. The loss
is the sum of each output times its cotangent.
"""
import json
import os

import numpy as np
import torch
from torch import nn

from golden import encode

HERE = os.path.dirname(os.path.abspath(__file__))
cases = []


def numbers(*shape, scale=1.0):
    """float32 numbers that do not depend on PyTorch's generator."""
    numbers.seed += 1
    values = np.random.default_rng(numbers.seed).uniform(-scale, scale, shape).astype(np.float32)
    return torch.tensor(values, dtype=torch.float64)


numbers.seed = 0


def single(tensor):
    return encode(tensor.detach().numpy().astype(np.float32))


def fill(module, scale=0.6):
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.copy_(numbers(*parameter.shape, scale=scale))
    return module.double()


def flat(outputs):
    if isinstance(outputs, torch.Tensor):
        return [outputs]
    return [tensor for output in outputs if output is not None for tensor in flat(output)]


def record(layer, arguments, module, inputs, call, extra=None):
    """`inputs`: tensors by name that get gradients; `call`: from them to the outputs."""
    for tensor in inputs.values():
        tensor.requires_grad_(True)
    outputs = flat(call(**inputs))
    cotangents = [numbers(*output.shape) for output in outputs]
    module.zero_grad()
    sum((output * cotangent).sum() for output, cotangent in zip(outputs, cotangents)).backward()
    named = dict(module.named_parameters())
    cases.append(
        {
            "id": f"{layer} {json.dumps(arguments)}{' ' + json.dumps(extra) if extra else ''}",
            "layer": layer,
            "arguments": arguments,
            "extra": extra or {},
            "inputs": {name: single(tensor) for name, tensor in inputs.items()},
            "parameters": {name: single(tensor) for name, tensor in named.items()},
            "outputs": [single(output) for output in outputs],
            "cotangents": [single(cotangent) for cotangent in cotangents],
            "inputGradients": {
                name: single(tensor.grad if tensor.grad is not None else torch.zeros_like(tensor))
                for name, tensor in inputs.items()
            },
            "gradients": {
                name: single(tensor.grad if tensor.grad is not None else torch.zeros_like(tensor))
                for name, tensor in named.items()
            },
        }
    )


# --- recurrent -------------------------------------------------------------------------------------------------------

IN, HIDDEN, STEPS, BATCH = 3, 4, 5, 3
SETTINGS = [
    {},
    {"bias": False},
    {"batchFirst": True},
    {"bidirectional": True},
    {"numLayers": 2},
    {"numLayers": 2, "bidirectional": True, "batchFirst": True},
]
KINDS = [("rnn", nn.RNN, {}), ("rnn", nn.RNN, {"nonlinearity": "relu"}), ("gru", nn.GRU, {}), ("lstm", nn.LSTM, {})]
SNAKE = {"batchFirst": "batch_first", "numLayers": "num_layers"}


def recurrent(name, make, options, state, lengths=None, steps=STEPS, batch=BATCH, alone=False):
    given = {SNAKE.get(key, key): value for key, value in options.items()}
    module = fill(make(IN, HIDDEN, **given))
    first = options.get("batchFirst", False)
    shape = (steps, IN) if alone else (batch, steps, IN) if first else (steps, batch, IN)
    inputs = {"x": numbers(*shape)}
    rows = options.get("numLayers", 1) * (2 if options.get("bidirectional") else 1)
    if state:
        inputs["h"] = numbers(*((rows, HIDDEN) if alone else (rows, batch, HIDDEN)))
        if name == "lstm":
            inputs["c"] = numbers(*((rows, HIDDEN) if alone else (rows, batch, HIDDEN)))

    def call(x, h=None, c=None):
        begin = None if h is None else h if c is None else (h, c)
        if lengths is None:
            return module(x, begin)
        packed = nn.utils.rnn.pack_padded_sequence(x, lengths, batch_first=first, enforce_sorted=False)
        output, last = module(packed, begin)
        padded, _ = nn.utils.rnn.pad_packed_sequence(output, batch_first=first, total_length=steps)
        return padded, last

    extra = {"lengths": lengths} if lengths else {}
    record(name, [IN, HIDDEN, options], module, inputs, call, {**extra, **({"state": True} if state else {}), "shape": list(shape)})


for name, make, base in KINDS:
    for options in SETTINGS:
        for state in (False, True):
            recurrent(name, make, {**base, **options}, state)
    recurrent(name, make, base, False, steps=1)
    recurrent(name, make, {**base, "bidirectional": True}, True, steps=1, batch=1)
    recurrent(name, make, {**base, "numLayers": 2}, True, alone=True)
    recurrent(name, make, {**base, "bidirectional": True}, False, lengths=[5, 1, 3])
    recurrent(name, make, {**base, "numLayers": 2, "bidirectional": True, "batchFirst": True}, True, lengths=[2, 5, 4])

# --- attention -------------------------------------------------------------------------------------------------------

F = nn.functional


def masked(seed, *shape):
    """A mask that lets every query look at something."""
    mask = np.random.default_rng(seed).uniform(size=shape) < 0.6
    mask[..., 0] = True
    return torch.tensor(mask)


def attend(q_shape, k_shape, v_shape, mask=None, causal=False, scale=None):
    inputs = {"query": numbers(*q_shape), "key": numbers(*k_shape), "value": numbers(*v_shape)}
    extra = {"causal": causal, "scale": scale}
    if mask is not None and mask.dtype == torch.bool:
        extra["mask"] = encode(mask.numpy())
    elif mask is not None:
        inputs["mask"] = mask

    def call(query, key, value, mask=mask):
        return F.scaled_dot_product_attention(query, key, value, attn_mask=mask, is_causal=causal, scale=scale)

    record("attention", [list(q_shape), list(k_shape), list(v_shape)], nn.Identity(), inputs, call, extra)


attend((2, 3, 4), (2, 3, 4), (2, 3, 4))
attend((2, 2, 5, 4), (2, 2, 3, 4), (2, 2, 3, 6))
attend((5, 4), (3, 4), (3, 2))
attend((1, 1, 1, 1), (1, 1, 1, 1), (1, 1, 1, 1))
attend((2, 2, 5, 4), (2, 2, 5, 4), (2, 2, 5, 4), causal=True)
attend((3, 5, 4), (3, 7, 4), (3, 7, 4), causal=True)
attend((3, 7, 4), (3, 5, 4), (3, 5, 4), causal=True)
attend((2, 3, 4), (2, 3, 4), (2, 3, 4), scale=0.3)
attend((2, 2, 5, 4), (2, 2, 3, 4), (2, 2, 3, 4), mask=masked(1, 5, 3))
attend((2, 2, 5, 4), (2, 2, 3, 4), (2, 2, 3, 4), mask=masked(2, 2, 1, 5, 3))
attend((2, 2, 5, 4), (2, 2, 3, 4), (2, 2, 3, 4), mask=numbers(2, 2, 5, 3))
attend((2, 3, 4), (2, 3, 4), (2, 3, 4), mask=numbers(3, 3))
attend((1, 600, 3), (1, 600, 3), (1, 600, 2), causal=True)
attend((1, 520, 2), (1, 40, 2), (1, 40, 2), mask=masked(3, 520, 40))
attend((1, 520, 2), (1, 6, 2), (1, 6, 2), mask=numbers(520, 6))


def heads(options, sizes, padding=None, mask=None, shared=False):
    embed, count = 6, 3
    module = fill(nn.MultiheadAttention(embed, count, **{SNAKE.get(key, key): value for key, value in options.items()}))
    batch, queries, keys = sizes
    first = options.get("batchFirst", False)

    def shape(length, size):
        return (length, size) if batch is None else (batch, length, size) if first else (length, batch, size)

    inputs = {"query": numbers(*shape(queries, embed))}
    if not shared:
        inputs["key"] = numbers(*shape(keys, options.get("kdim", embed)))
        inputs["value"] = numbers(*shape(keys, options.get("vdim", embed)))
    extra = {"sizes": list(sizes)}
    for name, given in (("keyPaddingMask", padding), ("attnMask", mask)):
        if given is not None:
            extra[name] = encode(given.numpy() if given.dtype == torch.bool else given.numpy().astype(np.float32))

    def call(query, key=None, value=None):
        key, value = (query, query) if shared else (key, value)
        return module(query, key, value, key_padding_mask=padding, attn_mask=mask)

    record("multihead", [embed, count, options], module, inputs, call, extra)


heads({}, (2, 4, 5))
heads({}, (2, 4, 4), shared=True)
heads({"batchFirst": True}, (2, 4, 5))
heads({"bias": False}, (2, 4, 5))
heads({"kdim": 4, "vdim": 5}, (2, 4, 3))
heads({"kdim": 4, "batchFirst": True}, (3, 2, 3))
heads({}, (None, 4, 5))
heads({"batchFirst": True}, (2, 4, 5), padding=~masked(4, 2, 5))
heads({"batchFirst": True}, (2, 4, 5), mask=~masked(5, 4, 5))
heads({"batchFirst": True}, (2, 4, 5), mask=~masked(6, 6, 4, 5))
heads({"batchFirst": True}, (2, 4, 5), mask=numbers(4, 5))
heads({"batchFirst": True}, (2, 4, 5), padding=~masked(7, 2, 5), mask=~masked(8, 4, 5))
heads({"batchFirst": True}, (2, 4, 5), padding=numbers(2, 5), mask=numbers(4, 5))

# --- transformer -----------------------------------------------------------------------------------------------------

SNAKE |= {"dimFeedforward": "dim_feedforward", "layerNormEps": "layer_norm_eps", "normFirst": "norm_first"}
MASKS = {
    "srcMask": "mask",
    "srcKeyPaddingMask": "src_key_padding_mask",
    "isCausal": "is_causal",
    "tgtMask": "tgt_mask",
    "memoryMask": "memory_mask",
    "tgtKeyPaddingMask": "tgt_key_padding_mask",
    "memoryKeyPaddingMask": "memory_key_padding_mask",
}


def transformer(kind, options, masks=(), layers=None, norm=False):
    masks = dict(masks)
    width, count, batch, queries, keys = 4, 2, 2, 3, 5
    given = {SNAKE.get(key, key): value for key, value in {"dropout": 0.0, "dimFeedforward": 6, **options}.items()}
    single_layer = (nn.TransformerEncoderLayer if kind == "encoder" else nn.TransformerDecoderLayer)(width, count, **given)
    module = single_layer
    if layers:
        stack = nn.TransformerEncoder if kind == "encoder" else nn.TransformerDecoder
        module = stack(single_layer, layers, norm=nn.LayerNorm(width) if norm else None)
    fill(module, 0.4)
    first = options.get("batchFirst", False)

    def shape(length):
        return (batch, length, width) if first else (length, batch, width)

    inputs = {"x": numbers(*shape(queries))}
    if kind == "decoder":
        inputs["memory"] = numbers(*shape(keys))
    named = {MASKS[name] if layers or name != "srcMask" else "src_mask": mask for name, mask in masks.items()}
    if kind == "encoder" and layers and "mask" not in named and "src_mask" in named:
        named["mask"] = named.pop("src_mask")

    def call(x, memory=None):
        return module(x, **named) if memory is None else module(x, memory, **named)

    extra = {name: encode(mask.numpy()) for name, mask in masks.items()}
    record(kind, [width, count, options], module, inputs, call, {**extra, "layers": layers, "norm": norm})


for kind in ("encoder", "decoder"):
    transformer(kind, {})
    transformer(kind, {"batchFirst": True, "activation": "gelu"})
    transformer(kind, {"normFirst": True})
    transformer(kind, {"normFirst": True, "batchFirst": True, "activation": "gelu", "layerNormEps": 0.01})
    transformer(kind, {"bias": False})
    transformer(kind, {"batchFirst": True}, layers=2)
    transformer(kind, {"batchFirst": True, "normFirst": True}, layers=2, norm=True)
transformer("encoder", {"batchFirst": True}, {"srcMask": ~masked(11, 3, 3)})
transformer("encoder", {"batchFirst": True}, {"srcKeyPaddingMask": ~masked(12, 2, 3)}, layers=2)
transformer(
    "decoder",
    {"batchFirst": True},
    {
        "tgtMask": ~masked(13, 3, 3),
        "memoryMask": ~masked(14, 3, 5),
        "tgtKeyPaddingMask": ~masked(15, 2, 3),
        "memoryKeyPaddingMask": ~masked(16, 2, 5),
    },
)

where = os.path.join(HERE, "..", "nn", "sequence.golden.json")
os.makedirs(os.path.dirname(where), exist_ok=True)
with open(where, "w") as file:
    file.write('{"cases": [\n')
    file.write(",\n".join(json.dumps(case) for case in cases))
    file.write("\n]}\n")
print(len(cases), "cases")
