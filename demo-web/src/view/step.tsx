/**
 * A step of the meeting: when it was, which way it went, and what it carried.
 * @module
 */

import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { formatBytes, formatMs } from "../format.ts";
import type { Step } from "../model.ts";

interface StepProps {
  readonly step: Step;
  /** False until its turn in the drawing; it has its place all the same. */
  readonly shown: boolean;
  /** ms since the step before. */
  readonly gap: number;
}

/** Its row, from one lifeline to the other; it opens when it is pressed. */
export function StepRow({ step, shown, gap }: StepProps): JSX.Element {
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

function directionWords(step: Step): string {
  if (step.direction === "none") return "";
  return step.direction === "out" ? "This tab sends" : "The relay sends";
}
