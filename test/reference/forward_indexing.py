"""Forward cases of reading and writing by index.

params.items is the list between the brackets: an integer, {"slice": [start, stop, step]}, a string such as
"1:3", "..." (the rest), null (a new axis), or {"array": n}, the n-th input (integers or booleans).
"""

import numpy as np

from golden import DTYPES, FLOAT32, FLOAT64, INT32, UINT8, sample


def key(items, inputs):
    """The items as NumPy's own key."""
    answer = []
    for item in items:
        if item == "...":
            answer.append(Ellipsis)
        elif isinstance(item, str):
            answer.append(slice(*(int(part) if part else None for part in item.split(":"))))
        elif isinstance(item, dict) and "slice" in item:
            answer.append(slice(*item["slice"]))
        elif isinstance(item, dict):
            answer.append(inputs[item["array"]])
        else:
            answer.append(item)
    return tuple(answer)


def cut(*parts):
    return {"slice": list(parts)}


def whole(*values):
    return np.array(values, INT32)


# shape, items: no arrays among them
BASIC = [
    ((5,), [2]),
    ((5,), [-1]),
    ((2, 3, 4), [1]),
    ((2, 3, 4), [1, 2, 3]),
    ((2, 3, 4), [-1, cut(None, None, None), 0]),
    ((7,), [cut(1, 5, None)]),
    ((7,), [cut(None, None, -1)]),
    ((7,), [cut(5, 1, -2)]),
    ((7,), [cut(-3, None, None)]),
    ((7,), [cut(None, -2, 3)]),
    ((7,), [cut(10, 20, None)]),
    ((7,), [cut(-100, 100, 2)]),
    ((7,), [cut(6, None, -3)]),
    ((7,), [cut(3, 3, None)]),
    ((7,), [cut(2, 5, -1)]),
    ((7,), [cut(-1, -100, -1)]),
    ((3, 5), [cut(None, None, 2), cut(None, None, -2)]),
    ((3, 5), ["...", 0]),
    ((2, 3, 4), ["...", cut(1, 3, None)]),
    ((2, 3, 4), [0, "..."]),
    ((2, 3, 4), [1, "...", -1]),
    ((3,), [None]),
    ((3,), [cut(None, None, None), None]),
    ((2, 3), [None, "...", None]),
    ((2, 3), [0, None, cut(1, None, None)]),
    ((2, 3), ["...", None, 1]),
    ((), ["..."]),
    ((), [None]),
    ((0, 3), [cut(None, None, None), 1]),
    ((0, 3), ["...", cut(0, 0, None)]),
    ((7,), ["1:3"]),
    ((7,), ["::-1"]),
    ((3, 5), [":", "1:"]),
    ((3, 5), ["-2:", ":-1:2"]),
    ((1, 1, 1), [0, 0, 0]),
    ((17, 3), ["::5", 1]),
    ((2, 3), []),
]

# shape, arrays, items: the arrays are inputs 1, 2, ...
ADVANCED = [
    ((5,), [whole(0, 3, 3, -1)], [{"array": 1}]),
    ((5,), [whole()], [{"array": 1}]),
    ((5,), [np.array(2, INT32)], [{"array": 1}]),
    ((5,), [whole(0, 1, 2, 3).reshape(2, 2)], [{"array": 1}]),
    ((3, 5), [whole(2, 0)], [{"array": 1}]),
    ((3, 5), [whole(2, 0)], [cut(None, None, None), {"array": 1}]),
    ((3, 5), [whole(0, 2), whole(4, 1)], [{"array": 1}, {"array": 2}]),
    ((3, 5), [whole(0, 2).reshape(2, 1), whole(4, 1, 0)], [{"array": 1}, {"array": 2}]),
    ((2, 3, 4), [whole(0, 1, 1), whole(3, 0, 2)], [{"array": 1}, cut(None, None, None), {"array": 2}]),
    ((2, 3, 4), [whole(2, 0, 1), whole(3, 0, 2)], [cut(None, None, None), {"array": 1}, {"array": 2}]),
    ((2, 3, 4), [whole(1, 0)], [0, cut(None, None, None), {"array": 1}]),
    ((2, 3, 4), [whole(1, 0)], [{"array": 1}, 2]),
    ((2, 3, 4), [whole(1, 0)], ["...", {"array": 1}]),
    ((2, 3, 4), [whole(1, 0)], [{"array": 1}, None, cut(None, None, -1)]),
    ((2, 3, 4), [whole(1, 0)], [cut(0, 2, None), {"array": 1}, cut(None, None, 2)]),
    ((2, 3, 4), [whole(1, 0)], [None, {"array": 1}]),
    ((0, 3), [whole(2, 0)], [cut(None, None, None), {"array": 1}]),
    ((5,), [np.array([True, False, True, False, True])], [{"array": 1}]),
    ((5,), [np.zeros(5, bool)], [{"array": 1}]),
    ((2, 3), [np.array([[True, False, True], [False, False, True]])], [{"array": 1}]),
    ((2, 3), [np.array([False, True])], [{"array": 1}]),
    ((2, 3), [np.array([True, False, True])], [cut(None, None, None), {"array": 1}]),
    ((2, 3), [np.array([True, True]), whole(2, 0)], [{"array": 1}, {"array": 2}]),
    ((2, 3, 4), [np.array([[True, False, True], [False, True, True]])], [{"array": 1}, cut(1, None, None)]),
    ((2, 3, 4), [np.array([True, False, True, True])], ["...", {"array": 1}]),
    ((2, 3, 4), [np.array([[True, False, True], [False, True, True]])], [{"array": 1}, -1]),
]

