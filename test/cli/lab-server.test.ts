/** The Lab's server on a folder made for it: who is answered, with what, and under which headers. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { networkInterfaces, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type LabServer, serveLab } from "../../src/cli/lab-server.js";

const SCRIPT = `console.log(${JSON.stringify("long ".repeat(500))});`;
const FILES: Readonly<Record<string, string | Buffer>> = {
  "site/index.html": "<!doctype html>first",
  "site/404.html": "<!doctype html>missing",
  "site/ko/gates/index.html": "<!doctype html>gates",
  "site/_app/immutable/a.js": SCRIPT,
  "site/_app/immutable/a.js.gz": gzipSync(SCRIPT),
  "site/_app/immutable/m.wasm": Buffer.from([0, 97, 115, 109]),
  "site/_app/immutable/f.woff2": "font",
  "site/_app/version.json": "{}",
  "site/manifest.webmanifest": "{}",
  "site/icon.svg": "<svg xmlns='http://www.w3.org/2000/svg'/>",
  "site/theme.js": "1",
  "site/.secret": "secret",
  "site/.git/config": "secret",
  "secret.txt": "secret",
};

let root: string;
let server: LabServer;
let port: number;

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), "maru-lab-"));
  for (const [name, content] of Object.entries(FILES)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), content);
  }
  server = await serveLab(join(root, "site"), 0);
  port = Number(new URL(server.url).port);
});
afterAll(async () => {
  await server.close();
  rmSync(root, { recursive: true });
});

interface Answer {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Buffer;
}

/** Sends a request as it is written: clients would tidy its path and its Host. */
function ask(
  path: string,
  { method = "GET", host = `127.0.0.1:${port}`, ...headers }: Record<string, string> = {},
) {
  return new Promise<Answer>((resolve, reject) => {
    const lines = [`${method} ${path} HTTP/1.1`, `Host: ${host}`, "Connection: close"];
    for (const [name, value] of Object.entries(headers)) lines.push(`${name}: ${value}`);
    const parts: Buffer[] = [];
    const socket = connect(port, "127.0.0.1", () => socket.write(`${lines.join("\r\n")}\r\n\r\n`));
    socket.on("data", (part) => parts.push(part));
    socket.on("error", reject);
    socket.on("end", () => {
      const all = Buffer.concat(parts);
      const at = all.indexOf("\r\n\r\n");
      const [first = "", ...rest] = all.subarray(0, at).toString().split("\r\n");
      const pairs = rest.map((line) => /^([^:]+): (.*)$/.exec(line)!.slice(1) as [string, string]);
      resolve({
        status: Number(first.split(" ")[1]),
        headers: new Map(pairs.map(([name, value]) => [name.toLowerCase(), value])),
        body: all.subarray(at + 4),
      });
    });
  });
}

const HTML = { Accept: "text/html,*/*" };

describe("who is answered", () => {
  test("it listens on the loopback address alone", async () => {
    expect(server.url).toBe(`http://127.0.0.1:${port}`);
    const others = Object.values(networkInterfaces())
      .flat()
      .filter((address) => address !== undefined && address.family === "IPv4" && !address.internal);
    for (const { address } of others as { address: string }[]) {
      const refused = await new Promise<boolean>((resolve) => {
        const socket = connect(port, address);
        socket.on("connect", () => {
          socket.destroy();
          resolve(false);
        });
        socket.on("error", () => resolve(true));
      });
      expect(refused, address).toBe(true);
    }
  });

  test.each(["127.0.0.1", "localhost", "LOCALHOST:1234", "[::1]:80"])("Host %s is ours", async (host) => {
    expect((await ask("/", { host })).status).toBe(200);
  });

  test.each([
    "example.com",
    "localhost.example.com",
    "127.0.0.1.example.com",
    "127.0.0.1@example.com",
    "xlocalhost",
    "192.168.0.7",
    "127.0.0.1:80:80",
  ])("Host %s is not", async (host) => {
    const { status, body } = await ask("/", { host });
    expect(status).toBe(403);
    expect(String(body)).toBe("This server answers to this machine alone.\n");
  });

  test.each(["POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE"])("%s is refused", async (method) => {
    const { status, headers } = await ask("/", { method });
    expect(status).toBe(405);
    expect(headers.get("allow")).toBe("GET, HEAD");
  });

  test("HEAD has the headers and no body", async () => {
    for (const [path, status] of [
      ["/", 200],
      ["/none", 404],
    ] as const) {
      const answer = await ask(path, { method: "HEAD", ...HTML });
      expect(answer.status).toBe(status);
      expect(answer.headers.get("content-type")).toMatch(/^text\/html; ?charset=utf-8$/);
      expect(answer.body.length).toBe(0);
    }
  });
});

