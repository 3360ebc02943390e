/**
 * Asks the page's own origin for the relay's address.
 * @module
 */

/** Where a relay describes itself to the pages that it serves. */
const PATH = "/peerkit.json";

/** How long the answer may take. */
const TIMEOUT_MS = 8_000;

/** What a relay says of itself. */
export interface RelayInfo {
  /** `enode+ws://…` */
  readonly address: string;
  readonly name: string;
}

/** The origin answers, but not as a relay does. */
export class NoRelayError extends Error {
  override readonly name = "NoRelayError";
}

/**
 * Fetches the description. Rejects with {@link NoRelayError} if the origin is no relay, and with
 * whatever `fetch` rejects with if it doesn't answer.
 */
export async function fetchRelayInfo(): Promise<RelayInfo> {
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  const response = await fetch(PATH, { cache: "no-store", signal });
  if (!response.ok) throw new NoRelayError(`${PATH} gives HTTP ${response.status}`);
  const text = await response.text();
  const info = parseObject(text);
  const { address, name } = info;
  if (typeof address !== "string") throw new NoRelayError(`${PATH} names no address`);
  return { address, name: typeof name === "string" ? name : "relay" };
}

function parseObject(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null) return { ...value };
  } catch {
    // Not JSON: reported below like any other answer that is none.
  }
  throw new NoRelayError(`${PATH} is no JSON object`);
}
