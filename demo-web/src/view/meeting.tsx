/**
 * How this tab and the relay met, as a sequence diagram that draws itself and can be replayed.
 * @module
 */

import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { formatBytes, formatMs, shortId } from "../format.ts";
import type { Meeting, Model, NodeCard, Step } from "../model.ts";
import { Identicon } from "./identicon.tsx";
import { LiveRow } from "./live-row.tsx";
import { motionAllowed } from "./motion.ts";

/** The pace of the drawing, ms per row. The real thing is over in a blink. */
const ROW_MS = 320;

/** The section with the diagram. */
export function MeetingPanel({ model }: { model: Model }): JSX.Element {
  const meeting = model.meeting.value;
  const { shown, replay } = useReveal(meeting);
  return (
    <section class="section" aria-labelledby="meeting-title">
      <div class="section-head">
        <h2 id="meeting-title">The meeting</h2>
        <button type="button" class="quiet" disabled={meeting.steps.length === 0} onClick={replay}>
          Replay
        </button>
      </div>
      <p class="section-note">{caption(meeting)}</p>
      <div class="diagram">
        <Head node={model.self.value} words="this tab" />
        <Head node={model.relay.value} words="the relay" />
        <ol class="steps" aria-label="Steps, in order of time">
          {meeting.steps.map((step, index) => (
            <StepRow
              key={`${meeting.attempt}/${step.key}`}
              step={step}
              shown={index < shown}
              gap={step.at - (meeting.steps[index - 1]?.at ?? 0)}
            />
          ))}
          {meeting.steps.length === 0 && <li class="step-empty">{emptyWords(model)}</li>}
        </ol>
        <LiveRow model={model} />
      </div>
    </section>
  );
}

/** Shows one more step at a time until all that happened is shown. */
function useReveal(meeting: Meeting): { shown: number; replay: () => void } {
  const shown = useSignal(0);
  const attempt = useSignal(meeting.attempt);
  if (attempt.peek() !== meeting.attempt) {
    attempt.value = meeting.attempt;
    shown.value = 0;
  }
  const total = meeting.steps.length;
  const behind = shown.value < total;
  useEffect(() => {
    if (!behind) return;
    if (!motionAllowed()) {
      shown.value = total;
      return;
    }
    const timer = setTimeout(
      () => {
        shown.value += 1;
      },
      shown.value === 0 ? 0 : ROW_MS,
    );
    return () => clearTimeout(timer);
  }, [behind, shown.value, total, shown]);
  const replay = (): void => {
    shown.value = 0;
  };
  return { shown: shown.value, replay };
}

function Head({ node, words }: { node: NodeCard | undefined; words: string }): JSX.Element {
  return (
    <div class="head">
      <Identicon id={node?.id} size={44} />
      <span class="head-text">
        <span class="head-name">{words}</span>
        <code>{node === undefined ? "not known yet" : shortId(node.id)}</code>
      </span>
    </div>
  );
}

interface RowProps {
  readonly step: Step;
  /** False until its turn in the drawing; it has its place all the same. */
  readonly shown: boolean;
  /** ms since the step before. */
  readonly gap: number;
}

function StepRow({ step, shown, gap }: RowProps): JSX.Element {
  const open = useSignal(false);
  // Time runs downward: a longer wait makes a wider gap, softened so that it fits a page.
  const space = Math.min(44, Math.round(5 * Math.sqrt(Math.max(0, gap))));
  return (
    <li
      class={`step step-${step.direction} ${shown ? "step-shown" : "step-coming"}`}
      style={{ paddingTop: space }}
    >
      <time class="step-time">{formatMs(step.at)}</time>
      <div class="step-track">
        <button
          type="button"
          class="step-button"
          aria-expanded={open.value}
          onClick={() => {
            open.value = !open.value;
          }}
        >
          <span class="visually-hidden">{directionWords(step)} </span>
          <span class="step-label">{step.label}</span>
          {step.bytes !== undefined && <span class="step-bytes">{formatBytes(step.bytes)}</span>}
          <span class="chevron" aria-hidden="true" />
        </button>
        {step.direction !== "none" && <Arrow direction={step.direction} />}
        {open.value && <StepDetail step={step} />}
      </div>
    </li>
  );
}

function Arrow({ direction }: { direction: "in" | "out" }): JSX.Element {
  const [from, to] = direction === "out" ? [0, 100] : [100, 0];
  return (
    <span class={`arrow arrow-${direction}`} aria-hidden="true">
      <svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
        <line x1={from} y1="1" x2={to} y2="9" vector-effect="non-scaling-stroke" />
      </svg>
      <span class="arrow-tip" />
    </span>
  );
}

function StepDetail({ step }: { step: Step }): JSX.Element {
  return (
    <div class="step-detail">
      <p>{step.hint}</p>
      {step.fields.length > 0 && (
        <dl class="fields">
          {step.fields.map((field) => (
            <div key={field.name}>
              <dt>{field.name}</dt>
              <dd>{field.value}</dd>
            </div>
          ))}
        </dl>
      )}
    </div>
  );
}

function caption(meeting: Meeting): string {
  if (meeting.handshakeMs === undefined)
    return "Two nodes that prove their keys and compare notes.";
  return `From the open socket to running protocols in ${formatMs(meeting.handshakeMs)}, all cryptography done by this page. Drawn slower than it happened; open a row to see what it carried.`;
}

function emptyWords(model: Model): string {
  const phase = model.status.value.phase;
  if (phase === "offline" || phase === "waiting")
    return "No one there yet. It begins when the relay answers.";
  return "The first arrow appears in a moment.";
}

function directionWords(step: Step): string {
  if (step.direction === "none") return "";
  return step.direction === "out" ? "This tab sends" : "The relay sends";
}
