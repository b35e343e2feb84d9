/** Node only: a progress bar on standard error. */
import cliProgress from "cli-progress";

export interface Progress {
  /** A new epoch begins: its number from 1, how many there are, its samples. */
  begin(epoch: number, epochs: number, samples: number): void;
  /** So many samples of it are done, at this mean loss. */
  update(samples: number, loss: number): void;
  /** The epoch is over, or was given up. */
  end(): void;
}

const FORMAT =
  "epoch {epoch}/{epochs} {bar} {percentage}%  {value}/{total}  loss {loss}  {eta_formatted} left";

/** The bar of an epoch goes away with it, so that what is printed afterwards stands alone. */
export function terminalProgress(): Progress {
  let bar: cliProgress.SingleBar | undefined;
  return {
    begin(epoch, epochs, samples) {
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
          etaBuffer: 50,
          fps: 10,
          gracefulExit: false,
        },
        cliProgress.Presets.shades_classic,
      );
      bar.start(samples, 0, { epoch, epochs, loss: "-" });
    },
    update(samples, loss) {
      bar?.update(samples, { loss: loss.toFixed(4) });
    },
    end() {
      bar?.stop();
      bar = undefined;
    },
  };
}
