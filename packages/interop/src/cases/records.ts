/**
 * Node records: each side reads and makes what the other does.
 * @module
 */

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import {
  bytesToHex,
  formatRecord,
  LocalNode,
  nodeId,
  P2PError,
  parseRecord,
  recordEndpoint,
  signRecord,
  webSocketEndpoint,
} from "@peerkit/core";
import type { Case, CaseContext, PeerKind } from "../case.ts";
import { spec, startOurs, startTheirs, THEY_ECHO } from "../pair.ts";
import { ForeignError } from "../peer-process.ts";

const TIMEOUT = 20_000;
const IPV4 = "192.168.2.2";
const IPV6 = "2001:db8::ff00:42:8329";
const PORTS = { tcp: 1, tcp6: 2, udp: 3, udp6: 4, quic: 5, quic6: 6 };
const WEB_SOCKET = { port: 7, path: "/p2p", host: "relay.example" };

/** The cases of this file. */
export const recordCases: readonly Case[] = [
  { title: "a record is dialed", timeoutMs: TIMEOUT, skip, run: dialsRecord },
  { title: "a record with every entry is read", timeoutMs: TIMEOUT, skip, run: readsAll },
  { title: "a record is the same, byte for byte", timeoutMs: TIMEOUT, skip, run: makesSame },
  { title: "a record with a wrong bit is refused", timeoutMs: TIMEOUT, skip, run: refusesBroken },
];

function skip(kind: PeerKind): string | undefined {
  return kind === "go-ethereum" ? undefined : "it has no node records";
}

async function dialsRecord(context: CaseContext): Promise<void> {
  const ours = await startOurs(context, { protocols: [spec(THEY_ECHO, "ours")] });
  const theirs = await startTheirs(context, { protocols: [spec(THEY_ECHO, "theirs")] });
  if (context.direction === "we dial") await ours.server.connect(theirs.enr ?? "");
  else await theirs.dial(ours.server.localNode.enr);
  assert.equal((await ours.run(THEY_ECHO)).peer.id, theirs.id);
  await theirs.next("run", { protocol: THEY_ECHO, peer: ours.id });
}

/** In the direction "we dial" theirs is read by us, in the other ours by them. */
async function readsAll(context: CaseContext): Promise<void> {
  const key = randomBytes(32);
  if (context.direction === "we dial") {
    const record = parseRecord((await theirRecord(context, key, 1_000_000_000_000)).text);
    assert.equal(record.seq, 1_000_000_000_000n);
    assert.deepEqual(recordEndpoint(record), { ip: IPV6, tcp: 2, udp: 4, quic: 6 });
    assert.deepEqual(webSocketEndpoint(record, "ws"), WEB_SOCKET);
    return;
  }
  const node = ourNode(key);
  const answer = await request(context, "readRecord", { record: node.enr });
  assert.deepEqual(pick(answer, ["peer", "key", "seq", "ip", "tcp", "udp", "quic", "ws", "text"]), {
    peer: nodeId(node.publicKey),
    key: bytesToHex(node.publicKey),
    seq: String(node.seq),
    ip: IPV6,
    tcp: 2,
    udp: 4,
    quic: 6,
    ws: [7, "/p2p", "relay.example"],
    text: node.enr,
  });
}

async function makesSame(context: CaseContext): Promise<void> {
  const key = randomBytes(32);
  const node = ourNode(key);
  const theirs = parseRecord((await theirRecord(context, key, Number(node.seq))).text);
  // Signatures are deterministic on both sides.
  assert.deepEqual(theirs, node.record);
}

async function refusesBroken(context: CaseContext): Promise<void> {
  const key = randomBytes(32);
  const { bytes, ...record } = signRecord({ seq: 1n, entries: [{ key: "tcp", value: 1 }] }, key);
  const broken = bytes.slice();
  broken[20] = (broken[20] ?? 0) ^ 1;
  const text = formatRecord({ ...record, bytes: broken });
  if (context.direction === "we dial") {
    const isBad = (error: unknown) => P2PError.is(error) && error.code === "P2P_ERR_BAD_RECORD";
    assert.throws(() => parseRecord(text), isBad);
    return;
  }
  await assert.rejects(request(context, "readRecord", { record: text }), ForeignError);
}

function ourNode(privateKey: Uint8Array): LocalNode {
  const node = new LocalNode({ privateKey });
  node.setIp(IPV4);
  node.setIp(IPV6);
  for (const [name, port] of Object.entries(PORTS)) node.set(name, port);
  node.setWebSocket("ws", WEB_SOCKET);
  return node;
}

async function theirRecord(context: CaseContext, key: Uint8Array, seq: number) {
  const fields = { key: bytesToHex(key), seq, ips: [IPV4, IPV6], ports: PORTS };
  const answer = await request(context, "makeRecord", { ...fields, webSocket: WEB_SOCKET });
  return { text: String(answer.text) };
}

async function request(
  context: CaseContext,
  command: string,
  fields: object,
): Promise<Readonly<Record<string, unknown>>> {
  return { ...(await context.process.request(command, fields)) };
}

function pick(from: Readonly<Record<string, unknown>>, keys: readonly string[]) {
  return Object.fromEntries(keys.map((key) => [key, from[key]]));
}
