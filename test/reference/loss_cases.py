"""The cases of the losses: each with every reduction and every setting, at corners too, PyTorch's choice being the golden."""

import numpy as np
import torch
import torch.nn.functional as F

from golden import FLOAT32, FLOAT64, INT32, sample

REDUCTIONS = ("mean", "sum", "none")


def wide(shape, *words, low=-2.0, high=2.0):
    return sample(FLOAT64, shape, *words, low=low, high=high)


def narrow(shape, *words, low=-2.0, high=2.0):
    return sample(FLOAT32, shape, *words, low=low, high=high)


def f64(*values):
    return np.array(values, FLOAT64)


def whole(*values):
    return np.array(values, INT32)


def positive(array):
    return (np.abs(array) + 0.25).astype(array.dtype)


def signs(*values):
    return np.array(values, FLOAT64)


def regression(add):
    losses = {"mse": F.mse_loss, "l1": F.l1_loss, "huber": F.huber_loss, "smoothL1": F.smooth_l1_loss}
    for name, loss in losses.items():
        for reduction in REDUCTIONS:
            add(
                name,
                [wide((3, 4), name, "x"), wide((3, 4), name, "t")],
                {"reduction": reduction},
                lambda x, t, loss=loss, reduction=reduction: loss(x, t, reduction=reduction),
            )
        add(name, [narrow((7,), name, "x"), narrow((7,), name, "t")], {}, loss)
        add(name, [f64(1, -1, 0, 2.5), f64(1, 0, 1, 1)], {"reduction": "none"},
            lambda x, t, loss=loss: loss(x, t, reduction="none"), note="at its corners")
    for name in ("mse", "l1", "huber"):
        for reduction in REDUCTIONS:
            add(name, [wide((2, 3), name, "x"), wide((2, 3), name, "t"), positive(wide((2, 3), name, "w"))],
                {"reduction": reduction},
                lambda x, t, w, loss=losses[name], reduction=reduction: loss(x, t, reduction=reduction, weight=w),
                note="weighted", leaves=[0, 1])
    for delta in (0.25, 3.0):
        add("huber", [wide((5,), "d", "x"), wide((5,), "d", "t")], {"delta": delta},
            lambda x, t, delta=delta: F.huber_loss(x, t, delta=delta))
    for beta in (0, 0.25, 3.0):
        add("smoothL1", [wide((5,), "b", "x"), wide((5,), "b", "t")], {"beta": beta},
            lambda x, t, beta=beta: F.smooth_l1_loss(x, t, beta=beta))


LABELS = {
    (4, 3): whole(2, 0, 1, 2),
    (3,): np.array(1, INT32),
    (2, 3, 4): np.array([[0, 2, 1, 1], [2, 0, 0, 1]], INT32),
    (2, 3, 2, 2): np.array([[[0, 2], [1, 1]], [[2, 0], [0, 1]]], INT32),
}


def some_ignored(labels, index):
    labels = labels.copy()
    if labels.ndim:
        labels.reshape(-1)[1] = index
    return labels


