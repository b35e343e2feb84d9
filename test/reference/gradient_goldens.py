"""Writes test/goldens/gradient.golden.json: PyTorch's gradients, for maru's gradient tests.

Run again after changing a case, from anywhere, and commit both (any PyTorch from 1.13 on will do):

    apt-get install python3-torch            # or: python3 -m pip install torch numpy
    /usr/bin/python3 test/reference/gradient_goldens.py

The tests themselves need no Python. The numbers come from seeded generators, so a second run writes the
same bytes.

A case holds the inputs, a cotangent for each output (its weight in the loss, sum(cotangent * output)), the
value of each output, and the gradient of the loss by each floating-point input, in order. All of it is
worked out in float64; where an input is float32 the answer is rounded to float32 once, at the end.
`secondOrder` holds a direction for each gradient and the gradient, by the same inputs, of
sum(direction * gradient): PyTorch's double backward.
"""

import numpy as np
import torch

import gradient_cases
from golden import Book, encode_all, encode_expected, generator
from gradient_ops import OPERATIONS


def wide(array):
    """A tensor to differentiate by, in float64; whole numbers and booleans as they are."""
    if array.dtype.kind != "f":
        return torch.from_numpy(np.array(array))
    return torch.from_numpy(np.array(array, np.float64)).requires_grad_()


def weights(shape, *words):
    """Numbers of either sign, none near zero: a gradient that is lost must show."""
    random = generator("weights", tuple(shape), *words)
    return np.asarray(random.uniform(0.5, 1.5, shape) * random.choice([-1.0, 1.0], shape))


def weighted_sum(tensors, factors):
    return sum((tensor * torch.from_numpy(factor)).sum() for tensor, factor in zip(tensors, factors))


def gradients(loss, tensors, keep=False):
    if not loss.requires_grad:  # nothing in it depends on the inputs, such as the gradient of a sum
        return [torch.zeros_like(tensor) for tensor in tensors]
    found = torch.autograd.grad(loss, tensors, create_graph=keep, allow_unused=True)
    return [torch.zeros_like(t) if g is None else g for g, t in zip(found, tensors)]


def rounded(tensors, arrays):
    return [tensor.detach().numpy().astype(array.dtype) for tensor, array in zip(tensors, arrays)]


def add(book, op, inputs, params=None, note="", second=False):
    params = params or {}
    inputs = [np.asarray(array) for array in inputs]
    floats = [array for array in inputs if array.dtype.kind == "f"]
    lowest = np.float32 if all(array.dtype == np.float32 for array in floats) else np.float64
    tensors = [wide(array) for array in inputs]
    leaves = [tensor for tensor in tensors if tensor.requires_grad]
    output = OPERATIONS[op](*tensors, **params)
    outputs = output if isinstance(output, list) else [output]
    dtype = np.dtype(params["dtype"]) if op == "astype" else np.dtype(lowest)
    factors = [weights(tensor.shape, op, i).astype(dtype) for i, tensor in enumerate(outputs)]
    loss = weighted_sum(
        [tensor.double() for tensor in outputs], [factor.astype(np.float64) for factor in factors]
    )
    first = gradients(loss, leaves, keep=second)
    values = [tensor.detach().numpy().astype(dtype) for tensor in outputs]
    rest = {
        "cotangents": encode_all(factors),
        "value": encode_expected(values if isinstance(output, list) else values[0]),
        "expected": encode_all(rounded(first, floats)),
    }
    if second:
        directions = [
            weights(array.shape, op, "direction", i).astype(array.dtype) for i, array in enumerate(floats)
        ]
        again = weighted_sum(first, [direction.astype(np.float64) for direction in directions])
        rest["secondOrder"] = {
            "directions": encode_all(directions),
            "expected": encode_all(rounded(gradients(again, leaves), floats)),
        }
    book.append(op, inputs, params, note, rest)


def main():
    torch.set_num_threads(1)
    book = Book()
    gradient_cases.write(lambda *words, **options: add(book, *words, **options))
    twice = sum("secondOrder" in case for case in book.cases)
    book.write("gradient.golden.json", "PyTorch " + torch.__version__)
    print(f"{twice} of them with second derivatives")


if __name__ == "__main__":
    main()
