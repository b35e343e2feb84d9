/** The bar's words: how fast it goes, and how long it will take. */
import { describe, expect, it } from "vitest";
import { paceOf } from "../../src/train/progress-node.js";

describe("the pace of a training", () => {
  it("is samples in a second, and the time that the rest of the epoch and all epochs will take", () => {
    expect(paceOf(3000, 2, 6000, 18000)).toEqual({ rate: "1,500", left: "4 s", all: "16 s" });
    expect(paceOf(10, 1, 1250, 60000)).toEqual({ rate: "10", left: "2 min 5 s", all: "1 h 42 min" });
    expect(paceOf(5, 1, 0, 0)).toEqual({ rate: "5", left: "0 s", all: "0 s" });
  });

  it("is not told before anything was done", () => {
    expect(paceOf(0, 3, 10, 10)).toEqual({ rate: "-", left: "-", all: "-" });
    expect(paceOf(3, 0, 10, 10)).toEqual({ rate: "-", left: "-", all: "-" });
  });
});
