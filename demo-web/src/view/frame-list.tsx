/**
 * A list of frames that draws only the rows in sight.
 * @module
 */

import type { Frame, Inspector } from "@peerkit/core/inspect";
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { protocolStyle } from "../colours.ts";
import { formatCode, formatExactTime, formatProtocol } from "../format.ts";

/** Rows drawn above and below those in sight. */
const OVERSCAN = 4;

/** Heights of a row in CSS pixels; `style/wire.css` has the same two. */
const ROW_PX = { wide: 34, narrow: 56 };

interface ListProps {
  readonly wire: Inspector;
  /** The newest first. */
  readonly frames: readonly Frame[];
  readonly selected: number | undefined;
  readonly select: (frame: Frame) => void;
  readonly empty: string;
}

/** The list as a listbox: arrows, Home and End choose a frame. */
export function FrameList({ wire, frames, selected, select, empty }: ListProps): JSX.Element {
  const box = useRef<HTMLDivElement>(null);
  const view = useViewport(box);
  useAnchor(box, frames, view.row);
  const { first, count } = rowsInSight(view);
  const onKeyDown = (event: KeyboardEvent): void => {
    const next = nextIndex(event.key, frames, selected);
    const frame = next === undefined ? undefined : frames[next];
    if (next === undefined || frame === undefined) return;
    event.preventDefault();
    select(frame);
    scrollIntoView(box.current, next * view.row, view.row);
  };
  return (
    <div
      ref={box}
      class="frames"
      role="listbox"
      aria-label="Frames, the newest first"
      aria-activedescendant={selected === undefined ? undefined : `frame-${selected}`}
      tabIndex={0}
      onKeyDown={onKeyDown}
      onScroll={view.onScroll}
    >
      {frames.length === 0 && <p class="empty">{empty}</p>}
      <div class="frames-all" role="presentation" style={{ height: frames.length * view.row }}>
        {frames.slice(first, first + count).map((frame, index) => (
          <Row
            key={frame.seq}
            wire={wire}
            frame={frame}
            top={(first + index) * view.row}
            selected={frame.seq === selected}
            select={select}
          />
        ))}
      </div>
    </div>
  );
}

interface RowProps {
  readonly wire: Inspector;
  readonly frame: Frame;
  readonly top: number;
  readonly selected: boolean;
  readonly select: (frame: Frame) => void;
}

function Row({ wire, frame, top, selected, select }: RowProps): JSX.Element {
  const received = frame.direction === "in";
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the listbox around it takes the keys
    <div
      id={`frame-${frame.seq}`}
      role="option"
      tabIndex={-1}
      aria-selected={selected}
      class={`frame frame-${frame.direction}`}
      style={{ ...protocolStyle(frame.protocol), transform: `translateY(${top}px)` }}
      onClick={() => select(frame)}
    >
      <span class="frame-direction" aria-hidden="true">
        {received ? "←" : "→"}
      </span>
      <span class="visually-hidden">{received ? "received" : "sent"}</span>
      <span class="frame-time">{formatExactTime(frame.at)}</span>
      <span class="frame-code">{formatCode(frame.wireCode)}</span>
      <span class="frame-name">
        {formatProtocol(frame.protocol)} <b>{wire.name(frame)}</b>
      </span>
      <span class="frame-content">{wire.line(frame)}</span>
      <span class="frame-size">
        {frame.size} <span aria-hidden="true">→</span>
        <span class="visually-hidden">bytes, compressed to</span> {frame.wireSize} B
      </span>
    </div>
  );
}

interface Viewport {
  readonly top: number;
  readonly height: number;
  /** Height of a row. */
  readonly row: number;
  readonly onScroll: () => void;
}

function useViewport(box: { readonly current: HTMLDivElement | null }): Viewport {
  const top = useSignal(0);
  const size = useSignal({ height: 480, row: ROW_PX.wide });
  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    const measure = (): void => {
      const narrow = matchMedia("(max-width: 719px)").matches;
      size.value = { height: element.clientHeight, row: narrow ? ROW_PX.narrow : ROW_PX.wide };
    };
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, [box, size]);
  const onScroll = (): void => {
    top.value = box.current?.scrollTop ?? 0;
  };
  return { top: top.value, ...size.value, onScroll };
}

function rowsInSight({ top, height, row }: Viewport): { first: number; count: number } {
  const first = Math.max(0, Math.floor(top / row) - OVERSCAN);
  return { first, count: Math.ceil(height / row) + 2 * OVERSCAN };
}

/** Whoever has scrolled down keeps reading the same rows while new ones come in above. */
function useAnchor(
  box: { readonly current: HTMLDivElement | null },
  frames: readonly Frame[],
  row: number,
): void {
  const newest = useRef<number | undefined>(undefined);
  useLayoutEffect(() => {
    const element = box.current;
    const before = newest.current;
    newest.current = frames[0]?.seq;
    if (element === null || before === undefined || element.scrollTop < row) return;
    const added = frames.findIndex((frame) => frame.seq <= before);
    if (added > 0) element.scrollTop += added * row;
  }, [frames, box, row]);
}

function nextIndex(
  key: string,
  frames: readonly Frame[],
  selected: number | undefined,
): number | undefined {
  const current = frames.findIndex((frame) => frame.seq === selected);
  if (key === "ArrowDown") return Math.min(frames.length - 1, current + 1);
  if (key === "ArrowUp") return Math.max(0, current - 1);
  if (key === "Home") return 0;
  if (key === "End") return frames.length - 1;
  return undefined;
}

function scrollIntoView(element: HTMLElement | null, top: number, row: number): void {
  if (element === null) return;
  if (top < element.scrollTop) element.scrollTop = top;
  const over = top + row - (element.scrollTop + element.clientHeight);
  if (over > 0) element.scrollTop += over;
}