describe("nothing but the files of the folder", () => {
  test.each([
    "/../secret.txt",
    "/ko/../../secret.txt",
    "/%2e%2e/secret.txt",
    "/..%2fsecret.txt",
    "/%2e%2e%2fsecret.txt",
    "/%252e%252e%252fsecret.txt",
    "/..\\secret.txt",
    "/..%5csecret.txt",
    "/ko/..%5c..%5csecret.txt",
    "//../secret.txt",
    "/./../secret.txt",
    "/..;/secret.txt",
    "/\u0000../secret.txt".replace("\u0000", "%00"),
    "/%c0%ae%c0%ae/secret.txt",
    "/.secret",
    "/%2esecret",
    "/.git/config",
    "/site/../.secret",
    "/%",
  ])("%s is missing", async (path) => {
    const { status, body } = await ask(path);
    expect([400, 404]).toContain(status);
    expect(String(body)).not.toContain("secret");
  });

  test("what is missing is a page for readers, and a line for all else", async () => {
    const page = await ask("/nowhere/at/all/", HTML);
    expect(page.status).toBe(404);
    expect(String(page.body)).toBe("<!doctype html>missing");
    const line = await ask("/_app/immutable/gone.js", { Accept: "*/*" });
    expect([line.status, String(line.body)]).toEqual([404, "There is no such page.\n"]);
  });

  test("a page stands at one address", async () => {
    expect(String((await ask("/ko/gates/", HTML)).body)).toBe("<!doctype html>gates");
    const moved = await ask("/ko/gates?a=1", HTML);
    expect([moved.status, moved.headers.get("location")]).toEqual([301, "/ko/gates/?a=1"]);
    expect((await ask("//example.com", HTML)).status).toBe(404);
    expect((await ask("//example.com/..", HTML)).headers.has("location")).toBe(false);
  });
});

describe("headers", () => {
  test.each([
    ["/", 200],
    ["/ko/gates", 301],
    ["/_app/immutable/a.js", 200],
    ["/_app/immutable/m.wasm", 200],
    ["/none", 404],
    ["/%", 404],
  ] as const)("%s says what isolates it", async (path, status) => {
    const answer = await ask(path);
    expect(answer.status).toBe(status);
    isolates(answer);
  });

  test("refusals say it too", async () => {
    isolates(await ask("/", { host: "example.com" }));
    isolates(await ask("/", { method: "POST" }));
  });

  function isolates({ headers }: Answer): void {
    expect(headers.get("cross-origin-opener-policy")).toBe("same-origin");
    expect(headers.get("cross-origin-embedder-policy")).toBe("require-corp");
    expect(headers.get("cross-origin-resource-policy")).toBe("cross-origin");
    expect(headers.get("content-security-policy")).toBe("frame-ancestors 'self'");
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("referrer-policy")).toBe("no-referrer");
  }

  test.each([
    ["/", /^text\/html; ?charset=utf-8$/],
    ["/_app/immutable/a.js", /^text\/javascript$/],
    ["/_app/immutable/m.wasm", /^application\/wasm$/],
    ["/_app/immutable/f.woff2", /^font\/woff2$/],
    ["/_app/version.json", /^application\/json$/],
    ["/manifest.webmanifest", /^application\/manifest\+json$/],
    ["/icon.svg", /^image\/svg\+xml$/],
  ])("%s has its type", async (path, type) => {
    expect((await ask(path)).headers.get("content-type")).toMatch(type);
  });

  test("names that change with their contents are kept for ever, others asked for again", async () => {
    const forever = "public, max-age=31536000, immutable";
    expect((await ask("/_app/immutable/a.js")).headers.get("cache-control")).toBe(forever);
    for (const path of ["/", "/ko/gates/", "/theme.js", "/_app/version.json", "/x/_app/immutable/"])
      expect((await ask(path)).headers.get("cache-control"), path).toMatch(/^no-(cache|store)$/);
    const etag = (await ask("/")).headers.get("etag")!;
    const again = await ask("/", { "If-None-Match": etag });
    expect([again.status, again.body.length]).toEqual([304, 0]);
  });

  test("text goes compressed to who can unpack it", async () => {
    const packed = await ask("/_app/immutable/a.js", { "Accept-Encoding": "gzip, br" });
    expect(packed.headers.get("content-encoding")).toBe("gzip");
    expect(packed.headers.get("vary")).toBe("Accept-Encoding");
    expect(String(gunzipSync(packed.body))).toBe(SCRIPT);
    const plain = await ask("/_app/immutable/a.js");
    expect(plain.headers.has("content-encoding")).toBe(false);
    expect(String(plain.body)).toBe(SCRIPT);
  });
});

describe("what cannot start says why", () => {
  test("the port is another's", async () => {
    await expect(serveLab(join(root, "site"), port)).rejects.toThrow(
      `port ${port} is in use by another program; choose another, or 0 for any free one`,
    );
  });

  test.each(["nowhere", ".", "secret.txt"])("there is no built Lab in %s", async (folder) => {
    await expect(serveLab(join(root, folder), 0)).rejects.toThrow(
      /^the Lab is not built: there is no index.html in /,
    );
  });
});
