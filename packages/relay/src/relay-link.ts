/**
 * One relay, as a node that uses it sees it: its connection, and what is asked of it there.
 * @module
 */

import type {
  AbortOptions,
  NodeAddress,
  Peer,
  TransportHost,
  TypedProtocol,
  TypedRemote,
} from "@peerkit/core";
import { nodeId, P2PError, parseNodeAddress } from "@peerkit/core";
import { endedByRelay, isRelayCode, RelayCode, RelayError } from "./wire/codes.ts";
import type { RELAY_PROTOCOL } from "./wire/relay-protocol.ts";
import { TOKEN_LENGTH } from "./wire/relay-protocol.ts";

type Messages = typeof RELAY_PROTOCOL.messages;
type Requests = typeof RELAY_PROTOCOL.requests;

/** `relay/1` as its users have it. */
export type RelayProtocol = TypedProtocol<Messages, Requests>;

/** A relay's connection and address. */
export interface ConnectedRelay {
  readonly peer: Peer;
  readonly remote: TypedRemote<Messages, Requests>;
}

/** One relay. */
export class RelayLink {
  /** By which it is dialed, and its pipes are opened. */
  readonly address: NodeAddress;
  /** Its node id. */
  readonly id: string;
  readonly #protocol: RelayProtocol;

  /** @throws P2PError `P2P_ERR_BAD_ADDRESS` for an address at which no pipe can be opened. */
  constructor(text: string, protocol: RelayProtocol) {
    this.address = parseNodeAddress(text);
    this.id = nodeId(this.address.publicKey);
    this.#protocol = protocol;
    const { scheme, via } = this.address;
    if ((scheme === "ws" || scheme === "wss") && via === undefined) return;
    throw new P2PError(
      `bad address "${text.slice(0, 60)}": a relay is reached by enode+ws:// or enode+wss://`,
      { code: "P2P_ERR_BAD_ADDRESS" },
    );
  }

  /** Connects to the relay, or gives the connection there is. Rejects with why there is none. */
  async connect(host: TransportHost, options: AbortOptions): Promise<ConnectedRelay> {
    const peer = await host.connect(this.address, options).catch((error: unknown) => {
      throw inWords(error, options.signal);
    });
    const remote = this.#protocol.remote(peer);
    if (remote) return { peer, remote };
    throw new P2PError(`${peer.name} is no relay, or not one of this version`, {
      code: "P2P_ERR_RELAY_LOST",
    });
  }

  /** Asks for a pipe; resolves to the token of our end. Rejects with why there is none. */
  async pipeTo(
    host: TransportHost,
    { publicKey: target, host: name, port }: NodeAddress,
    options: AbortOptions,
  ): Promise<Uint8Array> {
    const { remote } = await this.connect(host, options);
    const body = {
      target,
      ...(name !== undefined && { host: name }),
      ...(port !== undefined && { port }),
    };
    const answer = await remote.request("connect", body, options).catch((error: unknown) => {
      throw inWords(error, options.signal);
    });
    if (answer.code !== RelayCode.Ok) throw new RelayError(answer);
    if (answer.token.length === TOKEN_LENGTH) return answer.token;
    throw lost(`a token of ${answer.token.length} bytes`);
  }
}

/** What a failure of the relay's connection is to someone who wanted something behind it. */
function inWords(error: unknown, signal: AbortSignal | undefined): unknown {
  if (signal?.aborted || !P2PError.is(error)) return error;
  const { reason, code } = error;
  if (isRelayCode(reason)) return endedByRelay(reason, error);
  if (KEPT.includes(code)) return error;
  return lost(error.message, error);
}

/** What says more than that the relay is gone. */
const KEPT: readonly string[] = [
  "P2P_ERR_MIXED_CONTENT",
  "P2P_ERR_NO_TRANSPORT",
  "P2P_ERR_NOT_RUNNING",
  "P2P_ERR_TOO_MANY_PEERS",
];

function lost(why: string, cause?: unknown): P2PError {
  return new P2PError(`the relay can't be used: ${why}`, { code: "P2P_ERR_RELAY_LOST", cause });
}
