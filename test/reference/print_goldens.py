"""Writes test/print/print.golden.json: what NumPy 2.4 prints for arrays of every dtype, shape and size.

maru promises to print arrays to the character as NumPy does, so NumPy itself is the reference. Run again after a
NumPy release that changes printing:

    python3 test/reference/print_goldens.py

Each case holds the elements as base64 of little-endian bytes (NaN, infinities and -0.0 survive); where there are
fewer elements than the shape asks for, they repeat (numpy.resize).
"""

import base64
import json
import math
import pathlib

import numpy as np

CASES = []
DTYPES = {"f4": "float32", "f8": "float64", "i4": "int32", "u1": "uint8", "b1": "bool"}


def case(values, dtype, shape=None, **options):
    """Adds one case; `values` repeat to fill `shape`, which is that of `values` if not given."""
    with np.errstate(over="ignore"):
        block = np.asarray(values, dtype=dtype)
    shape = block.shape if shape is None else shape
    size = math.prod(shape)
    flat = block.reshape(-1)
    array = np.resize(flat, shape) if size else np.zeros(shape, dtype)
    data = flat[:size]
    with np.printoptions(**options):
        record = {
            "dtype": DTYPES[np.dtype(dtype).str[1:]],
            "shape": list(shape),
            "data": base64.b64encode(data.astype(data.dtype.newbyteorder("<")).tobytes()).decode(),
            "str": str(array),
            "repr": repr(array),
        }
    if options:
        record["options"] = {key: None if value == math.inf else value for key, value in options.items()}
    CASES.append(record)


def hand_picked():
    case([-1, 1, 2], "f4")
    case([False, True, True], "b1")
    case([[22, 28], [49, 64]], "i4")
    case([0, 0.5], "f4")
    case([[1, 2], [3, 4]], "f4")
    case([[1, 2], [3, 4]], "f8")
    case([0.3, 2.9, 4.0], "f8")
    case(np.exp([0.3, 2.9, 4.0]), "f8")
    case([0.01821127, 0.24519181, 0.73659691], "f8")
    case([[0.1, 0.3, 0.5], [0.2, 0.4, 0.6]], "f4")
    case(np.array([1010, 1000, 990]), "f8")
    case([np.nan, np.nan, np.nan], "f8")
    case(np.arange(-5, 5, 0.1), "f8")
    case(np.arange(-5, 5, 0.1), "f4")
    case(1 / (1 + np.exp(-np.arange(-5, 5, 0.1))), "f8")
    case(1 / (1 + np.exp(-np.arange(-5, 5, 0.1))), "f4")
    case(np.sin(np.arange(0, 6, 0.1)), "f4")
    for count in (2, 5, 11, 50):
        case(np.linspace(0, 1, count), "f8")
        case(np.linspace(0, 1, count), "f4")
        case(np.linspace(-1000, 1000, count), "f4")
    case(np.eye(4), "f4")
    case(np.zeros((2, 3)), "f4")
    case(np.ones((2, 3, 4)), "f8")
    case(np.arange(24).reshape(2, 3, 4), "i4")
    case(np.arange(24).reshape(2, 3, 4), "f4")
    case(np.arange(48).reshape(2, 2, 3, 4), "f4")
    case(np.arange(32).reshape(2, 2, 2, 2, 2), "u1")
    case([-(2**31), 2**31 - 1, 0], "i4")
    case([0, 255, 7], "u1")
    case([[True], [False]], "b1")
    case(np.arange(30) % 3 == 0, "b1")
    case(np.arange(100), "u1")
    case(np.arange(-50, 50), "i4")


