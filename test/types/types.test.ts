/** The type-level rules, held by both compilers to the words that the run-time rules use. */
import { describe, expect, it } from "vitest";
import { cases } from "../shape/cases.js";
import { announcedErrors, compile, compilers, says } from "./compile.js";
import { chainFolder, generatedFolder, generateFixtures } from "./generate.js";

const minutes = 60_000;

generateFixtures();

describe.each(Object.entries(compilers))("%s", (_, compiler) => {
  it(
    "finds the announced errors, in the same words, and no others",
    async () => {
      const { diagnostics } = await compile(compiler, "test/types/tsconfig.json");
      const announced = [...announcedErrors("test/types/fixtures"), ...announcedErrors(generatedFolder)];
      const places = new Set(announced.map(({ place }) => place));
      const surprises = [...diagnostics].filter(([place]) => !places.has(place)).map(([, text]) => text);
      expect(surprises).toEqual([]);
      const unsaid = announced
        .filter(({ place, sentence }) => !says(diagnostics.get(place), sentence))
        .map(({ place, sentence }) => ({ place, sentence, found: diagnostics.get(place) ?? "no error" }));
      expect(unsaid).toEqual([]);
      expect(announced.length).toBeGreaterThan(50);
    },
    2 * minutes,
  );

  it(
    "checks two chains of a hundred layers in under 2 s",
    async () => {
      const { diagnostics, output } = await compile(
        compiler,
        `${chainFolder}/tsconfig.json`,
        "--extendedDiagnostics",
      );
      expect([...diagnostics.values()]).toEqual([]);
      const seconds = Number(/Check time:\s+([\d.]+)s/.exec(output)?.[1]);
      expect(seconds).toBeLessThan(2);
    },
    2 * minutes,
  );
});

it("has cases on both sides", () => {
  expect(cases.filter(({ expect: expected }) => typeof expected !== "string").length).toBeGreaterThan(60);
  expect(cases.filter(({ expect: expected }) => typeof expected === "string").length).toBeGreaterThan(50);
});
