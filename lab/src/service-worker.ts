/// <reference no-default-lib="true"/>
/// <reference lib="esnext" />
/// <reference lib="webworker" />
/// <reference types="@sveltejs/kit" />
/**
 * Keeps the Lab for reading without a network. A version is kept whole or not at all, in a cache of its own, and a page is
 * answered from one cache alone: nobody reads a mix of two versions. A new version waits until the reader asks for it or
 * has left all pages of the old one. Large files are kept when they are first used.
 */
import { base, prerendered, version } from "$service-worker";

const self = globalThis.self as unknown as ServiceWorkerGlobalScope;

const PREFIX = "maru-lab-";
const CACHE = PREFIX + version;
/** Names of these files change with their contents, so any version's copy will do. */
const IMMUTABLE = `${base}/_app/immutable/`;
const PAGES: readonly string[] = prerendered;
/** What a page of a language is when the reader comes to it from another page. */
const DATA = PAGES.filter((path) => path.endsWith("/") && path !== `${base}/`).map(
  (path) => `${path}__data.json`,
);

const AWAY =
  '<!doctype html><html lang="ko"><meta charset="utf-8"><meta name="viewport" content="width=device-width">' +
  "<title>maru</title><h1>연결되어 있지 않습니다</h1><p>이 쪽은 아직 이 브라우저에 없습니다. 연결한 뒤 다시 열어 주세요.</p>" +
  '<div lang="en"><h2>You are offline</h2><p>This page is not in this browser yet. Please open it again when there is a connection.</p></div>';

/** A fresh answer of the server, or an error: a version must not be half kept. */
async function fresh(path: string): Promise<Response> {
  const response = await fetch(path, { cache: path.startsWith(IMMUTABLE) ? "default" : "no-store" });
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  return response;
}

async function keepAll(): Promise<void> {
  const cache = await caches.open(CACHE);
  const { now } = (await (await fresh(`${base}/_app/files.json`)).json()) as { now: string[] };
  const wanted = [...now.map((path) => base + path), ...PAGES, ...DATA];
  // A few at a time: the page that is being read comes first.
  const waiting = wanted.values();
  const work = async (): Promise<void> => {
    for (const path of waiting) {
      const known = path.startsWith(IMMUTABLE) ? await caches.match(path, { ignoreVary: true }) : undefined;
      await cache.put(path, known ?? (await fresh(path)));
    }
  };
  await Promise.all([work(), work(), work(), work()]);
  // Had the server been given another version meanwhile, this would be a mix.
  const served = (await (await fresh(`${base}/_app/version.json`)).json()) as { version: string };
  if (served.version !== version) throw new Error("the Lab changed while it was being kept");
}

/** This version stays, and the one before it, whose pages may still be open. */
async function forgetOlder(): Promise<void> {
  const others = (await caches.keys()).filter((name) => name.startsWith(PREFIX) && name !== CACHE).sort();
  await Promise.all(others.slice(0, -1).map((name) => caches.delete(name)));
}

async function answer(request: Request, path: string): Promise<Response> {
  const cache = await caches.open(CACHE);
  const kept =
    (await cache.match(path, { ignoreVary: true })) ??
    (path.startsWith(IMMUTABLE) ? await caches.match(path, { ignoreVary: true }) : undefined);
  if (kept !== undefined) return kept;
  const reading = request.mode === "navigate";
  if (reading && PAGES.includes(`${path}/`)) return Response.redirect(`${path}/`, 301);
  try {
    const response = await fetch(request);
    if (response.status === 200 && !reading && !path.endsWith("/version.json"))
      await cache.put(path, response.clone()).catch(() => {});
    if (response.status === 404 && path.startsWith(IMMUTABLE)) await tellRenewed();
    return response;
  } catch (error) {
    if (!reading) throw error;
    return new Response(AWAY, { status: 503, headers: { "Content-Type": "text/html; charset=utf-8" } });
  }
}

/** A file of this version is gone from the server: its pages should be opened anew. */
async function tellRenewed(): Promise<void> {
  for (const client of await self.clients.matchAll()) client.postMessage("renewed");
}

self.addEventListener("install", (event) => event.waitUntil(keepAll()));
self.addEventListener("activate", (event) => event.waitUntil(forgetOlder().then(() => self.clients.claim())));
self.addEventListener("message", (event) => {
  if (event.data === "renew") void self.skipWaiting();
  if (event.data === "version") event.source?.postMessage({ version });
});
self.addEventListener("fetch", (event) => {
  const { origin, pathname } = new URL(event.request.url);
  if (event.request.method === "GET" && origin === location.origin)
    event.respondWith(answer(event.request, pathname));
});