def classes(add):
    for shape, labels in LABELS.items():
        for reduction in REDUCTIONS:
            add("crossEntropy", [wide(shape, "ce"), labels], {"reduction": reduction},
                lambda x, t, r=reduction: F.cross_entropy(x, t, reduction=r))
            smooth = {"reduction": reduction, "labelSmoothing": 0.2, "ignoreIndex": 7}
            add("crossEntropy", [wide(shape, "cw"), some_ignored(labels, 7), positive(wide((3,), "w"))], smooth,
                lambda x, t, w, r=reduction: F.cross_entropy(
                    x, t, weight=w, reduction=r, label_smoothing=0.2, ignore_index=7),
                note="weighted", leaves=[0])
        add("crossEntropy", [narrow(shape, "ce"), labels], {}, lambda x, t: F.cross_entropy(x, t))
        add("crossEntropy", [wide(shape, "ci"), some_ignored(labels, -100)], {},
            lambda x, t: F.cross_entropy(x, t), note="-100 counts nothing")
        add("crossEntropy", [wide(shape, "cs"), some_ignored(labels, -100)], {"labelSmoothing": 0.1},
            lambda x, t: F.cross_entropy(x, t, label_smoothing=0.1), note="-100 counts nothing")
        add("crossEntropy", [wide(shape, "cl"), labels, positive(wide((3,), "w"))], {},
            lambda x, t, w: F.cross_entropy(x, t, weight=w), note="weighted", leaves=[0])
    for shape in LABELS:
        axis = 0 if len(shape) == 1 else 1
        shares = positive(wide(shape, "p"))
        shares = shares / shares.sum(axis, keepdims=True)
        for reduction in REDUCTIONS:
            add("crossEntropy", [wide(shape, "cp"), shares], {"reduction": reduction},
                lambda x, t, r=reduction: F.cross_entropy(x, t, reduction=r), note="probabilities")
        add("crossEntropy", [wide(shape, "cq"), shares, positive(wide((3,), "w"))], {"labelSmoothing": 0.3},
            lambda x, t, w: F.cross_entropy(x, t, weight=w, label_smoothing=0.3),
            note="probabilities, weighted", leaves=[0, 1])
    add("crossEntropy", [wide((2, 3), "all"), whole(-100, -100)], {"reduction": "sum"},
        lambda x, t: F.cross_entropy(x, t, reduction="sum"), note="all ignored")
    add("crossEntropy", [wide((2, 3), "all"), whole(-100, -100)], {},
        lambda x, t: F.cross_entropy(x, t), note="all ignored: no number", leaves=[])
    add("crossEntropy", [f64(1000, -1000, 0), np.array(1, INT32)], {}, lambda x, t: F.cross_entropy(x, t),
        note="far apart")
    for reduction in REDUCTIONS:
        logs = np.log(positive(wide((4, 3), "nll")))
        add("nll", [logs, whole(0, 2, 1, 1)], {"reduction": reduction},
            lambda x, t, r=reduction: F.nll_loss(x, t, reduction=r))
        add("nll", [logs, whole(0, 2, -1, 1), positive(wide((3,), "w"))], {"reduction": reduction, "ignoreIndex": -1},
            lambda x, t, w, r=reduction: F.nll_loss(x, t, weight=w, reduction=r, ignore_index=-1),
            note="weighted", leaves=[0])
    add("nll", [wide((2, 3, 4), "nll"), LABELS[(2, 3, 4)]], {}, lambda x, t: F.nll_loss(x, t))
    infinite = np.array([[0.0, -np.inf], [-np.inf, 0.0]])
    add("nll", [infinite, whole(0, -100)], {}, lambda x, t: F.nll_loss(x, t), note="an infinite one is ignored")


def probabilities(add):
    for reduction in REDUCTIONS:
        p, t = wide((2, 3), "bce", low=0.05, high=0.95), wide((2, 3), "t", low=0, high=1)
        add("bce", [p, t], {"reduction": reduction},
            lambda x, t, r=reduction: F.binary_cross_entropy(x, t, reduction=r))
        add("bce", [p, t, positive(wide((3,), "w"))], {"reduction": reduction},
            lambda x, t, w, r=reduction: F.binary_cross_entropy(x, t, weight=w, reduction=r),
            note="weighted", leaves=[0, 1])
        add("bceWithLogits", [wide((2, 3), "x"), t], {"reduction": reduction},
            lambda x, t, r=reduction: F.binary_cross_entropy_with_logits(x, t, reduction=r))
        add("bceWithLogitsWeighted", [wide((2, 3), "x"), t, positive(wide((2, 1), "w")), positive(wide((3,), "v"))],
            {"reduction": reduction},
            lambda x, t, w, v, r=reduction: F.binary_cross_entropy_with_logits(
                x, t, weight=w, pos_weight=v, reduction=r),
            leaves=[0, 1])
    add("bce", [narrow((5,), "bce", low=0.1, high=0.9), narrow((5,), "t", low=0, high=1)], {}, F.binary_cross_entropy)
    add("bce", [f64(0, 1, 0, 1), f64(0, 1, 1, 0)], {"reduction": "none"},
        lambda x, t: F.binary_cross_entropy(x, t, reduction="none"), note="certain")
    add("bceWithLogits", [f64(-1000, 1000, -1000, 1000, 0), f64(0, 1, 1, 0, 0.5)], {"reduction": "none"},
        lambda x, t: F.binary_cross_entropy_with_logits(x, t, reduction="none"), note="certain")
    add("bceWithLogits", [narrow((5,), "x"), narrow((5,), "t", low=0, high=1)], {}, F.binary_cross_entropy_with_logits)
    for reduction in (*REDUCTIONS, "batchmean"):
        logs, target = wide((2, 3), "kl"), positive(wide((2, 3), "t"))
        add("klDiv", [logs, target], {"reduction": reduction},
            lambda x, t, r=reduction: F.kl_div(x, t, reduction=r))
        add("klDiv", [logs, np.log(target)], {"reduction": reduction, "logTarget": True},
            lambda x, t, r=reduction: F.kl_div(x, t, reduction=r, log_target=True))
    add("klDiv", [wide((3,), "kl"), f64(0, 1, 0.5)], {"reduction": "none"},
        lambda x, t: F.kl_div(x, t, reduction="none"), note="a target of 0", leaves=[0])
    add("klDiv", [narrow((2, 3), "kl"), positive(narrow((2, 3), "t"))], {"reduction": "batchmean"},
        lambda x, t: F.kl_div(x, t, reduction="batchmean"))


