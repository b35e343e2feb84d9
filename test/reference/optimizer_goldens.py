"""
Makes test/optim/optimizer.golden.json: ten steps of PyTorch's optimizers on a small problem.

    pip install torch numpy
    python3 test/reference/optimizer_goldens.py

The loss is the sum of a (w - t)^4 over two parameters, so that gradients change from step to step and one of them is 0 all
along. Each case is computed in float64 and in float32: both parameters after each step, and the optimizer's state in the end.

Lion, which PyTorch does not have, is written out below from algorithm 2 of Chen et al. 2023. PyTorch's Muon rounds its
iteration to bfloat16, which maru does not have: its function is taken as it is but for that dtype; one case keeps it.
"""

import inspect
import json
import os

import numpy as np
import torch
import torch.optim._muon as torch_muon
from golden import encode

STEPS = 10

PROBLEM = {
    "usual": {
        "w": [[[0.5, -1.0, 2.0], [0.25, 1.5, -0.75]], [0.8, -0.6, 1.2, 0.3]],
        "a": [[[1.0, 2.0, 0.5], [3.0, 0.75, 1.25]], [1.5, 0.8, 2.0, 1.0]],
        "t": [[[-0.4, 0.4, -0.3], [0.9, 0.2, 0.6]], [0.1, 0.5, -0.2, 0.3]],
    },
    "matrices": {
        "w": [[[0.5, -1.0, 2.0], [0.25, 1.5, -0.75]], [[0.8, -0.6], [1.2, 0.3], [-0.2, 0.7], [1.1, -1.3]]],
        "a": [[[1.0, 2.0, 0.5], [3.0, 0.75, 1.25]], [[1.5, 0.8], [2.0, 1.0], [0.6, 1.2], [0.9, 1.1]]],
        "t": [[[-0.4, 0.4, -0.3], [0.9, 0.2, 0.6]], [[0.1, 0.5], [-0.2, 0.3], [0.5, -0.4], [0.2, 0.1]]],
    },
}


class Lion(torch.optim.Optimizer):
    """Algorithm 2 of Symbolic Discovery of Optimization Algorithms, in torch's operations."""

    def __init__(self, params, lr=1e-4, betas=(0.9, 0.99), weight_decay=0.0, maximize=False):
        defaults = {"lr": lr, "betas": betas, "weight_decay": weight_decay, "maximize": maximize}
        super().__init__(params, defaults)

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            beta1, beta2 = group["betas"]
            for p in group["params"]:
                g = -p.grad if group["maximize"] else p.grad
                m = self.state[p].setdefault("exp_avg", torch.zeros_like(p))
                update = torch.sign(beta1 * m + (1 - beta1) * g)
                p.sub_(group["lr"] * (update + group["weight_decay"] * p))
                m.copy_(beta2 * m + (1 - beta2) * g)


def orthogonalize_in_own_dtype():
    """Muon's iteration without the rounding to bfloat16."""
    source = inspect.getsource(torch_muon._zeropower_via_newtonschulz)
    changed = source.replace("torch.bfloat16", "grad.dtype")
    assert changed != source
    names = dict(vars(torch_muon))
    exec(changed, names)
    return names["_zeropower_via_newtonschulz"]


IN_BFLOAT16 = torch_muon._zeropower_via_newtonschulz
IN_OWN_DTYPE = orthogonalize_in_own_dtype()

# For each optimizer its class, and the names of its state in the order in which maru keeps it.
KINDS = {
    "sgd": (torch.optim.SGD, ["momentum_buffer"]),
    "adam": (torch.optim.Adam, ["exp_avg", "exp_avg_sq", "step", "max_exp_avg_sq"]),
    "adamw": (torch.optim.AdamW, ["exp_avg", "exp_avg_sq", "step", "max_exp_avg_sq"]),
    "nadam": (torch.optim.NAdam, ["exp_avg", "exp_avg_sq", "step", "mu_product"]),
    "adagrad": (torch.optim.Adagrad, ["sum", "step"]),
    "adadelta": (torch.optim.Adadelta, ["square_avg", "acc_delta"]),
    "rmsprop": (torch.optim.RMSprop, ["square_avg", "momentum_buffer", "grad_avg"]),
    "lion": (Lion, ["exp_avg"]),
    "muon": (torch.optim.Muon, ["momentum_buffer"]),
}

