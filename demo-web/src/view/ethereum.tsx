/**
 * A node of Ethereum, asked through the relay: what it is and which chain it has, or why it can’t be asked.
 * @module
 */

import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import { protocolStyle } from "../colours.ts";
import type { EthereumState, Field } from "../model.ts";
import type { ViewProps } from "./props.ts";
import { Waiting } from "./waiting.tsx";

/** The longest address that is taken. */
const MAX_ADDRESS = 600;

/** The section with the field. */
export function Ethereum({ model, actions }: ViewProps): JSX.Element {
  const connected = model.status.value.phase === "connected";
  const state = model.ethereum.value;
  return (
    <section class="section columns" aria-labelledby="ethereum-title" style={protocolStyle("eth")}>
      <div>
        <div class="section-head">
          <h2 id="ethereum-title">An Ethereum node</h2>
        </div>
        <p class="section-note">
          This tab can be a peer of an unmodified go-ethereum node. A page has no TCP, so the relay
          lends its own: it moves the bytes, and the tab and the node shake hands with each other.
        </p>
        <Question
          ready={connected && state.kind !== "asking"}
          connected={connected}
          ask={actions.askNode}
        />
      </div>
      <div class="answer" role="status">
        <Answer state={state} />
      </div>
    </section>
  );
}

interface QuestionProps {
  readonly ready: boolean;
  readonly connected: boolean;
  readonly ask: (address: string) => void;
}

function Question({ ready, connected, ask }: QuestionProps): JSX.Element {
  const input = useRef<HTMLInputElement>(null);
  const submit = (event: Event): void => {
    event.preventDefault();
    const text = input.current?.value.trim() ?? "";
    if (ready && text !== "") ask(text);
  };
  return (
    <form class="question" onSubmit={submit}>
      <label for="enode">Its address</label>
      <div class="question-row">
        <input
          id="enode"
          ref={input}
          class="data"
          placeholder="enode://…@203.0.113.5:30303"
          maxLength={MAX_ADDRESS}
          autocomplete="off"
          autocapitalize="off"
          spellcheck={false}
        />
        <button type="submit" disabled={!ready}>
          Ask it
        </button>
      </div>
      <p class="empty">
        {connected
          ? "It is what admin.nodeInfo.enode says in a go-ethereum console."
          : "Not connected: no relay to ask through."}
      </p>
    </form>
  );
}

function Answer({ state }: { state: EthereumState }): JSX.Element {
  switch (state.kind) {
    case "idle":
      return <p class="empty">What it says of itself will stand here.</p>;
    case "asking":
      return (
        <>
          <p>{state.stage}</p>
          <Waiting label="Asking the node" since={state.since} />
        </>
      );
    case "node":
      return (
        <>
          <p>It answered. This tab and the node proved their keys to each other.</p>
          <Facts facts={state.facts} />
        </>
      );
    case "refused":
      return (
        <>
          <p class="refusal">{state.why}</p>
          {state.allow !== undefined && <code class="allow">{state.allow}</code>}
          <Facts facts={state.facts} />
        </>
      );
  }
}

function Facts({ facts }: { facts: readonly Field[] }): JSX.Element | null {
  if (facts.length === 0) return null;
  return (
    <dl class="node-facts">
      {facts.map(({ name, value }) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd class="data">{value}</dd>
        </div>
      ))}
    </dl>
  );
}
