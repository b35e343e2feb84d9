"""Forward cases of reductions, scans, sorting and counting."""

import math

import numpy as np

from golden import BOOL, DTYPES, FLOAT32, FLOAT64, INT32, UINT8, sample

NAN, INF = math.nan, math.inf
ANSWERS_ELEMENT = {"max", "min"}
ANSWERS_COUNT = {"argmax", "argmin"}
FUNCTIONS = {
    "sum": np.sum,
    "prod": np.prod,
    "mean": np.mean,
    "var": np.var,
    "std": np.std,
    "max": np.max,
    "min": np.min,
    "any": np.any,
    "all": np.all,
    "argmax": np.argmax,
    "argmin": np.argmin,
}
PLACES = [
    ((3, 5), None),
    ((3, 5), 0),
    ((3, 5), -1),
    ((2, 3, 4), 1),
    ((2, 3, 4), [0, 2]),
    ((2, 3, 4), [-1, 0]),
    ((2, 3, 4), [0, 1, 2]),
    ((17,), 0),
    ((1, 1, 1), -2),
    ((), None),
]


def axes(axis):
    return tuple(axis) if isinstance(axis, list) else axis


def reduce(name, x, axis=None, **options):
    """The reduction in float64 for float32 (rounded once at the end), in NumPy's own dtype for the others."""
    function = FUNCTIONS[name]
    result = np.asarray(function(x, axis=axes(axis), **options))
    if x.dtype == FLOAT32 and name in ("sum", "prod", "mean", "var", "std"):
        result = np.asarray(function(x.astype(FLOAT64), axis=axes(axis), **options)).astype(FLOAT32)
    return result


def case(book, name, x, axis=None, note="", **options):
    expected = reduce(name, x, axis, **options)
    exact = name in ("max", "min", "any", "all", "argmax", "argmin") or expected.dtype.kind in "biu"
    params = {}
    if axis is not None:
        params["axis"] = axis
    if options:
        params["options"] = options
    book.add(name, [x], params, expected, "exact" if exact else "reduction", note)


def reductions(book):
    for name in FUNCTIONS:
        for shape, axis in PLACES:
            if name in ANSWERS_COUNT and isinstance(axis, list):
                continue
            case(book, name, sample(FLOAT32, shape, name, low=0.3, high=2.5), axis)
        case(book, name, sample(FLOAT64, (5, 7), name), 1)
        case(book, name, sample(FLOAT64, (5, 7), name), 0, keepdims=True)
        if name not in ANSWERS_COUNT:
            case(book, name, sample(FLOAT32, (2, 3, 4), name, low=0.3, high=2.5), [0, 2], keepdims=True)
        case(book, name, sample(FLOAT32, (3, 4), name, low=0.3, high=2.5), None, keepdims=True)
        for dtype in (BOOL, UINT8, INT32):
            case(book, name, sample(dtype, (3, 5), name), 1)
        case(book, name, sample(INT32, (3, 5), name))
        x = np.array([[1, NAN, 3], [4, 5, 6]], FLOAT32)
        case(book, name, x, 1, "NaN propagates")
        case(book, name, x, None, "NaN propagates")
        case(book, name, np.zeros((3, 0), FLOAT32), 0, "nothing to answer")
        book.refuse(name, [sample(FLOAT32, (2, 3))], {"axis": 2}, "axis 2 is out of bounds", "AxisError")
    for name in ("sum", "max"):
        book.refuse(
            name, [sample(FLOAT32, (2, 3))], {"axis": [0, -2]}, "axis|duplicate", "AxisError", "axis twice"
        )
        book.refuse(name, [sample(FLOAT32, (2, 3))], {"axis": -3}, "axis -3 is out of bounds", "AxisError")
    case(book, "sum", sample(FLOAT32, (2, 3), "none"), [], "no axis: as it is")
    for name in ("max", "min", "argmax", "argmin"):
        for shape, axis in [((0,), None), ((0, 3), 0), ((2, 0), 1)]:
            params = {} if axis is None else {"axis": axis}
            book.refuse(name, [np.zeros(shape, FLOAT32)], params, "empty|zero-size|no identity|size 0")
    for name in ("sum", "prod", "mean", "var", "any", "all"):
        for dtype in (FLOAT32, INT32):
            case(book, name, np.zeros((0,), dtype), None, "empty")
        case(book, name, np.zeros((0, 3), FLOAT64), 0, "empty")
        case(book, name, np.zeros((2, 0, 3), FLOAT32), 1, "empty", keepdims=True)
    for name in ("var", "std"):
        for ddof in (1, 2):
            case(book, name, sample(FLOAT32, (3, 5), name), 1, ddof=ddof)
            case(book, name, sample(FLOAT64, (7,), name), None, ddof=ddof)
        case(book, name, np.array([2.0], FLOAT32), None, "no degrees of freedom", ddof=1)
        case(book, name, np.array([1e4, 1e4 + 1, 1e4 + 2], FLOAT64), None, "far from zero")
    special_values(book)


