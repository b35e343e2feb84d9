"""
Makes test/optim/schedule.golden.json: the learning rates that PyTorch's schedulers set, step after step, in float64.

    pip install torch
    python3 test/reference/schedule_goldens.py

A schedule is a record: its name, its options, for sequentialLR and chainedScheduler the schedules that it is made of, for
lambdaLR and multiplicativeLR the name of a function of the step. A row of the result is a step, the first one what the
schedule is made with; its columns are the learning rates of the groups, and after them their momenta where those move.
"""

import json
import math
import os
import warnings

import torch
from torch.optim import lr_scheduler as schedulers

warnings.simplefilter("ignore")

FUNCTIONS = {
    "inverse": lambda t: 1 / (1 + t),
    "wave": lambda t: 1.5 + math.sin(t / 3),
    "falling": lambda t: 0.95 if t < 20 else 0.99,
}

CLASSES = {
    "stepLR": schedulers.StepLR,
    "multiStepLR": schedulers.MultiStepLR,
    "constantLR": schedulers.ConstantLR,
    "linearLR": schedulers.LinearLR,
    "exponentialLR": schedulers.ExponentialLR,
    "polynomialLR": schedulers.PolynomialLR,
    "cosineAnnealingLR": schedulers.CosineAnnealingLR,
    "cosineAnnealingWarmRestarts": schedulers.CosineAnnealingWarmRestarts,
    "oneCycleLR": schedulers.OneCycleLR,
    "reduceLROnPlateau": schedulers.ReduceLROnPlateau,
}

NAMES = {"tMax": "T_max", "t0": "T_0", "tMult": "T_mult"}


def snake(name):
    return NAMES.get(name) or "".join("_" + c.lower() if c.isupper() else c for c in name)


def make(optimizer, spec):
    name = spec["name"]
    if name in ("lambdaLR", "multiplicativeLR"):
        kind = schedulers.LambdaLR if name == "lambdaLR" else schedulers.MultiplicativeLR
        names = spec["function"]
        given = [FUNCTIONS[each] for each in names] if isinstance(names, list) else FUNCTIONS[names]
        return kind(optimizer, given)
    if name == "sequentialLR":
        parts = [make(optimizer, part) for part in spec["schedules"]]
        return schedulers.SequentialLR(optimizer, parts, spec["milestones"])
    if name == "chainedScheduler":
        return schedulers.ChainedScheduler([make(optimizer, part) for part in spec["schedules"]])
    return CLASSES[name](optimizer, **{snake(key): value for key, value in spec.get("options", {}).items()})


def of(name, **options):
    return {"name": name, "options": options} if options else {"name": name}


def sequential(milestones, *parts):
    return {"name": "sequentialLR", "schedules": list(parts), "milestones": milestones}


def chained(*parts):
    return {"name": "chainedScheduler", "schedules": list(parts)}


def function(name, which):
    return {"name": name, "function": which}


TWO = [0.5, 0.02]
LOSSES = [3, 2.5, 2.2, 2.2, 2.1999, 2.19, 2.3, 2.4, 2.19, 2.189, 2.5, 2.5, 2.5, 1.5, 1.5, 1.6, 1.7] + [1.5] * 20

