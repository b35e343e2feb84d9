/** Words of figures and buttons in the reader's language. */

export type Words = Readonly<Record<string, string>>;
export type Values = Readonly<Record<string, string | number>>;
export type Translate = (key: string, values?: Values) => string;

/** Looks words up in the first list that has the key; `{name}` is replaced by the value of that name. */
export function translator(...lists: readonly Words[]): Translate {
  return (key, values = {}) => {
    const text = lists.find((list) => Object.hasOwn(list, key))?.[key];
    if (text === undefined) throw new Error(`no words for "${key}"`);
    return text.replace(/\{(\w+)\}/g, (whole, name: string) =>
      Object.hasOwn(values, name) ? String(values[name]) : whole,
    );
  };
}
