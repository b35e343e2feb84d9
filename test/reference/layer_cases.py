"""The cases of the layers: each layer with its settings, odd sizes, groups, without a batch, with an empty one."""

import torch
from torch import nn


def convolutions(add):
    conv = {1: nn.Conv1d, 2: nn.Conv2d, 3: nn.Conv3d}
    names = {"padding_mode": "paddingMode"}

    def one(rank, inner, outer, kernel, shape, note="", **options):
        add(f"conv{rank}d", [inner, outer, kernel], {names.get(k, k): v for k, v in options.items()}, shape,
            conv[rank](inner, outer, kernel, **options), note=note)

    one(1, 2, 3, 3, (2, 2, 7))
    one(1, 2, 3, 3, (2, 7), "no batch")
    one(1, 2, 3, 3, (0, 2, 7), "empty batch")
    one(1, 4, 6, 3, (1, 4, 11), groups=2, stride=2, padding=2, dilation=2)
    one(1, 2, 2, 4, (2, 2, 5), padding="same")
    one(1, 2, 2, 3, (2, 2, 9), padding="same", dilation=3, bias=False)
    one(1, 2, 2, 3, (2, 2, 9), padding="valid")
    for mode in ("reflect", "replicate", "circular"):
        one(1, 2, 2, 3, (2, 2, 5), padding=2, padding_mode=mode)
        one(2, 1, 2, [2, 3], (2, 1, 5, 4), padding=[1, 2], padding_mode=mode)
    one(2, 2, 2, [4, 2], (1, 2, 5, 6), padding="same", padding_mode="circular")
    one(2, 1, 4, 3, (2, 1, 6, 5))
    one(2, 3, 4, [3, 2], (2, 3, 7, 5), stride=[2, 1], padding=[1, 0])
    one(2, 4, 4, 3, (1, 4, 5, 5), groups=4, padding=1)
    one(2, 4, 6, [2, 3], (2, 4, 6, 7), groups=2, dilation=[2, 1], bias=False)
    one(2, 2, 3, 3, (2, 5, 5), "no batch", padding=1)
    one(2, 2, 3, [4, 5], (1, 2, 6, 7), padding="same")
    one(2, 2, 3, 1, (3, 2, 3, 3))
    one(2, 2, 3, 3, (0, 2, 4, 4), "empty batch")
    one(3, 2, 3, 2, (1, 2, 3, 4, 3))
    one(3, 2, 4, [1, 3, 2], (2, 2, 3, 5, 4), stride=[1, 2, 1], padding=[0, 1, 1], groups=2)
    one(3, 1, 2, 3, (1, 1, 4, 3, 5), padding="same")


def transposed(add):
    conv = {1: nn.ConvTranspose1d, 2: nn.ConvTranspose2d, 3: nn.ConvTranspose3d}
    names = {"output_padding": "outputPadding"}

    def one(rank, inner, outer, kernel, shape, note="", **options):
        add(f"convTranspose{rank}d", [inner, outer, kernel], {names.get(k, k): v for k, v in options.items()}, shape,
            conv[rank](inner, outer, kernel, **options), note=note)

    one(1, 2, 3, 3, (2, 2, 5))
    one(1, 2, 3, 3, (2, 5), "no batch", stride=2)
    one(1, 2, 3, 3, (0, 2, 5), "empty batch", stride=2)
    one(1, 4, 6, 3, (2, 4, 4), groups=2, stride=3, padding=1, output_padding=2)
    one(1, 2, 2, 3, (1, 2, 4), dilation=2, padding=3, stride=2)
    one(1, 2, 2, 3, (1, 2, 4), dilation=3, output_padding=2, bias=False)
    one(1, 2, 2, 1, (1, 2, 6), "padding wider than the kernel", stride=2, padding=2)
    one(1, 1, 2, 2, (2, 1, 7), "padding wider than the kernel", stride=3, padding=4, output_padding=2)
    one(1, 1, 2, 2, (2, 1, 4), "gaps between kernels", stride=4, padding=1, output_padding=3)
    one(1, 1, 1, 2, (1, 1, 3), "dilation above the stride", stride=1, dilation=4, output_padding=3, padding=1)
    one(2, 2, 3, 2, (2, 2, 3, 4), stride=2)
    one(2, 2, 3, 3, (2, 2, 3, 4), stride=2, padding=1, output_padding=1)
    one(2, 3, 2, [3, 4], (1, 3, 4, 3), stride=[1, 2], padding=[0, 1])
    one(2, 4, 4, 3, (1, 4, 3, 3), groups=4, padding=1, bias=False)
    one(2, 4, 6, [2, 3], (2, 4, 3, 2), groups=2, stride=[3, 2], dilation=[2, 1], output_padding=[1, 0])
    one(2, 2, 3, 3, (2, 4, 4), "no batch", padding=1)
    one(2, 2, 3, 3, (0, 2, 4, 4), "empty batch", stride=2)
    one(3, 2, 3, 2, (1, 2, 2, 3, 2), stride=2)
    one(3, 2, 2, [1, 2, 3], (2, 2, 2, 3, 2), stride=[1, 2, 2], padding=[0, 1, 1], output_padding=[0, 1, 1])


