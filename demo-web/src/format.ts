/**
 * Numbers, names, ids and times as the page writes them.
 * @module
 */

import { BASE_PROTOCOL } from "./colours.ts";

/** The ends of an id: `3fa2c81d…9be04c77`. */
export function shortId(id: string): string {
  return id.length <= 18 ? id : `${id.slice(0, 8)}…${id.slice(-8)}`;
}

/** A duration in ms with three figures or so: `0.42 ms`, `18.3 ms`, `1.20 s`. */
export function formatMs(ms: number): string {
  if (ms === 0) return "0 ms";
  if (ms < 1) return `${ms.toFixed(2)} ms`;
  if (ms < 100) return `${ms.toFixed(1)} ms`;
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  return `${(ms / 1_000).toFixed(2)} s`;
}

/** A size with a thin unit: `87 B`, `4.1 KB`, `1.00 MB`. */
export function formatBytes(bytes: number): string {
  if (bytes < 1_000) return `${bytes} B`;
  if (bytes < 1_000_000) return `${(bytes / 1_000).toFixed(1)} KB`;
  return `${(bytes / 1_000_000).toFixed(2)} MB`;
}

/** A count with thin separators: `12 345`. */
export function formatCount(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, " ");
}

/** The name of a protocol, and its version if that is given. There is one base protocol: `base`. */
export function formatProtocol(name: string, version?: number): string {
  if (name === BASE_PROTOCOL) return "base";
  return version === undefined ? name : `${name}/${version}`;
}

/** A message code in hex, two digits at least: `0x0a`. */
export function formatCode(code: number): string {
  return `0x${code.toString(16).padStart(2, "0")}`;
}

/** Bytes in hex, a gap between two: `c4 83 66`. */
export function hexPairs(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(" ");
}

/** The time of day of `Date.now()` ms, to the second; `14:03:59`. */
export function formatTime(at: number): string {
  const date = new Date(at);
  return [date.getHours(), date.getMinutes(), date.getSeconds()].map(twoDigits).join(":");
}

/** The time of day of a moment of `performance.now()`, to the millisecond; `14:03:59.041`. */
export function formatExactTime(at: number): string {
  const time = performance.timeOrigin + at;
  return `${formatTime(time)}.${String(new Date(time).getMilliseconds()).padStart(3, "0")}`;
}

/** `1 frame`, `2 frames`. */
export function plural(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? "" : "s"}`;
}

function twoDigits(value: number): string {
  return String(value).padStart(2, "0");
}
