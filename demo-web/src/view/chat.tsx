/**
 * The room's chat.
 * @module
 */

import type { JSX } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { protocolStyle } from "../colours.ts";
import { formatTime } from "../format.ts";
import type { ChatLine } from "../model.ts";
import { Identicon } from "./identicon.tsx";
import type { ViewProps } from "./props.ts";

/** The longest text one can write, in UTF-16 units. */
const MAX_TEXT = 1_000;

/** How near the end, in CSS pixels, counts as reading the newest line. */
const NEAR_END_PX = 60;

/** The lines and the field to write in. */
export function Chat({ model, actions }: ViewProps): JSX.Element {
  const lines = model.chat.value;
  const ready = model.self.value !== undefined;
  const log = useScrolledToEnd(lines.length);
  return (
    <div class="chat" style={protocolStyle("talk")}>
      <h3 class="visually-hidden" id="chat-title">
        Chat
      </h3>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <div class="chat-log" ref={log} role="log" aria-labelledby="chat-title" tabIndex={0}>
        {lines.length === 0 && (
          <p class="empty">
            Nobody has said anything yet. What you write goes from this tab to the others in the
            room, sealed: the relay carries it and can’t read it. Whoever comes later is told.
          </p>
        )}
        {lines.map((line, index) => (
          <Line key={line.key} line={line} before={lines[index - 1]} />
        ))}
      </div>
      <Composer ready={ready} say={actions.say} />
    </div>
  );
}

/** Keeps the newest line in sight, unless the visitor has scrolled up to read. */
function useScrolledToEnd(count: number): { current: HTMLDivElement | null } {
  const log = useRef<HTMLDivElement>(null);
  const heightBefore = useRef(0);
  useLayoutEffect(() => {
    const element = log.current;
    if (element === null || count === 0) return;
    const wasAt = element.scrollTop + element.clientHeight;
    if (wasAt >= heightBefore.current - NEAR_END_PX) element.scrollTop = element.scrollHeight;
    heightBefore.current = element.scrollHeight;
  }, [count]);
  return log;
}

function Line({ line, before }: { line: ChatLine; before: ChatLine | undefined }): JSX.Element {
  if (line.kind === "event") {
    return (
      <p class="chat-event">
        <span>{line.text}</span> <time>{formatTime(line.at)}</time>
      </p>
    );
  }
  const follows =
    before?.kind === "text" &&
    before.from === line.from &&
    before.name === line.name &&
    before.way === line.way;
  return (
    <div class={`chat-line${line.own ? " chat-own" : ""}${follows ? " chat-follows" : ""}`}>
      {follows ? <span /> : <Identicon id={line.from} size={32} />}
      <div>
        <p class={follows ? "visually-hidden" : "chat-from"}>
          <b>{line.name}</b> <span class="chat-way">{line.way}</span>{" "}
          <time>{formatTime(line.at)}</time>
        </p>
        <p class="chat-text">{line.text}</p>
      </div>
    </div>
  );
}

interface ComposerProps {
  readonly ready: boolean;
  readonly say: (text: string) => void;
}

function Composer({ ready, say }: ComposerProps): JSX.Element {
  const input = useRef<HTMLInputElement>(null);
  const submit = (event: Event): void => {
    event.preventDefault();
    const field = input.current;
    const text = field?.value.trim() ?? "";
    if (field === null || text === "" || !ready) return;
    say(text);
    field.value = "";
  };
  return (
    <form class="composer" onSubmit={submit}>
      <input
        ref={input}
        aria-label="Message to the room"
        placeholder="Say something"
        maxLength={MAX_TEXT}
        autocomplete="off"
        enterkeyhint="send"
      />
      <button type="submit" disabled={!ready}>
        Send
      </button>
    </form>
  );
}
