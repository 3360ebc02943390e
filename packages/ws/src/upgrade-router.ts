/**
 * Shares the upgrade requests of one HTTP server among listeners, by path.
 * @module
 */

import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import type { AttachableServer } from "./options.ts";

/** Takes the upgrade requests of a path. */
export type Upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

// One entry for each server that has listeners; goes with its server.
const routers = new WeakMap<AttachableServer, UpgradeRouter>();

/** Adds a path to a server. Returns what takes it away; undefined where the path is taken. */
export function route(
  server: AttachableServer,
  path: string,
  upgrade: Upgrade,
): (() => void) | undefined {
  const router = routers.get(server) ?? new UpgradeRouter(server);
  routers.set(server, router);
  return router.add(path, upgrade);
}

/** Answers an upgrade request with an error, and ends the connection. */
function refuseUpgrade(socket: Duplex, status: string, text: string): void {
  socket.on("error", () => {});
  socket.once("finish", () => socket.destroy());
  const headers = [
    `HTTP/1.1 ${status}`,
    "Connection: close",
    "Content-Type: text/plain; charset=utf-8",
    `Content-Length: ${new TextEncoder().encode(text).length}`,
  ];
  socket.end(`${headers.join("\r\n")}\r\n\r\n${text}`);
}

class UpgradeRouter {
  readonly #server: AttachableServer;
  readonly #paths = new Map<string, Upgrade>();

  constructor(server: AttachableServer) {
    this.#server = server;
  }

  add(path: string, upgrade: Upgrade): (() => void) | undefined {
    if (this.#paths.has(path)) return undefined;
    if (this.#paths.size === 0) this.#server.on("upgrade", this.#onUpgrade);
    this.#paths.set(path, upgrade);
    return () => {
      if (this.#paths.get(path) !== upgrade) return;
      this.#paths.delete(path);
      if (this.#paths.size === 0) this.#server.off("upgrade", this.#onUpgrade);
    };
  }

  readonly #onUpgrade = (...details: unknown[]): void => {
    // What an HTTP server's "upgrade" event has.
    const [request, socket, head] = details as Parameters<Upgrade>;
    const path = (request.url ?? "/").split("?", 1)[0] ?? "/";
    const upgrade = this.#paths.get(path);
    if (upgrade !== undefined) upgrade(request, socket, head);
    // Someone else's listener may know the path; with none, nobody would ever answer.
    else if (this.#server.listenerCount("upgrade") === 1) {
      refuseUpgrade(socket, "404 Not Found", "no WebSocket here");
    }
  };
}
