/** A server on this machine: one page and its script, with or without the headers that isolate it from other origins. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** With these a page may share memory with its workers. */
const ISOLATION = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};

export interface Server {
  /** The page's address. */
  readonly url: (isolated: boolean) => string;
  close(): Promise<void>;
}

/** `files`: contents by path; the page itself is empty but for its script. */
export async function serve(files: ReadonlyMap<string, string | Uint8Array>): Promise<Server> {
  const page = '<!doctype html><title>maru</title><script type="module" src="/page.js"></script>';
  const server = createServer((request, response) => {
    const path = request.url ?? "/";
    const body = path === "/isolated" || path === "/plain" ? page : files.get(path);
    // A worker of an isolated page must say the same as the page.
    if (path !== "/plain")
      for (const [name, value] of Object.entries(ISOLATION)) response.setHeader(name, value);
    const type = path.endsWith(".js")
      ? "text/javascript"
      : path.endsWith(".json")
        ? "application/json"
        : "text/html";
    response.writeHead(body === undefined ? 404 : 200, { "Content-Type": type });
    response.end(body);
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const { port } = server.address() as AddressInfo;
  return {
    url: (isolated) => `http://127.0.0.1:${port}/${isolated ? "isolated" : "plain"}`,
    close: () =>
      new Promise((closed) => {
        server.closeAllConnections();
        server.close(() => closed());
      }),
  };
}
