"""Forward cases of one-operand functions, casts and creation."""

import math

import numpy as np

from golden import BOOL, DTYPES, FLOAT32, FLOAT64, INT32, UINT8, sample

NAN, INF = math.nan, math.inf
SPECIAL = [NAN, INF, -INF, -0.0, 0.0, 1.0, -1.0]


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


erf = np.vectorize(math.erf, otypes=[np.float64])


# name: function, low, high (where its values are of order one), tolerance
FUNCTIONS = {
    "sqrt": (np.sqrt, 0.1, 9, "float"),
    "exp": (np.exp, -5, 5, "float"),
    "exp2": (np.exp2, -5, 5, "float"),
    "expm1": (np.expm1, -3, 3, "float"),
    "log": (np.log, 0.1, 9, "transcendental"),
    "log2": (np.log2, 0.1, 9, "transcendental"),
    "log10": (np.log10, 0.1, 9, "transcendental"),
    "log1p": (np.log1p, -0.9, 9, "float"),
    "sin": (np.sin, -9, 9, "transcendental"),
    "cos": (np.cos, -9, 9, "transcendental"),
    "tan": (np.tan, -1.4, 1.4, "transcendental"),
    "asin": (np.arcsin, -1, 1, "float"),
    "acos": (np.arccos, -1, 0.99, "transcendental"),
    "atan": (np.arctan, -9, 9, "float"),
    "sinh": (np.sinh, -4, 4, "float"),
    "cosh": (np.cosh, -4, 4, "float"),
    "tanh": (np.tanh, -4, 4, "float"),
    "asinh": (np.arcsinh, -9, 9, "float"),
    "acosh": (np.arccosh, 1.1, 9, "transcendental"),
    "atanh": (np.arctanh, -0.99, 0.99, "float"),
    "erf": (erf, -3, 3, "float"),
    "sigmoid": (sigmoid, -6, 6, "float"),
}


def inexact(dtype):
    """The float dtype in which maru answers a function that is not closed over the integers."""
    return {BOOL: FLOAT32, UINT8: FLOAT32, INT32: FLOAT64, FLOAT32: FLOAT32, FLOAT64: FLOAT64}[dtype]


def rounded_once(function, x):
    """The function in float64, rounded to the dtype of the answer."""
    return np.asarray(function(x.astype(FLOAT64))).astype(inexact(x.dtype))


def functions(book):
    for name, (function, low, high, tolerance) in FUNCTIONS.items():

        def case(x, note=""):
            book.add(name, [x], {}, rounded_once(function, x), tolerance, note)

        case(sample(FLOAT32, (3, 5), name, low=low, high=high))
        case(sample(FLOAT64, (17,), name, low=low, high=high))
        case(np.array(SPECIAL, FLOAT32), "special values")
        case(np.array(SPECIAL, FLOAT64), "special values")
        case(np.array([0, 1, 2, 5], INT32), "integers answer float64")
        case(np.array([0, 1, 2, 5], UINT8), "bytes answer float32")
        case(np.array([False, True]), "booleans answer float32")
    for name in ("exp", "sqrt", "sigmoid", "erf"):
        function, _, _, tolerance = FUNCTIONS[name]
        book.add(name, [np.zeros((0, 3), FLOAT32)], {}, np.zeros((0, 3), FLOAT32), tolerance, "empty")
        zero_d = np.array(0.75, FLOAT32)
        book.add(name, [zero_d], {}, rounded_once(function, zero_d), tolerance, "0-d")
    edges(book)


def edges(book):
    """Places where a careless formula overflows, cancels or saturates."""
    places = {
        "exp": [-800, -50, -1e-3, 88, 89, 709, 710],
        "expm1": [-800, -1e-10, 1e-10, 1e-5, 50],
        "log1p": [-1.0, -1e-10, 1e-10, 1e-5, 1e10],
        "sigmoid": [-1000, -80, -20, 20, 80, 1000],
        "tanh": [-1000, -20, 1e-10, 1e-4, 20, 1000],
        "erf": [-6, -1e-10, 1e-10, 1e-4, 0.5, 1, 2, 3.5, 6],
        "log": [1e-30, 1e30, 2.0, 0.5],
        "log2": [0.125, 0.5, 1, 2, 1024],
        "log10": [0.01, 1, 10, 1000],
        "sinh": [1e-10, -1e-5, 20],
        "asinh": [1e-10, -1e-10, 1e10, -1e10],
        "atanh": [1e-10, 0.5, 2.0],
        "exp2": [-10, 0.5, 10, 30],
    }
    for name, values in places.items():
        function = FUNCTIONS[name][0]
        for dtype in (FLOAT32, FLOAT64):
            if dtype == FLOAT32 and name == "exp":
                values = [-200, -50, -1e-3, 88, 89]
            x = np.array(values, dtype)
            book.add(name, [x], {}, rounded_once(function, x), "float", "edges")


