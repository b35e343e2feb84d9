"""Forward cases of products: dot, matmul, einsum, outer, trace.

Products of float32 are summed in float64 and rounded once: a golden is the true value, in no order of summing.
"""

import numpy as np

from golden import BOOL, DTYPES, FLOAT32, FLOAT64, INT32, UINT8, sample


def widened(function, arrays):
    dtype = np.asarray(function(*arrays)).dtype
    if dtype != FLOAT32:
        return np.asarray(function(*arrays))
    return np.asarray(function(*(array.astype(FLOAT64) for array in arrays))).astype(FLOAT32)


def case(book, name, function, arrays, params=None, note=""):
    expected = widened(function, arrays)
    tolerance = "exact" if expected.dtype.kind in "biu" else "reduction"
    book.add(name, arrays, params or {}, expected, tolerance, note)


DOT = [
    ((3,), (3,)),
    ((2, 3), (3,)),
    ((3,), (3, 2)),
    ((2, 3), (3, 5)),
    ((), (3,)),
    ((2, 3), ()),
    ((), ()),
    ((1, 1), (1, 1)),
    ((2, 3, 4), (4,)),
    ((2, 3, 4), (4, 5)),
    ((2, 3, 4), (5, 4, 2)),
    ((3,), (2, 3, 4)),
    ((7, 17), (17, 3)),
    ((0, 3), (3, 2)),
    ((2, 0), (0, 3)),
    ((0,), (0,)),
    ((5, 1), (1, 5)),
]
MATMUL = [
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
    ((1, 2, 3), (5, 3, 2)),
    ((2, 0), (0, 3)),
    ((0, 3), (3, 2)),
    ((0, 2, 3), (3, 4)),
    ((17, 13), (13, 7)),
    ((1, 1), (1, 1)),
    ((0,), (0,)),
]


def pairs(book):
    for left, right in DOT:
        case(book, "dot", np.dot, [sample(FLOAT32, left, "l"), sample(FLOAT32, right, "r")])
    for left, right in MATMUL:
        case(book, "matmul", np.matmul, [sample(FLOAT32, left, "l"), sample(FLOAT32, right, "r")])
    for left in DTYPES:
        for right in DTYPES:
            case(book, "matmul", np.matmul, [sample(left, (2, 3), "l"), sample(right, (3, 2), "r")])
            if left == right != FLOAT32:
                case(book, "dot", np.dot, [sample(left, (3,), "l"), sample(right, (3,), "r")])
    for dtype in (INT32, UINT8):
        big = np.full((2, 2), 200 if dtype == UINT8 else 70000, dtype)
        case(book, "matmul", np.matmul, [big, big], note="wraps")
    lecture = np.array([[1, 2], [3, 4]], FLOAT32), np.array([[1, 3, 5], [2, 4, 6]], FLOAT32)
    case(book, "dot", np.dot, list(lecture), note="the lecture's")
    nan = np.array([[np.nan, 1], [0, np.inf]], FLOAT32)
    case(book, "matmul", np.matmul, [nan, np.eye(2, dtype=FLOAT32)], note="NaN and infinity spread")
    for name, left, right, sentence in [
        ("dot", (2, 3), (2, 2), "shapes \\(2,3\\) and \\(2,2\\) not aligned: 3 \\(dim 1\\) != 2 \\(dim 0\\)"),
        ("dot", (3,), (2,), "shapes \\(3,\\) and \\(2,\\) not aligned: 3 \\(dim 0\\) != 2 \\(dim 0\\)"),
        (
            "dot",
            (2, 3, 4),
            (5, 3, 2),
            "shapes \\(2,3,4\\) and \\(5,3,2\\) not aligned: 4 \\(dim 2\\) != 3 \\(dim 1\\)",
        ),
        ("matmul", (2, 3), (2, 3), "not aligned|mismatch"),
        ("matmul", (2, 2, 3), (5, 3, 2), "broadcast"),
        ("matmul", (), (3,), "0-d|dimension|scalar"),
    ]:
        book.refuse(name, [sample(FLOAT32, left), sample(FLOAT32, right)], {}, sentence, "ShapeError")


EINSUM = [
    ("ij,jk->ik", (2, 3), (3, 5)),
    ("ij,jk", (2, 3), (3, 5)),
    ("bij,bjk->bik", (2, 3, 4), (2, 4, 5)),
    ("ii", (3, 3)),
    ("ii->i", (3, 3)),
    ("ij->ji", (2, 3)),
    ("ba", (2, 3)),
    ("ij->", (2, 3)),
    ("ij->j", (2, 3)),
    ("i,j", (3,), (5,)),
    ("i,i", (7,), (7,)),
    ("i,j->ji", (3,), (5,)),
    ("...ij,...jk", (2, 1, 3, 4), (5, 4, 2)),
    ("...ij->...ji", (2, 3, 4)),
    ("ij,ij->ij", (2, 3), (2, 3)),
    ("ij,kj->ik", (2, 3), (5, 3)),
    ("ij,jk,kl->il", (2, 3), (3, 4), (4, 5)),
    ("i,ij,j", (3,), (3, 5), (5,)),
    ("bhqd,bhkd->bhqk", (2, 2, 3, 4), (2, 2, 5, 4)),
    ("ijk,jil->kl", (2, 3, 4), (3, 2, 5)),
    ("i...->...", (3, 2)),
    ("...,...", (2, 3), (3,)),
    ("iij->j", (3, 3, 2)),
    ("i,->i", (3,), ()),
    ("ij,j->ij", (2, 3), (3,)),
    ("ab,cd->acbd", (2, 3), (1, 2)),
    ("ij,jk->k", (2, 3), (3, 5)),
    ("i->", (0,)),
    ("ij,jk->ik", (2, 0), (0, 3)),
    ("abc->cab", (1, 3, 5)),
]


def sums(book):
    for spec, *shapes in EINSUM:
        arrays = [sample(FLOAT32, shape, "einsum", i) for i, shape in enumerate(shapes)]
        case(book, "einsum", lambda *a, spec=spec: np.einsum(spec, *a), arrays, {"spec": spec})
    for dtype in (INT32, FLOAT64):
        arrays = [sample(dtype, (2, 3), "einsum"), sample(dtype, (3, 2), "einsum")]
        case(book, "einsum", lambda *a: np.einsum("ij,jk->ik", *a), arrays, {"spec": "ij,jk->ik"})
    for spec, shapes in [
        ("ij,jk->ik", [(2, 3), (4, 5)]),
        ("ijk->i", [(2, 3)]),
        ("ij->iz", [(2, 3)]),
        ("ij,jk", [(2, 3)]),
    ]:
        book.refuse(
            "einsum",
            [sample(FLOAT32, shape) for shape in shapes],
            {"spec": spec},
            "einsum|einstein sum|label|operand",
        )
    for left, right in [((3,), (5,)), ((2, 3), (4,)), ((), (3,)), ((0,), (3,))]:
        case(book, "outer", np.outer, [sample(FLOAT32, left, "l"), sample(FLOAT32, right, "r")])
    for left, right in [(INT32, INT32), (UINT8, INT32), (INT32, FLOAT32), (BOOL, FLOAT64)]:
        case(book, "outer", np.outer, [sample(left, (3,), "l"), sample(right, (2,), "r")])
    for shape in [(3, 3), (2, 5), (5, 2), (1, 1), (0, 3)]:
        case(book, "trace", np.trace, [sample(FLOAT32, shape, "trace")])
    for dtype in (UINT8, INT32, FLOAT64):
        case(book, "trace", np.trace, [sample(dtype, (3, 3), "trace")])


def write(book):
    pairs(book)
    sums(book)
