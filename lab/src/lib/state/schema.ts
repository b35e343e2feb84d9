/** What a state may be. */
import type { GenericSchema } from "valibot";

/** Any schema of an object in which every key has a default: parsing `{}` gives the state that a reader begins with. */
export type StateSchema = GenericSchema<unknown, Record<string, unknown>>;
