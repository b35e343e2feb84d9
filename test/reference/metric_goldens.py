"""Writes test/train/metrics.golden.json: metrics by their formulas in NumPy.

    python3 -m pip install numpy
    python3 test/reference/metric_goldens.py

A case holds predictions and targets of all samples; the tests give them in batches too.
"""

import json
import os

import numpy as np

from golden import FLOAT32, INT32, encode, generator, plain

WHERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "train", "metrics.golden.json")


def confusion(guess, truth, classes):
    return np.array([[np.sum((truth == t) & (guess == p)) for p in range(classes)] for t in range(classes)])


def divide(a, b):
    a, b = np.asarray(a, float), np.asarray(b, float)
    return np.where(b == 0, 0, a / np.where(b == 0, 1, b))


def scores(hits, guessed, actual):
    return {
        "precision": divide(hits, guessed),
        "recall": divide(hits, actual),
        "f1": divide(2 * hits, guessed + actual),
    }


def averages(matrix):
    hits, guessed, actual = np.diag(matrix), matrix.sum(0), matrix.sum(1)
    together = scores(hits.sum(), guessed.sum(), actual.sum())
    for name, each in scores(hits, guessed, actual).items():
        yield name, "none", each.tolist()
        yield name, "macro", float(each[(guessed + actual) > 0].mean())
        yield name, "weighted", float((each * actual).sum() / actual.sum())
        yield name, "micro", float(together[name])
        if len(each) == 2:
            yield name, "binary", float(each[1])


def case(op, prediction, target, value, params=None, note=""):
    return {"op": op, "note": note, "prediction": encode(prediction), "target": encode(target),
            "params": params or {}, "value": value}


def classification():
    for n, classes in ((40, 3), (7, 4), (64, 10), (1, 3)):
        random = generator("classes", n, classes)
        logits, truth = random.normal(size=(n, classes)).astype(FLOAT32), random.integers(0, classes, n).astype(INT32)
        logits[np.arange(n), truth] += 0.8
        guess = logits.argmax(1).astype(INT32)
        matrix = confusion(guess, truth, classes)
        yield case("confusionMatrix", logits, truth, matrix.tolist())
        yield case("confusionMatrix", guess, truth, matrix.tolist(), {"classes": classes}, "labels")
        for name, average, value in averages(matrix):
            yield case(name, logits, truth, value, {"average": average})
        for k in (1, 2, classes):
            order = np.argsort(-logits, axis=1, kind="stable")[:, :k]
            yield case("topK", logits, truth, (order == truth[:, None]).any(1).tolist(), {"k": k})
    random = generator("binary")
    chances, truth = random.random(50).astype(FLOAT32), (random.random(50) < 0.4).astype(INT32)
    for threshold in (0.5, 0.7):
        guess = (chances > np.float32(threshold)).astype(INT32)
        for name, average, value in averages(confusion(guess, truth, 2)):
            yield case(name, chances, truth, value, {"average": average, "threshold": threshold}, "binary")
    yield case("confusionMatrix", chances[:, None], truth[:, None].astype(FLOAT32),
               confusion((chances > 0.5).astype(INT32), truth, 2).tolist(), {}, "columns of floats")
    never = np.zeros(4, FLOAT32), np.ones(4, INT32)
    for name, average, value in averages(confusion(never[0].astype(INT32), never[1], 2)):
        yield case(name, *never, value, {"average": average}, "class 1 is never guessed")


def areas():
    def area(score, truth):
        positive, negative = score[truth == 1][:, None], score[truth == 0][None, :]
        return float(np.mean((positive > negative) + 0.5 * (positive == negative)))

    for n, steps in ((30, None), (30, 4), (200, 3), (5, 1)):
        random = generator("auc", n, steps)
        score, truth = random.random(n).astype(FLOAT32), (random.random(n) < 0.5).astype(INT32)
        truth[:2] = (0, 1)
        if steps:
            score = np.floor(score * steps).astype(FLOAT32)
        yield case("rocAuc", score, truth, area(score, truth), {}, f"{steps} steps" if steps else "no ties")
    two = generator("auc", 2).normal(size=(20, 2)).astype(FLOAT32)
    truth = (np.arange(20) % 3 == 0).astype(INT32)
    yield case("rocAuc", two, truth, area(two[:, 1] - two[:, 0], truth), {}, "two classes")


def numbers():
    for shape, shift in (((30,), 0.0), ((30, 1), 5.0), ((12, 3), 1000.0), ((8, 2, 2), -3.0)):
        random = generator("numbers", shape)
        truth = (random.normal(size=shape) + shift).astype(FLOAT32)
        guess = (truth + 0.3 * random.normal(size=shape)).astype(FLOAT32)
        t, x = truth.astype(float).reshape(shape[0], -1), guess.astype(float).reshape(shape[0], -1)
        each = 1 - ((t - x) ** 2).sum(0) / ((t - t.mean(0)) ** 2).sum(0)
        yield case("r2", guess, truth, float(each.mean()))
        yield case("meanAbsoluteError", guess, truth, np.abs(t - x).mean(1).tolist())
    same = np.full(4, 2, FLOAT32)
    yield case("r2", same, same, 1.0, {}, "all equal and right")
    yield case("r2", same + 1, same, 0.0, {}, "all equal and wrong")
    for shape in ((9, 4), (3, 5, 6)):
        random = generator("perplexity", shape)
        logits = random.normal(size=shape).astype(FLOAT32)
        truth = random.integers(0, shape[1], (shape[0], *shape[2:])).astype(INT32)
        truth.reshape(-1)[1] = -100
        wide = logits.astype(float)
        logs = wide - np.log(np.exp(wide).sum(1, keepdims=True))
        picked = np.take_along_axis(logs, np.maximum(truth, 0)[:, None], 1)[:, 0]
        yield case("perplexity", logits, truth, float(np.exp(-picked[truth >= 0].mean())), {}, "one is passed over")


def main():
    cases = [*classification(), *areas(), *numbers()]
    lines = [json.dumps(plain(item), separators=(",", ":")) for item in cases]
    with open(WHERE, "w", encoding="utf-8", newline="\n") as file:
        made_by = json.dumps("NumPy " + np.__version__)
        file.write('{"madeBy":' + made_by + ',"cases":[\n' + ",\n".join(lines) + "\n]}\n")
    print(f"{len(lines)} cases, {os.path.getsize(WHERE)} bytes")


if __name__ == "__main__":
    main()
