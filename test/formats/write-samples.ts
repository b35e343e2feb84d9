/** Writes the sample files into a folder, for the scripts in test/reference: `npx tsx test/formats/write-samples.ts DIR`. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { sampleFiles } from "./samples.js";

const [folder = "."] = process.argv.slice(2);
for (const [name, bytes] of sampleFiles()) writeFileSync(join(folder, name), bytes);