def special_values(book):
    infinite = np.array([[1, INF, 3], [INF, -INF, 0], [-INF, 2, 1]], FLOAT32)
    for name in ("sum", "prod", "mean", "max", "min"):
        case(book, name, infinite, 1, "infinities")
    ties = np.array([[3, 1, 3], [0, 0, -1], [5, 5, 5]], FLOAT32)
    places = np.array([2.0, NAN, 9.0, NAN, -1.0], FLOAT64)
    for name in ("argmax", "argmin"):
        case(book, name, ties, 1, "the first of equals")
        case(book, name, ties, None, "the first of equals")
        case(book, name, places, None, "the first NaN")
        case(book, name, np.array([False, True, True]), None, "booleans")
    for name in ("any", "all"):
        case(book, name, np.array([[NAN, 0.0], [-0.0, 0.0], [1.0, 2.0]], FLOAT32), 1, "NaN is true")
    case(book, "sum", np.full(300, 255, UINT8), None, "bytes are summed as integers")
    case(book, "prod", np.array([200, 200, 3], UINT8), None, "bytes are multiplied as integers")
    case(book, "sum", np.full(10001, 0.1, FLOAT32), None, "long: error must not pile up")
    case(book, "mean", np.full(5003, 16777217, INT32), None, "mean of integers is float64")


def scans(book):
    def cumsum(x, axis, note=""):
        total = np.cumsum(x, axis)
        if x.dtype == FLOAT32:
            total = np.cumsum(x.astype(FLOAT64), axis).astype(FLOAT32)
        params = {} if axis is None else {"axis": axis}
        book.add("cumsum", [x], params, total, "exact" if total.dtype.kind in "biu" else "reduction", note)

    for dtype in DTYPES:
        cumsum(sample(dtype, (3, 5), "cumsum"), 1)
        cumsum(sample(dtype, (2, 3), "cumsum"), None, "flattened")
    cumsum(sample(FLOAT32, (2, 3, 4), "cumsum"), 0)
    cumsum(sample(FLOAT64, (2, 3, 4), "cumsum"), -2)
    cumsum(np.zeros((0, 3), FLOAT32), 0, "empty")
    cumsum(np.array([1, NAN, 2, INF], FLOAT32), 0, "NaN propagates")


def log_sum_exp(x, axis, keepdims):
    wide = x.astype(FLOAT64)
    top = np.max(wide, axis=axes(axis), keepdims=True)
    shift = np.where(np.isfinite(top), top, 0)
    result = np.log(np.sum(np.exp(wide - shift), axis=axes(axis), keepdims=True)) + shift
    result = result if keepdims else np.squeeze(result, axes(axis))
    return np.asarray(result).astype(x.dtype if x.dtype in (FLOAT32, FLOAT64) else FLOAT64)


def norms(book):
    def lse(x, axis=None, note="", keepdims=False):
        params = {} if axis is None else {"axis": axis}
        if keepdims:
            params["options"] = {"keepdims": True}
        book.add("logsumexp", [x], params, log_sum_exp(x, axis, keepdims), "transcendental", note)

    for shape, axis in [((3, 5), None), ((3, 5), 1), ((2, 3, 4), [0, -1]), ((7,), -1)]:
        lse(sample(FLOAT32, shape, "lse"), axis)
        lse(sample(FLOAT64, shape, "lse"), axis, keepdims=True)
    lse(np.array([[1000, 1000.5], [-1000, -1001], [-INF, -INF], [-INF, 3], [INF, 1]], FLOAT32), 1, "extremes")
    lse(np.array([1, 2, 3], INT32), None, "integers answer float64")

    def norm(x, order=None, axis=None, keepdims=False, note=""):
        result = np.linalg.norm(x.astype(FLOAT64), order, axes(axis), keepdims)
        result = np.asarray(result).astype(FLOAT32 if x.dtype == FLOAT32 else FLOAT64)
        params = {}
        if order is not None:
            params["ord"] = order
        if axis is not None:
            params["axis"] = axis
        if keepdims:
            params["options"] = {"keepdims": True}
        book.add("norm", [x], params, result, "reduction", note)

    for order in (None, 1, 2, 3, INF, -INF, 0):
        norm(sample(FLOAT32, (7,), "norm"), order)
        norm(sample(FLOAT64, (3, 5), "norm"), order, 1)
    norm(sample(FLOAT32, (3, 5), "norm"), note="all elements")
    norm(sample(FLOAT32, (3, 5), "norm"), "fro")
    norm(sample(FLOAT64, (2, 3, 4), "norm"), "fro", [0, 2])
    norm(sample(FLOAT32, (3, 5), "norm"), 2, 0, True)
    norm(sample(INT32, (5,), "norm"), note="integers answer float64")
    norm(np.array([3, -4], FLOAT32), note="3-4-5")
    norm(np.zeros((0,), FLOAT32), note="empty")