def pooling(add):
    max_pool = {1: nn.MaxPool1d, 2: nn.MaxPool2d}
    average = {1: nn.AvgPool1d, 2: nn.AvgPool2d}
    names = {"ceil_mode": "ceilMode", "count_include_pad": "countIncludePad"}

    def one(kind, rank, kernel, shape, note="", **options):
        layer = (max_pool if kind == "max" else average)[rank](kernel, **options)
        add(f"{kind}Pool{rank}d", [kernel], {names.get(k, k): v for k, v in options.items()}, shape, layer, note=note)

    one("max", 1, 2, (2, 3, 7))
    one("max", 1, 2, (2, 3, 7), ceil_mode=True)
    one("max", 1, 3, (1, 2, 8), stride=2, padding=1)
    one("max", 1, 3, (2, 9), "no batch", stride=1, dilation=2)
    one("max", 1, 2, (1, 1, 5), "the last window would begin in the padding", stride=4, padding=1, ceil_mode=True)
    one("max", 2, 2, (2, 2, 5, 6))
    one("max", 2, 3, (1, 2, 6, 7), stride=2, padding=1)
    one("max", 2, [3, 2], (2, 1, 7, 6), stride=[2, 3], padding=[1, 0], ceil_mode=True)
    one("max", 2, 2, (1, 2, 6, 5), dilation=2, stride=1)
    one("max", 2, 2, (2, 4, 4), "no batch")
    one("max", 2, 2, (0, 2, 4, 4), "empty batch")
    one("avg", 1, 2, (2, 3, 7))
    one("avg", 1, 3, (1, 2, 8), stride=2, padding=1)
    one("avg", 1, 3, (1, 2, 8), stride=2, padding=1, ceil_mode=True)
    one("avg", 1, 3, (1, 2, 8), stride=2, padding=1, ceil_mode=True, count_include_pad=False)
    one("avg", 1, 3, (2, 8), "no batch", count_include_pad=False, padding=1)
    one("avg", 2, 2, (2, 2, 5, 6))
    one("avg", 2, 3, (1, 2, 6, 7), stride=2, padding=1)
    one("avg", 2, 3, (1, 2, 6, 7), stride=2, padding=1, count_include_pad=False)
    one("avg", 2, [3, 2], (2, 1, 7, 6), stride=[2, 3], padding=[1, 0], ceil_mode=True)
    one("avg", 2, [3, 2], (2, 1, 7, 6), stride=[2, 3], padding=[1, 1], ceil_mode=True, count_include_pad=False)
    one("avg", 2, 2, (0, 2, 4, 4), "empty batch")

    adaptive = [
        ("adaptiveMaxPool1d", nn.AdaptiveMaxPool1d, [(3, (2, 2, 9)), (4, (1, 2, 7)), (5, (2, 3))]),
        ("adaptiveAvgPool1d", nn.AdaptiveAvgPool1d, [(3, (2, 2, 9)), (4, (1, 2, 7)), (5, (2, 3))]),
        ("adaptiveMaxPool2d", nn.AdaptiveMaxPool2d,
         [(1, (2, 3, 4, 5)), ([3, 2], (1, 2, 7, 5)), ([None, 3], (2, 5, 4)), ([4, 4], (1, 1, 3, 6))]),
        ("adaptiveAvgPool2d", nn.AdaptiveAvgPool2d,
         [(1, (2, 3, 4, 5)), ([3, 2], (1, 2, 7, 5)), ([None, 3], (2, 5, 4)), ([4, 4], (1, 1, 3, 6))]),
    ]
    for name, layer, cases in adaptive:
        for size, shape in cases:
            add(name, [size], {}, shape, layer(size))
    whole = torch.tensor([[[[1.0, 3.0, 3.0], [3.0, 2.0, 3.0], [0.0, 1.0, 3.0]]]], dtype=torch.float64)
    add("maxPool2d", [2], {"stride": 1}, whole, nn.MaxPool2d(2, stride=1), note="equal elements")
    add("adaptiveMaxPool2d", [2], {}, whole, nn.AdaptiveMaxPool2d(2), note="equal elements")


