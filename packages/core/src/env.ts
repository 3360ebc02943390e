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

/** Encrypts by AES-CTR from a counter block of 16 bytes on, whose last 8 count. */
export type WebAesCtr = (counter: Uint8Array, bytes: Uint8Array) => Promise<Uint8Array>;

/** WebCrypto's cipher for a key; absent in pages that are not secure contexts. */
export function webAesCtr(key: Uint8Array): Promise<WebAesCtr> | undefined {
  const { subtle } = crypto;
  if (!subtle) return undefined;
  const raw = key.slice() as Uint8Array<ArrayBuffer>;
  const imported = subtle.importKey("raw", raw, "AES-CTR", false, ["encrypt"]);
  return imported.then((handle) => async (counter, bytes) => {
    const algorithm = { name: "AES-CTR", counter: counter as Uint8Array<ArrayBuffer>, length: 64 };
    return new Uint8Array(
      await subtle.encrypt(algorithm, handle, bytes as Uint8Array<ArrayBuffer>),
    );
  });
}

/** AES-GCM under one key; the tag stands after the ciphertext. */
export interface WebAesGcm {
  encrypt(nonce: Uint8Array, header: Uint8Array, plaintext: Uint8Array): Promise<Uint8Array>;
  /** `undefined` when the tag is wrong. */
  decrypt(
    nonce: Uint8Array,
    header: Uint8Array,
    ciphertext: Uint8Array,
  ): Promise<Uint8Array | undefined>;
}

/** As `webAesCtr`, with a promise that rejects where WebCrypto hasn't this cipher. */
export function webAesGcm(key: Uint8Array): Promise<WebAesGcm> | undefined {
  const { subtle } = crypto;
  if (!subtle) return undefined;
  const raw = key.slice() as Uint8Array<ArrayBuffer>;
  const imported = subtle.importKey("raw", raw, "AES-GCM", false, ["encrypt", "decrypt"]);
  return imported.then((handle) => ({
    async encrypt(nonce, header, plaintext) {
      const bytes = plaintext as Uint8Array<ArrayBuffer>;
      return new Uint8Array(await subtle.encrypt(aesGcm(nonce, header), handle, bytes));
    },
    async decrypt(nonce, header, ciphertext) {
      const bytes = ciphertext as Uint8Array<ArrayBuffer>;
      try {
        return new Uint8Array(await subtle.decrypt(aesGcm(nonce, header), handle, bytes));
      } catch {
        // The lengths are right, so there is one thing that can be wrong: the tag.
        return undefined;
      }
    },
  }));
}

function aesGcm(nonce: Uint8Array, header: Uint8Array): AesGcmParams {
  return {
    name: "AES-GCM",
    iv: nonce as Uint8Array<ArrayBuffer>,
    additionalData: header as Uint8Array<ArrayBuffer>,
  };
}

/** Milliseconds since 1970. Not for measuring: it may jump. */
export function unixTime(): number {
  return Date.now();
}

/** Says nothing. */
export const silentLogger: Logger = {
  debug() {},
  info() {},
  warn() {},
  error() {},
};

/** Runs `action` after the current synchronous work. */
export function onTickEnd(action: () => void): void {
  // Node's `queueMicrotask` keeps a record of each for its async hooks, which costs three times as much.
  void DONE.then(action);
}

const DONE = Promise.resolve();

/**
 * Runs `action` once after the current event and all promises that follow from it have been
 * served, before any timer. Keeps Node's event loop alive until then and no longer.
 */
export function onTurnEnd(action: () => void): void {
  if (typeof setImmediate === "function") setImmediate(action);
  else onNextMessage(action);
}

/** Node has it, and pages have not. */
declare const setImmediate: ((action: () => void) => unknown) | undefined;

const waiting: (() => void)[] = [];
let channel: MessageChannel | undefined;

/** A page's shortest way round its event loop; timers wait 4 ms, in hidden tabs up to a minute. */
function onNextMessage(action: () => void): void {
  if (!channel) {
    channel = new MessageChannel();
    channel.port1.onmessage = () => waiting.shift()?.();
  }
  waiting.push(action);
  channel.port2.postMessage(undefined);
}

/** What a page's or a worker's global object tells of; all of it is absent elsewhere. */
export interface Page {
  readonly addEventListener?: Listen;
  /** A worker has none. */
  readonly document?: { readonly hidden: boolean; readonly addEventListener: Listen };
}

type Listen = (type: string, action: () => void, options: { readonly signal: AbortSignal }) => void;

/** The global object, as far as it may be a page's. */
export const page: Page = globalThis as Page;

/** What ends a task that was given its signal. */
export type AbortControl = AbortController;

/** An `AbortController`, by the one file that may name the global. */
export function newAbortController(): AbortControl {
  return new AbortController();
}

/** Compiles WebAssembly code and gives what it exports; rejects where there is none, or a page's policy forbids it. */
export async function instantiate(code: Uint8Array): Promise<object> {
  const { instance } = await WebAssembly.instantiate(code as Uint8Array<ArrayBuffer>);
  return instance.exports;
}
