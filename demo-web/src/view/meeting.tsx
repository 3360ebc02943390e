/**
 * How this tab and the relay met, as a sequence diagram that draws itself and can be replayed.
 * @module
 */

import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { formatMs, shortId } from "../format.ts";
import type { Meeting, Model, NodeCard } from "../model.ts";
import { Identicon } from "./identicon.tsx";
import { LiveRow } from "./live-row.tsx";
import { motionAllowed } from "./motion.ts";
import { StepRow } from "./step.tsx";

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
