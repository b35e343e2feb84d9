/** The schedules that `maru train` knows by name. */
import { cosineAnnealingLR, oneCycleLR, reduceLROnPlateau } from "../optim/index.js";
import type { ScheduleOption } from "../train/index.js";

interface NamedSchedule {
  make(lr: number, steps: number): ScheduleOption;
}

export const SCHEDULES = {
  /** Down along half a cosine, to 0 at the last step. */
  cosine: { make: (_, steps) => ({ use: cosineAnnealingLR({ tMax: steps }), every: "step" }) },
  /** From low to --lr and down to almost nothing, the momentum the other way. */
  onecycle: { make: (lr, steps) => ({ use: oneCycleLR({ maxLr: lr, totalSteps: steps }), every: "step" }) },
  /** Halved whenever the test loss has not got better for an epoch. */
  plateau: { make: () => reduceLROnPlateau({ factor: 0.5, patience: 0 }) },
} satisfies Record<string, NamedSchedule>;

export type ScheduleName = keyof typeof SCHEDULES;

export const isScheduleName = (name: unknown): name is ScheduleName =>
  typeof name === "string" && Object.hasOwn(SCHEDULES, name);

/** The schedule of a run of so many steps; undefined where the learning rate stays. */
export function scheduleOf(
  { schedule, lr }: { readonly schedule: ScheduleName | null; readonly lr: number },
  steps: number,
): ScheduleOption | undefined {
  return schedule === null ? undefined : (SCHEDULES[schedule] as NamedSchedule).make(lr, steps);
}
