/** Reads the golden files, where there are files. */
import { readFileSync } from "node:fs";
import { casesIn, type ForwardCase, type GradientCase } from "./golden.js";

const read = (name: string): string => readFileSync(new URL(name, import.meta.url), "utf8");

export const forwardCases = () => casesIn<ForwardCase>(read("forward.golden.json"));
export const gradientCases = () => casesIn<GradientCase>(read("gradient.golden.json"));
