/**
 * The last row of the diagram: what goes over the wire right now.
 * @module
 */

import { useSignalEffect } from "@preact/signals";
import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import { protocolColour } from "../colours.ts";
import { formatMs } from "../format.ts";
import type { Activity, Model } from "../model.ts";
import { motionAllowed } from "./motion.ts";

/** How long a frame takes from one lifeline to the other, in ms. Slower than it is, to be seen. */
const FLIGHT_MS = 650;

/** More dots than this at once would be a blur. */
const MAX_DOTS = 24;

/** Dots that fly between the lifelines, one for each kind of frame in an animation frame. */
export function LiveRow({ model }: { model: Model }): JSX.Element {
  const track = useRef<HTMLSpanElement>(null);
  useSignalEffect(() => {
    const activity = model.activity.value;
    if (!motionAllowed() || track.current === null) return;
    for (const one of activity) fly(track.current, one);
  });
  return (
    <div class="live">
      <span class="step-time">now</span>
      <span class="live-words">{words(model)}</span>
      <span class="live-track" ref={track} aria-hidden="true" />
    </div>
  );
}

function words(model: Model): string {
  if (model.status.value.phase !== "connected") return "not connected";
  const latency = model.latency.value;
  return latency === undefined ? "connected" : `there and back in ${formatMs(latency)}`;
}

function fly(track: HTMLElement, { direction, protocol }: Activity): void {
  if (track.childElementCount >= MAX_DOTS) return;
  const dot = document.createElement("span");
  dot.style.background = protocolColour(protocol);
  track.append(dot);
  const way = ["translateX(0)", `translateX(${track.clientWidth}px)`];
  if (direction === "in") way.reverse();
  const flight = dot.animate({ transform: way }, { duration: FLIGHT_MS, easing: "ease-in-out" });
  flight.onfinish = () => dot.remove();
}