# kind, lr (None: the usual one), options, groups (options of each parameter, or None for one list)
CASES = [
    ("sgd", None, {}, None),
    ("sgd", 0.01, {}, None),
    ("sgd", 0.01, {"weightDecay": 0.1}, None),
    ("sgd", 0.01, {"momentum": 0.9}, None),
    ("sgd", 0.01, {"momentum": 0.9, "dampening": 0.3}, None),
    ("sgd", 0.01, {"momentum": 0.8, "nesterov": True, "weightDecay": 0.05}, None),
    ("sgd", 0.002, {"momentum": 0.5, "maximize": True}, None),
    ("sgd", 0.01, {"weightDecay": 0.1}, [{"lr": 0.02, "momentum": 0.9}, {"weightDecay": 0}]),
    ("sgd", 0.01, {"momentum": 0.9}, [{"dampening": 0.5}, {"lr": 0.005, "nesterov": True}]),
    ("adam", None, {}, None),
    ("adam", 0.05, {}, None),
    ("adam", 0.05, {"betas": [0.5, 0.9], "eps": 1e-3}, None),
    ("adam", 0.05, {"weightDecay": 0.1}, None),
    ("adam", 0.05, {"amsgrad": True, "betas": [0.9, 0.6]}, None),
    ("adam", 0.05, {"maximize": True, "weightDecay": 0.2}, None),
    ("adam", 0.05, {"decoupledWeightDecay": True, "weightDecay": 0.2}, None),
    ("adam", 0.05, {}, [{"betas": [0.8, 0.99], "amsgrad": True}, {"lr": 0.01, "weightDecay": 0.1}]),
    ("adamw", None, {}, None),
    ("adamw", 0.05, {"weightDecay": 0.3}, None),
    ("adamw", 0.05, {"weightDecay": 0, "betas": [0.7, 0.8]}, None),
    ("adamw", 0.05, {"amsgrad": True, "betas": [0.9, 0.6], "weightDecay": 0.1, "maximize": True}, None),
    ("adamw", 0.05, {}, [{"weightDecay": 0.5}, {"weightDecay": 0, "lr": 0.1}]),
    ("nadam", None, {}, None),
    ("nadam", 0.05, {"weightDecay": 0.1}, None),
    ("nadam", 0.05, {"betas": [0.7, 0.95], "momentumDecay": 0.1, "eps": 1e-3}, None),
    ("nadam", 0.05, {"decoupledWeightDecay": True, "weightDecay": 0.2, "maximize": True}, None),
    ("nadam", 0.05, {}, [{"momentumDecay": 0.05}, {"lr": 0.01}]),
    ("adagrad", None, {}, None),
    ("adagrad", 0.1, {"lrDecay": 0.1, "weightDecay": 0.1}, None),
    ("adagrad", 0.1, {"initialAccumulatorValue": 0.5, "eps": 1e-3}, None),
    ("adagrad", 0.05, {"maximize": True, "lrDecay": 0.5}, None),
    ("adagrad", 0.1, {"initialAccumulatorValue": 1}, [{"weightDecay": 0.1}, {"lr": 0.02, "lrDecay": 0.2}]),
    ("adadelta", None, {}, None),
    ("adadelta", 0.5, {"rho": 0.7, "eps": 1e-3}, None),
    ("adadelta", 1, {"weightDecay": 0.1, "eps": 1e-2, "maximize": True}, None),
    ("adadelta", 1, {"eps": 1e-3}, [{"rho": 0.5}, {"lr": 0.1}]),
    ("rmsprop", None, {}, None),
    ("rmsprop", 0.02, {"alpha": 0.8, "weightDecay": 0.1}, None),
    ("rmsprop", 0.01, {"momentum": 0.9}, None),
    ("rmsprop", 0.02, {"centered": True, "alpha": 0.9, "eps": 1e-3}, None),
    ("rmsprop", 0.01, {"centered": True, "alpha": 0.9, "momentum": 0.5, "maximize": True}, None),
    ("rmsprop", 0.01, {}, [{"momentum": 0.9}, {"centered": True, "alpha": 0.9}]),
    ("lion", None, {}, None),
    ("lion", 0.02, {"weightDecay": 0.5}, None),
    ("lion", 0.02, {"betas": [0.5, 0.8], "maximize": True}, None),
    ("lion", 0.01, {}, [{"betas": [0.8, 0.9]}, {"lr": 0.03, "weightDecay": 0.1}]),
    ("muon", None, {}, None),
    ("muon", 0.02, {"nesterov": False, "momentum": 0.8}, None),
    ("muon", 0.02, {"weightDecay": 0, "adjustLrFn": "matchRmsAdamw"}, None),
    ("muon", 0.02, {"adjustLrFn": "spectralUnclamped", "nsSteps": 3, "weightDecay": 0.5}, None),
    ("muon", 0.02, {"nsCoefficients": [2, -1.5, 0.5], "eps": 1e-3}, None),
    ("muon", 0.02, {}, [{"momentum": 0.5}, {"lr": 0.05, "weightDecay": 0}]),
]


