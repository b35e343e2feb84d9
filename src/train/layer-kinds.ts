/** How layers are told in a file, and made again. */
import type { Layer, Module } from "../nn/index.js";
import * as nn from "../nn/index.js";
import type { PerAxis, Shape } from "../shape/index.js";
import type { Settings } from "./layer-settings.js";

/** Shapes of a layer's tensors by name. */
type Shapes = Readonly<Record<string, Shape>>;

/** How one kind of layer is told, and made again. */
export interface Kind {
  /** Its settings, or null where the module is not of this kind. */
  describe(module: Module): Record<string, unknown> | null;
  /** The shapes of its tensors, from its settings. */
  shapes(settings: Settings): Shapes;
  build(settings: Settings): Layer;
}

/** Is the module of this very class? One derived from it may compute something else. */
export const isExactly = <M extends Module>(
  module: Module,
  made: abstract new (...args: never[]) => M,
): module is M => module.constructor === made;

const spread = (kernel: PerAxis, rank: number): readonly number[] =>
  typeof kernel === "number" ? new Array<number>(rank).fill(kernel) : kernel;

const none = (): Shapes => ({});

/** A layer without tensors. */
const plain = (describe: Kind["describe"], build: Kind["build"]): Kind => ({ describe, shapes: none, build });

type Rank = 1 | 2 | 3;

/** What convolutions of both directions tell of themselves. */
type AnyConvolution = Readonly<Record<"inChannels" | "outChannels" | "kernel" | "bias", unknown>> & {
  readonly options: object;
};

const settingsOf = (module: AnyConvolution): Record<string, unknown> => ({
  in: module.inChannels,
  out: module.outChannels,
  kernel: module.kernel,
  ...module.options,
  bias: module.bias !== null,
});

function conv(rank: Rank): Kind {
  return {
    describe: (module) =>
      isExactly(module, nn.Convolution) && module.rank === rank ? settingsOf(module) : null,
    shapes: (settings) => {
      const inner = settings.size("in") / (settings.window(rank).groups ?? 1);
      const out = settings.size("out");
      const weight = [out, inner, ...spread(settings.sizes("kernel", 1, rank), rank)];
      return settings.flag("bias") ? { weight, bias: [out] } : { weight };
    },
    build: (settings) =>
      new nn.Convolution(rank, settings.size("in"), settings.size("out"), settings.sizes("kernel", 1, rank), {
        ...settings.window(rank),
        ...(settings.has("paddingMode") && {
          paddingMode: settings.word("paddingMode", ["zeros", "reflect", "replicate", "circular"] as const),
        }),
        bias: settings.flag("bias"),
      }),
  };
}

function convTranspose(rank: Rank): Kind {
  return {
    describe: (module) =>
      isExactly(module, nn.TransposedConvolution) && module.rank === rank ? settingsOf(module) : null,
    shapes: (settings) => {
      const out = settings.size("out");
      const inner = out / (settings.window(rank).groups ?? 1);
      const weight = [settings.size("in"), inner, ...spread(settings.sizes("kernel", 1, rank), rank)];
      return settings.flag("bias") ? { weight, bias: [out] } : { weight };
    },
    build: (settings) => {
      const { padding, ...window } = settings.window(rank);
      const options = {
        ...window,
        ...(padding !== undefined && { padding: settings.sizes("padding", 0, rank) }),
        ...(settings.has("outputPadding") && { outputPadding: settings.sizes("outputPadding", 0, rank) }),
        bias: settings.flag("bias"),
      };
      const kernel = settings.sizes("kernel", 1, rank);
      return new nn.TransposedConvolution(rank, settings.size("in"), settings.size("out"), kernel, options);
    },
  };
}

/** What makes a pooling layer. */
type MakePool = (kernel: number | readonly number[], options: object) => nn.Layer;

const pool = (rank: 1 | 2, operation: string, make: MakePool): Kind =>
  plain(
    (module) =>
      isExactly(module, nn.Pool) && module.operation === operation
        ? { kernel: module.kernel, ...(module.options as object) }
        : null,
    (settings) => {
      const { stride, dilation } = settings.window(rank);
      return make(settings.sizes("kernel", 1, rank), {
        ...(stride !== undefined && { stride }),
        ...(settings.has("padding") && { padding: settings.sizes("padding", 0, rank) }),
        ...(dilation !== undefined && { dilation }),
        ...(settings.has("ceilMode") && { ceilMode: settings.flag("ceilMode") }),
        ...(settings.has("countIncludePad") && { countIncludePad: settings.flag("countIncludePad") }),
      });
    },
  );

const adaptivePool = (rank: 1 | 2, kind: "max" | "avg"): Kind =>
  plain(
    (module) =>
      isExactly(module, nn.AdaptivePool) && module.rank === rank && module.kind === kind
        ? { size: module.size }
        : null,
    // The layer checks the sizes itself.
    (settings) => new nn.AdaptivePool(rank, kind, settings.values.size as number),
  );

const channelNorm = (
  operation: "batchNorm1d" | "batchNorm2d" | "instanceNorm1d" | "instanceNorm2d",
): Kind => ({
  describe: (module) =>
    isExactly(module, nn.ChannelNorm) && module.operation === operation
      ? {
          features: module.features,
          eps: module.eps,
          momentum: module.momentum,
          affine: module.weight !== null,
          trackRunningStats: module.runningMean !== null,
        }
      : null,
  shapes: (settings) => {
    const each = [settings.size("features")];
    return {
      ...(settings.flag("affine") && { weight: each, bias: each }),
      ...(settings.flag("trackRunningStats") && {
        running_mean: each,
        running_var: each,
        num_batches_tracked: [],
      }),
    };
  },
  build: (settings) =>
    new nn.ChannelNorm(operation, settings.size("features"), {
      eps: settings.real("eps"),
      momentum: settings.realOrNull("momentum"),
      affine: settings.flag("affine"),
      trackRunningStats: settings.flag("trackRunningStats"),
    }),
});

