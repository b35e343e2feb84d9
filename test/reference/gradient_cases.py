"""The gradient cases: which operations, at which places. Where a function has a corner (abs at 0, the
maximum of equals, a clipped bound), the case is there on purpose and PyTorch's choice is the golden."""

import math

import numpy as np

from forward_elementwise import FUNCTIONS
from forward_indexing import ADVANCED, BASIC
from golden import FLOAT32, FLOAT64, INT32, sample


def wide(shape, *words, low=-2.0, high=2.0):
    return sample(FLOAT64, shape, *words, low=low, high=high)


def narrow(shape, *words, low=-2.0, high=2.0):
    return sample(FLOAT32, shape, *words, low=low, high=high)


def f64(*values):
    return np.array(values, FLOAT64)


def whole(*values):
    return np.array(values, INT32)


def elementwise(add):
    for name, (_, low, high, _) in FUNCTIONS.items():
        low, high = max(low, -3), min(high, 3)
        low, high = (-0.95, 0.95) if name in ("asin", "acos", "atanh") else (low, high)
        second = name in ("exp", "log", "sin", "sqrt", "tanh", "sigmoid", "erf", "atan", "log1p")
        add(name, [wide((3, 5), name, low=low, high=high)], second=second)
        add(name, [narrow((7,), name, low=low, high=high)])
    for name in ("neg", "abs", "sign", "square", "relu", "floor", "ceil", "round", "trunc"):
        add(name, [wide((3, 5), name)])
    add("reciprocal", [wide((5,), low=0.3)], second=True)
    add("square", [narrow((1, 3), "square")], second=False)
    add("abs", [f64(-1, 0, -0.0, 2)], note="0 at 0")
    add("relu", [f64(-1, 0, 1)], note="0 at 0")
    add("sigmoid", [f64(-1000, -40, 0, 40, 1000)], note="saturated")
    add("tanh", [f64(-1000, -20, 0, 20, 1000)], note="saturated")
    add("sqrt", [f64(0, 4)], note="infinite at 0")
    add("exp", [np.zeros((0, 3))], note="empty")
    add("exp", [np.array(0.5)], note="0-d")
    add("clip", [f64(-2, -1, 0, 1, 2)], {"lo": -1.0, "hi": 1.0}, note="1 at the bounds")
    add("clip", [wide((3, 5), "clip")], {"lo": -0.5, "hi": None})
    add("clip", [narrow((3, 5), "clip")], {"lo": None, "hi": 0.5})
    add("astype", [wide((3,), "astype")], {"dtype": "float32"})
    add("astype", [narrow((3,), "astype")], {"dtype": "float64"})


def pairs(add):
    shapes = [((3, 5), (3, 5)), ((3, 1), (5,)), ((), (2, 3)), ((2, 1, 3), (7, 1))]
    for name in ("add", "sub", "mul", "div", "maximum", "minimum", "atan2"):
        for left, right in shapes:
            second = name in ("mul", "div", "atan2") and left == (3, 1)
            add(name, [wide(left, name, "l", low=0.5), wide(right, name, "r", low=0.4)], second=second)
        add(name, [narrow((3, 5), name, "l", low=0.5), narrow((5,), name, "r", low=0.4)])
    for left, right in shapes:
        add("pow", [wide(left, "pow", low=0.3), wide(right, "pow")], second=left == (3, 1))
    add("pow", [narrow((5,), "pow", low=0.5), narrow((5,), "pow", "r")])
    add("add", [np.zeros((0, 3)), wide((3,), "add")], note="empty")
    add("mod", [f64(7.5, -7.5, 7.5, -7.5, 1.25), f64(2, 2, -2, -2, 0.5)])
    add("maximum", [f64(1, 2, 3), f64(1, 0, 3)], note="equals share")
    add("minimum", [f64(1, 2, 3), f64(1, 0, 3)], note="equals share")
    for exponent in (0, 1, 2, 3, 0.5, -1, -2.5):
        add(
            "powScalar",
            [wide((5,), "exponent", low=0.3)],
            {"exponent": exponent},
            second=exponent in (3, -2.5),
        )
    add("powScalar", [f64(-2, -0.5, 0, 1)], {"exponent": 3}, note="negative base")
    add("powScalar", [f64(-2, 0, 1)], {"exponent": 0}, note="to the power of zero")
    add("pow", [f64(0, 0, 2), f64(2, 1, 0)], note="zero base")
    add("scalarPow", [wide((5,), "base")], {"base": 2.5}, second=True)
    condition = np.array([[True, False, True], [False, False, True]])
    add("where", [condition, wide((2, 3), "a"), wide((3,), "b")])
    add("where", [condition, narrow((), "a"), narrow((2, 1), "b")])


