/** The two languages. */
export const LANGS = ["ko", "en"] as const;
export type Lang = (typeof LANGS)[number];

export const isLang = (value: string): value is Lang => (LANGS as readonly string[]).includes(value);

/** What each language calls itself. */
export const LANG_NAMES: Readonly<Record<Lang, string>> = { ko: "한국어", en: "English" };
