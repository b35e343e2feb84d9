"""Forward cases of two- and three-operand functions: promotion, weak scalars, division by zero, broadcasting."""

import math

import numpy as np

from golden import BOOL, DTYPES, FLOAT32, FLOAT64, INT32, UINT8, sample
from forward_elementwise import inexact

NAN, INF = math.nan, math.inf
SMALLEST, LARGEST = -(2**31), 2**31 - 1

ARITHMETIC = {
    "add": np.add,
    "sub": np.subtract,
    "mul": np.multiply,
    "div": np.divide,
    "maximum": np.maximum,
    "minimum": np.minimum,
    "floorDivide": np.floor_divide,
    "mod": np.mod,
    "pow": np.power,
}
COMPARISON = {
    "eq": np.equal,
    "ne": np.not_equal,
    "lt": np.less,
    "le": np.less_equal,
    "gt": np.greater,
    "ge": np.greater_equal,
    "logicalAnd": np.logical_and,
    "logicalOr": np.logical_or,
    "logicalXor": np.logical_xor,
}
FUNCTIONS = {**ARITHMETIC, **COMPARISON}
EXACT = {"maximum", "minimum", *COMPARISON}


def tolerance(name, dtype):
    return "exact" if name in EXACT or dtype.kind in "biu" else "float"


def case(book, name, a, b, note=""):
    expected = np.asarray(FUNCTIONS[name](a, b))
    book.add(name, [a, b], {}, expected, tolerance(name, expected.dtype), note)


def scalar_case(book, name, a, side, scalar, note=""):
    expected = np.asarray(FUNCTIONS[name](a, scalar) if side == "right" else FUNCTIONS[name](scalar, a))
    book.add(name, [a], {side: scalar}, expected, tolerance(name, expected.dtype), note)


def positive(array):
    """Away from zero and from negative bases, for the functions that care."""
    return array if array.dtype == BOOL else (np.abs(array) + 1).astype(array.dtype)


def promotion(book):
    for left in DTYPES:
        for right in DTYPES:
            a, b = sample(left, (5,), "left"), sample(right, (5,), "right")
            for name in ("add", "mul", "maximum", "lt", "eq"):
                case(book, name, a, b)
            if left != BOOL or right != BOOL:
                case(book, "sub", a, b)
            case(book, "div", a, np.where(b == 0, np.ones((), right), b))
            condition = np.array([True, False, True, True, False])
            book.add("where", [condition, a, b], {}, np.where(condition, a, b))
            for name in ("floorDivide", "mod", "pow"):
                case(book, name, positive(a), positive(b))
    for name in ("minimum", "ne", "le", "gt", "ge", "logicalAnd", "logicalOr", "logicalXor"):
        for left, right in [
            (BOOL, BOOL),
            (UINT8, INT32),
            (INT32, FLOAT32),
            (FLOAT32, FLOAT64),
            (BOOL, FLOAT32),
        ]:
            case(book, name, sample(left, (7,), name), sample(right, (7,), name, "right"))
    book.refuse("sub", [np.array([True]), np.array([False])], {}, "bool", "DTypeError")


def weak_scalars(book):
    for dtype in DTYPES:
        a = sample(dtype, (4,), "weak")
        for name in ("add", "mul", "div", "maximum", "lt", "eq"):
            scalar_case(book, name, a, "right", 2)
            scalar_case(book, name, a, "right", 2.5)
        if dtype == BOOL:
            continue
        scalar_case(book, "sub", a, "left", 10)
        scalar_case(book, "div", positive(a), "left", 1)
        scalar_case(book, "pow", a, "right", 2)
        scalar_case(book, "pow", positive(a), "right", 0.5)
        scalar_case(book, "pow", positive(a), "left", 2)
        scalar_case(book, "floorDivide", a, "right", 2)
        scalar_case(book, "mod", a, "right", 3)
        condition = np.array([True, False, False, True])
        for scalar in (2, 2.5):
            book.add("where", [condition, a], {"right": scalar}, np.where(condition, a, scalar))
            book.add("where", [condition, a], {"left": scalar}, np.where(condition, scalar, a))
    scalar_case(
        book, "eq", np.array([0.1, 0.2], FLOAT32), "right", 0.1, "the number is rounded to float32 first"
    )
    scalar_case(book, "eq", np.array([0.1, 0.2], FLOAT64), "right", 0.1)
    scalar_case(book, "mul", sample(FLOAT32, (3,), "tenth"), "right", 0.1)
    scalar_case(book, "add", np.array([1.0, -INF], FLOAT32), "right", INF, "infinity")
    scalar_case(book, "lt", np.array([0, 255], UINT8), "right", 300, "comparison beyond the dtype's range")
    scalar_case(book, "gt", np.array([0, 255], UINT8), "right", -1, "comparison beyond the dtype's range")
    book.refuse("add", [np.array([1], UINT8)], {"right": 300}, "300", "DTypeError")
    book.refuse("add", [np.array([1], UINT8)], {"right": -1}, "-1", "DTypeError")
    book.refuse("add", [np.array([1], INT32)], {"right": 2**31}, "2147483648", "DTypeError")


