/**
 * Starts the page: draws it first, then loads the node and its cryptography.
 * @module
 */

import { render } from "preact";
import "./style/index.css";
import type { Actions } from "./model.ts";
import { createModel } from "./model.ts";
import { readRoom, roomHash } from "./room-link.ts";
import { App } from "./view/app.tsx";
import { keepAddress } from "./view/go-to.ts";

const model = createModel(globalThis.isSecureContext, readRoom(location.hash));

/** What the visitor does before the node is there does nothing: its controls are disabled. */
let node: Omit<Actions, "enterRoom"> | undefined;
const actions: Actions = {
  sendFoo: () => node?.sendFoo(),
  say: (text) => node?.say(text),
  rename: (name) => node?.rename(name),
  pen: (points, begin) => node?.pen(points, begin),
  clearDrawing: () => node?.clearDrawing(),
  askNode: (address) => node?.askNode(address),
  tryNow: () => node?.tryNow(),
  newSecret: () => node?.newSecret(),
  enterRoom: (room) => {
    location.hash = roomHash(room);
  },
};

const root = document.getElementById("app");
if (root !== null) {
  root.replaceChildren();
  render(<App model={model} actions={actions} />, root);
}

keepAddress();
// Another room is another node’s business: everything begins anew, with the same key.
addEventListener("hashchange", () => {
  if (roomHash(readRoom(location.hash)) !== roomHash(model.room)) location.reload();
});

requestAnimationFrame(() => setTimeout(() => void loadNode()));

async function loadNode(): Promise<void> {
  try {
    const { startNode } = await import("./node/controller.ts");
    node = await startNode(model);
  } catch (error) {
    const why = `the node could not be loaded: ${error instanceof Error ? error.message : error}; reload the page to try again`;
    model.status.value = { phase: "offline", why };
  }
}
