/**
 * The frame in which readers' programs run. It has an origin of its own and may not connect to anything; each program has
 * a worker of its own, which can be ended at any moment. The page sends maru's text once, then programs, and the files of
 * digits when one asks for them.
 */
(() => {
  /** What the worker does; its text becomes the worker, so it stands alone. */
  function work(maruUrl) {
    const MOST_ENTRIES = 1000;
    const MOST_CHARACTERS = 200_000;
    const MOST_OF_ONE = 8000;
    const FLUSH_MILLISECONDS = 60;
    const makeUrl = URL.createObjectURL.bind(URL);
    const clock = performance.now.bind(performance);
    const later = setTimeout.bind(self);
    let port;
    let cell = 0;
    let pending = [];
    let [entries, characters, dropped, flushed, waiting] = [0, 0, 0, 0, false];

    function flush() {
      waiting = false;
      flushed = clock();
      port.postMessage({ type: "out", entries: pending, dropped });
      pending = [];
    }
    function put(kind, text) {
      if (entries >= MOST_ENTRIES || characters >= MOST_CHARACTERS) dropped++;
      else {
        const shown = text.length > MOST_OF_ONE ? `${text.slice(0, MOST_OF_ONE)}…` : text;
        entries++;
        characters += shown.length;
        pending.push({ kind, text: shown, cell });
      }
      // A program that never pauses has no timers; it flushes as it goes.
      if (clock() - flushed > FLUSH_MILLISECONDS) flush();
      else if (!waiting) {
        waiting = true;
        later(flush, FLUSH_MILLISECONDS);
      }
    }

    const isTensor = (value) =>
      typeof value === "object" && value !== null && "dtype" in value && "shape" in value;
    const named = (value) => {
      const name = Object.getPrototypeOf(value)?.constructor?.name ?? "";
      return name === "Object" ? "" : `${name} `;
    };
    const listed = (items, most) => (items.length > most ? [...items.slice(0, most), "…"] : items).join(", ");
    /** A value as a reader wants to see it. */
    function show(value, depth = 0) {
      if (typeof value === "string") return depth === 0 ? value : JSON.stringify(value.slice(0, 1000));
      if (typeof value === "function") return `function ${value.name}`;
      if (typeof value !== "object" || value === null) return Object.is(value, -0) ? "-0" : String(value);
      if (value instanceof Error) return `${value.name}: ${value.message}`;
      if (isTensor(value)) return String(value);
      if (depth > 3) return "…";
      if (ArrayBuffer.isView(value) && "length" in value)
        return `${named(value)}[${listed(Array.from(value.subarray(0, 101), String), 100)}]`;
      if (Array.isArray(value))
        return `[${listed(
          Array.from(value.slice(0, 101), (v) => show(v, depth + 1)),
          100,
        )}]`;
      if (value instanceof Map) return `Map ${show(Object.fromEntries([...value].slice(0, 50)), depth + 1)}`;
      if (value instanceof Set) return `Set ${show([...value].slice(0, 101), depth + 1)}`;
      const own = value.toString;
      if (own !== Object.prototype.toString && typeof own === "function") return String(value);
      const pairs = Object.entries(value).slice(0, 51);
      return `${named(value)}{ ${listed(
        pairs.map(([key, v]) => `${key}: ${show(v, depth + 1)}`),
        50,
      )} }`;
    }
    const said = (values) => {
      try {
        return values.map((value) => show(value)).join(" ");
      } catch (error) {
        return `${error}`;
      }
    };
    const teller =
      (kind) =>
      (...values) =>
        put(kind, said(values));
    const told = {
      log: teller("log"),
      info: teller("log"),
      debug: teller("log"),
      table: teller("log"),
      warn: teller("warn"),
      error: teller("error"),
    };

    /** Where in the program it was thrown: line and column in what ran. */
    function placeOf(error, url) {
      const stack = String(error?.stack ?? "");
      const at = stack.indexOf(url);
      const [, line, column] = at < 0 ? [] : (/^:(\d+):(\d+)/.exec(stack.slice(at + url.length)) ?? []);
      return line === undefined ? undefined : { line: Number(line), column: Number(column) };
    }
    function failed(error, url) {
      const name = error instanceof Error ? error.name : "";
      const message = said([error instanceof Error ? error.message : error]).slice(0, MOST_OF_ONE);
      return { name, message, place: placeOf(error, url), cell };
    }

    const cut = (text, most) => (text.length > most ? `${text.slice(0, most)}\n…` : text);
    /** What the compiler made of a tensor, no more than a page can draw. */
    async function explained(maru, value) {
      if (!isTensor(value)) return undefined;
      const {
        graph,
        kernels,
        phases,
        operations,
        bytesMoved,
        moduleBytes,
        compileMilliseconds,
        milliseconds,
      } = await maru.explain(value);
      return {
        nodes: graph.length,
        graph: graph
          .slice(0, 120)
          .map(({ id, op, shape, dtype, sources }) => ({ id, op, shape, dtype, sources })),
        kernels: kernels.slice(0, 24).map((k) => ({
          name: k.name,
          kind: k.kind,
          computes: k.computes,
          loops: cut(k.loops, 8000),
          transforms: k.transforms.slice(0, 40),
          transformed: cut(k.transformed, 8000),
          listing: cut(k.listing, 30_000),
          operations: k.operations,
          bytesMoved: k.bytesMoved,
          milliseconds: k.milliseconds,
        })),
        phases,
        operations,
        bytesMoved,
        moduleBytes,
        compileMilliseconds,
        milliseconds,
      };
    }

    /** The digits are the page's to give; nothing else can be had from here. */
    const DIGITS = "digits:/";
    const asked = new Map();
    const fileOf = (name) =>
      new Promise((found, lost) => {
        asked.set(name, { found, lost });
        port.postMessage({ type: "file", name });
      });
    self.fetch = async (address) => {
      const name = String(address);
      if (!name.startsWith(DIGITS)) throw new TypeError("nothing can be fetched here");
      return new Response(await fileOf(name.slice(DIGITS.length)));
    };
    const withDigits = (face) => ({
      ...face,
      mnist: (part, options) => face.mnist(part, { baseUrl: DIGITS, ...options }),
    });

    const loading = import(maruUrl);
    self.onmessage = async ({ data, ports }) => {
      self.onmessage = null;
      [port] = ports;
      port.onmessage = ({ data: { name, bytes } }) => {
        const { found, lost } = asked.get(name) ?? {};
        if (bytes === undefined) lost?.(new TypeError("the page could not fetch it"));
        else found?.(bytes);
      };
      const url = makeUrl(new Blob([data.js], { type: "text/javascript" }));
      let [error, explanation] = [undefined, undefined];
      const unhandled = (event) => {
        event.preventDefault();
        error ??= failed(event.reason ?? event.error ?? event.message, url);
      };
      self.addEventListener("unhandledrejection", unhandled);
      self.addEventListener("error", unhandled);
      const began = clock();
      try {
        const { faces } = await loading;
        Object.assign(self.console, told);
        const required = (name) => {
          const face = Object.hasOwn(faces, name)
            ? faces[name]
            : name === "maru/light"
              ? faces.maru
              : undefined;
          if (face === undefined) throw new Error(`there is no "${name}" here`);
          return name === "maru/data" ? withDigits(face) : face;
        };
        const { default: program } = await import(url);
        await program(
          required,
          {},
          {
            cell: (i) => void (cell = i),
            show: (value) => value !== undefined && put("value", said([value])),
            explain: async (value) => void (explanation = await explained(faces.maru, value)),
          },
        );
        // What was thrown in passing is heard a moment later.
        await new Promise((done) => later(done, 0));
      } catch (thrown) {
        error ??= failed(thrown, url);
      }
      flush();
      port.postMessage({ type: "end", milliseconds: clock() - began, error, explanation });
    };
  }

  let maruUrl = "";
  let spare;
  let running;
  const toPage = (message) => parent.postMessage(message, "*");

  const makeWorker = () => {
    const text = `(${work})(${JSON.stringify(maruUrl)})`;
    const url = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
    // A frame with an origin of its own may make classic workers alone; those may import modules.
    return new Worker(url);
  };
  function stop() {
    running?.worker.terminate();
    running = undefined;
  }
  function start(id, js) {
    stop();
    const worker = spare ?? makeWorker();
    spare = undefined;
    const { port1, port2 } = new MessageChannel();
    const current = { id, worker, port: port1 };
    running = current;
    const end = (message) => {
      if (running !== current) return;
      toPage({ ...message, id });
      stop();
      // The next program finds its worker started.
      spare = makeWorker();
    };
    worker.onerror = (event) => {
      event.preventDefault();
      end({ type: "end", milliseconds: 0, error: { name: "", message: event.message || "worker", cell: 0 } });
    };
    port1.onmessage = ({ data }) => {
      if (running !== current) return;
      if (data.type === "end") end(data);
      else toPage({ ...data, id });
    };
    worker.postMessage({ js }, [port2]);
  }

  addEventListener("message", ({ source, data }) => {
    if (source !== parent) return;
    try {
      if (data.type === "maru") {
        maruUrl = URL.createObjectURL(new Blob([data.text], { type: "text/javascript" }));
        spare = makeWorker();
      } else if (data.type === "run") start(data.id, data.js);
      else if (data.type === "file" && running?.id === data.id) running.port.postMessage(data);
      else if (data.type === "stop") stop();
    } catch (error) {
      toPage({ type: "fault", id: data?.id, detail: String(error) });
    }
  });
  toPage({ type: "ready" });
})();
