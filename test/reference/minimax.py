"""Finds the polynomials of src/compiler/math: the coefficients whose largest weighted error is least.

Remez's exchange (Remez 1934) in high precision. Coefficients are rounded one after the other, lowest power first, and
the ones that are left are fitted again, so that rounding the first does not spoil the fit.

Needs: pip install mpmath
Run:   python3 test/reference/minimax.py [name ...]
"""

import struct
import sys

from mpmath import (
    atan,
    cos,
    erf,
    erfc,
    exp,
    expm1,
    lu_solve,
    log,
    log1p,
    matrix,
    mp,
    mpf,
    pi,
    sin,
    sqrt,
    tanh,
)
from mpmath import cos as cosine

mp.dps = 50
GRID = 1200


def to_single(x):
    return mpf(struct.unpack("f", struct.pack("f", float(x)))[0])


def to_double(x):
    return mpf(float(x))


def exchange(target, basis, points):
    """Least largest |target - sum c basis| over the points; both are tables of values at the points."""
    count = len(basis)
    last = len(points) - 1
    chosen = [round(last * (1 - float(cosine(pi * i / count))) / 2) for i in range(count + 1)]
    best = None
    for _ in range(20):
        system = matrix(count + 1, count + 1)
        right = matrix(count + 1, 1)
        for row, at in enumerate(chosen):
            for column in range(count):
                system[row, column] = basis[column][at]
            system[row, count] = (-1) ** row
            right[row] = target[at]
        solution = lu_solve(system, right)
        level = abs(solution[count])
        error = [
            target[at] - sum(solution[k] * basis[k][at] for k in range(count))
            for at in range(len(points))
        ]
        largest = max(abs(e) for e in error)
        if best is None or largest < best[1]:
            best = [solution[k] for k in range(count)], largest
        if largest <= level * mpf("1.0005"):
            break
        peaks = extremes(error, count + 1)
        if len(peaks) < count + 1 or peaks == chosen:
            break  # rounding of an earlier coefficient, and not this fit, sets the error
        chosen = peaks
    return best


def extremes(error, wanted):
    """One point of largest error in each run of one sign, the best consecutive `wanted` of them."""
    peaks = []
    for at, e in enumerate(error):
        if peaks and (error[peaks[-1]] > 0) == (e > 0):
            if abs(e) > abs(error[peaks[-1]]):
                peaks[-1] = at
        else:
            peaks.append(at)
    while len(peaks) > wanted:
        if len(peaks) == wanted + 1:
            peaks.pop(0 if abs(error[peaks[0]]) < abs(error[peaks[-1]]) else -1)
        else:
            weakest = min(range(len(peaks) - 1), key=lambda i: max(abs(error[peaks[i]]), abs(error[peaks[i + 1]])))
            del peaks[weakest : weakest + 2]
    return peaks


def fit(f, low, high, powers, weight, rounded):
    """Coefficients of x^power on [low, high]; the error counts times weight(x)."""
    low, high = mpf(low), mpf(high)
    points = [(low + high) / 2 - (high - low) / 2 * cosine(pi * (i + mpf(1) / 2) / GRID) for i in range(GRID)]
    weights = [abs(weight(x)) for x in points]
    rest = [f(x) * w for x, w in zip(points, weights)]
    found = []
    for index in range(len(powers)):
        basis = [[x**power * w for x, w in zip(points, weights)] for power in powers[index:]]
        # A basis that changes sign together at 0 alternates where its absolute value does.
        sides = [1 if x > 0 or powers[index] % 2 == 0 else -1 for x in points]
        flipped = [[side * b for side, b in zip(sides, row)] for row in basis]
        coefficients, _ = exchange([side * r for side, r in zip(sides, rest)], flipped, points)
        value = rounded(coefficients[0])
        found.append(value)
        rest = [r - value * b for r, b in zip(rest, basis[0])]
    return found, max(abs(r) for r in rest)


HALF_LN2 = "0.3468"
LOG_LOW, LOG_HIGH = mpf(-1) / 3, mpf(1) / 3
S_HIGH = (sqrt(2) - 1) / (sqrt(2) + 1)

