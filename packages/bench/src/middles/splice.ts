/**
 * Sockets made one, and nothing on top: no tokens, no limits, no watching. The ceiling of a relay's
 * pipes. `/dial` is joined to what answers at `/accept/<number>`, `/tcp/<port>` to a TCP listener.
 *
 * It runs beside a relay that has nothing to do, since a byte costs what the process around it makes of
 * it: V8 collects all garbage again and again for the sake of socket buffers, as soon as a program has
 * more than 8 MB of its own, and never while it has less.
 * @module
 */

import { once } from "node:events";
import { createServer } from "node:http";
import type { Socket } from "node:net";
import { connect } from "node:net";
import type { WebSocket } from "ws";
import { WebSocketServer } from "ws";
import { listenRelay } from "./relay.ts";

/** One side, whatever it is made of. */
interface End {
  /** False when more had better wait for the drain of `under`. */
  write(bytes: Buffer): boolean;
  onData(listener: (bytes: Buffer) => void): void;
  pause(): void;
  resume(): void;
  destroy(): void;
  /** The socket below. */
  readonly under: Socket;
}

/** Starts it; resolves to the address of the relay beside it, which is at the same port. */
export async function listenSplice(): Promise<string> {
  const http = createServer().listen({ host: "127.0.0.1", port: 0, backlog: 4096 });
  await once(http, "listening");
  const server = new WebSocketServer({ noServer: true, perMessageDeflate: false });
  http.on("upgrade", (request, socket, head) => {
    if (request.url === "/p2p") return;
    server.handleUpgrade(request, socket, head, (ws) => server.emit("connection", ws, request));
  });
  const waiting = new Map<string, End>();
  let listening: WebSocket | undefined;
  let dials = 0;
  server.on("connection", (socket, { url = "", socket: under }) => {
    const [, verb, what = ""] = url.split("/");
    if (verb === "listen") listening = socket;
    else if (verb === "tcp") join(webSocketEnd(socket, under), tcpEnd(Number(what)));
    else if (verb === "dial") {
      const number = `${dials++}`;
      waiting.set(number, webSocketEnd(socket, under));
      socket.pause();
      listening?.send(number);
    } else {
      const dialer = waiting.get(what);
      waiting.delete(what);
      if (dialer) join(dialer, webSocketEnd(socket, under));
    }
  });
  return listenRelay(http);
}

function join(one: End, other: End): void {
  forward(one, other);
  forward(other, one);
  one.resume();
}

function forward(from: End, to: End): void {
  from.onData((bytes) => {
    if (to.write(bytes)) return;
    from.pause();
    to.under.once("drain", () => from.resume());
  });
  from.under.on("close", () => to.destroy());
}

function webSocketEnd(socket: WebSocket, under: Socket): End {
  // A dropped connection is how a link ends here.
  socket.on("error", () => {});
  return {
    under,
    write(bytes) {
      socket.send(bytes);
      return !under.writableNeedDrain;
    },
    onData: (listener) => socket.on("message", listener),
    pause: () => socket.pause(),
    resume: () => socket.resume(),
    destroy: () => socket.terminate(),
  };
}

function tcpEnd(port: number): End {
  const socket = connect({ port, host: "127.0.0.1", noDelay: true });
  socket.on("error", () => {});
  return {
    under: socket,
    write: (bytes) => socket.write(bytes),
    onData: (listener) => socket.on("data", listener),
    pause: () => socket.pause(),
    resume: () => socket.resume(),
    destroy: () => socket.destroy(),
  };
}
