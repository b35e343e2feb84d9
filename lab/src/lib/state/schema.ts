/** What a state may be, and the bounded values that it is made of: an address may bring anything. */
import * as v from "valibot";

/** Any schema of an object in which every key has a default: parsing `{}` gives the state that a reader begins with. */
export type StateSchema = v.GenericSchema<unknown, Record<string, unknown>>;

/** A whole number from `least` to `most`. */
export const whole = (least: number, most: number) =>
  v.pipe(v.number(), v.integer(), v.minValue(least), v.maxValue(most));

/** A number from `least` to `most`. */
export const range = (least: number, most: number) => v.pipe(v.number(), v.minValue(least), v.maxValue(most));

/** A text of at most so many characters. */
export const text = (most: number) => v.pipe(v.string(), v.maxLength(most));
