"""Writes test/nn/layers.golden.json: PyTorch's layers, their gradients and what they remember; and small state dicts of
whole networks, test/nn/fixtures/*.safetensors, with their outputs in test/nn/networks.golden.json.

Run again after changing a case, from anywhere, and commit all:

    python3 -m pip install torch numpy safetensors
    python3 test/reference/layer_goldens.py

The tests themselves need no Python. The numbers come from seeded generators, so a second run writes the same bytes.
Everything is worked out in float64 on numbers that float32 holds, and rounded to float32 once, at the end.
"""

import json
import os

import numpy as np
import torch

import layer_cases
import layer_networks
from golden import Book, encode, generator, plain


def drawn(shape, *words):
    """Float32 numbers as float64, the same for the same words."""
    values = generator("layer", tuple(shape), *words).uniform(-2, 2, shape)
    return torch.from_numpy(np.asarray(values).astype(np.float32).astype(np.float64))


def narrow(tensor):
    array = tensor.detach().numpy()
    return array.astype(np.float32) if array.dtype.kind == "f" else array


def encoded(tensors):
    return {name: encode(narrow(tensor)) for name, tensor in tensors.items()}


class LayerBook(Book):
    def layer(self, op, args, options, given, layer, note="", mode="train", steps=1):
        """`given` is a shape, several shapes or a tensor; `steps` runs of forward come before the one that is kept."""
        words = (op, json.dumps(plain(args)), json.dumps(plain(options)), note)
        layer = layer.double().train(mode == "train")
        for name, tensor in layer.state_dict().items():
            if tensor.dtype.is_floating_point:
                values = drawn(tensor.shape, *words, name) / 2
                # A variance is positive, and a row that stands for nothing is 0.
                tensor.copy_(values.abs() + 0.5 if name == "running_var" else values)
        shapes = given if isinstance(given, list) else [given]
        inputs = [g if isinstance(g, torch.Tensor) else drawn(g, *words, i) for i, g in enumerate(shapes)]
        before = encoded(layer.state_dict())
        earlier = [drawn(inputs[0].shape, *words, "step", step) for step in range(steps - 1)]
        for x in earlier:
            layer(x)
        leaves = [x.requires_grad_() if x.dtype.is_floating_point else x for x in inputs]
        value = layer(*leaves)
        weight = torch.from_numpy(narrow(drawn(value.shape, *words, "cotangent")).astype(np.float64))
        differentiable = {f"input {i}": x for i, x in enumerate(leaves) if x.requires_grad}
        differentiable |= dict(layer.named_parameters())
        gradients = {}
        if value.requires_grad:
            found = torch.autograd.grad((value * weight).sum(), list(differentiable.values()), allow_unused=True)
            gradients = {
                name: torch.zeros_like(x) if g is None else g
                for (name, x), g in zip(differentiable.items(), found, strict=True)
            }
        rest = {
            "args": plain(args),
            "mode": mode,
            "state": before,
            "earlier": [encode(narrow(x)) for x in earlier],
            "cotangent": encode(narrow(weight)),
            "value": encode(narrow(value)),
            "gradients": encoded(gradients),
            "after": encoded({k: v for k, v in layer.state_dict().items() if k not in dict(layer.named_parameters())}),
        }
        self.append(op, [narrow(x) for x in inputs], options, " ".join([json.dumps(plain(args)), mode, note]), rest)


def main():
    torch.set_num_threads(1)
    made_by = "PyTorch " + torch.__version__
    book = LayerBook()
    layer_cases.write(book.layer)
    book.write("../nn/layers.golden.json", made_by)
    networks = Book()
    folder = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "nn", "fixtures")
    layer_networks.write(networks, folder)
    networks.write("../nn/networks.golden.json", made_by)


if __name__ == "__main__":
    main()