def whole_numbers(book):
    edge = np.array([LARGEST, SMALLEST, SMALLEST, LARGEST, 65536, 46341, 123456789], INT32)
    other = np.array([1, -1, SMALLEST, LARGEST, 65536, 46341, -987654321], INT32)
    bytes_left, bytes_right = np.array([250, 3, 16, 255, 0], UINT8), np.array([10, 5, 16, 255, 1], UINT8)
    for name in ("add", "sub", "mul"):
        case(book, name, edge, other, "wraps")
        case(book, name, bytes_left, bytes_right, "wraps")
    a = np.array([7, -7, 7, -7, 0, 5, -5, 0, SMALLEST, SMALLEST, LARGEST, -1], INT32)
    b = np.array([2, 2, -2, -2, 3, 0, 0, 0, -1, 2, -1, LARGEST], INT32)
    for name in ("floorDivide", "mod"):
        case(book, name, a, b, "negative operands and zero")
        case(book, name, np.array([7, 0, 255, 5], UINT8), np.array([2, 3, 16, 0], UINT8), "zero divisor")
    case(book, "div", np.array([1, -1, 0, 7], INT32), np.array([0, 0, 0, 2], INT32), "zero divisor")
    case(
        book,
        "pow",
        np.array([3, -3, 2, 0, 0, 7, -1, 10], INT32),
        np.array([30, 3, 31, 0, 5, 20, 9, 9], INT32),
        "wraps",
    )
    case(book, "pow", np.array([2, 3, 255], UINT8), np.array([8, 5, 2], UINT8), "wraps")
    book.refuse(
        "pow", [np.array([2], INT32), np.array([-1], INT32)], {}, "negative", "ValueError", by_value=True
    )
    both = np.array([[False, False, True, True], [False, True, False, True]])
    for name in ("add", "mul", "maximum", "minimum", "lt", "ge", "eq", "logicalXor"):
        case(book, name, both[0], both[1], "truth table")


def real_numbers(book):
    for dtype in (FLOAT32, FLOAT64):
        a = np.array([1, -1, 0, -0.0, INF, -INF, NAN, 1, 0, 0, INF, -1], dtype)
        b = np.array([0, 0, 0, 1, INF, 2, 1, NAN, -0.0, -5, 0, INF], dtype)
        for name in ("add", "mul", "div", "floorDivide", "mod"):
            case(book, name, a, b, "zeros, infinities, NaN")
        for name in ("eq", "ne", "lt", "le", "gt", "ge", "logicalAnd", "logicalOr", "logicalXor"):
            case(book, name, a, b, "NaN compares false")
        a = np.array([7.5, -7.5, 7.5, -7.5, 5.25, 1e10, -1e-3], dtype)
        b = np.array([2, 2, -2, -2, 0.5, 3, 1], dtype)
        for name in ("floorDivide", "mod"):
            case(book, name, a, b, "sign follows the divisor")
        base = np.array([0, 0, -0.0, 2, -2, -8, 1, -1, NAN, 0, INF, INF, -INF, 0.5, -2, 2], dtype)
        power = np.array([0, -1, -3, 0.5, 3, 1 / 3, NAN, INF, 0, NAN, -1, 0, 3, -INF, -2, 10], dtype)
        case(book, "pow", base, power, "edges")
        a, b = np.array([NAN, 1, NAN, INF, -INF, 2], dtype), np.array([1, NAN, NAN, -INF, 5, 2], dtype)
        case(book, "maximum", a, b, "NaN wins")
        case(book, "minimum", a, b, "NaN wins")
    tenth = np.array([1.0, 0.3], FLOAT64), np.array([0.1, 0.1], FLOAT64)
    case(book, "floorDivide", *tenth, "the remainder decides, not the quotient")
    case(book, "mod", *tenth, "the remainder decides, not the quotient")