def special_floats():
    inf, nan = math.inf, math.nan
    rows = [
        [nan], [inf], [-inf], [nan, inf, -inf], [1, nan], [1, inf], [1, -inf], [-1, -inf], [-1.5, nan, inf],
        [1e10, nan], [1e-10, -inf, 1], [-0.0], [0.0, -0.0], [-0.0, 1.5], [-0.0, 1e10], [0, 1e-5], [100, nan, -inf],
        [12345.678, nan, -inf], [-1e-20, inf], [nan, 0], [-0.0, nan, 2], [1e20, -1e20, nan, -inf, inf],
    ]
    edges = [
        [1e8], [99999999], [99999999.4, 1e7], [1e-4], [9.9999e-5], [1e-4, 1], [0.001, 1], [0.001, 1.0001], [1, 1000],
        [1, 1000.5], [999999], [1e6], [1e6, 1e5], [999999.94, 1000], [1000001], [0.00010000001], [1e5, 100], [1e7, 1e4],
        [1.0, 1001], [1e16], [123456789.123], [1 / 3], [2 / 3, 1], [0.1, 0.2, 0.1 + 0.2], [0.5, 0.125], [1e-5, 2.5e-4],
        [1e-5, 1.2345678e-4], [1e-45], [1.4e-45, 1e-40], [1.17549435e-38], [3.4028234e38], [3.4028234e38, -1.0],
        [16777216, 16777215], [8388608.5], [2097152.25], [2**-12], [2.0**-24, 2.0**-25], [0.000244140625, 1e-3],
        [1e-5], [9.5e-5, 1e-10], [1.00000001, 1], [0.999999999, 1], [0.9999999999, 1], [0.999999995], [0.000000005, 0.001],
        [1.000000005, 2.5], [0.123456785, 0.5], [0.123456775, 0.5], [5e-9, 1.5e-8, 1], [2.5, 3.5], [99.99999999, 1],
        [0.012345678901234567, 1], [1e22, 1e21], [1e23, 9e22], [1e100], [1.5, 1e-7], [6.02214076e23, 1.6e-19],
    ]
    doubles = [
        [5e-324], [5e-324, 1], [1e-323, 2.2250738585072014e-308], [1.7976931348623157e308], [1e308, 1e-308],
        [1e-300, 1e300], [9007199254740993], [4.35, 4.349999999999999], [1e-100, 1], [2.0**-1022, 2.0**-1074],
        [0.1 + 0.2 - 0.3], [1 - 0.9, 0.1], [2.0**60, 2.0**70], [1e15, 1e16], [2.0**-1000], [123456.7, 1e-3],
    ]
    for row in rows + edges:
        case(row, "f4")
        case(row, "f8")
    for row in doubles:
        case(row, "f8")
    for power in range(-149, 128, 6):
        case([2.0**power, -(2.0 ** (power + 1))] if power < 127 else [2.0**power], "f4")
    for power in range(-1074, 1023, 97):
        case([2.0**power, 2.0 ** (power + 1)], "f8")


def hard_digits():
    """Floats where the shortest digits hang on the finest points of the rounding rules."""
    # Decimals of 7 and 8 digits that float64 cannot tell from the border between two float32 numbers.
    border = np.array([355353597, 355353598, 363742205, 363742206, 372130813, 372130814, 380519421, 380519422], np.uint32)
    # Powers of two whose shortest digits are not the nearest of that length, as the range below them is half as wide.
    uneven = 2.0 ** np.array([-96, 87, 90])
    uneven_doubles = 2.0 ** np.array([-1017, -1007, -957])
    for value in border.view(np.float32):
        case(value, "f4")
    for value in uneven:
        case(value, "f4")
    for value in uneven_doubles:
        case(value, "f8")
    case(border.view(np.float32), "f4")
    case(uneven, "f4")
    case(uneven_doubles, "f8")
    case(uneven, "f4", floatmode="unique")
    case(uneven_doubles, "f8", precision=17)
    case(uneven_doubles, "f8", precision=15, floatmode="maxprec_equal")
    case(uneven_doubles, "f8", precision=14)
    # Shortest digits that lie on the border itself, which belongs to the even mantissa.
    for value in (169756992.0, 35301152.0, 275785216.0):
        case(value, "f4")
    # Shortest digits of which two are equally close: the even one.
    case([2097152.25, 2097152.75, 2.0**-12], "f4")
    for value in (2097152.25, 2097151.75, 2.0**-12, 524288.8125):
        case(value, "f4")


def scalars():
    numbers = [
        0, -0.0, 1, -1, 0.5, 1 / 3, 1e-4, 9.99e-5, 1e-5, 1.5e-7, 999999, 1e6, 1234567, 1e7, 1e8, 1.5e15, 1e16,
        1.2345e16, 1e-45, 3.4e38, -0.19999999999999996, math.nan, math.inf, -math.inf, 16777216, 0.1, 100.25,
        0.00010000001, 2.0**-12, 2.0**-30,
    ]
    for number in numbers:
        case(number, "f4")
        case(number, "f8")
    for number in (1e308, 5e-324, 0.1 + 0.2, 1e15, 9999999999999998.0, 123456789012345680.0, 2.0**-1022):
        case(number, "f8")
    for number in (0, -1, 2**31 - 1, -(2**31)):
        case(number, "i4")
    case(200, "u1")
    case(True, "b1")
    case(False, "b1")


def empties():
    for dtype in DTYPES:
        for shape in ((0,), (0, 3), (3, 0), (1, 0, 2)):
            case([], dtype, shape)


