"""What the participants in Python share: the numbers that are computed with, and the answers line by line.

The words and numbers are those of values.mjs and worker.mjs.
"""

import json
import os
import sys
from time import perf_counter

import numpy as np

FIRST, SECOND, LABELS, PARAMETERS = 1, 2, 3, 10
CHECKED_STEPS = 3
THREADS = int(os.environ["BENCH_THREADS"])


def mix(count, stream):
    """A mix of 32 bits (the end of MurmurHash3, Appleby) of each index in a stream."""
    with np.errstate(over="ignore"):
        offset = np.uint32(stream * 0x85EBCA77 & 0xFFFFFFFF)
        h = np.arange(count, dtype=np.uint32) * np.uint32(0x9E3779B1) + offset
        h = (h ^ (h >> np.uint32(16))) * np.uint32(0x85EBCA6B)
        h = (h ^ (h >> np.uint32(13))) * np.uint32(0xC2B2AE35)
        return h ^ (h >> np.uint32(16))


def uniform(shape, stream, scale=1.0):
    """Numbers between -scale and scale."""
    h = mix(int(np.prod(shape)), stream)
    return (((h >> np.uint32(8)) / 2**23 - 1) * scale).astype(np.float32).reshape(shape)


def batch_of(record):
    values = record.get("values")
    if values is None:
        return uniform(record["input"], FIRST)
    return np.array(values, np.float32).reshape(record["input"])


def labels_of(record):
    given = record.get("labels")
    if given is not None:
        return np.array(given, np.int64)
    return classes_of(record["input"][0], record["layers"][-1][2], LABELS)


def classes_of(count, classes, stream):
    """Numbers 0 to classes - 1."""
    return (mix(count, stream) % np.uint32(classes)).astype(np.int64)


def parameters_of(layers):
    """First weights and biases, in PyTorch's layout."""
    result = []
    for kind, *sizes in layers:
        if not sizes:
            continue
        incoming, outgoing = sizes
        shape = [outgoing, incoming, 3, 3] if kind == "conv" else [outgoing, incoming]
        scale = 1 / np.prod(shape[1:]) ** 0.5
        for part in (shape, [outgoing]):
            result.append(uniform(part, PARAMETERS + len(result), scale))
    return result


def fingerprint(values):
    values = np.asarray(values).reshape(-1).astype(np.float64)
    n = values.size
    at = [0, n // 3, n // 2, n - 1]
    return [float(np.sqrt(np.mean(values**2))), *(float(values[i]) for i in at)]


def first_losses(step):
    losses = [step() for _ in range(CHECKED_STEPS)]
    return [losses[0], *(before - after for before, after in zip(losses, losses[1:]))]


def blas():
    """Which library multiplies: threadpoolctl knows if it is there; else the loaded libraries are looked through."""
    try:
        from threadpoolctl import threadpool_info

        found = [f"{i['internal_api']} {i['version']}" for i in threadpool_info() if i["user_api"] == "blas"]
        if found:
            return ", ".join(found)
    except ImportError:
        pass
    try:
        with open("/proc/self/maps") as maps:
            text = maps.read()
    except OSError:
        return "BLAS unknown"
    for name, word in (("openblas", "OpenBLAS"), ("mkl_", "MKL"), ("libblis", "BLIS"), ("atlas", "ATLAS")):
        if name in text:
            return word
    return "reference BLAS (slow)" if "libblas" in text else "BLAS unknown"


def serve(name, detail, makers):
    """Answers requests until standard input ends; a maker gives (step, check) for the record of a task."""

    def say(**answer):
        print(json.dumps(answer), flush=True)

    say(ready=name, detail=detail, threads=THREADS)
    step = None
    for line in sys.stdin:
        try:
            request = json.loads(line)
            if "run" in request:
                begun = perf_counter()
                for _ in range(request["run"]):
                    step()
                say(ms=1000 * (perf_counter() - begun))
            else:
                step, check = makers[request["record"]["kind"]](request["record"])
                say(check=check())
        except Exception as error:  # whatever it is, it belongs in the table
            say(refuses=str(error).split("\n")[0] or type(error).__name__)
