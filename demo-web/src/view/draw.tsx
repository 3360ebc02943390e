/**
 * The shared canvas: what is drawn here appears in every other tab of the room.
 * @module
 */

import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import { nodeColours, nodeStyle } from "../colours.ts";
import { plural } from "../format.ts";
import type { Model, Person } from "../model.ts";
import type { Point, Stroke } from "../strokes.ts";
import { CANVAS, onCanvas } from "../strokes.ts";
import type { ViewProps } from "./props.ts";

/** How far an arrow key moves the pen, in units of the canvas. */
const STEP = 25;

const ARROWS: Readonly<Record<string, Point>> = {
  ArrowLeft: [-STEP, 0],
  ArrowRight: [STEP, 0],
  ArrowUp: [0, -STEP],
  ArrowDown: [0, STEP],
};

/** The section with the canvas. */
export function Draw({ model, actions }: ViewProps): JSX.Element {
  const strokes = model.strokes.value;
  const drawers = model.people.value.filter(({ path }) => path === "you" || path === "circuit");
  return (
    <section
      class="section columns"
      aria-labelledby="draw-title"
      style={nodeColours(drawers.map(({ id }) => id))}
    >
      <div>
        <div class="section-head">
          <h2 id="draw-title">Draw together</h2>
          <span class="section-count">
            {strokes.length > 0 && plural(strokes.length, "stroke")}
          </span>
        </div>
        <p class="section-note">
          Your strokes go from this tab to the others, sealed: the relay carries them and can’t see
          the picture.
        </p>
        <ul class="drawers">
          {drawers.map((person) => (
            <Drawer key={person.id} person={person} />
          ))}
        </ul>
        <p class="empty">{companyWords(model)}</p>
        <button type="button" disabled={strokes.length === 0} onClick={actions.clearDrawing}>
          Wipe the canvas
        </button>
      </div>
      <Canvas strokes={strokes} pen={actions.pen} ownId={model.self.value?.id ?? ""} />
    </section>
  );
}

function Drawer({ person }: { person: Person }): JSX.Element {
  return (
    <li style={nodeStyle(person.id)}>
      <span class="swatch" aria-hidden="true" /> {person.path === "you" ? "you" : person.name}
    </li>
  );
}

function companyWords(model: Model): string {
  const others = model.people.value.filter(({ path }) => path === "circuit").length;
  if (others > 0) return `${plural(others, "other tab")} can see what you draw.`;
  return "Whoever comes will see what you have drawn.";
}

interface CanvasProps {
  readonly strokes: readonly Stroke[];
  readonly pen: (points: readonly Point[], begin: boolean) => void;
  readonly ownId: string;
}

function Canvas({ strokes, pen, ownId }: CanvasProps): JSX.Element {
  const pointer = usePointer(pen);
  const keys = useKeys(pen);
  const { place, down } = keys;
  return (
    <div
      class="canvas"
      role="application"
      aria-label="Shared canvas. Arrow keys move the pen, Space puts it down and lifts it."
      aria-describedby="pen-state"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: one draws here by keyboard
      tabIndex={0}
      style={nodeStyle(ownId)}
      onKeyDown={keys.onKeyDown}
      {...pointer}
    >
      <svg viewBox={`0 0 ${CANVAS.width} ${CANVAS.height}`} aria-hidden="true">
        {strokes.map(lineOf)}
        <circle class={down ? "pen pen-down" : "pen"} cx={place[0]} cy={place[1]} r="12" />
      </svg>
      <span class="visually-hidden" id="pen-state" role="status">
        {down ? "The pen is down." : "The pen is up."}
      </span>
    </div>
  );
}

/** What was made of each stroke: the same object again isn’t looked at again. */
const lines = new WeakMap<Stroke, JSX.Element>();

function lineOf(stroke: Stroke): JSX.Element {
  const known = lines.get(stroke);
  if (known !== undefined) return known;
  const { by, number, points } = stroke;
  const [first] = points;
  // A dot is a line to where it is.
  const all = points.length === 1 && first ? [first, first] : points;
  const line = <polyline key={`${by}/${number}`} style={nodeStyle(by)} points={all.join(" ")} />;
  lines.set(stroke, line);
  return line;
}

type PointerHandler = (event: JSX.TargetedPointerEvent<HTMLElement>) => void;

function usePointer(
  pen: CanvasProps["pen"],
): Record<"onPointerDown" | "onPointerMove", PointerHandler> {
  const onPointerDown: PointerHandler = (event) => {
    if (event.button !== 0) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    pen([pointOf(event, event.currentTarget)], true);
  };
  const onPointerMove: PointerHandler = (event) => {
    if (!event.currentTarget.hasPointerCapture(event.pointerId)) return;
    const all = event.getCoalescedEvents?.() ?? [];
    const target = event.currentTarget;
    pen(
      (all.length > 0 ? all : [event]).map((each) => pointOf(each, target)),
      false,
    );
  };
  return { onPointerDown, onPointerMove };
}

function pointOf(event: Pick<PointerEvent, "clientX" | "clientY">, target: HTMLElement): Point {
  const box = target.getBoundingClientRect();
  const x = ((event.clientX - box.left) / box.width) * CANVAS.width;
  return onCanvas(x, ((event.clientY - box.top) / box.height) * CANVAS.height);
}

interface Keys {
  readonly place: Point;
  readonly down: boolean;
  readonly onKeyDown: (event: KeyboardEvent) => void;
}

function useKeys(pen: CanvasProps["pen"]): Keys {
  const place = useSignal<Point>([CANVAS.width / 2, CANVAS.height / 2]);
  const down = useSignal(false);
  const before = useRef(false);
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = ARROWS[event.key];
    if (step === undefined && event.key !== " ") return;
    event.preventDefault();
    if (step === undefined) {
      down.value = !down.value;
      before.current = false;
      return;
    }
    const from = place.value;
    place.value = onCanvas(from[0] + step[0], from[1] + step[1]);
    if (!down.value) return;
    pen(before.current ? [place.value] : [from, place.value], !before.current);
    before.current = true;
  };
  return { place: place.value, down: down.value, onKeyDown };
}