def normalisation(add):
    names = {"track_running_stats": "trackRunningStats", "elementwise_affine": "elementwiseAffine"}
    channels = {
        "batchNorm1d": nn.BatchNorm1d,
        "batchNorm2d": nn.BatchNorm2d,
        "instanceNorm1d": nn.InstanceNorm1d,
        "instanceNorm2d": nn.InstanceNorm2d,
    }

    def one(name, features, shape, note="", steps=1, modes=("train", "eval"), **options):
        for mode in modes:
            add(name, [features], {names.get(k, k): v for k, v in options.items()}, shape,
                channels[name](features, **options), note=note, mode=mode, steps=steps)

    one("batchNorm1d", 3, (5, 3))
    one("batchNorm1d", 2, (3, 2, 4), momentum=0.3, eps=0.01)
    one("batchNorm1d", 2, (4, 2), "three steps", steps=3, modes=("train",), momentum=None)
    one("batchNorm1d", 2, (4, 2), "three steps", steps=3, modes=("train",))
    one("batchNorm2d", 3, (2, 3, 3, 4))
    one("batchNorm2d", 3, (2, 3, 3, 4), affine=False)
    one("batchNorm2d", 2, (3, 2, 2, 3), track_running_stats=False)
    one("batchNorm2d", 2, (1, 2, 3, 3), momentum=None)
    one("batchNorm2d", 2, (0, 2, 3, 3), "empty batch", modes=("eval",))
    one("instanceNorm1d", 3, (2, 3, 5))
    one("instanceNorm1d", 3, (3, 5), "no batch", affine=True)
    one("instanceNorm1d", 2, (3, 2, 4), affine=True, track_running_stats=True)
    one("instanceNorm2d", 2, (2, 2, 3, 4), affine=True)
    one("instanceNorm2d", 2, (3, 2, 3, 2), track_running_stats=True, momentum=0.25)
    one("instanceNorm2d", 2, (2, 3, 4), "no batch")

    for size, shape, options in [
        (5, (3, 5), {}),
        ([2, 3], (4, 2, 3), {"eps": 0.01}),
        (4, (2, 3, 4), {"elementwise_affine": False}),
        (7, (2, 7), {"bias": False}),
        (5, (5,), {}),
        (4, (0, 4), {}),
    ]:
        add("layerNorm", [size], {names.get(k, k): v for k, v in options.items()}, shape, nn.LayerNorm(size, **options))
    for size, shape, options in [
        (5, (3, 5), {}),
        ([2, 3], (4, 2, 3), {"eps": 0.01}),
        (4, (2, 3, 4), {"elementwise_affine": False}),
    ]:
        # The default eps is that of the dtype; the golden is float32's.
        given = {"eps": torch.finfo(torch.float32).eps, **options}
        add("rmsNorm", [size], {names.get(k, k): v for k, v in options.items()}, shape, nn.RMSNorm(size, **given))
    for groups, width, shape, options in [
        (2, 4, (3, 4, 5), {}),
        (1, 3, (2, 3, 2, 2), {"eps": 0.01}),
        (3, 3, (2, 3, 4), {"affine": False}),
        (2, 6, (4, 6), {}),
    ]:
        add("groupNorm", [groups, width], options, shape, nn.GroupNorm(groups, width, **options))


