"""
Makes test/optim/extras.golden.json: clipped gradients, and averages of weights as they move, from PyTorch.

    pip install torch numpy
    python3 test/reference/optim_extras_goldens.py
"""

import json
import os

import numpy as np
import torch
from golden import encode, encode_all, plain, sample
from torch.nn.utils import clip_grad_norm_, clip_grad_value_
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

SHAPES = [(2, 3), (4,), ()]


def parameters(dtype, scale):
    out = []
    for shape in SHAPES:
        p = torch.zeros(shape, dtype=dtype, requires_grad=True)
        p.grad = torch.tensor(sample(np.float64, shape, "clip") * scale, dtype=dtype)
        out.append(p)
    return out


def gradients(ps):
    return encode_all([p.grad.numpy() for p in ps])


def clip_norm(max_norm, norm_type, dtype, scale=1.0):
    ps = parameters(dtype, scale)
    case = {"kind": "norm", "maxNorm": plain(max_norm), "normType": plain(norm_type), "gradients": gradients(ps)}
    norm = clip_grad_norm_(ps, max_norm, norm_type)
    return {**case, "norm": encode(norm.numpy()), "clipped": gradients(ps)}


def clip_value(value, dtype, scale=1.0):
    ps = parameters(dtype, scale)
    case = {"kind": "value", "clipValue": value, "gradients": gradients(ps)}
    clip_grad_value_(ps, value)
    return {**case, "clipped": gradients(ps)}


class Net(torch.nn.Module):
    """Two parameters and two buffers, one of whole numbers, with values that a step of training gives."""

    def __init__(self, dtype):
        super().__init__()
        self.weight = torch.nn.Parameter(torch.zeros(2, 3, dtype=dtype))
        self.bias = torch.nn.Parameter(torch.zeros(3, dtype=dtype))
        self.register_buffer("mean", torch.zeros(3, dtype=dtype))
        self.register_buffer("seen", torch.zeros((), dtype=torch.int32))
        self.move(0)

    @torch.no_grad()
    def move(self, t):
        for name in ("weight", "bias", "mean"):
            tensor = getattr(self, name)
            tensor.copy_(torch.tensor(sample(np.float64, tuple(tensor.shape), name, t)))
        self.seen.fill_(7 * t)


def state(module):
    out = {}
    for name, tensor in module.state_dict().items():
        out[name] = encode(tensor.to(torch.int32).numpy() if tensor.dtype == torch.int64 else tensor.numpy())
    return out


def average(decay, use_buffers, dtype):
    net = Net(dtype)
    averaged = AveragedModel(net, multi_avg_fn=get_ema_multi_avg_fn(decay), use_buffers=use_buffers)
    steps = [{"own": state(net), "average": state(averaged)}]
    for t in range(1, 5):
        net.move(t)
        averaged.update_parameters(net)
        steps.append({"own": state(net), "average": state(averaged)})
    if use_buffers:
        # Whole numbers are copied in maru, where PyTorch rounds their average to zero.
        for step in steps:
            del step["average"]["module.seen"]
    return {"kind": "ema", "decay": decay, "useBuffers": use_buffers, "steps": steps}


cases = []
for dtype in (torch.float32, torch.float64):
    name = str(dtype).removeprefix("torch.")
    for max_norm, norm_type in [(1, 2), (0.5, 1), (2, 3), (1, float("inf")), (0.25, 2.5), (100, 2), (0, 2), (float("inf"), 2)]:
        cases.append({"id": f"norm of order {norm_type} at most {max_norm} in {name}", **clip_norm(max_norm, norm_type, dtype)})
    cases.append({"id": f"gradients of 0 in {name}", **clip_norm(1, 2, dtype, 0.0)})
    cases.append({"id": f"tiny gradients in {name}", **clip_norm(1e-7, 2, dtype, 1e-7)})
    for value in (1, 0.25, 10, 0):
        cases.append({"id": f"values at most {value} in {name}", **clip_value(value, dtype)})
    for decay, use_buffers in [(0.999, False), (0.9, False), (0.5, True), (0.0, False), (1.0, True)]:
        words = f"decay {decay}{' with buffers' if use_buffers else ''} in {name}"
        cases.append({"id": words, **average(decay, use_buffers, dtype)})

lines = [json.dumps(case, separators=(",", ":")) for case in cases]
where = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "optim", "extras.golden.json")
with open(where, "w", encoding="utf-8", newline="\n") as file:
    file.write(f'{{"madeBy":"torch {torch.__version__.split("+")[0]}","cases":[\n' + ",\n".join(lines) + "\n]}\n")
print(f"{len(lines)} cases, {os.path.getsize(where)} bytes")
