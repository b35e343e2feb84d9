/** Row 41: the Lab is read without a network, asks no other host for anything, and is never a mix of two versions. */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BrowserContext, Page } from "playwright-core";
import sirv from "sirv";
import { describe, expect } from "vitest";
import { serveLab } from "../../../src/cli/lab-server.js";
import { CHAPTERS } from "../../src/lib/chapters/index.js";
import { BUILD, LANGS, type Lang, labBrowser, labTest, useLab, WIDTHS } from "./harness.js";

useLab();

interface Host {
  readonly url: string;
  close(): Promise<void>;
}

/** A host that serves files and says nothing else, as most do; the folder can be changed as a new version is put there. */
async function plainHost(folder: string): Promise<Host & { put(folder: string): void }> {
  let files = sirv(folder);
  const server = createServer((request, response) => files(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    put: (other) => void (files = sirv(other)),
    close: () =>
      new Promise((closed) => {
        server.close(() => closed());
        server.closeAllConnections();
      }),
  };
}

/** Runs with a browser's own store, in which every other host is out of reach; nothing may have asked for one. */
async function apart(
  host: Host,
  { lang = "ko", width = 1280 }: { readonly lang?: Lang; readonly width?: number },
  use: (context: BrowserContext, page: Page) => Promise<void>,
): Promise<void> {
  const context = await labBrowser().newContext({
    viewport: { width, height: 860 },
    locale: lang === "ko" ? "ko-KR" : "en-US",
  });
  const foreign: string[] = [];
  const ours = (url: URL): boolean =>
    url.origin === host.url || url.protocol === "blob:" || url.protocol === "data:";
  await context.route(
    (url) => !ours(url),
    (route) => {
      foreign.push(route.request().url());
      return route.abort();
    },
  );
  const errors: string[] = [];
  try {
    const page = await context.newPage();
    page.on("pageerror", (error) => errors.push(String(error.stack ?? error)));
    await use(context, page);
    expect(errors).toEqual([]);
    expect(foreign).toEqual([]);
  } finally {
    await context.close();
  }
}

async function keptIn(page: Page, url: string, lang: Lang): Promise<void> {
  await page.goto(`${url}/${lang}/`);
  await page.locator('[data-offline="ready"]').waitFor({ timeout: 60_000 });
}

const title = (page: Page): Promise<string> => page.locator("h1").innerText();

async function goes(page: Page, selector: string, by: "mouse" | "keyboard"): Promise<void> {
  const link = page.locator(selector).first();
  if (by === "mouse") return link.click();
  await link.focus();
  await page.keyboard.press("Enter");
}

/** All chapters by their links, each loaded anew as well, and the other language, with no server there. */
async function readsOn(page: Page, lang: Lang, by: "mouse" | "keyboard"): Promise<void> {
  await goes(page, ".begin", by);
  for (const [i, { slug }] of CHAPTERS.entries()) {
    await page.waitForURL(new RegExp(`/${lang}/${slug}/`));
    await page.waitForSelector("[data-ready]");
    const here = await title(page);
    await page.reload();
    await page.waitForSelector("[data-ready]");
    expect(await title(page)).toBe(here);
    expect(await page.locator("#panel").innerText()).not.toBe("");
    // What comes with the first stir makes the text longer; the link at its end is gone to when it stays where it is.
    await page.mouse.move(2, 2 + (i % 2));
    await page.waitForSelector('[data-panels="all"]');
    if (i < CHAPTERS.length - 1) await goes(page, ".turn .after", by);
  }
  const there = await title(page);
  await page.locator(`.langs a[hreflang="${lang === "ko" ? "en" : "ko"}"]`).focus();
  await page.keyboard.press("Enter");
  await expect.poll(() => title(page)).not.toBe(there);
  // What is typed into the figure's program is still computed.
  await page.goto(new URL(`/${lang}/perceptron/`, page.url()).href);
  await page.waitForSelector("[data-ready]");
  await page.locator('[data-slot="theta"]').fill("0.15");
  await expect.poll(() => page.locator("[data-live=theta]").first().innerText()).toBe("0.15");
}

describe("41. read without a network", () => {
  for (const [i, by] of (["mouse", "keyboard", "keyboard", "mouse"] as const).entries()) {
    const [lang, width] = [LANGS[i % 2]!, WIDTHS[i >> 1]!];
    labTest(`from our server: ${lang} ${width} ${by}`, async () => {
      const host = await serveLab(BUILD, 0);
      await apart(host, { lang, width }, async (context, page) => {
        await keptIn(page, host.url, lang);
        await host.close();
        await context.setOffline(true);
        await readsOn(page, lang, by);
        // Pages from the store are isolated as those from the server are.
        expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
      });
    });
  }

  labTest("from a host that says nothing of isolation, on one thread", async () => {
    const host = await plainHost(BUILD);
    await apart(host, {}, async (context, page) => {
      await keptIn(page, host.url, "ko");
      expect(await page.evaluate(() => crossOriginIsolated)).toBe(false);
      await host.close();
      await context.setOffline(true);
      await readsOn(page, "ko", "mouse");
    });
  });

  labTest("a page that there is not, without a network, is said to be missing", async () => {
    const host = await plainHost(BUILD);
    await apart(host, {}, async (context, page) => {
      await keptIn(page, host.url, "ko");
      await host.close();
      await context.setOffline(true);
      const answer = await page.goto(`${host.url}/ko/none/`);
      expect(answer!.status()).toBe(503);
      expect(await page.locator("body").innerText()).toMatch(/연결되어 있지 않습니다[\s\S]*You are offline/);
    });
  });
});

/** Everything is kept: all files that are not large, and all pages. */
labTest("41. every page and its words are in the store", async () => {
  const host = await serveLab(BUILD, 0);
  await apart(host, {}, async (_, page) => {
    await keptIn(page, host.url, "ko");
    const kept = new Set(
      await page.evaluate(async () => {
        const paths: string[] = [];
        for (const name of await caches.keys())
          for (const { url } of await (await caches.open(name)).keys()) paths.push(new URL(url).pathname);
        return paths;
      }),
    );
    const { now, later } = JSON.parse(readFileSync(join(BUILD, "_app/files.json"), "utf8")) as Record<
      string,
      string[]
    >;
    const pages = LANGS.flatMap((lang) =>
      ["", ...CHAPTERS.map(({ slug }) => `${slug}/`)].map((path) => `/${lang}/${path}`),
    );
    const wanted = [...now!, ...pages, ...pages.map((path) => `${path}__data.json`), "/"];
    expect(wanted.filter((path) => !kept.has(path))).toEqual([]);
    expect(later!.filter((path) => kept.has(path))).toEqual([]);
    // A large file is kept from its first use on.
    const [large] = later!;
    const size = (): Promise<number> =>
      page.evaluate(async (path) => (await (await fetch(path)).arrayBuffer()).byteLength, large!);
    const before = large === undefined ? 0 : await size();
    await host.close();
    if (large !== undefined) expect(await size()).toBe(before);
  });
});

describe("41. another version", () => {
  /** A version in which one page says something else. */
  function otherVersion(version: string, without?: string): string {
    const folder = mkdtempSync(join(tmpdir(), "maru-lab-"));
    cpSync(BUILD, folder, { recursive: true });
    const { version: old } = JSON.parse(readFileSync(join(BUILD, "_app/version.json"), "utf8")) as {
      version: string;
    };
    for (const name of [
      "_app/version.json",
      "service-worker.js",
      "ko/gates/index.html",
      "ko/gates/__data.json",
    ]) {
      const path = join(folder, name);
      const text = readFileSync(path, "utf8").replaceAll(old, version);
      writeFileSync(path, text.replaceAll("AND, NAND, OR 게이트", "다른 판의 게이트"));
      rmSync(`${path}.gz`, { force: true });
    }
    if (without !== undefined) rmSync(join(folder, without));
    return folder;
  }

  labTest("waits for the reader, and then is all there is", async () => {
    const host = await plainHost(BUILD);
    const other = otherVersion("9999999999999");
    await apart(host, {}, async (context, page) => {
      await keptIn(page, host.url, "ko");
      host.put(other);
      await page.goto(`${host.url}/ko/gates/`);
      expect(await title(page)).toBe("AND, NAND, OR 게이트");
      await page.locator("[data-notice=renewed]").waitFor({ timeout: 60_000 });
      // Until then the old version answers, whole.
      await page.goto(`${host.url}/ko/bias/`);
      await page.waitForSelector("[data-ready]");
      await page.locator('.turn a[rel="prev"]').click();
      await expect.poll(() => title(page)).toBe("AND, NAND, OR 게이트");
      const second = await context.newPage();
      await second.goto(`${host.url}/ko/perceptron/`);
      await second.waitForSelector("[data-ready]");
      await second.locator('[data-slot="theta"]').fill("0.15");
      await expect.poll(() => second.url()).toContain("#s=");
      await page.locator("[data-notice=renewed] .primary").click();
      await expect.poll(() => title(page), { timeout: 30_000 }).toBe("다른 판의 게이트");
      // The other page lost nothing, and what it goes to next it loads whole.
      expect(await second.locator('[data-slot="theta"]').inputValue()).toBe("0.15");
      await second.locator("[data-notice=renewed]").waitFor();
      await second.locator(".turn .after").click();
      await expect.poll(() => title(second), { timeout: 30_000 }).toBe("다른 판의 게이트");
      await second.close();
    });
    await host.close();
    rmSync(other, { recursive: true });
  });

  labTest("that is not whole is not taken", async () => {
    const host = await plainHost(BUILD);
    const other = otherVersion("9999999999998", "en/xor/index.html");
    await apart(host, {}, async (_, page) => {
      await keptIn(page, host.url, "ko");
      host.put(other);
      await page.goto(`${host.url}/ko/gates/`);
      await page.waitForTimeout(5000);
      expect(await page.locator("[data-notice]").count()).toBe(0);
      await page.reload();
      expect(await title(page)).toBe("AND, NAND, OR 게이트");
    });
    await host.close();
    rmSync(other, { recursive: true });
  });
});