def margins(add):
    y = signs(1, -1, -1, 1)
    for reduction in REDUCTIONS:
        add("hinge", [wide((4,), "h"), y], {"reduction": reduction},
            lambda x, t, r=reduction: getattr((1 - t * x).clamp_min(0), r)()
            if r != "none" else (1 - t * x).clamp_min(0), leaves=[0])
        add("hingeEmbedding", [wide((4,), "he", low=0), y], {"reduction": reduction, "margin": 1.25},
            lambda x, t, r=reduction: F.hinge_embedding_loss(x, t, margin=1.25, reduction=r), leaves=[0])
        add("cosineEmbedding", [wide((4, 3), "a"), wide((4, 3), "b"), y], {"reduction": reduction, "margin": 0.1},
            lambda a, b, t, r=reduction: F.cosine_embedding_loss(a, b, t, margin=0.1, reduction=r), leaves=[0, 1])
        add("tripletMargin", [wide((3, 4), "a"), wide((3, 4), "p"), wide((3, 4), "n")], {"reduction": reduction},
            lambda a, p, n, r=reduction: F.triplet_margin_loss(a, p, n, reduction=r))
        for p in (1, 2):
            add("multiMargin", [wide((4, 3), "mm"), whole(0, 2, 1, 1)],
                {"reduction": reduction, "p": p, "margin": 0.75},
                lambda x, t, r=reduction, p=p: F.multi_margin_loss(x, t, p=p, margin=0.75, reduction=r))
    add("hinge", [f64(1, 0.5, 3), signs(1, 1, -1)], {"reduction": "none", "margin": 0.5},
        lambda x, t: (0.5 - t * x).clamp_min(0), note="at its corner", leaves=[0])
    add("hingeEmbedding", [f64(1, 0.5, 3), signs(-1, -1, 1)], {"reduction": "none"},
        lambda x, t: F.hinge_embedding_loss(x, t, reduction="none"), note="at its corner", leaves=[0])
    add("multiMargin", [wide((3,), "mm"), np.array(2, INT32)], {}, lambda x, t: F.multi_margin_loss(x, t))
    add("multiMargin", [f64(0, 1, 2), np.array(1, INT32)], {}, lambda x, t: F.multi_margin_loss(x, t),
        note="at its corner")
    add("multiMargin", [wide((4, 3), "mw"), whole(0, 2, 1, 1), positive(wide((3,), "w"))], {},
        lambda x, t, w: F.multi_margin_loss(x, t, weight=w), note="weighted", leaves=[0])
    add("multiMargin", [narrow((4, 3), "mm"), whole(0, 2, 1, 1)], {}, lambda x, t: F.multi_margin_loss(x, t))
    add("cosineEmbedding", [wide((3,), "a"), wide((3,), "b"), np.array(-1.0)], {},
        lambda a, b, t: F.cosine_embedding_loss(a, b, t), leaves=[0, 1])
    add("cosineEmbedding", [np.zeros((1, 2)), wide((1, 2), "b"), signs(1)], {},
        lambda a, b, t: F.cosine_embedding_loss(a, b, t), note="a vector of length 0", leaves=[0, 1])
    for params in ({"p": 1}, {"p": 3, "margin": 2.5}, {"swap": True, "margin": 4.0}, {"eps": 0.01, "margin": 4.0}):
        add("tripletMargin", [wide((3, 4), "a"), wide((3, 4), "p"), wide((3, 4), "n")], params,
            lambda a, p, n, q=params: F.triplet_margin_loss(a, p, n, **q))
    add("tripletMargin", [narrow((3, 4), "a"), narrow((3, 4), "p"), narrow((3, 4), "n")], {}, F.triplet_margin_loss)
    add("tripletMargin", [wide((4,), "a"), wide((4,), "p"), wide((4,), "n")], {"margin": 3.0},
        lambda a, p, n: F.triplet_margin_loss(a, p, n, margin=3.0))


