/**
 * What an Ethereum node says of itself, and why one can’t be asked, for people.
 * @module
 */

import type { Hello, NodeAddress } from "@peerkit/core";
import { formatNodeAddress, formatReason, P2PError } from "@peerkit/core";
import type { EthStatus } from "peerkit/protocols";
import { formatCount } from "../format.ts";
import type { EthereumAnswer, Field } from "../model.ts";

/** A refusal; what is known of the node is added by whoever asks. */
type Refusal = Extract<EthereumAnswer, { readonly kind: "refused" }>;

/** Networks by number. */
const NETWORKS: Readonly<Record<string, string>> = {
  1: "Ethereum’s main network",
  11155111: "Sepolia, a test network",
  17000: "Holesky, a test network",
  560048: "Hoodi, a test network",
};

/** What is known of a node, as far as it came. */
export interface Known {
  readonly hello?: Hello | undefined;
  readonly status?: EthStatus;
  readonly sealed?: boolean;
}

/** It in words. */
export function factsOf({ hello, status, sealed }: Known): readonly Field[] {
  const facts: Field[] = [];
  if (hello) {
    const caps = hello.caps.map(({ name, version }) => `${name}/${version}`).join(", ");
    facts.push({ name: "Client", value: hello.name });
    facts.push({ name: "Protocols", value: caps === "" ? "none" : caps });
    facts.push({ name: "devp2p", value: `version ${hello.version}` });
  }
  if (status) {
    const network = NETWORKS[String(status.networkId)];
    const id = String(status.networkId);
    facts.push({ name: "Spoken", value: `eth/${status.version}` });
    facts.push({ name: "Network", value: network === undefined ? id : `${id}, ${network}` });
    facts.push({ name: "Genesis", value: `0x${status.genesis}` });
    facts.push({
      name: "Head",
      value: `block ${formatCount(Number(status.latestBlock))}, 0x${status.latestBlockHash}`,
    });
    facts.push({ name: "Fork id", value: `0x${status.forkId.hash}` });
  }
  if (sealed !== undefined) facts.push({ name: "On the way", value: secrecy(sealed) });
  return facts;
}

/** What was typed is no address of a node. */
export function notANode(error?: unknown): Refusal {
  const why = P2PError.is(error) ? ` (${error.message})` : "";
  return refused(
    `That isn’t the address of a node: enode://, its key, @, its host and port${why}.`,
  );
}

/** Why a node could not be asked. */
export function refusalOf(error: unknown, address: NodeAddress): Refusal {
  if (!P2PError.is(error)) {
    return refused(`That didn’t work: ${error instanceof Error ? error.message : error}.`);
  }
  const { via: _, ...target } = address;
  const place = `${address.host}:${address.port}`;
  const { code, message, reason } = error;
  switch (code) {
    case "P2P_ERR_RELAY_NOT_ALLOWED":
      return {
        ...refused(
          "The relay refuses: its operator hasn’t allowed this node. A relay dials only nodes that it was told of, so that nobody reaches other machines through it. Whoever runs it allows this one with",
        ),
        allow: `--allow ${formatNodeAddress(target)}`,
      };
    case "P2P_ERR_RELAY_DIAL_FAILED":
      return refused(`The relay may dial this node, but nothing answers at ${place}.`);
    case "P2P_ERR_PIPE_SHAPE":
      return refused(`Something answers at ${place}, but it doesn’t speak RLPx.`);
    case "P2P_ERR_HANDSHAKE_TIMEOUT":
      return refused(`Something answers at ${place}, but it doesn’t shake hands.`);
    case "P2P_ERR_UNEXPECTED_IDENTITY":
      return refused(`Whoever answers at ${place} has another key than this address.`);
    case "P2P_ERR_READ_TIMEOUT":
      return refused("The node took the connection, and said nothing of its chain in time.");
    default:
      return refused(
        reason !== undefined && reason < 0x40
          ? `The node left: ${formatReason(reason)}.`
          : `That didn’t work: ${message}.`,
      );
  }
}

function refused(why: string): Refusal {
  return { kind: "refused", why, facts: [] };
}

function secrecy(sealed: boolean): string {
  if (sealed) return "sealed: the relay could not read along";
  return "authenticated, not confidential from the relay: it could read along";
}