const lastAxesNorm = (operation: "layerNorm" | "rmsNorm"): Kind => ({
  describe: (module) =>
    isExactly(module, nn.LastAxesNorm) && module.operation === operation
      ? {
          shape: [module.normalized].flat(),
          eps: module.eps,
          affine: module.weight !== null,
          bias: module.bias !== null,
        }
      : null,
  shapes: (settings) => {
    const shape = settings.list("shape", 1);
    return {
      ...(settings.flag("affine") && { weight: shape }),
      ...(settings.flag("bias") && { bias: shape }),
    };
  },
  build: (settings) =>
    new nn.LastAxesNorm(operation, settings.list("shape", 1), settings.realOrNull("eps"), {
      elementwiseAffine: settings.flag("affine"),
      bias: settings.flag("bias"),
    }),
});

const dropout = (operation: "dropout" | "dropout2d" | "alphaDropout"): Kind =>
  plain(
    (module) => (isExactly(module, nn.Dropout) && module.operation === operation ? { p: module.p } : null),
    (settings) => new nn.Dropout(operation, settings.real("p")),
  );

export const LAYER_KINDS: Readonly<Record<string, Kind>> = {
  linear: {
    describe: (module) =>
      isExactly(module, nn.Linear)
        ? { in: module.inFeatures, out: module.outFeatures, bias: module.bias !== null }
        : null,
    shapes: (settings) => {
      const weight = [settings.size("out"), settings.size("in")];
      return settings.flag("bias") ? { weight, bias: [settings.size("out")] } : { weight };
    },
    build: (settings) =>
      nn.linear(settings.size("in"), settings.size("out"), { bias: settings.flag("bias") }),
  },
  conv1d: conv(1),
  conv2d: conv(2),
  conv3d: conv(3),
  convTranspose1d: convTranspose(1),
  convTranspose2d: convTranspose(2),
  convTranspose3d: convTranspose(3),
  maxPool1d: pool(1, "maxPool1d", nn.maxPool1d),
  maxPool2d: pool(2, "maxPool2d", nn.maxPool2d),
  avgPool1d: pool(1, "avgPool1d", nn.avgPool1d),
  avgPool2d: pool(2, "avgPool2d", nn.avgPool2d),
  adaptiveMaxPool1d: adaptivePool(1, "max"),
  adaptiveMaxPool2d: adaptivePool(2, "max"),
  adaptiveAvgPool1d: adaptivePool(1, "avg"),
  adaptiveAvgPool2d: adaptivePool(2, "avg"),
  batchNorm1d: channelNorm("batchNorm1d"),
  batchNorm2d: channelNorm("batchNorm2d"),
  instanceNorm1d: channelNorm("instanceNorm1d"),
  instanceNorm2d: channelNorm("instanceNorm2d"),
  layerNorm: lastAxesNorm("layerNorm"),
  rmsNorm: lastAxesNorm("rmsNorm"),
  groupNorm: {
    describe: (module) =>
      isExactly(module, nn.GroupNorm)
        ? {
            groups: module.groups,
            channels: module.channels,
            eps: module.eps,
            affine: module.weight !== null,
          }
        : null,
    shapes: (settings): Shapes => {
      const each = [settings.size("channels")];
      return settings.flag("affine") ? { weight: each, bias: each } : {};
    },
    build: (settings) =>
      nn.groupNorm(settings.size("groups"), settings.size("channels"), {
        eps: settings.real("eps"),
        affine: settings.flag("affine"),
      }),
  },
  dropout: dropout("dropout"),
  dropout2d: dropout("dropout2d"),
  alphaDropout: dropout("alphaDropout"),
  embedding: {
    describe: (module) =>
      isExactly(module, nn.Embedding)
        ? { rows: module.rows, width: module.width, paddingIdx: module.paddingIdx }
        : null,
    shapes: (settings) => ({ weight: [settings.size("rows"), settings.size("width")] }),
    build: (settings) =>
      nn.embedding(settings.size("rows"), settings.size("width"), {
        paddingIdx: settings.realOrNull("paddingIdx"),
      }),
  },
  upsample: plain(
    (module) => (isExactly(module, nn.Upsample) ? { ...(module.options as object) } : null),
    // The layer checks its settings itself.
    ({ values: { layer, ...options } }) => nn.upsample(options),
  ),
  pixelShuffle: plain(
    (module) => (isExactly(module, nn.PixelShuffle) ? { factor: module.factor } : null),
    (settings) => nn.pixelShuffle(settings.size("factor")),
  ),
  pixelUnshuffle: plain(
    (module) => (isExactly(module, nn.PixelUnshuffle) ? { factor: module.factor } : null),
    (settings) => nn.pixelUnshuffle(settings.size("factor")),
  ),
  flatten: plain(
    (module) => (isExactly(module, nn.Flatten) ? { start: module.start } : null),
    (settings) => nn.flatten(settings.whole("start", 0)),
  ),
  unflatten: plain(
    (module) => (isExactly(module, nn.Unflatten) ? { axis: module.axis, sizes: module.sizes } : null),
    (settings) => nn.unflatten(settings.axis(), settings.list("sizes", -1)),
  ),
};