def reductions(add):
    places = [
        ((3, 5), {}),
        ((3, 5), {"axis": 0}),
        ((2, 3, 4), {"axis": -1, "options": {"keepdims": True}}),
        ((7,), {"axis": 0}),
    ]
    for name in ("sum", "mean", "prod", "max", "min", "var", "std", "logsumexp", "norm"):
        for shape, params in places:
            second = (
                name in ("prod", "var", "std", "logsumexp", "norm")
                and params == {"axis": 0}
                and shape == (3, 5)
            )
            add(name, [wide(shape, name)], params, second=second)
        if name != "prod":
            add(name, [wide((2, 3, 4), name)], {"axis": [0, 2]})
        add(name, [narrow((3, 5), name, low=0.3)], {"axis": 1})
    for name in ("sum", "prod"):
        add(name, [np.zeros((0, 3))], {"axis": 0}, note="empty")
    for name in ("var", "std"):
        add(name, [wide((3, 5), name)], {"axis": 1, "options": {"ddof": 1}})
    add("prod", [f64(2, 0, 3)], note="one zero", second=True)
    add("prod", [f64(2, 0, 3, 0)], note="two zeros")
    add("prod", [np.array([[1.0, 0, 2], [0, 0, 4], [3, 5, -1]])], {"axis": 1}, note="zeros in rows")
    for name in ("max", "min"):
        add(name, [f64(3, 1, 3, 1, 2)], note="equals share")
        add(name, [np.array([[2.0, 2], [1, 2], [0, 0]])], {"axis": 1}, note="equals share")
    add("logsumexp", [f64(1000, 1001, -1000)], note="extremes")
    add("logsumexp", [f64(-math.inf, 0, 1)], note="minus infinity")
    for order in (1, 3, math.inf):
        add("norm", [wide((3, 5), "norm")], {"ord": order, "axis": 1})
    add("norm", [f64(1, 0, -2)], {"ord": 1}, note="0 at 0")
    add("norm", [f64(0, 0, 0)], note="0 at the origin")
    for shape, params in [
        ((3, 5), {"axis": 1}),
        ((2, 3, 4), {"axis": 0}),
        ((2, 3), {}),
        ((7,), {"axis": -1}),
    ]:
        add("cumsum", [wide(shape, "cumsum")], params)
    for shape, axis in [((7,), -1), ((3, 5), 0), ((2, 3, 4), 1)]:
        add("sort", [wide(shape, "sort")], {"axis": axis})
        add("topkValues", [wide(shape, "topk")], {"k": 2, "axis": axis})
    add("sort", [f64(2, 1, 2, 1)], {"axis": 0}, note="equals keep their order")
    add("sort", [narrow((17,), "sort")], {"axis": 0})


