/** From what files hold to tensors and back. */
import { buffer } from "../graph/index.js";
import { Tensor } from "../tensor/index.js";
import { type ArrayRecord, checkArrayRecord } from "./array-record.js";
import { entriesOf, type NamedArrays } from "./safetensors-write.js";

/**
 * An array of a file as a tensor: the same dtype, shape and values. The values are not copied, so they must not be changed
 * afterwards.
 *
 * @throws DTypeError, ShapeError and ValueError where the parts of the record disagree
 * @example
 * ```ts
 * import { parseNpy, encodeNpy, toTensor } from "maru/formats";
 * const bytes = encodeNpy({ dtype: "float32", shape: [2, 1], data: new Float32Array([1, 2]) });
 * String(toTensor(parseNpy(bytes))); // [[1.]
 * //  [2.]]
 * ```
 */
export function toTensor(record: ArrayRecord): Tensor {
  checkArrayRecord("toTensor", record);
  const { data, shape, dtype } = record;
  return new Tensor(buffer(data, shape, dtype));
}

/**
 * Arrays of a file as tensors by name, as a state dict has them.
 *
 * @throws DTypeError, ShapeError and ValueError where the parts of a record disagree
 * @example
 * ```ts
 * import { encodeSafetensors, parseSafetensors, toTensors } from "maru/formats";
 * const model = nn.linear(2, 1);
 * const weight = { dtype: "float32", shape: [1, 2], data: new Float32Array([3, 4]) } as const;
 * const bias = { dtype: "float32", shape: [1], data: new Float32Array([5]) } as const;
 * const { tensors } = parseSafetensors(encodeSafetensors({ weight, bias }));
 * model.loadStateDict(toTensors(tensors));
 * String(model.forward(array([[1, 1]]))); // [[12.]]
 * ```
 */
export function toTensors(records: NamedArrays): Record<string, Tensor> {
  return Object.fromEntries(entriesOf(records).map(([name, record]) => [name, toTensor(record)]));
}

/**
 * A tensor as files hold it, with its values computed.
 *
 * @example
 * ```ts
 * import { encodeNpy, toRecord } from "maru/formats";
 * encodeNpy(await toRecord(array([1, 2, 3]))).length; // 140
 * ```
 */
export async function toRecord(tensor: Tensor): Promise<ArrayRecord> {
  const { dtype, shape } = tensor;
  return { dtype, shape, data: await tensor.data() };
}
