/** Whether what was typed is a whole program: Enter runs it then, and makes a new line otherwise. */

const QUIET = /\/\/[^\n]*|\/\*[\s\S]*?\*\/|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`/g;

export function isWhole(text: string): boolean {
  const bare = text.replace(QUIET, '""');
  let depth = 0;
  for (const c of bare) {
    if ("([{".includes(c)) depth++;
    else if (")]}".includes(c)) depth--;
  }
  if (depth > 0 || bare.includes("`")) return false;
  return !/(=>|[-+*/%&|^=<>?:,.])\s*$/.test(bare.trimEnd()) || /(\+\+|--)\s*$/.test(bare);
}
