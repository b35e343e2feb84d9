/** SVG text to PNG bytes in Node: resvg compiled to Wasm, and the two fonts that it draws letters with. */
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { initWasm, Resvg } from "@resvg/resvg-wasm";

const require = createRequire(import.meta.url);

/** Arimo has Latin, Greek and mathematics; letters that it lacks (Hangul) come from Nanum Gothic. */
const fontFiles = [
  "@expo-google-fonts/arimo/400Regular/Arimo_400Regular.ttf",
  "@expo-google-fonts/nanum-gothic/400Regular/NanumGothic_400Regular.ttf",
];

let loading: Promise<Uint8Array[]> | undefined;

/** The bytes of a PNG file, `scale` pixels for each pixel of the SVG. */
export async function rasterize(svg: string, scale: number): Promise<Uint8Array> {
  loading ??= load();
  const fontBuffers = await loading;
  const renderer = new Resvg(svg, {
    font: { fontBuffers, defaultFontFamily: "Arimo", sansSerifFamily: "Arimo" },
    fitTo: { mode: "zoom", value: scale },
    background: "white",
  });
  const picture = renderer.render();
  const bytes = picture.asPng();
  picture.free();
  renderer.free();
  return bytes;
}

async function load(): Promise<Uint8Array[]> {
  await initWasm(await readFile(require.resolve("@resvg/resvg-wasm/index_bg.wasm")));
  return Promise.all(fontFiles.map((file) => readFile(require.resolve(file))));
}