MOVES = [
    ("reshape", (2, 6), {"shape": [3, 4]}),
    ("reshape", (2, 3), {"shape": [-1]}),
    ("ravel", (2, 3), {}),
    ("flatten", (2, 3, 2), {}),
    ("transpose", (2, 3), {}),
    ("transpose", (2, 3, 4), {"axes": [1, 2, 0]}),
    ("permute", (2, 3, 4), {"axes": [2, 0, 1]}),
    ("swapaxes", (2, 3, 4), {"from": 0, "to": -1}),
    ("moveaxis", (2, 3, 4), {"from": 0, "to": 2}),
    ("squeeze", (1, 3, 1), {}),
    ("squeeze", (1, 3, 1), {"axis": 0}),
    ("unsqueeze", (2, 3), {"axis": 1}),
    ("expandDims", (3,), {"axis": -1}),
    ("broadcastTo", (3, 1), {"shape": [2, 3, 5]}),
    ("broadcastTo", (), {"shape": [4]}),
    ("flip", (2, 3), {}),
    ("flip", (2, 3, 4), {"axis": [0, 2]}),
    ("roll", (5,), {"shift": 2}),
    ("roll", (3, 5), {"shift": -2, "axis": 1}),
    ("roll", (2, 3), {"shift": 1}),
    ("pad", (2, 3), {"widths": 1}),
    ("pad", (2, 3), {"widths": [[1, 0], [0, 2]], "options": {"value": 7}}),
    ("tile", (2, 3), {"reps": [2, 1]}),
    ("tile", (3,), {"reps": [2, 2]}),
    ("repeat", (2, 3), {"n": 2}),
    ("repeat", (2, 3), {"n": 3, "axis": 0}),
    ("split", (6, 2), {"parts": 3, "axis": 0}),
    ("split", (2, 5), {"parts": [1, 3], "axis": -1}),
    ("tril", (3, 3), {"k": 0}),
    ("tril", (3, 5), {"k": 1}),
    ("triu", (3, 3), {"k": -1}),
    ("triu", (2, 3, 3), {"k": 0}),
    ("diagonal", (3, 5), {"offset": 1}),
    ("trace", (3, 3), {}),
    ("trace", (2, 5), {}),
]


def movement(add):
    for name, shape, params in MOVES:
        add(name, [wide(shape, name)], params)
    for name, shape, params in MOVES[::5]:
        add(name, [narrow(shape, name)], params)
    add("concatenate", [wide((2, 3), "a"), wide((1, 3), "b")], {"axis": 0})
    add("concatenate", [wide((2, 3), "a"), wide((2, 1), "b"), wide((2, 0), "c")], {"axis": -1})
    add("stack", [wide((2, 3), "a"), wide((2, 3), "b")], {"axis": 1})
    add("stack", [narrow((), "a"), narrow((), "b")], {"axis": 0})


def indexing(add):
    for shape, items in BASIC[::2]:
        add("at", [wide(shape, "at")], {"items": items})
    for shape, arrays, items in ADVANCED[::2]:
        add("at", [wide(shape, "at"), *arrays], {"items": items})
    for shape, items in [
        ((7,), [{"slice": [1, 6, 2]}]),
        ((3, 5), ["...", 0]),
        ((3, 5), [1]),
        ((2, 3, 4), [0, "...", {"slice": [None, None, -1]}]),
    ]:
        x = wide(shape, "set")
        from_shape = np.empty(shape)[
            tuple(slice(*i["slice"]) if isinstance(i, dict) else Ellipsis if i == "..." else i for i in items)
        ].shape
        add("set", [x, wide(from_shape, "value")], {"items": items})
        add("set", [x, wide((), "value")], {"items": items}) if from_shape else None
    add(
        "set",
        [wide((5,), "set"), wide((4,), "value"), whole(0, 3, 3, -1)],
        {"items": [{"array": 2}]},
        note="the last write stays",
    )
    add("set", [wide((3, 5), "set"), wide((2, 5), "value"), whole(2, 0)], {"items": [{"array": 2}]})
    add(
        "set",
        [wide((5,), "set"), wide((), "value"), np.array([True, False, True, False, False])],
        {"items": [{"array": 2}]},
    )
    for shape, index, axis in [
        ((5,), whole(0, -1, 2, 2), 0),
        ((3, 5), whole(4, 4, 1).reshape(3, 1), 1),
        ((3, 5), whole(7, 7, 14), None),
    ]:
        add(
            "take",
            [wide(shape, "take"), index],
            {} if axis is None else {"axis": axis},
            note="repeated places add up",
        )
    for shape, index, axis in [
        ((3, 5), whole(4, 4, 1, 0, 0, 0).reshape(3, 2), 1),
        ((5,), whole(0, 0, -1), 0),
    ]:
        add("takeAlongAxis", [wide(shape, "take"), index], {"axis": axis}, note="repeated places add up")


