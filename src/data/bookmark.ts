/** Where a loader stands, and from where its next loop goes. */
import { ValueError } from "../errors.js";

/** Where a loader stands: the epoch, counted from 0, and how many of its batches have been given. */
export interface LoaderState {
  readonly epoch: number;
  readonly position: number;
  /** What a sampler of one's own needs to give the same orders again: at the start of the epoch, and now. */
  readonly sampler?: { readonly atStart: unknown; readonly now: unknown };
}

/** Throws unless a state's numbers could be a place; `length` batches are in an epoch, if that is known. */
export function checkPlace(operation: string, { epoch, position }: LoaderState, length?: number): void {
  const valid = [epoch, position].every((n) => Number.isSafeInteger(n) && n >= 0);
  if (valid && (length === undefined || position < length)) return;
  const batches = length === undefined ? "" : `; an epoch has ${length} batches`;
  throw new ValueError(`${operation}: there is no batch ${position} in epoch ${epoch}${batches}`);
}

/** A place that loops move, and that can be set from outside. */
export class Bookmark {
  #epoch = 0;
  #position = 0;
  /** Was it set from outside, so that the next loop goes on in the middle of an epoch? */
  #continues = false;

  get place(): { readonly epoch: number; readonly position: number } {
    return { epoch: this.#epoch, position: this.#position };
  }

  /** Goes to a place; the next loop goes on there. */
  goTo(epoch: number, position: number): void {
    this.moveTo(epoch, position);
    this.#continues = true;
  }

  /** What a loop does as it goes on. */
  moveTo(epoch: number, position: number): void {
    this.#epoch = epoch;
    this.#position = position;
  }

  /** A loop begins: in the middle of an epoch only if it was set so, else with the next one. */
  begin(): { readonly epoch: number; readonly position: number } {
    if (this.#position > 0 && !this.#continues) this.moveTo(this.#epoch + 1, 0);
    this.#continues = false;
    return this.place;
  }
}
