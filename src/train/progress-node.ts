/** Node only: a progress bar on standard error. */
import cliProgress from "cli-progress";

export interface Progress {
  /** A new epoch begins: its number from 1, how many there are, its samples, and how many of them are done already. */
  begin(epoch: number, epochs: number, samples: number, done: number): void;
  /** So many samples of it are done, at this mean loss. */
  update(samples: number, loss: number): void;
  /** The epoch is over, or was given up. */
  end(): void;
}

const FORMAT =
  "epoch {epoch}/{epochs} {bar} {percentage}%  {value}/{total}  loss {loss}  {rate}/s  {left} left, {all} in all";

/** Samples in a second, and how long the rest will take at that rate. */
export interface Pace {
  readonly rate: string;
  /** Of this epoch, and of all epochs. */
  readonly left: string;
  readonly all: string;
}

/** `3 s`, `2 min 5 s`, `1 h 20 min`. */
function duration(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  return minutes < 60
    ? `${minutes} min ${whole % 60} s`
    : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** The pace of an epoch of which `done` samples took so many seconds, `left` and then `later` ones are still to come. */
export function paceOf(done: number, seconds: number, left: number, later: number): Pace {
  if (done === 0 || seconds <= 0) return { rate: "-", left: "-", all: "-" };
  const rate = done / seconds;
  return {
    rate: Math.round(rate).toLocaleString("en-US"),
    left: duration(left / rate),
    all: duration((left + later) / rate),
  };
}

/** How long an epoch must have run before its pace is told. */
const SECONDS_BEFORE = 0.2;

/** The bar of an epoch goes away with it, so that what is printed afterwards stands alone. */
export function terminalProgress(): Progress {
  let bar: cliProgress.SingleBar | undefined;
  let [total, first, later, begun] = [0, 0, 0, 0];
  return {
    begin(epoch, epochs, samples, done) {
      bar = new cliProgress.SingleBar(
        {
          format: FORMAT,
          stream: process.stderr,
          noTTYOutput: true,
          clearOnComplete: true,
          // A process that is killed could not undo either of these.
          hideCursor: false,
          linewrap: true,
          barsize: 24,
          fps: 10,
          gracefulExit: false,
        },
        cliProgress.Presets.shades_classic,
      );
      [total, first, later, begun] = [samples, done, samples * (epochs - epoch), performance.now()];
      bar.start(samples, done, { epoch, epochs, loss: "-", ...paceOf(0, 0, 0, 0) });
    },
    update(samples, loss) {
      const seconds = (performance.now() - begun) / 1000;
      const pace = seconds < SECONDS_BEFORE ? {} : paceOf(samples - first, seconds, total - samples, later);
      bar?.update(samples, { loss: loss.toFixed(4), ...pace });
    },
    end() {
      bar?.stop();
      bar = undefined;
    },
  };
}
