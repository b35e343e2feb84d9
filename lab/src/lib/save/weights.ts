/** A network's numbers as safetensors, the format in which weights are shared; PyTorch and NumPy read it too. */
import { encodeSafetensors } from "maru/formats";
import type { Numbers, Weights } from "./numbers.js";

function shapeOf(values: Numbers): number[] {
  return typeof values === "number" ? [] : [values.length, ...shapeOf(values[0] ?? 0)];
}

export function safetensorsOf(weights: Weights, chapter: string): Uint8Array<ArrayBuffer> {
  const records = Object.entries(weights).map(([name, values]) => {
    if ("shape" in values)
      return [name, { dtype: "float32", shape: [...values.shape], data: values.values }] as const;
    const shape = values.length === 0 ? [0] : shapeOf(values);
    const data = Float32Array.from((values as readonly unknown[]).flat(8) as number[]);
    return [name, { dtype: "float32", shape, data }] as const;
  });
  return encodeSafetensors(new Map(records), { format: "pt", chapter }) as Uint8Array<ArrayBuffer>;
}