def products(add):
    for left, right in [
        ((3,), (3,)),
        ((2, 3), (3,)),
        ((3,), (3, 2)),
        ((2, 3), (3, 5)),
        ((), (3,)),
        ((2, 3, 4), (4,)),
        ((2, 3, 4), (4, 5)),
        ((2, 3, 4), (5, 4, 2)),
        ((0, 3), (3, 2)),
        ((2, 0), (0, 3)),
    ]:
        add("dot", [wide(left, "l"), wide(right, "r")], second=(left, right) == ((2, 3), (3, 5)))
    for left, right in [
        ((3,), (3,)),
        ((2, 3), (3,)),
        ((3,), (3, 2)),
        ((2, 3), (3, 5)),
        ((5, 2, 3), (5, 3, 4)),
        ((5, 2, 3), (3, 4)),
        ((2, 3), (5, 3, 4)),
        ((3,), (5, 3, 4)),
        ((5, 2, 3), (3,)),
        ((5, 1, 2, 3), (7, 3, 1)),
        ((17, 13), (13, 7)),
    ]:
        add("matmul", [wide(left, "l"), wide(right, "r")], second=left == (5, 1, 2, 3))
        if len(left) > 1:
            add("matmul", [narrow(left, "l"), narrow(right, "r")])
    for spec, *shapes in [
        ("ij,jk->ik", (2, 3), (3, 5)),
        ("bij,bjk->bik", (2, 3, 4), (2, 4, 5)),
        ("ii", (3, 3)),
        ("ii->i", (3, 3)),
        ("ij->ji", (2, 3)),
        ("i,j->ij", (3,), (5,)),
        ("...ij,...jk->...ik", (2, 1, 3, 4), (5, 4, 2)),
        ("ij,jk,kl->il", (2, 3), (3, 4), (4, 5)),
        ("i,ij,j->", (3,), (3, 5), (5,)),
        ("ij->j", (2, 3)),
        ("ij,ij->", (2, 3), (2, 3)),
        ("ijk,jil->kl", (2, 3, 4), (3, 2, 5)),
    ]:
        arrays = [wide(shape, "einsum", i) for i, shape in enumerate(shapes)]
        add("einsum", arrays, {"spec": spec}, second=spec in ("i,ij,j->", "ij,jk->ik"))
    add("outer", [wide((3,), "l"), wide((5,), "r")])


def image(*shape):
    """Distinct values, so that no pooling window has two largest ones, and a border of zeros would show."""
    random = np.random.Generator(np.random.PCG64(7))
    return random.permutation(math.prod(shape)).reshape(shape) / math.prod(shape) - 0.4


