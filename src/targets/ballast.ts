/** How the collector is told how much hangs on a small object. */

/** Less than this the collector need not know of. */
const LEAST_BALLAST = 65536;

/** Typed here since TypeScript's library for ES2022 does not know the option, which older engines ignore. */
type ResizableBuffer = new (bytes: number, options: { readonly maxByteLength: number }) => ArrayBuffer;

/** A buffer that could be resized is reserved page by page, and nobody writes zeros to it. */
export function ballastOf(bytes: number): ArrayBuffer | undefined {
  if (bytes < LEAST_BALLAST) return undefined;
  const size = Math.ceil(bytes / 2);
  try {
    return new (ArrayBuffer as ResizableBuffer)(size, { maxByteLength: size });
  } catch {
    // There is no address space for it: then the collector has reason enough to run.
    return undefined;
  }
}

const MEGABYTE = 2 ** 20;

/**
 * How many bytes of values a device keeps that may be garbage, before it does something about it: a good part of what a
 * machine has to spare, a thirty-second of its memory, from 256 MB to 1 GB.
 */
export function softLimit(machine = machineBytes()): number {
  return Math.min(1024 * MEGABYTE, Math.max(256 * MEGABYTE, machine / 32));
}

/** Memory of the machine, or of the container that we run in; browsers only tell by and large. */
function machineBytes(): number {
  const { process } = globalThis;
  const total = process?.getBuiltinModule?.("node:os")?.totalmem();
  if (total === undefined) {
    const { navigator } = globalThis as { navigator?: { deviceMemory?: number } };
    return (navigator?.deviceMemory ?? 8) * 1024 * MEGABYTE;
  }
  // 0 or an absurd number where there is no limit.
  const limit = process?.constrainedMemory?.() ?? 0;
  return limit > 0 ? Math.min(total, limit) : total;
}
