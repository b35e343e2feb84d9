"""Forward cases of operations that move elements and compute nothing: all exact."""

import numpy as np

from golden import BOOL, DTYPES, FLOAT32, FLOAT64, INT32, UINT8, sample


def shapes(book):
    for shape, new in [
        ((2, 6), [3, 4]),
        ((2, 6), [-1]),
        ((2, 3, 4), [4, -1]),
        ((), [1, 1]),
        ((1,), []),
        ((0, 3), [3, 0]),
        ((0, 3), [0, 5]),
        ((17,), [17, 1]),
        ((2, 3), [2, -1, 1]),
    ]:
        x = sample(FLOAT32, shape, "reshape")
        book.add("reshape", [x], {"shape": new}, x.reshape(new))
    for dtype in DTYPES:
        x = sample(dtype, (3, 5), "reshape")
        book.add("reshape", [x], {"shape": [5, 3]}, x.reshape(5, 3))
        book.add("transpose", [x], {}, x.T)
    for new in ([4, 2], [-1, -1], [5, -1]):
        book.refuse(
            "reshape", [sample(FLOAT32, (2, 3))], {"shape": new}, "reshape|size|unknown", "ShapeError"
        )
    book.refuse("reshape", [sample(FLOAT32, (2, 3))], {"shape": [-2, 3]}, "negative|reshape")
    for shape in [(), (3,), (2, 3), (2, 0, 3), (2, 3, 4)]:
        x = sample(FLOAT32, shape, "ravel")
        book.add("ravel", [x], {}, x.ravel())
        book.add("flatten", [x], {}, x.flatten())
    for shape, axis in [
        ((1, 3, 1), None),
        ((1, 3, 1), 0),
        ((1, 3, 1), -1),
        ((1, 3, 1), [0, 2]),
        ((), None),
        ((3,), None),
        ((1, 0), 0),
    ]:
        x = sample(FLOAT32, shape, "squeeze")
        book.add(
            "squeeze",
            [x],
            {} if axis is None else {"axis": axis},
            np.squeeze(x, tuple(axis) if isinstance(axis, list) else axis),
        )
    book.refuse(
        "squeeze", [sample(FLOAT32, (1, 3))], {"axis": 1}, "size not equal to one|size 3", "ShapeError"
    )
    for shape, axis in [((3,), 0), ((3,), 1), ((3,), -1), ((), 0), ((2, 3), 1), ((2, 3), -3), ((0,), 0)]:
        x = sample(FLOAT32, shape, "unsqueeze")
        for name in ("unsqueeze", "expandDims"):
            book.add(name, [x], {"axis": axis}, np.expand_dims(x, axis))
    for shape, new in [
        ((3,), [2, 3]),
        ((), [2, 2]),
        ((3, 1), [3, 5]),
        ((1,), [0]),
        ((2, 1, 3), [2, 7, 3]),
        ((1, 3), [4, 2, 3]),
    ]:
        x = sample(INT32, shape, "broadcastTo")
        book.add("broadcastTo", [x], {"shape": new}, np.broadcast_to(x, new))
    book.refuse("broadcastTo", [sample(FLOAT32, (3,))], {"shape": [2]}, "broadcast", "ShapeError")


