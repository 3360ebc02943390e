/**
 * A way that takes its time: TCP connections are carried on, each piece after a delay.
 * @module
 */

import { once } from "node:events";
import type { AddressInfo, Socket } from "node:net";
import { connect, createServer } from "node:net";

/** Carries what comes at a new port to that of the address; resolves to the address with the new one. */
export async function listenFar(address: string, delayMs: number): Promise<string> {
  const port = Number(/:(\d+)(?=[/?]|$)/.exec(address)?.[1]);
  const server = createServer({ noDelay: true, allowHalfOpen: true }, (near) => {
    const far = connect({ port, host: "127.0.0.1", noDelay: true, allowHalfOpen: true });
    carry(near, far, delayMs);
    carry(far, near, delayMs);
  });
  server.listen(0, "127.0.0.1", 4096);
  await once(server, "listening");
  return address.replace(`:${port}`, `:${(server.address() as AddressInfo).port}`);
}

// Timers of the same length end in the order in which they began, so the pieces stay in order.
function carry(from: Socket, to: Socket, delayMs: number): void {
  from.on("data", (bytes) => void setTimeout(() => to.write(bytes), delayMs));
  from.on("end", () => void setTimeout(() => to.end(), delayMs));
  from.on("close", () => void setTimeout(() => to.destroy(), 2 * delayMs));
  from.on("error", () => {});
}
