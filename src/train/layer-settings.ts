/** The settings of a layer as a file tells them, each checked as it is read. */
import { FormatError } from "../errors.js";
import { kindOf, type PerAxis } from "../shape/index.js";

/** One layer: its kind and its settings. */
export type LayerDescription = Readonly<Record<string, unknown>> & { readonly layer: string };

/** A value from a file as an error shows it: a short one itself, of others what they are. */
export function shown(value: unknown): string {
  if (typeof value === "object" && value !== null) return kindOf(value);
  return String(JSON.stringify(value)).slice(0, 100);
}

interface WindowSettings {
  stride?: PerAxis;
  padding?: PerAxis | "same" | "valid";
  dilation?: PerAxis;
  groups?: number;
}

/** The settings of a described layer, each checked as it is read. */
export class Settings {
  constructor(
    readonly where: string,
    readonly values: LayerDescription,
  ) {}

  #refuse(name: string, wanted: string): never {
    throw new FormatError(`${this.where}: ${name} must be ${wanted}, found ${shown(this.values[name])}`);
  }

  whole(name: string, least: number): number {
    const value = this.values[name];
    if (typeof value === "number" && Number.isSafeInteger(value) && value >= least) return value;
    return this.#refuse(name, `a whole number of at least ${least}`);
  }

  size(name: string): number {
    return this.whole(name, 1);
  }

  real(name: string): number {
    const value = this.values[name];
    if (typeof value === "number" && Number.isFinite(value)) return value;
    return this.#refuse(name, "a finite number");
  }

  /** An axis, which may be counted from the end. */
  axis(): number {
    const value = this.values.axis;
    return Number.isSafeInteger(value) ? (value as number) : this.#refuse("axis", "a whole number");
  }

  word<W extends string>(name: string, known: readonly W[]): W {
    const found = known.find((word) => word === this.values[name]);
    return found ?? this.#refuse(name, `one of ${known.join(", ")}`);
  }

  flag(name: string): boolean {
    const value = this.values[name];
    return typeof value === "boolean" ? value : this.#refuse(name, "true or false");
  }

  /** Is this one given? Others are as the layer has them by itself. */
  has(name: string): boolean {
    return Object.hasOwn(this.values, name);
  }

  /** A size, or one for each of so many axes. */
  sizes(name: string, least = 1, rank = 2): PerAxis {
    const value = this.values[name];
    const list: unknown[] = Array.isArray(value) ? value : [value];
    const sound = list.every((n) => Number.isSafeInteger(n) && (n as number) >= least);
    if (!sound || (Array.isArray(value) && list.length !== rank)) {
      this.#refuse(name, `a whole number of at least ${least}, or ${rank} of them`);
    }
    return value as PerAxis;
  }

  /** A list of whole numbers, a few at most. */
  list(name: string, least: number): number[] {
    const value = this.values[name];
    const sound = Array.isArray(value) && value.length > 0 && value.length <= 32;
    if (sound && value.every((n) => Number.isSafeInteger(n) && n >= least)) return value;
    return this.#refuse(name, `a list of whole numbers of at least ${least}`);
  }

  /** A finite number or null. */
  realOrNull(name: string): number | null {
    return this.values[name] === null ? null : this.real(name);
  }

  /** Those settings of a window that are given. */
  window(rank = 2): WindowSettings {
    return {
      ...(this.has("stride") && { stride: this.sizes("stride", 1, rank) }),
      ...(this.has("padding") && { padding: this.padding(rank) }),
      ...(this.has("dilation") && { dilation: this.sizes("dilation", 1, rank) }),
      ...(this.has("groups") && { groups: this.size("groups") }),
    };
  }

  private padding(rank: number): PerAxis | "same" | "valid" {
    if (typeof this.values.padding === "string") return this.word("padding", ["same", "valid"] as const);
    return this.sizes("padding", 0, rank);
  }
}