def networks(add):
    for shape, axis in [((3, 5), 1), ((2, 3, 4), 0), ((7,), -1)]:
        for name in ("softmax", "logSoftmax"):
            add(name, [wide(shape, name)], {"axis": axis}, second=shape == (3, 5))
            add(name, [narrow(shape, name)], {"axis": axis})
    for name in ("softmax", "logSoftmax"):
        add(name, [f64(1000, 999, -1000)], {"axis": 0}, note="extremes")
    for dtype in (FLOAT64, FLOAT32):
        add("crossEntropy", [sample(dtype, (5, 3), "logits"), whole(0, 2, 1, 1, 0)], second=dtype == FLOAT64)
        add(
            "bceWithLogits",
            [sample(dtype, (5,), "logits"), np.array([0, 1, 1, 0, 1], dtype)],
            second=dtype == FLOAT64,
        )
        add("mse", [sample(dtype, (3, 5), "left"), sample(dtype, (3, 5), "right")], second=dtype == FLOAT64)
        add("linear", [sample(dtype, (5, 3), "x"), sample(dtype, (2, 3), "w"), sample(dtype, (2,), "b")])
    add("crossEntropy", [np.array([[1000.0, 0, -1000]]), whole(1)], note="extremes")
    add("bceWithLogits", [f64(1000, -1000, 0), f64(0, 1, 0.5)], note="extremes")
    add("linear", [wide((2, 4, 3), "x"), wide((5, 3), "w")], note="batched, no bias")
    convolutions = [
        ((1, 1, 5, 5), (1, 1, 3, 3), {}),
        ((2, 3, 7, 5), (4, 3, 3, 3), {"stride": 2, "padding": 1}),
        ((1, 2, 8, 9), (3, 2, 2, 3), {"dilation": 2}),
        ((2, 4, 6, 6), (6, 2, 3, 3), {"groups": 2, "padding": 1}),
        ((1, 3, 5, 5), (3, 1, 3, 3), {"groups": 3}),
        ((1, 2, 7, 7), (2, 2, 3, 2), {"stride": [2, 1], "padding": [1, 0]}),
        ((2, 2, 3, 3), (3, 2, 1, 1), {}),
        ((1, 1, 9, 9), (2, 1, 3, 3), {"stride": 3, "dilation": 2, "padding": 2}),
        ((1, 2, 6, 5), (2, 2, 3, 3), {"stride": 2}),
    ]
    for shape, kernel, options in convolutions:
        params = {"options": options} if options else {}
        add(
            "conv2d",
            [wide(shape, "x"), wide(kernel, "w"), wide(kernel[:1], "b")],
            params,
            second=kernel[0] in (3, 4),
        )
        add("conv2d", [narrow(shape, "x"), narrow(kernel, "w")], params)
    for shape, kernel, options in [
        ((1, 1, 4, 4), 2, {}),
        ((2, 3, 7, 5), 3, {"stride": 2}),
        ((1, 2, 5, 5), 3, {"stride": 1, "padding": 1}),
        ((1, 1, 6, 5), [2, 3], {}),
    ]:
        params = {"kernel": kernel, "options": options} if options else {"kernel": kernel}
        add("maxPool2d", [image(*shape)], params)
    ties = np.array([[1.0, 1, 0, 0], [1, 0, 0, 0], [2, 3, 3, 2], [3, 2, 2, 3]]).reshape(1, 1, 4, 4)
    add("maxPool2d", [ties], {"kernel": 2}, note="the first of equals takes all")
    add("maxPool2d", [image(1, 1, 4, 4).astype(FLOAT32)], {"kernel": 2})


def composites(add):
    for make, second in ((wide, True), (narrow, False)):
        add("layerNorm", [make((3, 7), "x"), make((7,), "w"), make((7,), "b")], second=second)
        add("rmsNorm", [make((3, 7), "x"), make((7,), "w")])
        add(
            "mlp",
            [make((5, 3), "x"), make((3, 4), "w1"), make((4,), "b1"), make((4, 2), "w2"), make((2,), "b2")],
            second=second,
        )
        add("reluNetwork", [make((5, 3), "x"), make((3, 7), "w1"), make((7,), "b1"), make((7, 1), "w2")])
        add("attention", [make((2, 3, 4), "q"), make((2, 5, 4), "k"), make((2, 5, 3), "v")], second=second)
        add("causalAttention", [make((2, 5, 3), "q"), make((2, 5, 3), "k"), make((2, 5, 3), "v")])
        add("recurrence", [make((3, 2, 4), "x"), make((2, 5), "state"), make((4, 5), "w"), make((5, 5), "u")])
        add("gelu", [make((3, 5), "x")], second=second)
        add("silu", [make((3, 5), "x")], second=second)
        add("softplus", [make((3, 5), "x")])
        add("cosineSimilarity", [make((3, 5), "a"), make((3, 5), "b")], second=second)
        add("polynomial", [make((7,), "x")], second=second)
        add("shared", [make((3, 3), "x")], second=second)
        add("pairwiseDistances", [make((3, 2), "a"), make((5, 2), "b")])
        add("focal", [make((7,), "x")])
        add("standardise", [make((5, 3), "x")])
        add(
            "digits",
            [make((3, 1, 6, 6), "x"), make((2, 1, 3, 3), "kernel"), make((8, 3), "w"), whole(2, 0, 1)],
        )


def write(add):
    elementwise(add)
    pairs(add)
    reductions(add)
    movement(add)
    indexing(add)
    products(add)
    networks(add)
    composites(add)
