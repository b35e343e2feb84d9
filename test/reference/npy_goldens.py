"""Makes NumPy's own npy and npz files that test/formats reads, and some that it must refuse.

Each case is one line: the file in base64, and either the arrays that must come out (as golden.py writes them) or the
reason why not. `written` says that maru must write the same bytes.

Needs: pip install numpy (2 or later)
Run:   python3 test/reference/npy_goldens.py
"""

import base64
import io
import json
from pathlib import Path

import numpy as np

from golden import encode

RESULT = Path(__file__).resolve().parent.parent / "formats" / "fixtures" / "npy.golden.json"

TYPES = ["f8", "f4", "f2", "i8", "i4", "i2", "i1", "u8", "u4", "u2", "u1", "b1"]
OWN = ["f8", "f4", "i4", "u1", "b1"]
WIDENED = {"f2": np.float32, "i1": np.int32, "i2": np.int32, "u2": np.int32, "u4": np.int32}


def saved(array, version=None):
    file = io.BytesIO()
    if version is None:
        np.save(file, array, allow_pickle=True)
    else:
        np.lib.format.write_array(file, array, version=version)
    return base64.b64encode(file.getvalue()).decode()


def widened(array):
    """As maru reads it: row-major, in the machine's byte order, in one of maru's dtypes."""
    letters = array.dtype.str[1:]
    native = np.array(array.astype(array.dtype.newbyteorder("=")), order="C")
    return encode(native.astype(WIDENED.get(letters, native.dtype)))


def values(letters, shape):
    count = int(np.prod(shape))
    if letters == "b1":
        return (np.arange(count) % 3 == 1).reshape(shape)
    numbers = np.arange(count) * 7 % 11 - (0 if letters[0] == "u" else 4)
    return (numbers / 8 if letters[0] == "f" else numbers).astype(letters).reshape(shape)


def sound():
    for letters in TYPES:
        for order in "<>":
            for fortran in (False, True):
                array = values(letters, (2, 3)).astype(order + letters)
                array = np.asfortranarray(array) if fortran else array
                own = letters in OWN and not fortran and (order == "<" or letters[-1] == "1")
                yield f"{order}{letters} {'Fortran' if fortran else 'C'}", array, None, own
    yield "0-d", np.array(2.5, dtype="f4"), None, True
    yield "empty", np.zeros((0, 3), dtype="f8"), None, True
    yield "one axis", np.arange(5, dtype="i4"), None, True
    yield "long axis", np.zeros(100_001, dtype="u1")[:1000], None, True
    yield "four axes", np.asfortranarray(values("i2", (2, 3, 1, 4))), None, False
    yield "four axes, big-endian", np.asfortranarray(values("f4", (3, 2, 2, 3)).astype(">f4")), None, False
    yield "Fortran column", np.asfortranarray(values("f4", (4, 1))), None, False
    yield "empty Fortran", np.asfortranarray(np.zeros((2, 0, 3), dtype="f4")), None, False
    yield "extremes", np.array([-(2**31), 2**31 - 1], dtype=">i8"), None, False
    yield "special floats", np.array([np.nan, np.inf, -np.inf, -0.0, 65504, 2**-24], dtype=">f2"), None, False
    for major in (1, 2, 3):
        yield f"version {major}", values("f4", (3, 2)), (major, 0), major == 1


def refused():
    yield "records", np.zeros(2, dtype=[("x", "f4"), ("y", "i4")]), "structured dtype"
    yield "objects", np.array([1, "a", None], dtype=object), "Python objects"
    yield "text", np.array(["a", "bc"]), "Unicode strings"
    yield "byte strings", np.array([b"a", b"bc"]), "byte strings"
    yield "complex", np.array([1 + 2j]), "complex numbers"
    yield "dates", np.array(["2024-01-01"], dtype="M8[D]"), "cannot be read"
    yield "times", np.array([1], dtype="m8[s]"), "cannot be read"
    yield "raw", np.zeros(2, dtype="V3"), "raw bytes"
    yield "long double", np.zeros(2, dtype=np.longdouble), "only some machines"
    yield "int64 beyond int32", np.array([1, 2**31], dtype="i8"), "element 1 of int64 is 2147483648, which int32"
    yield "uint32 beyond int32", np.array([2**32 - 1], dtype=">u4"), "element 0 of uint32 is 4294967295"
    yield "uint64 beyond int32", np.array([0, 0, 2**63], dtype="u8"), "element 2 of uint64 is 9223372036854775808"


def zips():
    arrays = {"x": values("f4", (2, 3)), "labels": np.arange(4), "층": np.asfortranarray(values(">i2", (3, 2)))}
    for name, save in [("savez", np.savez), ("savez_compressed", np.savez_compressed)]:
        file = io.BytesIO()
        save(file, **arrays)
        expected = {key: widened(array) for key, array in arrays.items()}
        yield {"id": name, "npz": base64.b64encode(file.getvalue()).decode(), "expected": expected}


def main():
    cases = []
    for name, array, version, written in sound():
        case = {"id": name, "npy": saved(array, version), "expected": widened(array)}
        cases.append({**case, "written": True} if written else case)
    for name, array, reason in refused():
        cases.append({"id": name, "npy": saved(array), "refused": reason})
    cases.extend(zips())
    lines = [json.dumps(case, ensure_ascii=False) for case in cases]
    RESULT.write_text("[\n" + ",\n".join(lines) + "\n]\n")
    print(f"{len(cases)} cases")


if __name__ == "__main__":
    main()