# name: function, interval, powers, weight of the error, rounding
TABLE = {
    # exp(r) = 1 + r + r^2 Q(r), error relative to exp(r) - 1
    "exp32": (lambda r: (expm1(r) - r) / r**2, "-" + HALF_LN2, HALF_LN2, range(5), lambda r: r**2 / expm1(r), to_single),
    "exp64": (lambda r: (expm1(r) - r) / r**2, "-" + HALF_LN2, HALF_LN2, range(11), lambda r: r**2 / expm1(r), to_double),
    # as exp64, for float32 results
    "exp64short": (lambda r: (expm1(r) - r) / r**2, "-" + HALF_LN2, HALF_LN2, range(6), lambda r: r**2 / expm1(r), to_double),
    # log(1 + f) = f - f^2 / 2 + f^3 P(f), relative
    "log32": (lambda f: (log1p(f) - f + f**2 / 2) / f**3, LOG_LOW, LOG_HIGH, range(8), lambda f: f**3 / log1p(f), to_single),
    # log((1 + s) / (1 - s)) = 2 s + s z L(z), z = s^2, relative
    "log64": (lambda z: (log((1 + sqrt(z)) / (1 - sqrt(z))) / sqrt(z) - 2) / z, 0, S_HIGH**2 * mpf("1.0001"), range(7), lambda z: z, to_double),
    "log64short": (lambda z: (log((1 + sqrt(z)) / (1 - sqrt(z))) / sqrt(z) - 2) / z, 0, S_HIGH**2 * mpf("1.0001"), range(4), lambda z: z, to_double),
    # ... = 2 s + 2/3 s z + s z^2 M(z)
    "log64pow": (lambda z: (log((1 + sqrt(z)) / (1 - sqrt(z))) / sqrt(z) - 2 - 2 * z / 3) / z**2, 0, S_HIGH**2 * mpf("1.0001"), range(9), lambda z: z**2, to_double),
    # tanh(x) = x + x z T(z), relative
    "tanh32": (lambda z: (tanh(sqrt(z)) / sqrt(z) - 1) / z, 0, mpf("0.6") ** 2, range(5), lambda z: z * sqrt(z) / tanh(sqrt(z)), to_single),
    # erf(x) = x E(z), relative
    "erf32": (lambda z: erf(sqrt(z)) / sqrt(z) - 1, 0, mpf("0.93") ** 2, range(6), lambda z: sqrt(z) / erf(sqrt(z)), to_single),
    # erfc(x) = exp(G(x)), error times erfc(x)
    "erfc32": (lambda x: log(erfc(x)), "0.92", "3.95", range(7), erfc, to_single),
    "erfc64": (lambda x: log(erfc(x)), 1, "5.95", range(17), erfc, to_double),
    "erf64": (lambda z: erf(sqrt(z)) / sqrt(z) - 1, 0, 1, range(12), lambda z: sqrt(z) / erf(sqrt(z)), to_double),
    # sin(pi/2 f) = f S(z), cos(pi/2 f) = 1 + z C(z), |f| <= 1/2 and a little, for float32 results
    "sin32": (lambda z: sin(pi / 2 * sqrt(z)) / sqrt(z), 0, mpf("0.51") ** 2, range(4), lambda z: sqrt(z) / sin(pi / 2 * sqrt(z)), to_double),
    "cos32": (lambda z: (cos(pi / 2 * sqrt(z)) - 1) / z, 0, mpf("0.51") ** 2, range(4), lambda z: z, to_double),
    # sin(r) = r + r z S(z), cos(r) = 1 - z / 2 + z^2 C(z)
    "sin64": (lambda z: (sin(sqrt(z)) / sqrt(z) - 1) / z, 0, mpf("0.786") ** 2, range(6), lambda z: z, to_double),
    "cos64": (lambda z: (cos(sqrt(z)) - 1 + z / 2) / z**2, 0, mpf("0.786") ** 2, range(6), lambda z: z**2, to_double),
    # atan(u) = u + u z A(z), relative
    "atan64": (lambda z: (atan(sqrt(z)) / sqrt(z) - 1) / z, 0, mpf("0.1716"), range(11), lambda z: z, to_double),
    "atan64short": (lambda z: (atan(sqrt(z)) / sqrt(z) - 1) / z, 0, mpf("0.1716"), range(6), lambda z: z, to_double),
}


def main(names):
    for name in names or TABLE:
        coefficients, error = fit(*TABLE[name])
        print(f"{name}: largest error {mp.nstr(error, 3)} = 2^{mp.nstr(log(error) / log(2), 4)}")
        print("  [" + ", ".join(repr(float(c)) for c in coefficients) + "]")


if __name__ == "__main__":
    main(sys.argv[1:])
