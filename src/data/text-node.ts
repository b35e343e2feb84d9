/** Node only: the text of a file of the user's. Loaded when one is asked for. */
import { fileURLToPath } from "node:url";
import { FormatError } from "../errors.js";
import { readFileBytes } from "../formats/node.js";

/**
 * The text of a file, which must be UTF-8.
 *
 * @throws FileError where it cannot be read, FormatError where it is no UTF-8
 */
export async function readText(place: string | URL): Promise<string> {
  const path = place instanceof URL ? fileURLToPath(place) : place;
  const bytes = await readFileBytes(path);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (error) {
    throw new FormatError(`${path}: the file is no text in UTF-8`, { cause: error });
  }
}