def axes(book):
    for shape, order in [
        ((2, 3), None),
        ((2, 3, 4), None),
        ((2, 3, 4), [1, 2, 0]),
        ((2, 3, 4), [-1, 0, 1]),
        ((5,), None),
        ((), None),
        ((0, 3), None),
        ((1, 3, 5, 7), [3, 1, 0, 2]),
    ]:
        x = sample(FLOAT32, shape, "transpose")
        book.add("transpose", [x], {} if order is None else {"axes": order}, np.transpose(x, order))
        if order is not None:
            book.add("permute", [x], {"axes": order}, np.transpose(x, order))
    book.refuse("transpose", [sample(FLOAT32, (2, 3))], {"axes": [0, 0]}, "axes|axis|repeated", "ShapeError")
    book.refuse("transpose", [sample(FLOAT32, (2, 3))], {"axes": [0]}, "axes|axis", "ShapeError")
    for shape, a, b in [((2, 3, 4), 0, 2), ((2, 3, 4), -1, 1), ((2, 3), 0, 0)]:
        x = sample(FLOAT64, shape, "swapaxes")
        book.add("swapaxes", [x], {"from": a, "to": b}, np.swapaxes(x, a, b))
        book.add("moveaxis", [x], {"from": a, "to": b}, np.moveaxis(x, a, b))
    x = sample(FLOAT32, (2, 3, 4), "moveaxis")
    book.add("moveaxis", [x], {"from": [0, 1], "to": [-1, 0]}, np.moveaxis(x, [0, 1], [-1, 0]))
    for shape, axis in [
        ((5,), None),
        ((2, 3), None),
        ((2, 3), 0),
        ((2, 3), -1),
        ((2, 3, 4), [0, 2]),
        ((0, 3), 0),
        ((), None),
    ]:
        x = sample(FLOAT32, shape, "flip")
        book.add(
            "flip",
            [x],
            {} if axis is None else {"axis": axis},
            np.flip(x, tuple(axis) if isinstance(axis, list) else axis),
        )
    for dtype in (BOOL, UINT8, INT32, FLOAT64):
        x = sample(dtype, (3, 5), "flip")
        book.add("flip", [x], {"axis": 1}, np.flip(x, 1))
    for shape, shift, axis in [
        ((5,), 2, None),
        ((5,), -7, None),
        ((2, 3), 1, None),
        ((2, 3), 1, 1),
        ((3, 5), -2, 0),
        ((3, 5), [1, 2], [0, 1]),
        ((0,), 3, None),
        ((3, 5), 0, 1),
        ((2, 3, 4), 5, -1),
    ]:
        x = sample(FLOAT32, shape, "roll")
        params = {"shift": shift} if axis is None else {"shift": shift, "axis": axis}
        book.add("roll", [x], params, np.roll(x, shift, tuple(axis) if isinstance(axis, list) else axis))


def growing(book):
    for shape, widths, value in [
        ((3,), 1, 0),
        ((3,), [1, 2], 0),
        ((2, 3), [[1, 0], [0, 2]], 0),
        ((2, 3), 2, 7),
        ((2, 3), [1, 3], -1),
        ((0, 3), [[1, 1], [0, 0]], 5),
        ((2, 1, 3), [[0, 0], [1, 1], [2, 0]], 0),
        ((2, 2), 0, 0),
    ]:
        for dtype in (FLOAT32, INT32):
            x = sample(dtype, shape, "pad")
            params = {"widths": widths}
            if value:
                params["options"] = {"value": value}
            book.add("pad", [x], params, np.pad(x, widths, constant_values=value))
    x = sample(FLOAT32, (2, 2), "pad")
    minus_infinity = float("-inf")
    book.add(
        "pad",
        [x],
        {"widths": 1, "options": {"value": minus_infinity}},
        np.pad(x, 1, constant_values=minus_infinity),
    )
    for shape, reps in [
        ((3,), 2),
        ((3,), [2, 2]),
        ((2, 3), 2),
        ((2, 3), [2, 1]),
        ((2, 3), [1, 2, 3]),
        ((), 3),
        ((0,), 2),
        ((2,), 0),
        ((2, 1, 3), [2, 5]),
    ]:
        x = sample(FLOAT32, shape, "tile")
        book.add("tile", [x], {"reps": reps}, np.tile(x, reps))
    for shape, n, axis in [
        ((3,), 2, None),
        ((2, 3), 2, None),
        ((2, 3), 3, 0),
        ((2, 3), 2, -1),
        ((), 3, None),
        ((2, 3), 0, 1),
        ((0, 3), 2, 1),
        ((2, 1, 3), 5, 1),
    ]:
        x = sample(INT32, shape, "repeat")
        book.add("repeat", [x], {"n": n} if axis is None else {"n": n, "axis": axis}, np.repeat(x, n, axis))


