/** What the browser keeps for the reader. Where it refuses, all works but is forgotten. */

/** Whether it has refused: the page says so once. */
let refused = false;

export function recall(key: string): string | undefined {
  try {
    return localStorage.getItem(`maru.${key}`) ?? undefined;
  } catch {
    refused = true;
    return undefined;
  }
}

export function keep(key: string, value: string): void {
  try {
    localStorage.setItem(`maru.${key}`, value);
  } catch {
    refused = true;
  }
}

/** Whether the browser keeps nothing for this page; asks it, so the answer is known before anything is kept. */
export function storageRefused(): boolean {
  keep("probe", "");
  try {
    localStorage.removeItem("maru.probe");
  } catch {
    refused = true;
  }
  return refused;
}
