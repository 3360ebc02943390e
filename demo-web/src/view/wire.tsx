/**
 * Every frame as it goes by: a list that stays quick, a filter, and one frame opened beside it.
 * @module
 */

import type { Frame, FrameFilter } from "@peerkit/core/inspect";
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import { BASE_PROTOCOL, protocolStyle } from "../colours.ts";
import { formatBytes, plural } from "../format.ts";
import type { Model } from "../model.ts";
import { KEPT_FRAMES } from "../model.ts";
import { FrameDetail } from "./frame-detail.tsx";
import { FrameList } from "./frame-list.tsx";
import { RelayView } from "./relay-view.tsx";

/** What the list shows. */
type Filter = Required<FrameFilter>;

const NOTHING_HIDDEN: ReadonlySet<string> = new Set();

/** The section with the frames. */
export function Wire({ model }: { model: Model }): JSX.Element {
  const filter = useSignal<Filter>({ hidden: NOTHING_HIDDEN, direction: "both" });
  const paused = useSignal<Paused | undefined>(undefined);
  const selected = useSignal<Frame | undefined>(undefined);
  const version = model.wireVersion.value;
  const relayView = useSignal(false);
  const frames = useMemo(
    () => (paused.value ? paused.value.log : model.wire.newestFirst()),
    [version, paused.value, model],
  );
  const shown = useMemo(
    () => frames.filter((frame) => passes(frame, filter.value)),
    [frames, filter.value],
  );
  const togglePause = (): void => {
    paused.value = paused.value ? undefined : { log: frames, total: model.wire.total };
  };
  const clear = (): void => {
    model.wire.clear();
    model.wireVersion.value += 1;
    selected.value = undefined;
    if (paused.value) paused.value = { log: [], total: model.wire.total };
  };
  const missed = paused.value ? model.wire.total - paused.value.total : 0;
  return (
    <section class="section wire" aria-labelledby="wire-title">
      <div class="section-head">
        <h2 id="wire-title">The wire</h2>
        <p class="section-count">{tallyWords(model)}</p>
      </div>
      <div class="toolbar">
        <Filters
          frames={frames}
          model={model}
          filter={filter.value}
          change={(next) => (filter.value = next)}
        />
        <div class="toolbar-end">
          {missed > 0 && <span class="missed">{plural(missed, "frame")} since</span>}
          <button type="button" aria-pressed={paused.value !== undefined} onClick={togglePause}>
            Pause
          </button>
          <button type="button" onClick={clear}>
            Clear
          </button>
          <button
            type="button"
            aria-pressed={relayView.value}
            onClick={() => {
              relayView.value = !relayView.value;
            }}
          >
            What the relay sees
          </button>
        </div>
      </div>
      {relayView.value && <RelayView carried={model.carried.value} />}
      <div class="wire-panes" hidden={relayView.value}>
        <FrameList
          wire={model.wire}
          frames={shown}
          selected={selected.value?.seq}
          select={(frame) => {
            selected.value = frame;
          }}
          empty={emptyWords(model, frames.length)}
        />
        <FrameDetail wire={model.wire} frame={selected.value} />
      </div>
    </section>
  );
}

interface Paused {
  readonly log: Frame[];
  /** What the log had counted when it was paused. */
  readonly total: number;
}

interface FiltersProps {
  readonly frames: readonly Frame[];
  readonly model: Model;
  readonly filter: Filter;
  readonly change: (filter: Filter) => void;
}

function Filters({ frames, model, filter, change }: FiltersProps): JSX.Element {
  const agreed = model.agreed.value.map((range) => range.name);
  // Other tabs and other nodes speak more than the relay does.
  const seen = frames.map((frame) => frame.protocol);
  const protocols = [...new Set([BASE_PROTOCOL, ...agreed, ...seen])];
  const toggle = (name: string): void => {
    const hidden = new Set(filter.hidden);
    if (!hidden.delete(name)) hidden.add(name);
    change({ ...filter, hidden });
  };
  const directions = { both: "Both ways", in: "Received", out: "Sent" } as const;
  return (
    <>
      <fieldset class="chips">
        <legend class="visually-hidden">Protocols to show</legend>
        {protocols.map((name) => (
          <button
            key={name}
            type="button"
            class="chip"
            style={protocolStyle(name)}
            aria-pressed={!filter.hidden.has(name)}
            onClick={() => toggle(name)}
          >
            <span class="swatch" aria-hidden="true" />
            {name === BASE_PROTOCOL ? "base" : name}
          </button>
        ))}
      </fieldset>
      <select
        aria-label="Direction to show"
        value={filter.direction}
        onChange={(event) =>
          change({ ...filter, direction: directionOf(event.currentTarget.value) })
        }
      >
        {Object.entries(directions).map(([value, words]) => (
          <option key={value} value={value}>
            {words}
          </option>
        ))}
      </select>
    </>
  );
}

function directionOf(value: string): Filter["direction"] {
  return value === "in" || value === "out" ? value : "both";
}

function passes(frame: Frame, filter: Filter): boolean {
  if (filter.hidden.has(frame.protocol)) return false;
  return filter.direction === "both" || filter.direction === frame.direction;
}

function tallyWords(model: Model): string {
  const { total, received, sent } = model.wire;
  if (total === 0) return "";
  const kept = total > KEPT_FRAMES ? `, the newest ${KEPT_FRAMES} kept` : "";
  return `${plural(total, "frame")}${kept} · ${formatBytes(received.bytes)} in · ${formatBytes(sent.bytes)} out`;
}

function emptyWords(model: Model, kept: number): string {
  if (kept > 0) return "Nothing here passes the filter.";
  if (model.wire.total > 0) return "Cleared. The next frame will stand here.";
  return "Nothing has gone over the wire yet.";
}
