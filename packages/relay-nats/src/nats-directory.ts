/**
 * The directory that `natsDirectory()` makes: what is asked of it, and how it is opened.
 * @module
 */

import type { NodeConnectionOptions } from "@nats-io/transport-node";
import type { Clock } from "@peerkit/core";
import { systemClock } from "@peerkit/core";
import type { Directory } from "@peerkit/relay/server";
import type { NatsAccess } from "./access.ts";
import { connectionOptions } from "./connection-options.ts";
import { NatsMember } from "./nats-member.ts";
import { readServers } from "./servers.ts";

/** Settings of {@link natsDirectory}. */
export interface NatsDirectoryOptions {
  /**
   * Where NATS is: one or several URLs, `nats://host:port`, or `tls://host:port`, which takes no server
   * without TLS. Of a cluster one is enough to learn of the others.
   */
  readonly servers: string | readonly string[];
  /** Who we are to NATS, and how TLS is done. @default nobody in particular */
  readonly access?: NatsAccess;
  /** The key-value bucket, which relays that work together have in common. @default `"peerkit-relays"` */
  readonly bucket?: string;
  /** Where NATS keeps it if it isn't there yet. Of what is lost relays write their rows again. @default `"memory"` */
  readonly storage?: "memory" | "file";
  /** On how many servers of a cluster: 1, 3 or 5. @default 1 */
  readonly replicas?: number;
  /** For looking after it, and for its time limits. @default the system's */
  readonly clock?: Clock;
}

/**
 * Makes a directory that relays on many machines share through NATS with JetStream. Throws a
 * `RangeError` for options that can't be.
 */
export function natsDirectory(options: NatsDirectoryOptions): Directory {
  const { access = {}, bucket = "peerkit-relays", storage = "memory", replicas = 1 } = options;
  const { clock = systemClock } = options;
  const { servers, needTls } = readServers(options.servers);
  if (!/^[-\w]+$/.test(bucket)) {
    throw new RangeError(`"bucket" expected letters, digits, - and _, got ${bucket}`);
  }
  if (![1, 3, 5].includes(replicas)) {
    throw new RangeError(`"replicas" expected 1, 3 or 5, got ${replicas}`);
  }
  const connection: NodeConnectionOptions = {
    ...connectionOptions(needTls ? { ...access, tls: access.tls ?? {} } : access),
    servers: [...servers],
  };
  const settings = { connection, bucket: { name: bucket, storage, replicas }, clock };
  return { open: (desk) => NatsMember.open(settings, desk) };
}
