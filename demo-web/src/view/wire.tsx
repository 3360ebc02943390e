/**
 * Every frame as it goes by: a list that stays quick, a filter, and one frame opened beside it.
 * @module
 */

import type { Frame, Inspector } from "@peerkit/core/inspect";
import type { Signal } from "@preact/signals";
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import { formatBytes, plural } from "../format.ts";
import type { Model } from "../model.ts";
import { KEPT_FRAMES } from "../model.ts";
import { FrameDetail } from "./frame-detail.tsx";
import { EVERYTHING, Filters, passes } from "./frame-filter.tsx";
import { FrameList } from "./frame-list.tsx";
import { RelayView } from "./relay-view.tsx";

/** The section with the frames. */
export function Wire({ model }: { model: Model }): JSX.Element {
  const filter = useSignal(EVERYTHING);
  const selected = useSignal<Frame | undefined>(undefined);
  const relayView = useSignal(false);
  const log = usePausableLog(model);
  const { frames } = log;
  const shown = useMemo(
    () => frames.filter((frame) => passes(frame, filter.value)),
    [frames, filter.value],
  );
  const clear = (): void => {
    log.clear();
    selected.value = undefined;
  };
  return (
    <section class="section wire" aria-labelledby="wire-title">
      <div class="section-head">
        <h2 id="wire-title">The wire</h2>
        <p class="section-count">{tallyWords(model)}</p>
      </div>
      <div class="toolbar">
        <Filters frames={frames} model={model} filter={filter} />
        <Buttons log={log} clear={clear} relayView={relayView} />
      </div>
      {relayView.value && <RelayView carried={model.carried.value} />}
      <div class="wire-panes" hidden={relayView.value}>
        <Panes
          wire={model.wire}
          frames={shown}
          selected={selected}
          empty={emptyWords(model, frames.length)}
        />
      </div>
    </section>
  );
}

interface PanesProps {
  readonly wire: Inspector;
  readonly frames: readonly Frame[];
  readonly selected: Signal<Frame | undefined>;
  /** What stands in place of no frames. */
  readonly empty: string;
}

function Panes({ wire, frames, selected, empty }: PanesProps): JSX.Element {
  const frame = selected.value;
  const select = (chosen: Frame): void => {
    selected.value = chosen;
  };
  return (
    <>
      <FrameList wire={wire} frames={frames} selected={frame?.seq} select={select} empty={empty} />
      <FrameDetail wire={wire} frame={frame} />
    </>
  );
}

/** The frames that are shown: those that were there when it was paused, or all that are kept. */
interface PausableLog {
  readonly frames: readonly Frame[];
  readonly paused: boolean;
  /** How many have come since it was paused. */
  readonly missed: number;
  readonly togglePause: () => void;
  readonly clear: () => void;
}

interface Paused {
  readonly frames: readonly Frame[];
  /** What the log had counted when it was paused. */
  readonly total: number;
}

function usePausableLog({ wire, wireVersion }: Model): PausableLog {
  const paused = useSignal<Paused | undefined>(undefined);
  const version = wireVersion.value;
  const frames = useMemo(
    () => (paused.value ? paused.value.frames : wire.newestFirst()),
    [version, paused.value, wire],
  );
  return {
    frames,
    paused: paused.value !== undefined,
    missed: paused.value ? wire.total - paused.value.total : 0,
    togglePause: () => {
      paused.value = paused.value ? undefined : { frames, total: wire.total };
    },
    clear: () => {
      wire.clear();
      wireVersion.value += 1;
      if (paused.value) paused.value = { frames: [], total: wire.total };
    },
  };
}

interface ButtonsProps {
  readonly log: PausableLog;
  readonly clear: () => void;
  readonly relayView: Signal<boolean>;
}

function Buttons({ log, clear, relayView }: ButtonsProps): JSX.Element {
  const toggleRelayView = (): void => {
    relayView.value = !relayView.value;
  };
  return (
    <div class="toolbar-end">
      {log.missed > 0 && <span class="missed">{plural(log.missed, "frame")} since</span>}
      <button type="button" aria-pressed={log.paused} onClick={log.togglePause}>
        Pause
      </button>
      <button type="button" onClick={clear}>
        Clear
      </button>
      <button type="button" aria-pressed={relayView.value} onClick={toggleRelayView}>
        What the relay sees
      </button>
    </div>
  );
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
