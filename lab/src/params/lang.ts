import type { ParamMatcher } from "@sveltejs/kit";
import { isLang } from "$lib/text/lang.js";

export const match: ParamMatcher = isLang;
