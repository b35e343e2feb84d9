/** Colours for programs that are only read: enough of TypeScript's words for our own examples. */

export interface Token {
  readonly kind: "" | "word" | "comment" | "string" | "digits";
  readonly text: string;
}

const WORDS =
  "as async await break class const continue default else export extends for from function if import in interface let new of return throw type typeof while true false undefined";
const TOKEN = new RegExp(
  [
    "(?<comment>//[^\\n]*|/\\*[\\s\\S]*?\\*/)",
    '(?<string>"(?:[^"\\\\\\n]|\\\\.)*"|`(?:[^`\\\\]|\\\\.)*`)',
    `(?<word>\\b(?:${WORDS.replaceAll(" ", "|")})\\b)`,
    "(?<digits>\\b\\d[\\d_.]*(?:e[+-]?\\d+)?\\b)",
  ].join("|"),
  "g",
);

export function highlight(text: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  for (const match of text.matchAll(TOKEN)) {
    if (match.index > at) tokens.push({ kind: "", text: text.slice(at, match.index) });
    const [kind] = Object.entries(match.groups!).find(([, value]) => value !== undefined)!;
    tokens.push({ kind: kind as Token["kind"], text: match[0] });
    at = match.index + match[0].length;
  }
  if (at < text.length) tokens.push({ kind: "", text: text.slice(at) });
  return tokens;
}
