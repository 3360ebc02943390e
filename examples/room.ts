/**
 * A room: greets everyone who is there or comes. The relay's address and the room's name are its
 * arguments.
 * @module
 */

import { defineProtocol, sendItems, str, tuple } from "@peerkit/core";
import { join } from "@peerkit/relay";

const [address = "", name = "lobby"] = process.argv.slice(2);

const hello = defineProtocol({
  name: "hello",
  version: 1,
  length: 1,
  async run(_peer, rw) {
    await sendItems(rw, 0, "hi");
    for await (const msg of rw) console.log("recv:", ...msg.decode(tuple(str)));
  },
});

const room = await join(address, name, { protocols: [hello] });
for await (const peer of room) console.log("here:", peer.id, room.fingerprint(peer));