def sorting(book):
    ties = np.array([[3, 1, 3, 2, 1], [0, 0, 0, 0, 0], [5, 4, 3, 2, 1]])
    places = [(ties.astype(dtype), axis) for dtype in (UINT8, INT32, FLOAT32, FLOAT64) for axis in (-1, 0)]
    places += [(ties.astype(FLOAT32), None), (np.array([True, False, True, False]), -1)]
    places += [(np.array([2, NAN, -INF, INF, NAN, -1], dtype), -1) for dtype in (FLOAT32, FLOAT64)]
    places += [(np.array([0.0, -0.0, 0.0, -1.0], FLOAT32), -1), (np.zeros((0,), FLOAT32), -1)]
    places += [
        (sample(FLOAT32, (2, 3, 7), "sort"), 1),
        (sample(FLOAT64, (101,), "sort"), 0),
        (np.zeros((2, 0), INT32), 1),
    ]
    for x, axis in places:
        params = {"axis": axis}
        book.add("sort", [x], params, np.sort(x, axis=axis, kind="stable"))
        book.add("argsort", [x], params, np.argsort(x, axis=axis, kind="stable"))
    book.add(
        "sort",
        [sample(INT32, (2, 5), "sort")],
        {},
        np.sort(sample(INT32, (2, 5), "sort")),
        note="last axis by default",
    )

    def topk(x, k, axis, note=""):
        order = np.argsort(-x.astype(FLOAT64), axis=axis, kind="stable")
        first = np.take(order, np.arange(k), axis=axis)
        book.add(
            "topk", [x], {"k": k, "axis": axis}, [np.take_along_axis(x, first, axis), first], "exact", note
        )

    topk(sample(FLOAT32, (7,), "topk"), 3, -1)
    topk(sample(FLOAT64, (3, 5), "topk"), 1, 0)
    topk(sample(FLOAT32, (2, 3, 17), "topk"), 5, -1)
    topk(sample(FLOAT32, (2, 3, 4), "topk"), 3, 1)
    topk(np.array([4, 1, 9, 7], INT32), 4, 0, "all of them")
    topk(np.array([1, 3, 3, 2, 3], FLOAT32), 2, -1, "the first of equals")
    book.refuse("topk", [sample(FLOAT32, (3,))], {"k": 4, "axis": -1}, "4")


def counting(book):
    for x in (
        np.array([3, 1, 3, 2, 1], INT32),
        np.array([[2.5, -1], [2.5, 0]], FLOAT32),
        np.zeros((0,), FLOAT64),
        np.array([True, True]),
        np.array([7, 0, 255, 7], UINT8),
    ):
        book.add("unique", [x], {}, np.unique(x))
    for x, least in (
        (np.array([0, 1, 1, 4], INT32), 0),
        (np.array([2], INT32), 5),
        (np.zeros((0,), INT32), 3),
        (np.array([3, 3, 0], UINT8), 0),
    ):
        params = {"options": {"minlength": least}} if least else {}
        book.add("bincount", [x], params, np.bincount(x, minlength=least))
    book.refuse("bincount", [np.array([1, -1], INT32)], {}, "negative|-1", by_value=True)
    for x in (
        np.array([0, 3, 0, -1], INT32),
        np.array([[0.0, NAN, 2], [-0.0, 0, 1]], FLOAT32),
        np.zeros((2, 0), FLOAT32),
        sample(BOOL, (2, 3, 4), "nonzero"),
    ):
        book.add("nonzero", [x], {}, list(np.nonzero(x)))


def write(book):
    reductions(book)
    scans(book)
    norms(book)
    sorting(book)
    counting(book)
