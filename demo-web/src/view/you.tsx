/**
 * This tab as a node: its picture, its id, and how it stands with the relay, in words.
 * @module
 */

import { useSignal } from "@preact/signals";
import type { JSX, RefObject } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { shortId } from "../format.ts";
import type { Model, Phase, Status } from "../model.ts";
import { Company } from "./company.tsx";
import { CopyButton } from "./copy-button.tsx";
import { Identicon } from "./identicon.tsx";
import type { ViewProps } from "./props.ts";
import { Waiting } from "./waiting.tsx";

/** Phases that are over in a moment, if nothing is in the way. */
const PASSING: readonly Phase[] = ["loading", "dialing", "handshaking"];

/** The head of the page. */
export function You({ model, actions }: ViewProps): JSX.Element {
  const self = model.self.value;
  return (
    <section class="you" aria-labelledby="you-title">
      <Identicon id={self?.id} size={144} />
      <div class="you-text">
        <h1 id="you-title">This tab is a peer.</h1>
        <p class="lead">
          It speaks RLPx and devp2p, the protocols between Ethereum nodes, with a key of its own.
          Nothing to install, and no server that does it on its behalf.
        </p>
        <dl class="facts">
          <dt>Node id</dt>
          <dd>
            <code title={self?.id}>{self === undefined ? "being made" : shortId(self.id)}</code>
            <CopyButton text={self?.address} label="Copy address" />
          </dd>
          <dt>Relay</dt>
          <dd>
            <StatusLine model={model} tryNow={actions.tryNow} />
          </dd>
          <dt>Room</dt>
          <dd>
            <Company model={model} />
          </dd>
          {!model.secure && (
            <>
              <dt>Context</dt>
              <dd>
                <a href="#insecure">Plain http: why it is slower here</a>
              </dd>
            </>
          )}
        </dl>
      </div>
    </section>
  );
}

function StatusLine({ model, tryNow }: { model: Model; tryNow: () => void }): JSX.Element {
  const status = model.status.value;
  const relay = model.relay.value;
  const pill = useRef<HTMLSpanElement>(null);
  return (
    <div class="status">
      <div class="status-row">
        <span class={`pill pill-${status.phase}`} ref={pill} tabIndex={-1}>
          <span class="pill-dot" aria-hidden="true" />
          <span>
            {phaseWords(status)}
            <Countdown status={status} />
          </span>
        </span>
        {relay?.host !== undefined && <code class="status-host">{relay.host}</code>}
        {PASSING.includes(status.phase) && <Waiting label={phaseWords(status)} />}
        {status.why !== undefined && <TryNow tryNow={tryNow} heir={pill} />}
      </div>
      <p class="status-why" role="status">
        {/* The pill changes every second while it counts; only the sentence is spoken. */}
        <span class="visually-hidden">{spokenPhase(status)} </span>
        {status.why === undefined ? "" : sentence(status.why)}
      </p>
    </div>
  );
}

interface TryNowProps {
  readonly tryNow: () => void;
  /** What gets the focus when the button goes, which it does because it worked. */
  readonly heir: RefObject<HTMLElement>;
}

function TryNow({ tryNow, heir }: TryNowProps): JSX.Element {
  const button = useRef<HTMLButtonElement>(null);
  useLayoutEffect(() => {
    const element = button.current;
    return () => {
      if (document.activeElement === element) heir.current?.focus();
    };
  }, [heir]);
  return (
    <button ref={button} type="button" class="quiet" onClick={tryNow}>
      Try now
    </button>
  );
}

/** Seconds to the next attempt, counted down beside the pill's words. */
function Countdown({ status }: { status: Status }): JSX.Element | null {
  const now = useSignal(Date.now());
  useEffect(() => {
    if (status.retryAt === undefined) return;
    now.value = Date.now();
    const timer = setInterval(() => {
      now.value = Date.now();
    }, 250);
    return () => clearInterval(timer);
  }, [status.retryAt, now]);
  if (status.retryAt === undefined) return null;
  const seconds = Math.max(0, Math.ceil((status.retryAt - now.value) / 1_000));
  return <span class="countdown"> {seconds} s to try again</span>;
}

function phaseWords(status: Status): string {
  if (status.phase === "connected") return status.sealed ? "connected, sealed" : "connected";
  if (status.phase === "loading") return "starting";
  return status.phase;
}

function spokenPhase(status: Status): string {
  return status.why === undefined ? `${phaseWords(status)}.` : "not connected.";
}

function sentence(words: string): string {
  const capital = words.charAt(0).toUpperCase() + words.slice(1);
  return /[.!?]$/.test(capital) ? capital : `${capital}.`;
}
