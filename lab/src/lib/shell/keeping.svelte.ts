/** Keeping the Lab in the browser: the service worker, and what the reader should know of it. */
import { dev, version } from "$app/environment";
import { base } from "$app/paths";

export const keeping = $state({
  /** Whether the Lab can be read without a network. */
  offline: "unknown" as "unknown" | "ready" | "refused",
  /** Another version is there; this page is of the old one until it is opened anew. */
  renewed: false,
  /** Other code answers for this page now, so the next page has to be loaded whole. */
  outdated: false,
});

let waiting: ServiceWorker | null = null;

/** Starts keeping, once the page has been painted and the browser has nothing better to do. */
export function keepLab(): void {
  if (dev) return;
  try {
    listen(navigator.serviceWorker);
  } catch {
    keeping.offline = "refused";
    return;
  }
  const soon = (): void =>
    void setTimeout(() => void register().catch(() => (keeping.offline = "refused")), 1500);
  if (document.readyState === "complete") soon();
  else addEventListener("load", soon, { once: true });
}

/** Asks who answers for this page, now and whenever that changes, for its version. */
function listen(container: ServiceWorkerContainer): void {
  const ask = (): void => container.controller?.postMessage("version");
  container.addEventListener("controllerchange", ask);
  container.addEventListener("message", ({ data }) => {
    if (data === "renewed") keeping.renewed = true;
    if (typeof data?.version === "string" && data.version !== version)
      keeping.outdated = keeping.renewed = true;
  });
  container.startMessages();
  ask();
}

async function register(): Promise<void> {
  const container = navigator.serviceWorker;
  const registration = await container.register(`${base}/service-worker.js`);
  // A browser that blocks them may answer with nothing.
  if (registration === undefined) throw new Error("no service worker");
  const found = (worker: ServiceWorker | null): void => {
    if (worker === null) return;
    const look = (): void => {
      if (worker.state === "installed" && registration.active !== null) {
        waiting = worker;
        keeping.renewed = true;
      } else if (worker.state === "redundant" && registration.active === null) keeping.offline = "refused";
    };
    worker.addEventListener("statechange", look);
    look();
  };
  registration.addEventListener("updatefound", () => found(registration.installing));
  found(registration.waiting ?? registration.installing);
  await container.ready;
  keeping.offline = "ready";
}

/** Opens this page anew, of the new version. */
export function renew(): void {
  const again = (): void => location.reload();
  if (waiting === null || keeping.outdated) again();
  else {
    navigator.serviceWorker.addEventListener("controllerchange", again, { once: true });
    waiting.postMessage("renew");
  }
}
