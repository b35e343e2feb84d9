/**
 * Serves the Lab as it was built: to this machine alone, nothing but the files of one folder, and with the headers that
 * give a page threads and take from it what it does not need.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import sirv from "sirv";

/** What every answer says. The page's own policy stands in each page; only this part cannot be said there. */
const HEADERS: Readonly<Record<string, string>> = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
  // The frame for readers' programs has an origin of its own, and still loads its one script from here.
  "Cross-Origin-Resource-Policy": "cross-origin",
  "Content-Security-Policy": "frame-ancestors 'self'",
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "no-referrer",
  "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
};

/** Names under which a browser on this machine reaches it; any other is another site's name that was pointed here. */
const OURS = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/;

export interface LabServer {
  readonly url: string;
  close(): Promise<void>;
}

/** Starts it at `port`, or at a free one where that is 0. */
export async function serveLab(folder: string, port: number): Promise<LabServer> {
  const files = sirv(folder, { dotfiles: false, etag: true, setHeaders: cacheFor });
  const server = createServer((request, response) => answer(request, response, files));
  await listening(server, port);
  const { port: actual } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${actual}`,
    close: () =>
      new Promise((closed) => {
        server.close(() => closed());
        server.closeAllConnections();
      }),
  };
}

function answer(request: IncomingMessage, response: ServerResponse, files: ReturnType<typeof sirv>): void {
  for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value);
  const refuse = (status: number, words: string): void => {
    response.writeHead(status, { "Content-Type": "text/plain; charset=utf-8" });
    response.end(`${words}\n`);
  };
  if (!OURS.test(request.headers.host ?? "")) refuse(403, "This server answers to this machine alone.");
  else if (request.method !== "GET" && request.method !== "HEAD")
    refuse(405, "Only GET and HEAD are answered.");
  else files(request, response, () => refuse(404, "There is no such page."));
}

/** Names of files in `immutable` change with their contents. */
function cacheFor(response: ServerResponse, path: string): void {
  const forever = path.includes("/_app/immutable/");
  response.setHeader("Cache-Control", forever ? "public, max-age=31536000, immutable" : "no-cache");
}

function listening(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => {
      server.off("error", reject);
      resolve();
    });
  });
}