# schedule, and what differs from one group of SGD with a learning rate of 0.1 and 40 steps
CASES = [
    (of("stepLR", stepSize=7), {}),
    (of("stepLR", stepSize=3, gamma=0.7), {"lrs": TWO}),
    (of("multiStepLR", milestones=[5, 12, 30]), {}),
    (of("multiStepLR", milestones=[12, 4, 4, 0], gamma=0.5), {"lrs": TWO}),
    (of("exponentialLR", gamma=0.9), {}),
    (of("exponentialLR", gamma=1.05), {"lrs": TWO}),
    (of("constantLR"), {}),
    (of("constantLR", factor=0.25, totalIters=17), {"lrs": TWO}),
    (of("linearLR"), {}),
    (of("linearLR", startFactor=0.01, totalIters=25), {"lrs": TWO}),
    (of("linearLR", startFactor=1, endFactor=0.1, totalIters=30), {}),
    (of("linearLR", startFactor=0.5, endFactor=0, totalIters=10), {}),
    (of("polynomialLR"), {}),
    (of("polynomialLR", totalIters=33, power=2), {"lrs": TWO}),
    (of("polynomialLR", totalIters=50, power=0.5), {}),
    (of("cosineAnnealingLR", tMax=30), {}),
    (of("cosineAnnealingLR", tMax=7, etaMin=0.001), {"lrs": TWO}),
    (of("cosineAnnealingLR", tMax=1, etaMin=0.05), {}),
    (of("cosineAnnealingLR", tMax=50), {"steps": 100}),
    (of("cosineAnnealingWarmRestarts", t0=10), {}),
    (of("cosineAnnealingWarmRestarts", t0=4, tMult=2, etaMin=0.001), {"lrs": TWO}),
    (of("cosineAnnealingWarmRestarts", t0=1, tMult=3), {}),
    (of("oneCycleLR", maxLr=1, totalSteps=40, cycleMomentum=False), {}),
    (of("oneCycleLR", maxLr=0.5, totalSteps=40), {"optimizer": "adam"}),
    (of("oneCycleLR", maxLr=[0.5, 2], epochs=5, stepsPerEpoch=8, pctStart=0.45), {"lrs": TWO, "momentum": 0.9}),
    (
        of("oneCycleLR", maxLr=0.5, totalSteps=40, annealStrategy="linear", threePhase=True, divFactor=10),
        {"momentum": 0.5},
    ),
    (
        of("oneCycleLR", maxLr=0.5, totalSteps=50, threePhase=True, baseMomentum=[0.7, 0.8], maxMomentum=0.99),
        {"lrs": TWO, "optimizer": "adam"},
    ),
    (of("oneCycleLR", maxLr=1, totalSteps=40, pctStart=0.0, finalDivFactor=100), {"momentum": 0.9}),
    (function("lambdaLR", "inverse"), {}),
    (function("lambdaLR", ["inverse", "wave"]), {"lrs": TWO}),
    (function("multiplicativeLR", "falling"), {}),
    (function("multiplicativeLR", ["falling", "wave"]), {"lrs": TWO, "steps": 30}),
    (of("reduceLROnPlateau"), {"metrics": LOSSES}),
    (of("reduceLROnPlateau", patience=1, factor=0.5), {"metrics": LOSSES, "lrs": TWO}),
    (of("reduceLROnPlateau", patience=0, cooldown=3, minLr=0.01, factor=0.3), {"metrics": LOSSES}),
    (
        of("reduceLROnPlateau", mode="max", patience=2, threshold=0.05, thresholdMode="abs", minLr=[0.1, 0.001]),
        {"metrics": [math.sin(t / 4) for t in range(40)], "lrs": TWO},
    ),
    (
        of("reduceLROnPlateau", mode="max", patience=1, threshold=0.01, eps=0.02),
        {"metrics": [1 + t % 9 / 10 + t / 100 for t in range(40)]},
    ),
    (
        of("reduceLROnPlateau", thresholdMode="abs", threshold=0.1, patience=3),
        {"metrics": LOSSES},
    ),
    (sequential([5], of("linearLR", startFactor=0.1), of("cosineAnnealingLR", tMax=35)), {}),
    (sequential([4, 20], of("constantLR"), of("exponentialLR", gamma=0.9), of("stepLR", stepSize=3)), {"lrs": TWO}),
    (
        sequential([6, 18], of("polynomialLR", totalIters=6), of("multiStepLR", milestones=[2, 5]), of("linearLR")),
        {},
    ),
    (
        sequential([10, 25], function("lambdaLR", "inverse"), of("cosineAnnealingWarmRestarts", t0=5), of("polynomialLR")),
        {},
    ),
    (
        sequential([8, 20], function("multiplicativeLR", "falling"), of("constantLR", factor=0.5), function("multiplicativeLR", "wave")),
        {},
    ),
    (
        sequential([10], of("linearLR"), of("oneCycleLR", maxLr=0.5, totalSteps=35)),
        {"momentum": 0.9},
    ),
    (chained(of("constantLR", factor=0.1, totalIters=2), of("exponentialLR", gamma=0.9)), {"lrs": TWO}),
    (chained(of("linearLR", startFactor=0.2, totalIters=8), of("cosineAnnealingLR", tMax=12, etaMin=0.01)), {}),
    (chained(of("stepLR", stepSize=4, gamma=0.5), of("multiStepLR", milestones=[6, 9], gamma=2), of("polynomialLR", totalIters=30)), {}),
]


def optimizer_of(kind, lrs, momentum):
    groups = [{"params": [torch.zeros(1, requires_grad=True)], "lr": lr} for lr in lrs]
    return torch.optim.Adam(groups) if kind == "adam" else torch.optim.SGD(groups, momentum=momentum)


def row(optimizer, moving):
    momenta = [g["betas"][0] if "betas" in g else g["momentum"] for g in optimizer.param_groups]
    return [float(g["lr"]) for g in optimizer.param_groups] + (momenta if moving else [])


def case(spec, given):
    lrs = given.get("lrs", [0.1])
    kind, momentum = given.get("optimizer", "sgd"), given.get("momentum", 0)
    moving = "oneCycleLR" in json.dumps(spec) and (kind == "adam" or momentum > 0)
    optimizer = optimizer_of(kind, lrs, momentum)
    schedule = make(optimizer, spec)
    metrics = given.get("metrics")
    rows = [row(optimizer, moving)]
    for t in range(len(metrics) if metrics else given.get("steps", 40)):
        optimizer.step()
        schedule.step(metrics[t]) if metrics else schedule.step()
        rows.append(row(optimizer, moving))
    setting = {"schedule": spec, "optimizer": kind, "lrs": lrs, "momentum": momentum}
    if metrics:
        setting["metrics"] = metrics
    name = json.dumps(spec).replace('"', "")
    return {"id": f"{name} on {len(lrs)} of {kind}", **setting, "rows": rows}


lines = [json.dumps(case(*item), separators=(",", ":")) for item in CASES]
where = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "optim", "schedule.golden.json")
with open(where, "w", encoding="utf-8", newline="\n") as file:
    file.write(f'{{"madeBy":"torch {torch.__version__.split("+")[0]}","cases":[\n' + ",\n".join(lines) + "\n]}\n")
print(f"{len(lines)} cases, {os.path.getsize(where)} bytes")
