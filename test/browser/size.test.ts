/** What a page has to load. */
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { bundle } from "./bundle.js";

const MOST_KILOBYTES = 100;

async function kilobytesOf(what: string, program: string): Promise<number> {
  const { contents } = await bundle(program);
  const kilobytes = gzipSync(contents, { level: 9 }).length / 1000;
  console.log(
    `${what}: ${(contents.length / 1000).toFixed(0)} kB minified, ${kilobytes.toFixed(1)} kB with gzip`,
  );
  return kilobytes;
}

test("the core is small: arrays, derivatives, networks, optimizers, the compiler and the Wasm device", async () => {
  const program = `
    import { array, compile, grad, nn, optim, random } from "./src/index.ts";
    console.log(array, compile, grad, nn, optim, random);`;
  expect(await kilobytesOf("core", program)).toBeLessThan(MOST_KILOBYTES);
});

test("everything that maru exports is not much more", async () => {
  expect(await kilobytesOf("all exports", 'export * from "./src/index.ts"')).toBeLessThan(
    1.1 * MOST_KILOBYTES,
  );
});
