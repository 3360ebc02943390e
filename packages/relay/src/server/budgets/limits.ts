/**
 * What one key, one address and one origin may use of a relay.
 * @module
 */

/** The budget of one key, one address or one origin. `Infinity` for no bound. */
export interface ScopeLimits {
  /** Connections and requests for pipes, per second. */
  readonly connectsPerSecond: number;
  /** The same at once. */
  readonly connectBurst: number;
  /** Open pipes at once. */
  readonly pipes: number;
  /** Pipes that wait for their ends at once. */
  readonly pendingPipes: number;
  /** Reservations at once. */
  readonly reservations: number;
  /** Bytes through its pipes, both ways together; above it they are slowed down. */
  readonly bytesPerSecond: number;
  /** Bytes through its pipes in 24 hours; above it they are ended. */
  readonly bytesPerDay: number;
}

/** The budgets of a relay. A pipe counts for whoever asked for it. */
export interface RelayLimits {
  readonly perKey: ScopeLimits;
  /** An IPv4 address, or the first 48 bits of an IPv6 one. */
  readonly perAddress: ScopeLimits;
  /** Of the page, as its browser says. Programs have none, and may claim any. */
  readonly perOrigin: ScopeLimits;
}

/** A part of {@link RelayLimits}; the rest are the defaults. */
export type PartialLimits = { readonly [S in keyof RelayLimits]?: Partial<RelayLimits[S]> };

const MIB = 1024 * 1024;
const GIB = 1024 * MIB;

/** What applies where nothing else is said. */
export const DEFAULT_LIMITS: RelayLimits = {
  perKey: {
    connectsPerSecond: 5,
    connectBurst: 64,
    pipes: 64,
    pendingPipes: 16,
    reservations: 1,
    bytesPerSecond: 16 * MIB,
    bytesPerDay: 4 * GIB,
  },
  perAddress: {
    connectsPerSecond: 20,
    connectBurst: 256,
    pipes: 256,
    pendingPipes: 64,
    reservations: 64,
    bytesPerSecond: 32 * MIB,
    bytesPerDay: 16 * GIB,
  },
  perOrigin: {
    connectsPerSecond: 500,
    connectBurst: 5_000,
    pipes: 2_000,
    pendingPipes: 500,
    reservations: 10_000,
    bytesPerSecond: 128 * MIB,
    bytesPerDay: 256 * GIB,
  },
};

/**
 * Fills in the defaults.
 * @throws RangeError naming the limit that is wrong.
 */
export function resolveLimits(limits: PartialLimits = {}): RelayLimits {
  const { perKey, perAddress, perOrigin } = DEFAULT_LIMITS;
  return {
    perKey: scope(perKey, limits.perKey, "perKey"),
    perAddress: scope(perAddress, limits.perAddress, "perAddress"),
    perOrigin: scope(perOrigin, limits.perOrigin, "perOrigin"),
  };
}

function scope(
  defaults: ScopeLimits,
  given: Partial<ScopeLimits> | undefined,
  title: string,
): ScopeLimits {
  for (const [name, value] of Object.entries(given ?? {})) {
    if (!(name in defaults)) throw new RangeError(`${title}: there is no limit ${name}`);
    if (typeof value !== "number" || !(value >= 0)) {
      throw new RangeError(`${title}.${name}: expected a number from 0, got ${String(value)}`);
    }
  }
  return { ...defaults, ...given };
}
