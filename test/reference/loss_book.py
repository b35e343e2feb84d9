"""A book of gradient cases for the golden files beside the tests of losses and activations.

A case holds inputs, parameters, a cotangent for the output (its weight in the sum that is differentiated), the value
and the gradient by each floating-point input that is a leaf. All of it is worked out in float64; where the inputs are
float32 the answers are rounded to float32 once, at the end.
"""

import numpy as np
import torch

from golden import Book, encode, encode_all, generator


def wide(array, leaf):
    """In float64, a leaf to be differentiated by, and whole numbers as PyTorch wants its labels."""
    kind = array.dtype.kind
    if kind == "f":
        return torch.from_numpy(np.array(array, np.float64)).requires_grad_(leaf)
    return torch.from_numpy(np.array(array, np.int64 if kind in "iu" else np.bool_))


def cotangent(shape, op, dtype):
    """Numbers of either sign, none near zero: a gradient that is lost must show."""
    random = generator("cotangent", tuple(shape), op)
    return np.asarray(random.uniform(0.5, 1.5, shape) * random.choice([-1.0, 1.0], shape)).astype(dtype)


class GradientBook(Book):
    def gradient(self, op, inputs, params, compute, note="", leaves=None):
        """compute(*tensors) in PyTorch; `leaves` says which inputs are differentiated by (all floats unless given)."""
        inputs = [np.asarray(array) for array in inputs]
        floats = [i for i, array in enumerate(inputs) if array.dtype.kind == "f"]
        leaves = floats if leaves is None else leaves
        dtype = np.float32 if all(inputs[i].dtype == np.float32 for i in floats) else np.float64
        tensors = [wide(array, i in leaves) for i, array in enumerate(inputs)]
        value = compute(*tensors)
        weight = cotangent(value.shape, op, dtype)
        rest = {"value": encode(value.detach().numpy().astype(dtype)), "leaves": list(leaves)}
        if leaves:
            total = (value * torch.from_numpy(weight.astype(np.float64))).sum()
            found = torch.autograd.grad(total, [tensors[i] for i in leaves], allow_unused=True)
            whole = [torch.zeros_like(tensors[i]) if g is None else g for g, i in zip(found, leaves)]
            rest["expected"] = encode_all([g.numpy().astype(dtype) for g in whole])
            rest["cotangents"] = [encode(weight)]
        self.append(op, inputs, params, note, rest)