def angles(book):
    def angle(a, b, note=""):
        dtype = inexact(np.promote_types(a.dtype, b.dtype))
        book.add(
            "atan2", [a, b], {}, np.arctan2(a.astype(FLOAT64), b.astype(FLOAT64)).astype(dtype), "float", note
        )

    y = np.array([0.0, -0.0, 0.0, -0.0, 1, 1, -1, -1, 2, -2, INF, INF, -INF, 1, NAN])
    x = np.array([1.0, 1, -1, -1, 1, -1, 1, -1, 0, 0, INF, -INF, INF, -INF, 1])
    for dtype in (FLOAT32, FLOAT64):
        angle(y.astype(dtype), x.astype(dtype), "quadrants and signed zeros")
    for left, right in [
        (INT32, INT32),
        (UINT8, UINT8),
        (UINT8, FLOAT32),
        (INT32, FLOAT32),
        (FLOAT32, FLOAT64),
    ]:
        angle(sample(left, (5,), "y"), sample(right, (5,), "x"))


SHAPES = [
    ((), ()),
    ((), (3,)),
    ((1,), (5,)),
    ((3, 1), (5,)),
    ((3, 5), (1, 5)),
    ((3, 5), (3, 1)),
    ((2, 1, 3), (7, 1)),
    ((0, 3), (3,)),
    ((0,), (1,)),
    ((1,), (0, 1)),
    ((5, 1, 1), (1, 3, 7)),
    ((2, 3, 1, 1), (1, 5)),
    ((17,), ()),
    ((1, 1, 1), (1,)),
    ((7, 17), (17,)),
]


def broadcasting(book):
    for left, right in SHAPES:
        a, b = sample(FLOAT32, left, "wide"), sample(FLOAT32, right, "narrow")
        case(book, "add", a, b)
        case(book, "mul", b, a)
        case(book, "gt", a, b)
    for shapes in [
        ((3,), (), (3,)),
        ((3, 1), (1, 5), ()),
        ((2, 1, 1), (3, 1), (7,)),
        ((0, 1), (1, 3), (3,)),
        ((), (), ()),
    ]:
        condition = sample(BOOL, shapes[0], "condition")
        a, b = sample(FLOAT32, shapes[1], "a"), sample(FLOAT32, shapes[2], "b")
        book.add("where", [condition, a, b], {}, np.where(condition, a, b))
    for name, left, right in [
        ("add", (2, 3), (4,)),
        ("mul", (2, 3), (3, 2)),
        ("lt", (0,), (2,)),
        ("div", (5, 1, 3), (4, 2)),
    ]:
        sentence = f"could not be broadcast together.* {shape_words(left)} {shape_words(right)}"
        book.refuse(name, [sample(FLOAT32, left), sample(FLOAT32, right)], {}, sentence, "ShapeError")


def shape_words(shape):
    return "\\(" + ",".join(map(str, shape)) + (",\\)" if len(shape) == 1 else "\\)")


def clips(book):
    def clip(x, low, high, note=""):
        book.add("clip", [x], {"lo": low, "hi": high}, np.clip(x, low, high), "exact", note)

    for dtype in (UINT8, INT32, FLOAT32, FLOAT64):
        clip(sample(dtype, (3, 3), "clip"), 1, 5)
    clip(sample(INT32, (5,), "clip"), -2, 2)
    clip(sample(FLOAT32, (5,), "clip"), -0.5, 0.5)
    clip(np.array([NAN, INF, -INF, 0.5], FLOAT32), -1, 1, "NaN stays")
    clip(sample(FLOAT32, (5,), "clip"), None, 0.5, "no lower bound")
    clip(sample(FLOAT32, (5,), "clip"), -0.5, None, "no upper bound")
    clip(sample(FLOAT32, (5,), "clip"), 2, -2, "crossed bounds: the upper one wins")
    clip(np.zeros((0, 3), FLOAT32), 0, 1, "empty")


def write(book):
    promotion(book)
    weak_scalars(book)
    whole_numbers(book)
    real_numbers(book)
    angles(book)
    broadcasting(book)
    clips(book)
