/**
 * The page over recorded data, in the state that the address's hash names: for designing and
 * looking, never part of the demo that is built.
 * @module
 */

import { render } from "preact";
import "../style/index.css";
import type { Actions } from "../model.ts";
import { extended } from "../strokes.ts";
import { App } from "../view/app.tsx";
import { flood, modelIn, REFUSED } from "./states.ts";

const state = location.hash.slice(1) || "connected";
const model = modelIn(state);
let strokes = 100;

const actions: Actions = {
  sendFoo() {
    const { rounds, count } = model.fooBar.value;
    const next = [...rounds, 1 + Math.random() * 2].slice(-50);
    model.fooBar.value = { rounds: next, count: count + 1, waiting: false };
  },
  say(text) {
    const key = `${model.chat.value.length}`;
    const from = model.self.value?.id ?? "";
    const name = model.ownName.value;
    model.chat.value = [
      ...model.chat.value,
      { key, kind: "text", from, name, text, at: Date.now(), own: true, way: "to 1 other, sealed" },
    ];
  },
  rename(name) {
    model.ownName.value = name;
    model.people.value = model.people.value.map((person) =>
      person.path === "you" ? { ...person, name } : person,
    );
  },
  pen(points, begin) {
    const by = model.self.value?.id ?? "";
    if (begin) strokes += 1;
    model.strokes.value = extended(model.strokes.value, { by, number: strokes, points });
  },
  clearDrawing() {
    model.strokes.value = [];
  },
  askNode() {
    model.ethereum.value = REFUSED;
  },
  enterRoom() {},
  newSecret: () => "0f".repeat(16),
  tryNow() {
    model.status.value = { phase: "dialing" };
  },
};

const root = document.getElementById("app");
if (root !== null) render(<App model={model} actions={actions} />, root);
if (state === "flood") flood(model);
