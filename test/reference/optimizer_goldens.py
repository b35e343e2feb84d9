"""
Makes test/optim/optimizer.golden.json: 12 steps of PyTorch's optimizers on a small problem in float64.

    apt-get install python3-torch      (or pip install torch)
    python3 test/reference/optimizer_goldens.py

The loss is sum(a * (w - t)^4), so that gradients change from step to step.
"""
import json
import os
import torch

CASES = [
    ("sgd", 0.01, {}),
    ("sgd", 0.01, {"weightDecay": 0.1}),
    ("sgd", 0.01, {"momentum": 0.9}),
    ("sgd", 0.01, {"momentum": 0.9, "dampening": 0.3}),
    ("sgd", 0.01, {"momentum": 0.8, "nesterov": True, "weightDecay": 0.05}),
    ("adam", 0.05, {}),
    ("adam", 0.05, {"betas": [0.5, 0.9], "eps": 1e-3}),
    ("adam", 0.05, {"weightDecay": 0.1}),
]
W = [0.5, -1.0, 2.0, 0.0]
A = [1.0, 2.0, 0.5, 3.0]
T = [0.1, 0.4, -0.3, 0.0]
NAMES = {"weightDecay": "weight_decay"}

out = []
for kind, lr, options in CASES:
    w = torch.tensor(W, dtype=torch.float64, requires_grad=True)
    a, t = torch.tensor(A, dtype=torch.float64), torch.tensor(T, dtype=torch.float64)
    given = {NAMES.get(name, name): tuple(v) if isinstance(v, list) else v for name, v in options.items()}
    make = torch.optim.SGD if kind == "sgd" else torch.optim.Adam
    optimizer = make([w], lr=lr, **given)
    path = []
    for _ in range(12):
        optimizer.zero_grad()
        (a * (w - t) ** 4).sum().backward()
        optimizer.step()
        path.append(w.detach().tolist())
    out.append({"kind": kind, "lr": lr, "options": options, "path": path})

where = os.path.join(os.path.dirname(__file__), "..", "optim", "optimizer.golden.json")
os.makedirs(os.path.dirname(where), exist_ok=True)
with open(where, "w") as file:
    json.dump({"w": W, "a": A, "t": T, "cases": out}, file)
    file.write("\n")
