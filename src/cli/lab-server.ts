/**
 * Serves the Lab as it was built: to this machine alone, nothing but the files of one folder, and with the headers that
 * give a page threads and take from it what it does not need.
 */
import { readdirSync, readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
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
const OURS = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/i;

export interface LabServer {
  readonly url: string;
  close(): Promise<void>;
}

/** The folder as it is when the server starts. */
interface Site {
  readonly files: ReturnType<typeof sirv>;
  /** The page for what is missing. */
  readonly missing: Buffer | undefined;
  /** Addresses of pages without the slash that they end in. */
  readonly pages: ReadonlySet<string>;
}

/**
 * Starts it at `port`, or at a free one where that is 0.
 *
 * @throws Error where the folder holds no built Lab, or the port cannot be had
 */
export async function serveLab(folder: string, port: number): Promise<LabServer> {
  const site = siteIn(folder);
  const server = createServer((request, response) => answer(request, response, site));
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

function siteIn(folder: string): Site {
  let names: string[];
  try {
    names = (readdirSync(folder, { recursive: true }) as string[]).map((name) => name.replaceAll("\\", "/"));
  } catch {
    names = [];
  }
  if (!names.includes("index.html"))
    throw new Error(
      `the Lab is not built: there is no index.html in ${folder}; build it first ("npm run build")`,
    );
  return {
    files: sirv(folder, {
      dotfiles: false,
      etag: true,
      gzip: true,
      extensions: ["html"],
      setHeaders: cacheFor,
    }),
    missing: names.includes("404.html") ? readFileSync(join(folder, "404.html")) : undefined,
    pages: new Set(
      names
        .filter((name) => name.endsWith("/index.html"))
        .map((name) => `/${name.slice(0, -"/index.html".length)}`),
    ),
  };
}

function answer(request: IncomingMessage, response: ServerResponse, site: Site): void {
  for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value);
  const end = (status: number, headers: Record<string, string>, body: string | Buffer): void => {
    response.writeHead(status, {
      "Cache-Control": "no-store",
      "Content-Length": Buffer.byteLength(body),
      ...headers,
    });
    response.end(request.method === "HEAD" ? undefined : body);
  };
  const refuse = (status: number, words: string, headers: Record<string, string> = {}): void =>
    end(status, { "Content-Type": "text/plain; charset=utf-8", ...headers }, `${words}\n`);

  const [path = "/", query] = (request.url ?? "/").split("?", 2);
  if (!OURS.test(request.headers.host ?? "")) refuse(403, "This server answers to this machine alone.");
  else if (request.method !== "GET" && request.method !== "HEAD")
    refuse(405, "Only GET and HEAD are answered.", { Allow: "GET, HEAD" });
  // A page's files are named from where it stands, so it stands at one address only.
  else if (site.pages.has(path))
    refuse(301, "This page has moved.", { Location: `${path}/${query === undefined ? "" : `?${query}`}` });
  else
    site.files(request, response, () => {
      if (site.missing === undefined || !(request.headers.accept ?? "").includes("text/html"))
        refuse(404, "There is no such page.");
      else end(404, { "Content-Type": "text/html; charset=utf-8" }, site.missing);
    });
}

/** Names of files in `immutable` change with their contents. */
function cacheFor(response: ServerResponse, path: string): void {
  const forever = path.startsWith("/_app/immutable/");
  response.setHeader("Cache-Control", forever ? "public, max-age=31536000, immutable" : "no-cache");
}

function listening(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EADDRINUSE")
        reject(
          new Error(`port ${port} is in use by another program; choose another, or 0 for any free one`, {
            cause: error,
          }),
        );
      else if (error.code === "EACCES")
        reject(new Error(`port ${port} may not be opened by this user; choose one above 1023`));
      else reject(error);
    });
    server.listen(port, "127.0.0.1", () => {
      server.removeAllListeners("error");
      resolve();
    });
  });
}