OUT_OF_RANGE = [
    ((5,), [5], "index 5 is out of bounds for axis 0 with size 5"),
    ((5,), [-6], "index -6 is out of bounds for axis 0 with size 5"),
    ((2, 3), [0, 3], "index 3 is out of bounds for axis 1 with size 3"),
    ((2, 3), [0, 0, 0], "too many indices"),
    ((2, 3), ["...", "..."], "ellipsis"),
    ((0,), [0], "index 0 is out of bounds for axis 0 with size 0"),
]


def reading(book):
    for shape, items in BASIC:
        x = sample(FLOAT32, shape, "at")
        book.add("at", [x], {"items": items}, x[key(items, [])])
    for shape, arrays, items in ADVANCED:
        inputs = [sample(FLOAT32, shape, "at"), *arrays]
        book.add("at", inputs, {"items": items}, inputs[0][key(items, inputs)])
    for dtype in DTYPES:
        x = sample(dtype, (3, 5), "at")
        book.add("at", [x], {"items": [cut(None, None, -1), 1]}, x[::-1, 1])
        book.add("at", [x, whole(2, 0, 2)], {"items": [{"array": 1}]}, x[[2, 0, 2]])
    for shape, items, sentence in OUT_OF_RANGE:
        book.refuse("at", [sample(FLOAT32, shape)], {"items": items}, sentence, "IndexError")
    x = sample(FLOAT32, (5,))
    book.refuse(
        "at",
        [x, whole(0, 5)],
        {"items": [{"array": 1}]},
        "index 5 is out of bounds for axis 0 with size 5",
        "IndexError",
        by_value=True,
    )
    book.refuse(
        "at",
        [x, np.array([True, False])],
        {"items": [{"array": 1}]},
        "boolean",
        "IndexError",
        "mask too short",
    )
    book.refuse("at", [x], {"items": [cut(None, None, 0)]}, "zero", note="slice step of zero")


def writing(book):
    def put(target, value, items, arrays=(), note=""):
        inputs = [target, value, *arrays]
        answer = target.copy()
        answer[key(items, inputs)] = value
        book.add("set", inputs, {"items": items}, answer, "exact", note)

    def value(shape, dtype=FLOAT32):
        return sample(dtype, shape, "value")

    for shape, items in BASIC:
        x = sample(FLOAT32, shape, "set")
        put(x, value(()), items)
        if x[key(items, [])].ndim > 0:
            put(x, value(x[key(items, [])].shape), items)
    x = sample(FLOAT32, (3, 5), "set")
    put(x, value((5,)), [cut(None, None, 2)], note="the value is broadcast")
    put(x, value((2, 1)), [cut(None, 2, None)], note="the value is broadcast")
    put(x, value((1, 1, 5)), [cut(None, None, None)], note="leading ones of the value fall away")
    for shape, arrays, items in ADVANCED:
        moved = [
            {"array": item["array"] + 1} if isinstance(item, dict) and "array" in item else item
            for item in items
        ]
        x = sample(FLOAT32, shape, "set")
        put(x, value(()), moved, arrays)
        if x[key(moved, [x, None, *arrays])].ndim > 0:
            put(x, value(x[key(moved, [x, None, *arrays])].shape), moved, arrays)
    for dtype in DTYPES:
        put(sample(dtype, (3, 5), "set"), value((5,), dtype), [1])
    put(
        sample(FLOAT32, (5,), "set"),
        np.array([0.1, 0.2], FLOAT64),
        [cut(1, 3, None)],
        note="the value takes the target's dtype",
    )
    put(
        sample(FLOAT64, (5,), "set"),
        whole(7, 8),
        [cut(1, 3, None)],
        note="the value takes the target's dtype",
    )
    put(
        sample(INT32, (5,), "set"),
        np.array([7, 8], UINT8),
        [cut(1, 3, None)],
        note="the value takes the target's dtype",
    )
    x = sample(FLOAT32, (3, 5), "set")
    book.refuse("set", [x, value((4,))], {"items": [0]}, "broadcast", "ShapeError")
    book.refuse("set", [x, value(())], {"items": [9]}, "index 9 is out of bounds", "IndexError")


def taking(book):
    for shape, index, axis in [
        ((5,), whole(0, -1, 2, 2), 0),
        ((3, 5), whole(2, 0), 0),
        ((3, 5), whole(4, 4, 1).reshape(3, 1), 1),
        ((3, 5), whole(7, 14), None),
        ((3, 5), whole(), 1),
        ((2, 3, 4), np.array(1, INT32), -2),
    ]:
        x = sample(FLOAT32, shape, "take")
        book.add("take", [x, index], {} if axis is None else {"axis": axis}, np.take(x, index, axis))
    for shape, index, axis in [
        ((3, 5), whole(4, 0, 1).reshape(3, 1), 1),
        ((3, 5), whole(2, 0, 1, 1, 0).reshape(1, 5), 0),
        ((5,), whole(0, 0, -1), 0),
        ((2, 3, 4), whole(*range(6)).reshape(2, 3, 1) % 4, -1),
    ]:
        x = sample(FLOAT64, shape, "takeAlongAxis")
        book.add("takeAlongAxis", [x, index], {"axis": axis}, np.take_along_axis(x, index, axis))
    book.refuse(
        "take",
        [sample(FLOAT32, (3, 5)), whole(3)],
        {"axis": 0},
        "index 3 is out of bounds for axis 0 with size 3",
        "IndexError",
        by_value=True,
    )


def write(book):
    reading(book)
    writing(book)
    taking(book)
