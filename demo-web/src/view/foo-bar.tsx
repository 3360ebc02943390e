/**
 * The wiki's example, live: a button that sends foo, the answer, and the code that does it.
 * @module
 */

import type { JSX } from "preact";
import source from "../../../packages/cli/src/protocols/my-protocol.ts?raw";
import { protocolStyle } from "../colours.ts";
import { formatMs, plural } from "../format.ts";
import type { FooBar } from "../model.ts";
import { Code } from "./code.tsx";
import { excerpt } from "./excerpt.ts";
import type { ViewProps } from "./props.ts";

/** How many rounds the small chart shows. */
const CHART_ROUNDS = 50;

/** It never changes: the same object each time is not looked at again. */
const LISTING = <Code source={excerpt(source)} label="my-protocol.ts" />;

/** The section with the button. */
export function FooBarPanel({ model, actions }: ViewProps): JSX.Element {
  const connected = model.status.value.phase === "connected";
  const state = model.fooBar.value;
  return (
    <section
      class="section columns foo-section"
      aria-labelledby="foo-title"
      style={protocolStyle("MyProtocol")}
    >
      <div class="foo">
        <div class="section-head">
          <h2 id="foo-title">foo → bar</h2>
        </div>
        <p class="section-note">
          A sub-protocol with one message. The listing is the whole of it, the same lines that run
          in this tab and in the relay’s Node process.
        </p>
        <button type="button" class="foo-button" disabled={!connected} onClick={actions.sendFoo}>
          Send “foo”
        </button>
        <div class="foo-answer">
          <p role="status">{answerWords(state, connected)}</p>
          <Chart rounds={state.rounds} />
        </div>
      </div>
      {LISTING}
    </section>
  );
}

function answerWords(state: FooBar, connected: boolean): string {
  if (state.error !== undefined) return state.error;
  if (state.waiting) return "“foo” is on its way";
  const last = state.rounds.at(-1);
  if (!connected) return "Not connected: no one to answer.";
  if (last !== undefined) return `“bar” after ${formatMs(last)}`;
  return "The relay will answer “bar”.";
}

/** Bars from zero, so that a height is a time. */
function Chart({ rounds }: { rounds: readonly number[] }): JSX.Element {
  const shown = rounds.slice(-CHART_ROUNDS);
  const top = Math.max(1, ...shown);
  const first = CHART_ROUNDS - shown.length;
  return (
    <figure class="chart">
      <svg viewBox={`0 0 ${CHART_ROUNDS} 12`} preserveAspectRatio="none" aria-hidden="true">
        {shown.map((ms, index) => {
          const height = Math.max(0.6, (ms / top) * 12);
          const x = first + index + 0.15;
          return <rect key={index} x={x} y={12 - height} width="0.7" height={height} />;
        })}
      </svg>
      <figcaption>{chartWords(shown)}</figcaption>
    </figure>
  );
}

function chartWords(rounds: readonly number[]): string {
  if (rounds.length === 0) return "The last fifty rounds will stand here.";
  const sorted = rounds.toSorted((a, b) => a - b);
  const median = sorted[Math.floor(sorted.length / 2)] ?? 0;
  return `${plural(rounds.length, "round")}: median ${formatMs(median)}, fastest ${formatMs(sorted[0] ?? 0)}`;
}