def joining(book):
    for parts, axis in [
        ([(2, 3), (1, 3)], 0),
        ([(2, 3), (2, 5)], 1),
        ([(2, 3), (2, 1), (2, 7)], -1),
        ([(3,), (0,), (2,)], 0),
        ([(0, 3), (2, 3)], 0),
        ([(2, 1, 3), (2, 2, 3)], 1),
        ([(5,)], 0),
        ([(1, 2), (1, 2), (1, 2)], -2),
    ]:
        arrays = [sample(FLOAT32, shape, "concatenate", i) for i, shape in enumerate(parts)]
        book.add("concatenate", arrays, {"axis": axis}, np.concatenate(arrays, axis))
    for left in DTYPES:
        for right in DTYPES:
            if left.num < right.num:
                arrays = [sample(left, (2,), "concatenate"), sample(right, (3,), "concatenate")]
                book.add("concatenate", arrays, {"axis": 0}, np.concatenate(arrays))
    book.refuse(
        "concatenate",
        [sample(FLOAT32, (2, 3)), sample(FLOAT32, (2, 4))],
        {"axis": 0},
        "must match|do not match|size 3.*size 4",
        "ShapeError",
    )
    book.refuse(
        "concatenate",
        [sample(FLOAT32, (2, 3)), sample(FLOAT32, (3,))],
        {"axis": 0},
        "dimension",
        "ShapeError",
    )
    book.refuse("concatenate", [sample(FLOAT32, (2, 3))], {"axis": 2}, "axis 2 is out of bounds", "AxisError")
    for count, shape, axis in [
        (2, (3,), 0),
        (3, (2, 3), 1),
        (2, (2, 3), -1),
        (1, (), 0),
        (3, (), 0),
        (2, (0, 3), 2),
    ]:
        arrays = [sample(FLOAT64, shape, "stack", i) for i in range(count)]
        book.add("stack", arrays, {"axis": axis}, np.stack(arrays, axis))
    arrays = [sample(INT32, (3,), "stack"), sample(FLOAT32, (3,), "stack")]
    book.add("stack", arrays, {"axis": 0}, np.stack(arrays), note="promotes")
    book.refuse("stack", [sample(FLOAT32, (2,)), sample(FLOAT32, (3,))], {"axis": 0}, "shape", "ShapeError")
    for shape, parts, axis in [
        ((6,), 3, 0),
        ((6,), [2, 3], 0),
        ((2, 4), 2, 1),
        ((5, 3), [1, 1, 4], 0),
        ((3, 5), [2], -1),
        ((4,), [0, 4], 0),
        ((4,), [1, 9], 0),
        ((7, 1), 1, 0),
    ]:
        x = sample(FLOAT32, shape, "split")
        book.add("split", [x], {"parts": parts, "axis": axis}, np.split(x, parts, axis))
    book.refuse("split", [sample(FLOAT32, (5,))], {"parts": 2, "axis": 0}, "equal", "ShapeError")


def triangles(book):
    for name, function in {"tril": np.tril, "triu": np.triu}.items():
        for shape, k in [
            ((3, 3), 0),
            ((3, 5), 1),
            ((5, 3), -1),
            ((2, 3, 3), 0),
            ((3, 3), 7),
            ((1, 1), -1),
            ((0, 3), 0),
        ]:
            x = sample(FLOAT32, shape, name)
            book.add(name, [x], {"k": k}, function(x, k))
        for dtype in (BOOL, UINT8, INT32, FLOAT64):
            x = sample(dtype, (3, 3), name)
            book.add(name, [x], {"k": 0}, function(x))
    for shape, offset in [((3, 3), 0), ((3, 5), 1), ((5, 3), -2), ((3, 3), 5)]:
        x = sample(FLOAT32, shape, "diagonal")
        book.add("diagonal", [x], {"offset": offset}, np.diagonal(x, offset))


def write(book):
    shapes(book)
    axes(book)
    growing(book)
    joining(book)
    triangles(book)