HALVES = [-3.5, -2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 3.5, 0.25, -0.75, 8388609.0, 2.4999998, -0.0, 0.0]


def exact_functions(book):
    def case(name, function, x, note=""):
        book.add(name, [x], {}, function(x), "exact", note)

    for name, function in {"floor": np.floor, "ceil": np.ceil, "round": np.round, "trunc": np.trunc}.items():
        for dtype in (FLOAT32, FLOAT64):
            case(name, function, np.array(HALVES, dtype), "halves and signed zeros")
            case(name, function, np.array([NAN, INF, -INF, 1e20, -1e20], dtype), "special values")
        case(name, function, np.array([-3, 0, 7], INT32), "integers stay")
        case(name, function, np.array([0, 7, 255], UINT8), "bytes stay")
    for name, function in {"neg": np.negative, "abs": np.abs, "sign": np.sign, "square": np.square}.items():
        case(name, function, sample(FLOAT32, (3, 5), name))
        case(name, function, sample(FLOAT64, (1, 7), name))
        case(name, function, np.array(SPECIAL, FLOAT32), "special values")
        case(name, function, np.array([0, 1, -1, 5, 50000, 2**31 - 1, -(2**31)], INT32), "wraps")
        case(name, function, np.array([0, 1, 15, 16, 128, 255], UINT8), "wraps")
        case(name, function, np.zeros((0,), FLOAT32), "empty")
    case("abs", np.abs, np.array([False, True]))
    for name in ("neg", "sign"):
        book.refuse(name, [np.array([True])], {}, "bool", "DTypeError")
    for dtype in (FLOAT32, FLOAT64):
        x = sample(dtype, (5, 3), "reciprocal", low=0.3, high=3)
        book.add("reciprocal", [x], {}, np.reciprocal(x), "float")
        x = np.array([0.0, -0.0, INF, -INF, NAN], dtype)
        book.add("reciprocal", [x], {}, np.reciprocal(x), "exact", "special values")
    for dtype in DTYPES:
        x = sample(dtype, (3, 3), "relu")
        book.add("relu", [x], {}, np.maximum(x, np.zeros((), dtype)), "exact")
        y = np.concatenate([np.zeros(2, dtype), sample(dtype, (3,), "not")])
        book.add("logicalNot", [y], {}, np.logical_not(y), "exact")
        for name, function in {"isNan": np.isnan, "isFinite": np.isfinite, "isInf": np.isinf}.items():
            if dtype in (FLOAT32, FLOAT64):
                book.add(name, [np.array(SPECIAL, dtype)], {}, function(np.array(SPECIAL, dtype)), "exact")
            elif dtype != UINT8:
                book.add(name, [x], {}, function(x), "exact", "never in whole numbers")
    x = np.array([NAN, INF, -INF, -2.0, 3.0], FLOAT32)
    book.add("relu", [x], {}, np.maximum(x, np.float32(0)), "exact", "special values")
    book.add("logicalNot", [x], {}, np.logical_not(x), "exact", "NaN is true")


def casts(book):
    values = {
        BOOL: [False, True],
        UINT8: [0, 1, 7, 200, 255],
        INT32: [0, 1, -1, 7, 16777217, 2**31 - 1, -(2**31)],
        FLOAT32: [0.0, -0.0, 0.5, 1.9, 100.999],
        FLOAT64: [0.0, -0.0, 0.1, 1.9, 100.999, 1 / 3],
    }
    for source in DTYPES:
        for target in DTYPES:
            x = np.array(values[source], source)
            book.add("astype", [x], {"dtype": target.name}, x.astype(target), "exact")
    x = np.array([-1.9, -0.5, 2.999, 1e9], FLOAT64)
    book.add("astype", [x], {"dtype": "int32"}, x.astype(INT32), "exact", "toward zero")
    x = np.array([1e39, -1e39, 1e-50, NAN, INF, -INF], FLOAT64)
    book.add("astype", [x], {"dtype": "float32"}, x.astype(FLOAT32), "exact", "overflow to infinity")
    x = np.array([NAN, INF, -0.0, 0.0, 1e-40], FLOAT32)
    book.add("astype", [x], {"dtype": "bool"}, x.astype(BOOL), "exact", "NaN is true")


