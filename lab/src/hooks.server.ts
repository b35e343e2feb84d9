import type { Handle } from "@sveltejs/kit";
import { isLang } from "$lib/text/lang.js";

/** What the first paint is set in: text, and no code. */
const FIRST: Readonly<Record<string, RegExp>> = {
  ko: /\/sans-(latin|hangul|names)\./,
  en: /\/sans-(latin|names)\./,
};

/** The language of a page stands in its first tag; its fonts are asked for with its style sheet. */
export const handle: Handle = ({ event, resolve }) => {
  const lang = isLang(event.params.lang ?? "") ? event.params.lang! : "ko";
  // The page for what is missing stands at any address, so what it loads is named from the top.
  const top = event.route.id === "/404";
  return resolve(event, {
    preload: ({ type, path }) =>
      type === "font" ? FIRST[lang]!.test(path) : type === "css" || type === "js",
    transformPageChunk: ({ html }) => {
      const marked = html.replace("%lang%", lang);
      return top ? marked.replaceAll(/(href|src)="\.\/(?!")/g, '$1="/') : marked;
    },
  });
};
