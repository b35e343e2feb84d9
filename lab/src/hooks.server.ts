import type { Handle } from "@sveltejs/kit";
import { isLang } from "$lib/text/lang.js";

/** The language of a page stands in its first tag. */
export const handle: Handle = ({ event, resolve }) => {
  const lang = event.params.lang ?? "";
  return resolve(event, {
    transformPageChunk: ({ html }) => html.replace("%lang%", isLang(lang) ? lang : "ko"),
  });
};
