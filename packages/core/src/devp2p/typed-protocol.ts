/**
 * Protocols by their messages: schemas give handlers and senders their types, and requests get
 * their answers, with ids, time limits and cancellation. All on top of {@link Protocol}.
 * @module
 */

import { uint } from "../wire/schema.ts";
import { tuple } from "../wire/schema-list.ts";
import type { Peer } from "./peer.ts";
import { defineProtocol } from "./protocol.ts";
import type { Route } from "./typed-connection.ts";
import { TypedConnection } from "./typed-connection.ts";
import type {
  MessageSpec,
  Messages,
  Requests,
  TypedProtocol,
  TypedProtocolOptions,
  TypedRemote,
} from "./typed-messages.ts";

/**
 * Makes a protocol of its messages.
 * @throws TypeError or RangeError naming what is wrong, such as a code that is there twice.
 */
export function typedProtocol<
  const M extends Messages = Record<never, never>,
  const R extends Requests = Record<never, never>,
>(options: TypedProtocolOptions<M, R>): TypedProtocol<M, R> {
  const table = routes(options);
  const connections = new WeakMap<Peer, TypedConnection>();
  const { name, version, compress, attributes, nodeInfo, peerInfo } = options;
  const protocol = defineProtocol({
    name,
    version,
    length: options.length ?? Math.max(-1, ...table.keys()) + 1,
    ...(compress !== undefined && { compress }),
    ...(attributes && { attributes }),
    ...(nodeInfo && { nodeInfo }),
    ...(peerInfo && { peerInfo }),
    run(peer, rw, signal) {
      const connection = new TypedConnection(peer, rw, signal, options);
      connections.set(peer, connection);
      return connection.run(table);
    },
  });
  const remote = (peer: Peer): TypedRemote<M, R> | undefined => {
    const connection = connections.get(peer);
    // Inside bodies have any type; the schemas check them, and M and R their callers.
    return connection?.open
      ? (connection as TypedRemote<Messages, Requests> as TypedRemote<M, R>)
      : undefined;
  };
  return { ...protocol, remote };
}

function routes(options: {
  readonly messages?: Messages;
  readonly requests?: Requests;
  readonly handlers: object;
}): ReadonlyMap<number, Route> {
  const table = new Map<number, Route>();
  const add = (kind: Route["kind"], name: string, { code, body }: MessageSpec): void => {
    if (!Number.isSafeInteger(code) || code < 0) {
      throw new RangeError(`${name}: expected a code from 0, got ${code}`);
    }
    if (table.has(code)) throw new RangeError(`${name}: code ${code} is there twice`);
    table.set(code, { kind, name, schema: kind === "message" ? body : tuple(uint, body) });
  };
  const { messages = {}, requests = {}, handlers } = options;
  for (const [name, spec] of Object.entries(messages)) add("message", name, spec);
  for (const [name, spec] of Object.entries(requests)) {
    if (name in messages) throw new RangeError(`${name}: is a message and a request`);
    add("request", name, spec);
    add("answer", name, spec.answer);
  }
  for (const { name } of table.values()) {
    if (!(name in handlers)) throw new TypeError(`handlers.${name}: expected a function`);
  }
  return table;
}
