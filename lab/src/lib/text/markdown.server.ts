/**
 * Chapter texts, from Markdown to HTML, when the Lab is built. A text is a front matter with the words of the figures, and
 * sections `## id [panel] Heading`, in which stand formulas ($...$, $$...$$), buttons `[words](do:action)`, numbers that
 * follow the figure `{{name}}`, and places for components, a line `@name`.
 */
import katex from "katex";
import MarkdownIt from "markdown-it";
import { parse } from "yaml";
import type { Words } from "./words.js";

export type Part = { readonly html: string } | { readonly widget: string };

export interface Section {
  readonly id: string;
  readonly panel: string;
  readonly heading: string;
  readonly parts: readonly Part[];
}

export interface ChapterText {
  readonly title: string;
  /** The chapter in a sentence, for the contents. */
  readonly lead: string;
  readonly words: Words;
  readonly sections: readonly Section[];
}

const markdown = new MarkdownIt({ html: false, typographer: false });
markdown.validateLink = (url) => /^(do:|https:\/\/|\.\.?\/|#)/.test(url);

const escape = (text: string): string =>
  text.replace(/[&<>"]/g, (c) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[c]!);

const formula = (tex: string, displayMode: boolean): string =>
  katex.renderToString(tex, { displayMode, output: "htmlAndMathml", throwOnError: true, strict: "error" });

/** Formulas, and numbers that follow the figure. */
markdown.inline.ruler.before("escape", "formula", (state, silent) => {
  const rest = state.src.slice(state.pos);
  const math = /^\$\$([^$]+)\$\$|^\$([^$\n]+)\$/.exec(rest);
  const live = /^\{\{([\w.-]+)\}\}/.exec(rest);
  const found = math ?? live;
  if (found === null) return false;
  if (!silent) {
    const token = state.push("html_inline", "", 0);
    token.content =
      live !== null
        ? `<output class="live" data-live="${escape(live[1]!)}">…</output>`
        : formula((math![1] ?? math![2])!, math![1] !== undefined);
  }
  state.pos += found[0].length;
  return true;
});

/** `[words](do:action)` is a button. */
markdown.core.ruler.push("buttons", (state) => {
  for (const token of state.tokens) {
    let open = false;
    for (const child of token.children ?? []) {
      const href = String(child.attrGet("href") ?? "");
      if (child.type === "link_open" && href.startsWith("do:")) {
        open = true;
        child.tag = "button";
        child.attrs = [
          ["type", "button"],
          ["class", "do"],
          ["data-do", href.slice(3)],
        ];
      } else if (child.type === "link_close" && open) {
        open = false;
        child.tag = "button";
      }
    }
  }
});

/** Takes a chapter's file apart. */
export function chapterText(source: string, file: string): ChapterText {
  const [, front, body] = /^---\n([\s\S]*?)\n---\n([\s\S]*)$/.exec(source) ?? [];
  if (front === undefined || body === undefined) throw new Error(`${file}: no front matter`);
  const { title, lead, words = {} } = parse(front) as { title: string; lead: string; words?: Words };
  if (typeof title !== "string" || typeof lead !== "string")
    throw new Error(`${file}: title and lead are needed`);
  const sections = body
    .split(/^(?=## )/m)
    .filter((piece) => piece.trim() !== "")
    .map((piece): Section => {
      const [whole, id, panel, heading] = /^## (\S+)(?: \[(\S+)\])? (.+)\n/.exec(piece) ?? [];
      if (whole === undefined)
        throw new Error(`${file}: a section begins "## id [panel] Heading": ${piece.slice(0, 60)}`);
      return {
        id: id!,
        panel: panel ?? "",
        heading: markdown.renderInline(heading!),
        parts: partsOf(piece.slice(whole.length)),
      };
    });
  return { title, lead: markdown.renderInline(lead), words, sections };
}

const partsOf = (text: string): Part[] =>
  text
    .split(/^@(\w[\w-]*)$/m)
    .map((piece, i): Part => (i % 2 === 0 ? { html: markdown.render(piece) } : { widget: piece }))
    .filter((part) => !("html" in part) || part.html !== "");
