"""How a golden file is written, shared by forward_goldens.py and gradient_goldens.py.

An array is {"dtype", "shape", "data"}, the data being base64 of the little-endian bytes, so that every
bit survives the trip (NaN, infinities, negative zero). A number that JSON has no word for is
{"number": "NaN" | "Infinity" | "-Infinity" | "-0"}. A case is one line of the file, so that a change of one
case is a change of one line. Runs under NumPy 1.24 and NumPy 2 alike.
"""

import base64
import json
import math
import os
import zlib

import numpy as np

GOLDENS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "goldens")

BOOL, UINT8, INT32 = np.dtype(np.bool_), np.dtype(np.uint8), np.dtype(np.int32)
FLOAT32, FLOAT64 = np.dtype(np.float32), np.dtype(np.float64)
DTYPES = (BOOL, UINT8, INT32, FLOAT32, FLOAT64)

# maru counts and indexes in int32 where NumPy uses the widest integer of the machine, or int8 (bool % bool).
NAMES = {
    BOOL: "bool",
    UINT8: "uint8",
    INT32: "int32",
    np.dtype(np.int8): "int32",
    np.dtype(np.int64): "int32",
    np.dtype(np.uint64): "int32",
    FLOAT32: "float32",
    FLOAT64: "float64",
}


def encode(array):
    array = np.asarray(array)
    name = NAMES[array.dtype]  # float16 is no dtype of maru: it raises KeyError here, on purpose
    if name == "int32" and array.dtype != INT32:
        assert array.size == 0 or (array.min() >= -(2**31) and array.max() < 2**31), "does not fit in int32"
        array = array.astype(INT32)
    raw = np.ascontiguousarray(array).astype(array.dtype.newbyteorder("<")).tobytes()
    return {"dtype": name, "shape": list(array.shape), "data": base64.b64encode(raw).decode()}


def encode_all(arrays):
    return [encode(array) for array in arrays]


def encode_expected(expected):
    return encode_all(expected) if isinstance(expected, (list, tuple)) else encode(expected)


def plain(value):
    """A parameter as JSON: numbers that JSON lacks become {"number": name}."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, float):
        if math.isnan(value):
            return {"number": "NaN"}
        if math.isinf(value):
            return {"number": "Infinity" if value > 0 else "-Infinity"}
        if value == 0 and math.copysign(1, value) < 0:
            return {"number": "-0"}
    return value


def generator(*key):
    """A random generator of its own for each case, so that adding one case changes no other."""
    return np.random.Generator(np.random.PCG64(zlib.crc32(repr(key).encode())))


def sample(dtype, shape, *key, low=-3.0, high=3.0):
    """Values of a dtype that a reader can place: small integers, floats of order one."""
    random = generator(np.dtype(dtype).name, tuple(shape), *key)
    if dtype == BOOL:
        return random.random(shape) < 0.5
    if dtype == UINT8:
        return random.integers(0, 12, shape).astype(UINT8)
    if dtype == INT32:
        return random.integers(-9, 10, shape).astype(INT32)
    return random.uniform(low, high, shape).astype(dtype)


def describe(array):
    return NAMES[array.dtype] + "(" + ",".join(str(size) for size in array.shape) + ")"


class Book:
    """The cases of one file, each with an id that says what it is."""

    def __init__(self):
        self.cases = []
        self.seen = {}

    def identify(self, op, inputs, params, note):
        words = [op, *(describe(array) for array in inputs)]
        if params:
            words.append(json.dumps(plain(params), separators=(",", ":")))
        if note:
            words.append("- " + note)
        name = " ".join(words)
        self.seen[name] = self.seen.get(name, 0) + 1
        return name if self.seen[name] == 1 else f"{name} #{self.seen[name]}"

    def append(self, op, inputs, params, note, rest):
        inputs = [np.asarray(array) for array in inputs]
        case = {"id": self.identify(op, inputs, params, note), "op": op, "inputs": encode_all(inputs)}
        if params:
            case["params"] = plain(params)
        case.update(rest)
        self.cases.append(case)

    def add(self, op, inputs, params, expected, tolerance="exact", note=""):
        self.append(op, inputs, params, note, {"expected": encode_expected(expected), "tolerance": tolerance})

    def refuse(self, op, inputs, params, error, error_class=None, note="", by_value=False):
        """A call that must throw: `error` is a regular expression for the message. Where it is an array's values
        that are wrong (`by_value`), a lazy library may find out as late as when the result is read."""
        rest = {"error": error}
        if error_class:
            rest["errorClass"] = error_class
        if by_value:
            rest["byValue"] = True
        self.append(op, inputs, params, note, rest)

    def write(self, name, made_by):
        lines = [json.dumps(case, separators=(",", ":")) for case in self.cases]
        path = os.path.join(GOLDENS, name)
        with open(path, "w", encoding="utf-8", newline="\n") as file:
            file.write('{"madeBy":' + json.dumps(made_by) + ',"cases":[\n' + ",\n".join(lines) + "\n]}\n")
        print(f"{os.path.relpath(path)}: {len(lines)} cases, {os.path.getsize(path)} bytes")
