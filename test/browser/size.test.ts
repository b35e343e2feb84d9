/** What a page has to load: everything that `import ... from "maru"` gives. */
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { bundle } from "./bundle.js";

const MOST_KILOBYTES = 100;

test("the core is small", async () => {
  const { contents } = await bundle('export * from "./src/index.ts"');
  const kilobytes = gzipSync(contents, { level: 9 }).length / 1000;
  console.log(
    `core: ${(contents.length / 1000).toFixed(0)} kB minified, ${kilobytes.toFixed(1)} kB with gzip`,
  );
  expect(kilobytes).toBeLessThan(MOST_KILOBYTES);
});
