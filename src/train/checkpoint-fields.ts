/** What a checkpoint says in words beside its tensors: JSON that gives back every number to the bit, checked when read. */
import { FormatError } from "../errors.js";
import type { GeneratorState } from "../tensor/index.js";
import type {
  BestEpoch,
  DataOrder,
  EpochPlace,
  EpochRecord,
  StoppingState,
  TrainingState,
} from "./history.js";
import { type ModelMetadata, parseField } from "./model-file.js";

/** Everything of a state that is no tensor. */
type Fields = Omit<TrainingState, "weights" | "bestWeights" | "optimizer" | "average">;

/** Numbers that JSON has no word for stand in this. */
const NUMBER = "$number";

const written = (_: string, value: unknown): unknown =>
  typeof value === "number" && (!Number.isFinite(value) || Object.is(value, -0))
    ? { [NUMBER]: Object.is(value, -0) ? "-0" : String(value) }
    : value;

function read(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(read);
  if (!isObject(value)) return value;
  const text = value[NUMBER];
  if (typeof text === "string" && Object.keys(value).length === 1) return Number(text);
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, read(inner)]));
}

/** The fields as the file's metadata; those that are undefined are left out. */
export function encodeFields(state: TrainingState): Record<string, string> {
  const { epochs, best, random, updates, place, order, rates, schedule, stopping, callbacks } = state;
  const fields = { epochs, best, random, updates, place, order, rates, schedule, stopping, callbacks };
  const stated = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(stated.map(([name, value]) => [name, JSON.stringify(value, written)]));
}

/**
 * The fields of a file.
 *
 * @throws FormatError where one is missing that must be there, or is not what it must be
 */
export function decodeFields(metadata: ModelMetadata, path: string): Fields {
  const field = (name: keyof Fields): unknown => {
    const value = parseField(metadata, name, path);
    try {
      return read(value);
    } catch (error) {
      throw new FormatError(`${path}: its metadata hold a ${name} that is nested too deep`, { cause: error });
    }
  };
  const maybe = <T>(name: keyof Fields, sound: (value: unknown) => value is T): T | undefined => {
    if (metadata[name] === undefined) return undefined;
    const value = field(name);
    if (sound(value)) return value;
    throw new FormatError(`${path}: its metadata have no sound ${name}`);
  };
  const [epochs, best, random] = [field("epochs"), field("best"), field("random")];
  if (!isHistory(epochs) || !isBest(best, epochs.length) || !isGeneratorState(random)) {
    throw new FormatError(`${path}: its metadata do not tell of a training`);
  }
  return {
    epochs,
    best,
    random,
    updates: maybe("updates", isCount),
    place: maybe("place", isPlace),
    order: maybe("order", isOrder),
    rates: maybe("rates", isRates),
    schedule: maybe("schedule", isAnything),
    stopping: maybe("stopping", isStopping),
    callbacks: maybe("callbacks", isObject),
  };
}

const isAnything = (_: unknown): _ is unknown => true;

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const isNumber = (value: unknown): value is number => typeof value === "number";

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

function isHistory(value: unknown): value is EpochRecord[] {
  return (
    Array.isArray(value) &&
    value.every((record, i) => isObject(record) && record.epoch === i + 1 && isNumber(record.loss))
  );
}

/** null stands for no epoch so far, and for nothing else. */
function isBest(value: unknown, epochs: number): value is BestEpoch | null {
  if (value === null || epochs === 0) return value === null && epochs === 0;
  if (!isObject(value)) return false;
  const { epoch, metric, value: best } = value;
  return isCount(epoch) && epoch >= 1 && epoch <= epochs && typeof metric === "string" && isNumber(best);
}

const isGeneratorState = (value: unknown): value is GeneratorState =>
  isObject(value) && isCount(value.seed) && isCount(value.draws);

function isPlace(value: unknown): value is EpochPlace {
  if (!isObject(value) || !isObject(value.tally)) return false;
  const { samples, loss, sums } = value.tally;
  return (
    isCount(value.step) &&
    isNumber(value.seconds) &&
    isCount(samples) &&
    isNumber(loss) &&
    isObject(sums) &&
    Object.values(sums).every((sum) => isNumber(sum) || (Array.isArray(sum) && sum.every(isNumber)))
  );
}

function isOrder(value: unknown): value is DataOrder {
  if (!isObject(value)) return false;
  const { samples, batchSize, accumulate, seed, shuffle, dropLast } = value;
  return (
    [samples, batchSize, accumulate, seed].every(isCount) &&
    [shuffle, dropLast].every((flag) => typeof flag === "boolean")
  );
}

const isRates = (value: unknown): value is number[] => Array.isArray(value) && value.every(isNumber);

function isStopping(value: unknown): value is StoppingState {
  return isObject(value) && isCount(value.waited) && (value.value === null || isNumber(value.value));
}
