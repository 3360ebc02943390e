/**
 * An attacker who pays nothing: one recorded handshake packet, sent again on fresh connections.
 * @module
 */

import { once } from "node:events";
import type { AddressInfo, Socket } from "node:net";
import { connect, createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { Contestant } from "./link.ts";
import type { FloodRequest } from "./sides/request.ts";

/** How long a packet may take to be whole once its first bytes are there, in ms. */
const PACKET_MS = 50;

/** How long the other side has to answer before we hang up, in ms. */
const ANSWER_MS = 1000;

/** Floods an enode address for a while. Resolves to how many connections were made. */
export async function floodHandshakes(
  contestant: Contestant,
  { address, ms, perSecond }: FloodRequest,
): Promise<number> {
  const packet = await recordPacket(contestant, address);
  const port = Number(/:(\d+)$/.exec(address)?.[1]);
  const started = performance.now();
  let sent = 0;
  while (performance.now() - started < ms) {
    const due = ((performance.now() - started) / 1000) * perSecond;
    for (; sent < due; sent++) attack(connect({ port, host: "127.0.0.1" }), packet);
    await sleep(1);
  }
  return sent;
}

/** What the contestant says first when it dials that identity, caught by a listener of ours. */
async function recordPacket(contestant: Contestant, address: string): Promise<Uint8Array> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const caught = once(server, "connection") as Promise<[Socket]>;
  // It fails, since nobody answers.
  contestant.dial(address.replace(/:\d+$/, `:${port}`), () => () => {}).catch(() => {});
  const [socket] = await caught;
  const parts: Buffer[] = [];
  socket.on("data", (part) => parts.push(part)).on("error", () => {});
  await once(socket, "data");
  await sleep(PACKET_MS);
  socket.destroy();
  server.close();
  return Buffer.concat(parts);
}

function attack(socket: Socket, packet: Uint8Array): void {
  socket.on("error", () => {});
  socket.setTimeout(ANSWER_MS, () => socket.resetAndDestroy());
  socket.on("data", () => socket.resetAndDestroy());
  socket.write(packet);
}
