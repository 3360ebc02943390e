/**
 * The handshake of Ethereum's `eth` protocol, and no more of it: shows which chain a node has.
 * @see https://github.com/ethereum/devp2p/blob/master/caps/eth.md#status-0x00
 * @module
 */

import type { MsgReadWriter, Peer, Protocol } from "@peerkit/core";
import {
  bigint,
  bytes,
  bytesToHex,
  DisconnectError,
  DiscReason,
  defineProtocol,
  send,
  tuple,
  uint,
} from "@peerkit/core";

/** The versions whose Status has this shape, with the message codes of each; go-ethereum speaks them. */
const LENGTHS: readonly (readonly [version: number, length: number])[] = [
  [69, 18],
  [70, 18],
  [71, 20],
  [72, 22],
];

const STATUS = 0x00;
const statusSchema = tuple(
  uint, // version
  bigint, // network id
  bytes(32), // genesis
  tuple(bytes(4), bigint), // fork id
  bigint, // earliest block
  bigint, // latest block
  bytes(32), // its hash
);

/** What a node says of its chain. */
export interface EthStatus {
  /** The version of `eth` that is spoken. */
  readonly version: number;
  /** 1 is the main network. */
  readonly networkId: bigint;
  /** The hash of the first block: 64 hex digits. */
  readonly genesis: string;
  /** Which forks it has passed, and the block or the time of the next; 0 for none. */
  readonly forkId: { readonly hash: string; readonly next: bigint };
  /** The blocks that it has. */
  readonly earliestBlock: bigint;
  readonly latestBlock: bigint;
  readonly latestBlockHash: string;
}

/**
 * The protocols for `ServerOptions.protocols`, one for each version. `onStatus` gets what each node
 * says. We answer as a node of the same chain that has as much of it, so that it stays; what it asks
 * for after that is not answered, and it will leave.
 */
export function ethStatus(onStatus: (status: EthStatus, peer: Peer) => void): readonly Protocol[] {
  return LENGTHS.map(([version, length]) =>
    defineProtocol({
      name: "eth",
      version,
      length,
      run: (peer, rw) => run(peer, rw, version, onStatus),
    }),
  );
}

async function run(
  peer: Peer,
  rw: MsgReadWriter,
  version: number,
  onStatus: (status: EthStatus, peer: Peer) => void,
): Promise<void> {
  const first = await rw.readMsg();
  if (first.code !== STATUS) {
    throw new DisconnectError(DiscReason.ProtocolError, {
      message: "its first message is no Status",
    });
  }
  const status = first.decode(statusSchema);
  const [theirs, networkId, genesis, [hash, next], earliestBlock, latestBlock, head] = status;
  if (theirs !== version) {
    throw new DisconnectError(DiscReason.ProtocolError, {
      message: `its Status has version ${theirs}`,
    });
  }
  onStatus(
    {
      version,
      networkId,
      genesis: bytesToHex(genesis),
      forkId: { hash: bytesToHex(hash), next },
      earliestBlock,
      latestBlock,
      latestBlockHash: bytesToHex(head),
    },
    peer,
  );
  await send(rw, STATUS, status, statusSchema);
  for await (const _ of rw) {
    // Blocks, transactions and requests: not ours to know.
  }
}