def creation(book):
    for dtype in DTYPES:
        name = dtype.name
        book.add("zeros", [], {"shape": [2, 3], "dtype": name}, np.zeros((2, 3), dtype))
        book.add("ones", [], {"shape": [3], "dtype": name}, np.ones(3, dtype))
        book.add("full", [], {"shape": [2, 1, 3], "value": 1, "dtype": name}, np.full((2, 1, 3), 1, dtype))
        book.add("eye", [], {"n": 3, "dtype": name}, np.eye(3, dtype=dtype))
        x = sample(dtype, (2, 3), "like")
        book.add("zerosLike", [x], {}, np.zeros_like(x))
        book.add("onesLike", [x], {}, np.ones_like(x))
        book.add("fullLike", [x], {"value": 1}, np.full_like(x, 1))
    book.add("zeros", [], {"shape": [], "dtype": "float32"}, np.zeros((), FLOAT32))
    book.add("ones", [], {"shape": [0, 3], "dtype": "float32"}, np.ones((0, 3), FLOAT32))
    book.add("full", [], {"shape": [2], "value": NAN, "dtype": "float32"}, np.full(2, NAN, FLOAT32))
    book.add("full", [], {"shape": [2], "value": -INF, "dtype": "float64"}, np.full(2, -INF, FLOAT64))
    book.add("full", [], {"shape": [2], "value": -0.0, "dtype": "float32"}, np.full(2, -0.0, FLOAT32))
    book.refuse("zeros", [], {"shape": [-1, 2], "dtype": "float32"}, "-1|negative")
    for n, m, k in [(3, 5, 0), (3, 5, 1), (5, 3, -2), (2, 2, 7), (0, 3, 0), (1, 1, 0)]:
        params = {"n": n, "m": m, "k": k, "dtype": "float32"}
        book.add("eye", [], params, np.eye(n, m, k=k, dtype=FLOAT32))
        book.add("tri", [], params, np.tri(n, m, k=k, dtype=FLOAT32))
    ranges = [
        (0, 5, 1),
        (0, 0, 1),
        (2, 9, 3),
        (9, 2, -3),
        (5, 2, 1),
        (-3, 4, 2),
        (0, 1, 0.1),
        (1, 1.3, 0.1),
        (0, -1, -0.25),
        (0.5, 3, 0.7),
        (0, 1, 2),
        (1e6, 1e6 + 3, 1),
    ]
    for start, stop, step in ranges:
        for dtype in (INT32, FLOAT32, FLOAT64):
            if dtype == INT32 and any(value != int(value) for value in (start, stop, step)):
                continue
            params = {"start": start, "stop": stop, "step": step, "dtype": dtype.name}
            book.add("arange", [], params, np.arange(start, stop, step, dtype=dtype), "float")
    book.refuse("arange", [], {"start": 0, "stop": 5, "step": 0, "dtype": "float32"}, "step|zero")
    spans = [
        (0, 1, 5, True),
        (0, 1, 5, False),
        (-5, 5, 7, True),
        (3, 3, 3, True),
        (2, 8, 1, True),
        (2, 8, 0, True),
        (5, -5, 11, True),
        (0, 1, 17, False),
        (1, 2, 1, False),
    ]
    for start, stop, num, endpoint in spans:
        for dtype in (FLOAT32, FLOAT64):
            params = {
                "start": start,
                "stop": stop,
                "num": num,
                "options": {"endpoint": endpoint, "dtype": dtype.name},
            }
            values = np.linspace(start, stop, num, endpoint=endpoint, dtype=dtype)
            book.add("linspace", [], params, values, "transcendental")
    for labels, n in [([0, 2, 1], 3), ([[1, 0], [3, 3]], 5), ([], 4), ([0], 1)]:
        x = np.array(labels, INT32)
        book.add("oneHot", [x], {"n": n}, np.eye(n, dtype=FLOAT32)[x])
    book.refuse("oneHot", [np.array([0, 3], INT32)], {"n": 3}, "3", note="label out of range", by_value=True)


def write(book):
    functions(book)
    exact_functions(book)
    casts(book)
    creation(book)