def others(add):
    for note, shape in [("", (4, 3)), ("one sample", (3,)), ("deep", (2, 5, 3)), ("empty batch", (0, 3))]:
        add("linear", [3, 2], {}, shape, nn.Linear(3, 2), note=note)
    add("linear", [3, 2], {"bias": False}, (4, 3), nn.Linear(3, 2, bias=False))
    for note, shape in [("", (4,)), ("deep", (2, 3))]:
        add("bilinear", [3, 4, 2], {}, [(*shape, 3), (*shape, 4)], nn.Bilinear(3, 4, 2), note=note)
    add("bilinear", [2, 2, 3], {"bias": False}, [(4, 2), (4, 2)], nn.Bilinear(2, 2, 3, bias=False))

    whole = torch.tensor([[1, 3, 1], [4, 0, 3]])
    add("embedding", [5, 3], {}, whole, nn.Embedding(5, 3))
    add("embedding", [5, 3], {"paddingIdx": 3}, whole, nn.Embedding(5, 3, padding_idx=3))
    add("embedding", [5, 2], {"paddingIdx": -1}, whole, nn.Embedding(5, 2, padding_idx=-1))
    add("embedding", [5, 2], {}, whole[:0], nn.Embedding(5, 2), note="empty batch")

    def resize(shape, note="", **options):
        names = {"scale_factor": "scaleFactor", "align_corners": "alignCorners"}
        given = {k: tuple(v) if isinstance(v, list) else v for k, v in options.items()}
        add("upsample", [{names.get(k, k): v for k, v in options.items()}], {}, shape, nn.Upsample(**given), note=note)

    resize((2, 2, 3), scale_factor=2)
    resize((1, 2, 5), size=8)
    resize((1, 2, 5), size=3)
    resize((1, 2, 7), scale_factor=1.5)
    resize((2, 2, 3, 4), scale_factor=[2, 3])
    resize((1, 2, 4, 5), size=[7, 3])
    resize((1, 1, 2, 3, 2), "three axes", scale_factor=2)
    resize((2, 2, 4), scale_factor=2, mode="linear")
    resize((2, 2, 4), size=7, mode="linear", align_corners=True)
    resize((2, 2, 5), size=3, mode="linear")
    resize((1, 2, 3, 4), scale_factor=2, mode="bilinear")
    resize((1, 2, 3, 4), scale_factor=2, mode="bilinear", align_corners=True)
    resize((1, 2, 5, 4), size=[3, 7], mode="bilinear")
    resize((1, 2, 4, 5), scale_factor=1.7, mode="bilinear")
    resize((1, 1, 1, 3), size=[4, 5], mode="bilinear", align_corners=True)

    add("pixelShuffle", [2], {}, (2, 8, 3, 2), nn.PixelShuffle(2))
    add("pixelShuffle", [3], {}, (9, 2, 2), nn.PixelShuffle(3), note="no batch")
    add("pixelUnshuffle", [2], {}, (2, 3, 4, 6), nn.PixelUnshuffle(2))
    add("flatten", [], {}, (2, 3, 4), nn.Flatten())
    add("unflatten", [1, [2, 3]], {}, (4, 6, 2), nn.Unflatten(1, (2, 3)))
    add("unflatten", [-1, [3, -1]], {}, (4, 6), nn.Unflatten(1, (3, -1)))
    for name, layer in [("dropout", nn.Dropout), ("dropout2d", nn.Dropout2d), ("alphaDropout", nn.AlphaDropout)]:
        add(name, [0.3], {}, (2, 3, 2, 2), layer(0.3), mode="eval")


def write(add):
    convolutions(add)
    transposed(add)
    pooling(add)
    normalisation(add)
    others(add)
