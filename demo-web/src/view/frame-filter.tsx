/**
 * Which frames the list shows: of which protocols, and which way they went.
 * @module
 */

import type { Frame, FrameFilter } from "@peerkit/core/inspect";
import type { Signal } from "@preact/signals";
import type { JSX } from "preact";
import { BASE_PROTOCOL, protocolStyle } from "../colours.ts";
import { formatProtocol } from "../format.ts";
import type { Model } from "../model.ts";

/** What the list shows. */
export type Filter = Required<FrameFilter>;

/** Nothing is left out. */
export const EVERYTHING: Filter = { hidden: new Set(), direction: "both" };

const DIRECTIONS = { both: "Both ways", in: "Received", out: "Sent" } as const;

interface FilterProps {
  readonly filter: Signal<Filter>;
}

interface FiltersProps extends FilterProps {
  readonly frames: readonly Frame[];
  readonly model: Model;
}

/** The controls. */
export function Filters({ frames, model, filter }: FiltersProps): JSX.Element {
  const agreed = model.agreed.value.map((range) => range.name);
  // Other tabs and other nodes speak more than the relay does.
  const seen = frames.map((frame) => frame.protocol);
  const protocols = [...new Set([BASE_PROTOCOL, ...agreed, ...seen])];
  return (
    <>
      <Protocols protocols={protocols} filter={filter} />
      <Direction filter={filter} />
    </>
  );
}

/** Whether the list shows a frame. */
export function passes(frame: Frame, filter: Filter): boolean {
  if (filter.hidden.has(frame.protocol)) return false;
  return filter.direction === "both" || filter.direction === frame.direction;
}

interface ProtocolsProps extends FilterProps {
  readonly protocols: readonly string[];
}

function Protocols({ protocols, filter }: ProtocolsProps): JSX.Element {
  const toggle = (name: string): void => {
    const hidden = new Set(filter.value.hidden);
    if (!hidden.delete(name)) hidden.add(name);
    filter.value = { ...filter.value, hidden };
  };
  return (
    <fieldset class="chips">
      <legend class="visually-hidden">Protocols to show</legend>
      {protocols.map((name) => (
        <button
          key={name}
          type="button"
          class="chip"
          style={protocolStyle(name)}
          aria-pressed={!filter.value.hidden.has(name)}
          onClick={() => toggle(name)}
        >
          <span class="swatch" aria-hidden="true" />
          {formatProtocol(name)}
        </button>
      ))}
    </fieldset>
  );
}

function Direction({ filter }: FilterProps): JSX.Element {
  const choose = (direction: string): void => {
    filter.value = { ...filter.value, direction: directionOf(direction) };
  };
  return (
    <select
      aria-label="Direction to show"
      value={filter.value.direction}
      onChange={(event) => choose(event.currentTarget.value)}
    >
      {Object.entries(DIRECTIONS).map(([value, words]) => (
        <option key={value} value={value}>
          {words}
        </option>
      ))}
    </select>
  );
}

function directionOf(value: string): Filter["direction"] {
  return value === "in" || value === "out" ? value : "both";
}
