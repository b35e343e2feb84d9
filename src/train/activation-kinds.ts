/** How activations are told in a file, and made again. */
import type { Layer } from "../nn/index.js";
import * as nn from "../nn/index.js";
import { isExactly, type Kind } from "./layer-kinds.js";
import type { Settings } from "./layer-settings.js";

const ACTIVATIONS: Readonly<Record<string, (settings: Settings) => Layer>> = {
  step: nn.step,
  sigmoid: nn.sigmoid,
  tanh: nn.tanh,
  relu: nn.relu,
  identity: nn.identity,
  softmax: (settings) => nn.softmax(settings.axis()),
  logSoftmax: (settings) => nn.logSoftmax(settings.axis()),
  softmin: (settings) => nn.softmin(settings.axis()),
  elu: (settings) => nn.elu({ alpha: settings.real("alpha") }),
  selu: nn.selu,
  celu: (settings) => nn.celu({ alpha: settings.real("alpha") }),
  gelu: (settings) => nn.gelu({ approximate: settings.word("approximate", ["none", "tanh"]) }),
  silu: nn.silu,
  mish: nn.mish,
  leakyRelu: (settings) => nn.leakyRelu({ negativeSlope: settings.real("negativeSlope") }),
  relu6: nn.relu6,
  hardtanh: (settings) => nn.hardtanh({ minVal: settings.real("minVal"), maxVal: settings.real("maxVal") }),
  hardsigmoid: nn.hardsigmoid,
  hardswish: nn.hardswish,
  hardshrink: (settings) => nn.hardshrink({ lambda: settings.real("lambda") }),
  softshrink: (settings) => nn.softshrink({ lambda: settings.real("lambda") }),
  tanhshrink: nn.tanhshrink,
  softplus: (settings) => nn.softplus({ beta: settings.real("beta"), threshold: settings.real("threshold") }),
  softsign: nn.softsign,
  logSigmoid: nn.logSigmoid,
  threshold: (settings) => nn.threshold(settings.real("threshold"), settings.real("value")),
};

const activation = (name: string, build: (settings: Settings) => Layer): Kind => ({
  describe: (module) =>
    isExactly(module, nn.Activation) && module.kind === name ? { ...module.settings } : null,
  shapes: () => ({}),
  build,
});

export const ACTIVATION_KINDS: Readonly<Record<string, Kind>> = {
  prelu: {
    describe: (module) => (isExactly(module, nn.PRelu) ? { parameters: module.weight.size } : null),
    shapes: (settings) => ({ weight: [settings.size("parameters")] }),
    build: (settings) => nn.prelu({ numParameters: settings.size("parameters") }),
  },
  rrelu: {
    describe: (module) => (isExactly(module, nn.RRelu) ? { lower: module.lower, upper: module.upper } : null),
    shapes: () => ({}),
    build: (settings) => nn.rrelu({ lower: settings.real("lower"), upper: settings.real("upper") }),
  },
  glu: {
    describe: (module) => (isExactly(module, nn.Glu) ? { axis: module.axis } : null),
    shapes: () => ({}),
    build: (settings) => nn.glu(settings.axis()),
  },
  ...Object.fromEntries(Object.entries(ACTIVATIONS).map(([name, build]) => [name, activation(name, build)])),
};
