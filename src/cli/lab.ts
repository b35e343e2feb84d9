/** `maru lab`: serves the Lab on this machine until it is interrupted. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { MaruError } from "../errors.js";
import { type LabServer, serveLab } from "./lab-server.js";
import { openOutput } from "./output.js";

/**
 * M, A, R, U on a telephone's keys. One port each time, since a browser keeps what it has learned by address; where it is
 * taken, the ones after it are tried.
 */
const PORT = 6278;
const PORTS_TRIED = 20;

export interface LabArguments {
  readonly port?: number;
  readonly json?: boolean;
}

/** Where the Lab was built: in the package as in a checkout. */
function labFolder(): string {
  const folder = fileURLToPath(new URL("../../lab/build", import.meta.url));
  if (existsSync(join(folder, "index.html"))) return folder;
  throw new MaruError(
    `The Lab has not been built (${folder} has no pages). In a checkout of maru, npm start builds it.`,
  );
}

const isTaken = (error: unknown): boolean =>
  error instanceof Error && (error.cause as NodeJS.ErrnoException | undefined)?.code === "EADDRINUSE";

/** Starts the server at the port that was asked for, or else at the first that is free. */
async function start(folder: string, asked: number | undefined): Promise<LabServer> {
  for (let port = asked ?? PORT; ; port++) {
    try {
      return await serveLab(folder, port);
    } catch (error) {
      if (!isTaken(error)) throw error;
      if (asked !== undefined)
        throw new MaruError(
          `Port ${asked} is taken by another program. Choose another: maru lab --port ${asked + 1}`,
        );
      if (port - PORT >= PORTS_TRIED)
        throw new MaruError(`Ports ${PORT} to ${port} are all taken. Choose another: maru lab --port 8000`);
    }
  }
}

/** Ctrl-C, or a request to end. */
const interrupted = (): Promise<void> =>
  new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => resolve());
  });

export async function lab({ port, json = false }: LabArguments): Promise<number> {
  const ended = interrupted();
  const server = await start(labFolder(), port);
  const { record, say, colors } = openOutput(json);
  record({ event: "lab", url: server.url });
  say(`${colors.bold("The Lab")} is at ${colors.cyan(`${server.url}/`)}`);
  say(colors.dim("Open it in a browser on this machine; no other machine can reach it. Ctrl-C ends it."));
  await ended;
  await server.close();
  return 0;
}
