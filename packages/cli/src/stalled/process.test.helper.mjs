/**
 * A side in a process of its own: it listens on TCP and WebSocket, tells its parent where, and does
 * what the parent or the other side tells it.
 * @module
 */
import { tcp } from "@peerkit/tcp";
import { webSocket } from "@peerkit/ws";
import { StalledSide } from "./side.test.helper.mjs";

const side = new StalledSide({
  transports: [tcp(), webSocket()],
  listen: ["tcp://127.0.0.1:0", "ws://127.0.0.1:0"],
});

/** @param {unknown} message */
const send = (message) => process.send?.(message);

process.on(
  "message",
  (/** @type {{ connect: string } & import("./side.test.helper.mjs").Command} */ message) => {
    const answer = message.connect ? side.server.connect(message.connect) : side.run(message);
    answer.then(
      (result) => send({ result: message.connect ? 0 : result }),
      (error) => send({ error: String(error) }),
    );
  },
);
await side.server.start();
send({ urls: side.server.urls });
