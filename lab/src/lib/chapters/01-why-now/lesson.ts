import type { DataPoint, DepthPoint, PowerPoint } from "../../engine/why-now/protocol.js";

/** The reader's measurements; a link carries them, and nothing is measured again by itself. */
export interface WhyNowLesson {
  seed: number;
  data: DataPoint[];
  power: PowerPoint[];
  depth: DepthPoint[];
}
