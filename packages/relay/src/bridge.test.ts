/**
 * Tab to TCP node through a relay, on real sockets.
 * @module
 */

import { once } from "node:events";
import type { Socket } from "node:net";
import { createServer } from "node:net";
import { bytesToHex, generatePrivateKey, publicKeyOf } from "@peerkit/core";
import { afterEach, expect, test } from "vitest";
import {
  bridgeTo,
  echo,
  startRelay,
  startTab,
  startTcpNode,
  until,
  viaOf,
} from "./network.test.helper.ts";

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

/** A TCP server of another kind than ours; gives its address with a fresh key. */
async function startService(serve: (socket: Socket) => void): Promise<string> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    serve(socket);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  closers.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const { port } = server.address() as { port: number };
  return `enode://${bytesToHex(publicKeyOf(generatePrivateKey()))}@127.0.0.1:${port}`;
}

test("a tab is a peer of a TCP node that the operator has named", async () => {
  const node = await startTcpNode({ sealed: "off" });
  const relay = await startRelay({ allow: [...node.urls] });
  const heard: string[] = [];
  const tab = await startTab({ server: { protocols: [echo((text) => heard.push(text))] } });
  const peer = await tab.connect(bridgeTo(node, relay));
  // Authenticated, not confidential from the relay.
  expect(peer).toMatchObject({ id: node.id, path: "bridge", sealed: false, transport: "via" });
  await until(() => heard.length > 0);
  await until(() => node.peerCount === 1);
  expect(node.peers[0]).toMatchObject({ id: tab.id, inbound: true, path: "direct" });
  expect(relay.stats).toMatchObject({ bridges: 1, opened: 1, pipes: 1 });
});

test("with a node that can be sealed, a bridge is", async () => {
  const node = await startTcpNode();
  const relay = await startRelay({ allow: [...node.urls] });
  const tab = await startTab();
  expect(await tab.connect(bridgeTo(node, relay))).toMatchObject({ path: "bridge", sealed: true });
});

test("what isn't on the operator's list is refused in words, before anything is dialed", async () => {
  let accepted = 0;
  const service = await startService(() => accepted++);
  const relay = await startRelay();
  const tab = await startTab();
  await expect(
    tab.connect(`${service}?via=${encodeURIComponent(viaOf(relay))}`),
  ).rejects.toMatchObject({
    code: "P2P_ERR_RELAY_NOT_ALLOWED",
    message: expect.stringMatching(/operator's list/),
  });
  expect(accepted).toBe(0);
});

test("a list may change while the relay runs", async () => {
  const node = await startTcpNode();
  const relay = await startRelay();
  const tab = await startTab();
  await expect(tab.connect(bridgeTo(node, relay))).rejects.toThrow(/list/);
  relay.reload({ allow: [...node.urls] });
  expect((await tab.connect(bridgeTo(node, relay))).id).toBe(node.id);
  expect(() => relay.reload({ allow: ["enode://nonsense"] })).toThrow(/bad address/);
  const other = await startTab();
  expect((await other.connect(bridgeTo(node, relay))).id).toBe(node.id);
});

test("a node that isn't there is told from one that isn't allowed", async () => {
  const node = await startTcpNode();
  const address = node.urls[0] ?? "";
  await node.stop();
  const relay = await startRelay({ allow: [address] });
  const tab = await startTab();
  await expect(
    tab.connect(`${address}?via=${encodeURIComponent(viaOf(relay))}`),
  ).rejects.toMatchObject({
    code: "P2P_ERR_RELAY_DIAL_FAILED",
    message: expect.stringMatching(/refused: nothing listens there/),
  });
});

test("a node behind WebSocket isn't bridged to", async () => {
  const relay = await startRelay();
  const tab = await startTab();
  const key = bytesToHex(publicKeyOf(generatePrivateKey()));
  await expect(
    tab.connect(`enode+ws://${key}@127.0.0.1:1/p2p?via=${encodeURIComponent(viaOf(relay))}`),
  ).rejects.toThrow(/relays dial TCP nodes only/);
});

test("the end of the node is the end of the tab's peer, and the other way round", async () => {
  const node = await startTcpNode();
  const relay = await startRelay({ allow: [...node.urls] });
  const tab = await startTab();
  const peer = await tab.connect(bridgeTo(node, relay));
  await until(() => node.peerCount === 1);
  node.peers[0]?.disconnect(0x04);
  expect(await peer.closed).toMatchObject({ reason: 0x04, remote: true });
  // The relay stays.
  await until(() => tab.peerCount === 1 && node.peerCount === 0);
  const again = await tab.connect(bridgeTo(node, relay));
  await until(() => node.peerCount === 1);
  const there = node.peers[0];
  again.disconnect(0x08);
  expect(await there?.closed).toMatchObject({ reason: 0x08, remote: true });
  await until(() => relay.stats.pipes === 0);
});