def sequences(add):
    def loss(x, t, inputs, targets, **options):
        return F.ctc_loss(F.log_softmax(x, -1), t, tuple(inputs), tuple(targets), **options)

    def case(x, t, inputs, targets, params=None, options=None, note=""):
        known = {"inputLengths": inputs, "targetLengths": targets, **(params or {})}
        add("ctc", [x, t], known,
            lambda x, t: loss(x, t, inputs, targets, **(options or {})), note=note)

    two = np.array([[1, 2, 2], [3, 1, 0]], INT32)
    for reduction in REDUCTIONS:
        case(wide((6, 2, 4), "ctc"), two, [6, 5], [3, 2], {"reduction": reduction}, {"reduction": reduction})
    case(narrow((6, 2, 4), "ctc"), two, [6, 5], [3, 2])
    case(wide((6, 2, 4), "ctc"), whole(1, 2, 2, 3, 1), [6, 5], [3, 2], note="labels one after the other")
    case(wide((5, 1, 3), "blank"), np.array([[0, 1]], INT32), [5], [2], {"blank": 2}, {"blank": 2})
    case(wide((5, 2, 3), "empty"), np.array([[1, 1], [1, 2]], INT32), [5, 4], [0, 1], note="no labels")
    case(wide((2, 2, 3), "tight"), np.array([[1, 2], [2, 0]], INT32), [2, 1], [2, 1], note="just enough steps")
    case(wide((12, 3, 5), "long"), np.array([[1, 2, 3, 4], [4, 4, 4, 4], [2, 1, 2, 1]], INT32), [12, 9, 7], [4, 4, 3])
    for reduction in REDUCTIONS:
        case(wide((3, 3, 3), "impossible"), np.array([[1, 1], [1, 2], [2, 2]], INT32), [2, 3, 3], [2, 2, 2],
             {"reduction": reduction, "zeroInfinity": True}, {"reduction": reduction, "zero_infinity": True},
             note="too few steps")
    add("ctc", [wide((3, 2, 3), "inf"), np.array([[1, 1], [1, 2]], INT32)],
        {"inputLengths": [2, 3], "targetLengths": [2, 2], "reduction": "none"},
        lambda x, t: loss(x, t, [2, 3], [2, 2], reduction="none"), note="too few steps: infinite", leaves=[])
    one = wide((5, 4), "single")
    add("ctc", [one, whole(1, 3)], {"inputLengths": 5, "targetLengths": 2},
        lambda x, t: F.ctc_loss(F.log_softmax(x, -1), t, torch.tensor(5), torch.tensor(2)), note="one sample")
    far = wide((4, 1, 3), "far") * 100
    case(far, np.array([[1, 2]], INT32), [4], [2], note="scores far apart")


def write(add):
    regression(add)
    classes(add)
    probabilities(add)
    margins(add)
    sequences(add)
