/**
 * What core needs from the world: time, randomness, a place to log. The only file of core that
 * touches the platform's globals; everything else takes these as arguments.
 * @module
 */

/** Time, in milliseconds. */
export interface Clock {
  /** Milliseconds since some fixed moment; never goes back. */
  now(): number;
  /** Calls `action` once after `ms`. The returned function cancels it; cancelling twice is fine. */
  setTimer(ms: number, action: () => void): () => void;
}

/** Fills the array with unpredictable bytes and returns it. */
export type Random = (bytes: Uint8Array) => Uint8Array;

/** Fits pino and `console`. */
export interface Logger {
  debug(message: string, ...details: unknown[]): void;
  info(message: string, ...details: unknown[]): void;
  warn(message: string, ...details: unknown[]): void;
  error(message: string, ...details: unknown[]): void;
}

/** The platform's monotonic clock and timers. */
export const systemClock: Clock = {
  now: () => performance.now(),
  setTimer(ms, action) {
    const timer = setTimeout(action, ms);
    return () => clearTimeout(timer);
  },
};

/** `getRandomValues`, in steps of the 65,536 bytes it takes at once. */
export const systemRandom: Random = (bytes) => {
  for (let at = 0; at < bytes.length; at += 65_536) {
    crypto.getRandomValues(bytes.subarray(at, at + 65_536) as Uint8Array<ArrayBuffer>);
  }
  return bytes;
};

/** Says nothing. */
export const silentLogger: Logger = {
  debug() {},
  info() {},
  warn() {},
  error() {},
};

/** Runs `action` after the current synchronous work: the tick in which frames are gathered. */
export function onTickEnd(action: () => void): void {
  queueMicrotask(action);
}

/** What ends a task that was given its signal. */
export type AbortControl = AbortController;

/** An `AbortController`, by the one file that may name the global. */
export function newAbortController(): AbortControl {
  return new AbortController();
}

/** Compiles WebAssembly code; rejects where there is none, or a page's policy forbids it. */
export async function instantiate(code: Uint8Array): Promise<WebAssembly.Exports> {
  const { instance } = await WebAssembly.instantiate(code as Uint8Array<ArrayBuffer>);
  return instance.exports;
}