def random_values(generator, dtype, count):
    if dtype == "b1":
        return generator.random(count) < 0.5
    if dtype == "u1":
        return generator.integers(0, 256, count)
    if dtype == "i4":
        bits = int(generator.integers(1, 32))
        return generator.integers(-(2**bits) // 2, 2**bits // 2, count)
    kind = generator.integers(0, 7)
    if kind == 0:
        values = generator.normal(size=count)
    elif kind == 1:
        values = generator.uniform(0, 1, count)
    elif kind == 2:
        values = generator.normal(size=count) * 10.0 ** generator.integers(-12, 13)
    elif kind == 3:
        values = generator.normal(size=count) * 10.0 ** generator.uniform(-30, 30, count)
    elif kind == 4:
        values = np.round(generator.normal(size=count) * 100, int(generator.integers(0, 4)))
    elif kind == 5:
        values = generator.integers(-40000, 40000, count) / 2.0 ** generator.integers(0, 20)
    elif dtype == "f4":
        bits = generator.integers(0, 2**32, count).astype(np.uint32)
        values = np.nan_to_num(bits.view(np.float32), nan=1.5)
    else:
        values = generator.integers(0, 2**63, count).view(np.float64)
    values = np.array(values, dtype=dtype)
    if generator.random() < 0.25:
        for special in (math.nan, math.inf, -math.inf, -0.0, 0.0):
            values[generator.random(count) < 0.1] = special
    return values


SMALL_SHAPES = [(1,), (2,), (3,), (7,), (20,), (33,), (1, 1), (2, 3), (4, 5), (3, 11), (2, 2, 3), (1, 3, 1, 4), (2, 1, 2, 2)]
LARGE_SHAPES = [
    (1001,), (5000,), (1000, 2), (2, 1000), (40, 40), (7, 150), (12, 12, 12), (2, 3, 400), (6, 7, 8, 9), (3, 7, 2, 50),
    (60000, 784), (10, 3, 28, 28), (1, 2000), (2000, 1), (100, 10, 2),
]


def random_cases(generator):
    for dtype, rounds in (("f4", 9), ("f8", 7), ("i4", 2), ("u1", 1), ("b1", 1)):
        for _ in range(rounds):
            for shape in SMALL_SHAPES:
                case(random_values(generator, dtype, math.prod(shape)), dtype, shape)
    for dtype, rounds in (("f4", 3), ("f8", 2), ("i4", 1), ("u1", 1), ("b1", 1)):
        for _ in range(rounds):
            for shape in LARGE_SHAPES:
                case(random_values(generator, dtype, 37), dtype, shape)


def with_options(generator):
    grid = [
        {"precision": 3}, {"precision": 0}, {"precision": 17}, {"precision": 2, "suppress": True}, {"suppress": True},
        {"precision": 60, "suppress": True}, {"linewidth": 30}, {"linewidth": 10, "precision": 4}, {"linewidth": 200},
        {"threshold": 5}, {"threshold": 5, "edgeitems": 1}, {"threshold": 0, "edgeitems": 0}, {"edgeitems": 5, "threshold": 10},
        {"threshold": math.inf}, {"floatmode": "fixed"}, {"floatmode": "fixed", "precision": 3},
        {"floatmode": "fixed", "precision": 20}, {"floatmode": "unique"}, {"floatmode": "unique", "suppress": True},
        {"floatmode": "maxprec_equal"}, {"floatmode": "maxprec_equal", "precision": 12, "suppress": True},
        {"floatmode": "fixed", "precision": 0}, {"floatmode": "maxprec_equal", "precision": 2},
    ]
    for options in grid:
        for dtype, shape in (("f4", (9,)), ("f4", (3, 4)), ("f8", (9,)), ("f8", (2, 3, 3)), ("i4", (20,)), ("b1", (3, 9))):
            if dtype in ("i4", "b1") and not {"linewidth", "threshold", "edgeitems"} & set(options):
                continue
            case(random_values(generator, dtype, math.prod(shape)), dtype, shape, **options)
        case(2.0 ** -np.arange(0, 30, 3), "f4", **options)
        case([0.5, 1.5, 2.5, 0.125, 1e-9, math.nan], "f8", **options)
    case(np.arange(1200), "i4", threshold=math.inf)
    case(1 / 3, "f4", precision=3)
    case(1 / 3, "f8", precision=3)


def main():
    generator = np.random.default_rng(7)
    hand_picked()
    special_floats()
    hard_digits()
    scalars()
    empties()
    random_cases(generator)
    with_options(generator)
    path = pathlib.Path(__file__).parent.parent / "print" / "print.golden.json"
    lines = ",\n".join(json.dumps(record, separators=(",", ":")) for record in CASES)
    path.write_text(f"[\n{lines}\n]\n")
    print(f"{len(CASES)} cases, {path.stat().st_size} bytes, NumPy {np.__version__}")


if __name__ == "__main__":
    main()
