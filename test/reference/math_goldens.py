"""Makes the float64 truth that test/compiler/math reads: arguments, and the value as a sum of two float64s.

Needs: pip install mpmath
Run:   python3 test/reference/math_goldens.py
"""

import json
import math
import random
from pathlib import Path

from mpmath import atan2, cos, erf, exp, expm1, log, log1p, mp, mpf, power, sin, tanh

mp.prec = 1400  # sin of 2^1023 needs all of them
TARGET = Path(__file__).resolve().parent.parent / "compiler" / "math" / "double.golden.json"
COUNT = 120
rng = random.Random(7)
uniform = rng.uniform


def spread(low, high):
    """A number of either sign whose exponent is uniform."""
    return rng.choice([-1, 1]) * uniform(1, 2) * 2.0 ** rng.randint(low, high - 1)


def one_of(*choices):
    return rng.choice(choices)()


def angle():
    near = round(uniform(0, 1e6)) * math.pi / 2
    return one_of(lambda: uniform(-10, 10), lambda: near, lambda: spread(-40, 60), lambda: spread(60, 1024))


def base_and_exponent():
    base = one_of(lambda: uniform(0.5, 2), lambda: 1 + spread(-50, -2), lambda: abs(spread(-1074, 1024)))
    return base, uniform(-744, 709) / (math.log(base) or 1)


def point():
    x = one_of(lambda: uniform(-1, 1), lambda: spread(-500, 500))
    return x * uniform(-3, 3), x


FUNCTIONS = {
    "exp": (exp, lambda: (one_of(lambda: uniform(-745, 709), lambda: uniform(-2, 2)),)),
    "expm1": (expm1, lambda: (one_of(lambda: uniform(-40, 709), lambda: uniform(-1, 1), lambda: spread(-60, 0)),)),
    "log": (log, lambda: (one_of(lambda: uniform(0.3, 3), lambda: 1 + spread(-40, -1), lambda: abs(spread(-1074, 1024))),)),
    "log1p": (log1p, lambda: (one_of(lambda: uniform(-0.99, 2), lambda: spread(-60, -1), lambda: abs(spread(-1, 1024))),)),
    "sin": (sin, lambda: (angle(),)),
    "cos": (cos, lambda: (angle(),)),
    "tanh": (tanh, lambda: (one_of(lambda: uniform(-3, 3), lambda: uniform(-20, 20), lambda: spread(-60, 0)),)),
    "erf": (erf, lambda: (one_of(lambda: uniform(-1.5, 1.5), lambda: uniform(-6, 6), lambda: spread(-60, 0)),)),
    "pow": (power, base_and_exponent),
    "atan2": (atan2, point),
    "sigmoid": (lambda x: 1 / (1 + exp(-x)), lambda: (one_of(lambda: uniform(-3, 3), lambda: uniform(-40, 40), lambda: uniform(-745, 0)),)),
}

# The float64 that is closest to a multiple of pi/2, and other famous arguments.
EXTRA = {"sin": [(6381956970095103 * 2.0**797,), (1e22,), (1.7976931348623157e308,)]}
EXTRA["cos"] = EXTRA["sin"]


def row(function, arguments):
    value = function(*(mpf(x) for x in arguments))
    high = float(value)
    return [*arguments, high, float(value - mpf(high))]


def main():
    tables = {
        name: [row(function, arguments) for arguments in [*EXTRA.get(name, []), *(draw() for _ in range(COUNT))]]
        for name, (function, draw) in FUNCTIONS.items()
    }
    lines = [f'  "{name}": [\n' + ",\n".join(f"    {json.dumps(r)}" for r in rows) + "\n  ]" for name, rows in tables.items()]
    TARGET.write_text("{\n" + ",\n".join(lines) + "\n}\n")


if __name__ == "__main__":
    main()
