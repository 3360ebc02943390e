/**
 * The wiki's example in a page: dials the address after the `#` and shows the answer to "foo".
 * @module
 */

import { Server } from "@peerkit/core";
import { webSocket } from "@peerkit/ws";
import { createMyProtocol } from "peerkit/protocols";

const show = (line: string) => document.querySelector("output")?.append(`${line}\n`);

const server = new Server({
  name: "my-page/1.0",
  transports: [webSocket()],
  protocols: [createMyProtocol((text) => show(`recv: ${text}`))],
});

try {
  await server.start();
  const peer = await server.connect(decodeURIComponent(location.hash.slice(1)));
  show(`connected to ${peer.name}`);
} catch (error) {
  show(String(error));
}
