/** The results as a table in Markdown, with what cannot be in a cell below it. */
import { geometricMean } from "./statistics.mjs";

/** Rounds that lie further apart than this are marked. */
const WIDE = 0.25;

/** Three digits that count. */
const digits = (value) => (value >= 100 ? value.toFixed(0) : value.toPrecision(3));

function cell(result, isBase, fastest) {
  if (result.differs) return "differs";
  if (result.ms === undefined) return "refuses";
  const mark = `${result.once ? "¹" : ""}${result.spread > WIDE ? "~" : ""}`;
  const ms = `${digits(result.ms)}${mark}`;
  const text = result === fastest ? `**${ms}**` : ms;
  return isBase || result.ratio === undefined ? text : `${text} (${digits(result.ratio)})`;
}

function taskRow({ task, results }) {
  const timed = results.filter(({ ms }) => ms !== undefined);
  const fastest = timed.toSorted((a, b) => a.ms - b.ms)[0];
  return [task, ...results.map((result, i) => cell(result, i === 0, fastest))];
}

/** The mean ratio of each participant, over the tasks that it does. */
function meanRow(tasks, count) {
  const means = Array.from({ length: count - 1 }, (_, i) => {
    const ratios = tasks.map(({ results }) => results[i + 1].ratio).filter((ratio) => ratio !== undefined);
    return ratios.length === 0 ? "" : `(${digits(geometricMean(ratios))}) of ${ratios.length}`;
  });
  return ["mean ratio", "", ...means];
}

/** Lines of equal width, so that the table can be read where Markdown is not drawn. */
function draw(rows) {
  const widths = rows[0].map((_, i) => Math.max(...rows.map((row) => row[i].length)));
  const line = (cells) =>
    `| ${cells.map((text, i) => (i === 0 ? text.padEnd(widths[i]) : text.padStart(widths[i]))).join(" | ")} |`;
  const rule = `|${widths.map((width, i) => (i === 0 ? "-".repeat(width + 2) : `${"-".repeat(width + 1)}:`)).join("|")}|`;
  return [line(rows[0]), rule, ...rows.slice(1).map(line)].join("\n");
}

/** What was refused, each reason once a participant. */
function remarks(tasks) {
  const reasons = new Map();
  for (const { task, results } of tasks) {
    for (const { participant, refuses, differs } of results) {
      const why = differs ? "computes something else" : refuses && `refuses: ${refuses}`;
      if (why) reasons.set(`${participant} ${why}`, [...(reasons.get(`${participant} ${why}`) ?? []), task]);
    }
  }
  return [...reasons].map(([reason, names]) => `- ${reason} (${names.join(", ")})`);
}

/** The whole report. */
export function report({ machine, threads, rounds, participants, tasks }) {
  const rows = [["task", ...participants.map(({ label }) => label)], ...tasks.map(taskRow)];
  if (tasks.length > 1 && participants.length > 1) rows.push(meanRow(tasks, participants.length));
  const base = participants[0].label;
  const who = participants.map(
    (one) => `- ${one.name}: ${one.detail}, ${one.threads} thread${one.threads === 1 ? "" : "s"}`,
  );
  return [
    `${machine.cpu}, ${machine.cores} cores, ${machine.system}, Node ${machine.node}; ${threads} thread${threads === 1 ? "" : "s"} allowed, ${rounds} rounds.`,
    ...who,
    "",
    `Milliseconds, less is better; in brackets how many times ${base}'s (2.0: ${base} is twice as fast). Bold: fastest.`,
    "~: the rounds lay more than 25 % apart. ¹: took over 20 s, so it ran once.",
    "",
    draw(rows),
    ...["", ...remarks(tasks)].slice(0, remarks(tasks).length === 0 ? 0 : undefined),
  ].join("\n");
}