def snake(name):
    return "".join("_" + letter.lower() if letter.isupper() else letter for letter in name)


def given(options):
    """Options as PyTorch names them, and their values too where those are names."""
    out = {}
    for name, value in options.items():
        value = tuple(value) if isinstance(value, list) else value
        out[snake(name)] = snake(value) if isinstance(value, str) else value
    return out


def run(kind, lr, options, groups, dtype):
    torch.set_default_dtype(dtype)
    values = PROBLEM["matrices" if kind == "muon" else "usual"]
    ws = [torch.tensor(w, dtype=dtype, requires_grad=True) for w in values["w"]]
    factors = [torch.tensor(a, dtype=dtype) for a in values["a"]]
    targets = [torch.tensor(t, dtype=dtype) for t in values["t"]]
    make, names = KINDS[kind]
    params = ws if groups is None else [{"params": [w], **given(own)} for w, own in zip(ws, groups)]
    rate = {} if lr is None else {"lr": lr}
    optimizer = make(params, **rate, **given(options))
    path = []
    for _ in range(STEPS):
        optimizer.zero_grad()
        sum((a * (w - t) ** 4).sum() for w, a, t in zip(ws, factors, targets)).backward()
        optimizer.step()
        path.append(np.concatenate([w.detach().numpy().ravel() for w in ws]))
    state = {}
    for i, w in enumerate(ws):
        own = optimizer.state[w]
        for k, name in enumerate(name for name in names if own.get(name) is not None):
            value = own[name].numpy()
            # maru keeps this product in float64 always, PyTorch in the parameters' dtype.
            if name == "mu_product" and dtype == torch.float32:
                continue
            # Counts are float64 in maru, whatever the parameters are.
            state[f"{i}.{k}"] = encode(value.astype(np.float64) if value.ndim == 0 else value)
    return {"path": encode(np.stack(path)), "state": state}


def case(kind, lr, options, groups):
    words = [kind] + ([] if lr is None else [str(lr)]) + ([json.dumps(options)] if options else [])
    words += [] if groups is None else ["groups " + json.dumps(groups)]
    out = {"id": " ".join(words), "kind": kind, "options": options}
    if lr is not None:
        out["lr"] = lr
    if groups is not None:
        out["groups"] = groups
    torch_muon._zeropower_via_newtonschulz = IN_OWN_DTYPE
    for dtype in (torch.float64, torch.float32):
        out[str(dtype).removeprefix("torch.")] = run(kind, lr, options, groups, dtype)
    if kind == "muon" and lr is None:
        torch_muon._zeropower_via_newtonschulz = IN_BFLOAT16
        out["bfloat16"] = run(kind, lr, options, groups, torch.float32)
    return out


lines = [json.dumps(case(*item), separators=(",", ":")) for item in CASES]
where = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "optim", "optimizer.golden.json")
with open(where, "w", encoding="utf-8", newline="\n") as file:
    head = {"madeBy": f"torch {torch.__version__.split('+')[0]}", "steps": STEPS, "problem": PROBLEM}
    file.write(json.dumps(head)[:-1] + ', "cases":[\n' + ",\n".join(lines) + "\n]}\n")
print(f"{len(lines)} cases, {os.path.getsize(where)} bytes")
