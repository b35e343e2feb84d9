/** Draws test digits beside each other in the terminal, with what a trained network takes them for. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { stripVTControlCharacters } from "node:util";
import pc from "picocolors";

const dist = (path) => new URL(`../dist/${path}`, import.meta.url).href;
const SIDE = 28;
const GAP = "  ";
/** The first test digits are looked at for some that the network gets wrong. */
const LOOKED_AT = 1000;
const [RIGHT, WRONG] = [3, 3];

/** How many pictures fit side by side. */
const perRow = () =>
  Math.max(1, Math.floor(((process.stdout.columns ?? 96) + GAP.length) / (SIDE + GAP.length)));

/** The network's guesses for the first test digits, as { index, guess, label, sure }. */
async function guesses(folder, digits) {
  const { loadModel, noGrad, softmax } = await import(dist("node.js"));
  const root = fileURLToPath(new URL("..", import.meta.url));
  const { model } = await loadModel(join(root, folder, "model.safetensors"));
  const probabilities = noGrad(() => softmax(model.eval().forward(digits.inputs), -1)).toArray();
  const labels = digits.targets.toArray();
  return probabilities.map((shares, index) => {
    const sure = Math.max(...shares);
    const guess = shares.indexOf(sure);
    return { index, guess, label: labels[index], sure };
  });
}

/** Filled up with spaces to a picture's width; colours take no room. */
const padded = (line) => line + " ".repeat(Math.max(0, SIDE - stripVTControlCharacters(line).length));

function caption({ index, guess, label, sure }) {
  const words = `#${index}: ${guess}, ${Math.round(100 * sure)} % sure`;
  const verdict = guess === label ? "right" : `wrong, it is ${label}`;
  const paint = guess === label ? pc.green : pc.red;
  return [pc.bold(words), paint(verdict)];
}

/** Draws some that it knows and some that it does not. */
export async function showDigits(folder) {
  const { mnist } = await import(dist("data/index.js"));
  const { terminalImage } = await import(dist("plot/index.js"));
  const test = await mnist("test");
  const digits = test.batch(Array.from({ length: LOOKED_AT }, (_, i) => i));
  const all = await guesses(folder, digits);
  const right = all.filter(({ guess, label }) => guess === label);
  const wrong = all.filter(({ guess, label }) => guess !== label);
  const pixels = digits.inputs.dataSync();
  const draw = (digit) => [
    ...terminalImage(
      pixels.subarray(digit.index * SIDE * SIDE, (digit.index + 1) * SIDE * SIDE),
      SIDE,
      SIDE,
      {
        range: [0, 1],
      },
    ).split("\n"),
    ...caption(digit),
  ];
  const shown = [...right.slice(0, RIGHT), ...wrong.slice(0, WRONG)].map(draw);
  console.log(
    `\n${right.length} of the first ${LOOKED_AT} test digits are right. Some of them, and some that are not:\n`,
  );
  for (let from = 0; from < shown.length; from += perRow()) {
    const row = shown.slice(from, from + perRow());
    for (let line = 0; line < row[0].length; line++)
      console.log(row.map((picture) => padded(picture[line])).join(GAP));
    console.log();
  }
  console.log(pc.dim(`One by one: npx maru predict ${wrong[0]?.index ?? 0} --weights ${folder}`));
}
