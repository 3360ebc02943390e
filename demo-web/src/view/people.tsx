/**
 * Everyone in the room, and the visitor's own name.
 * @module
 */

import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { formatMs, plural, shortId } from "../format.ts";
import type { Actions, Person } from "../model.ts";
import { Identicon } from "./identicon.tsx";
import type { ViewProps } from "./props.ts";
import { RoomPanel } from "./room-panel.tsx";
import { Waiting } from "./waiting.tsx";

/** The longest name one can choose, in UTF-16 units. */
const MAX_NAME = 32;

/** The list of people. */
export function People({ model, actions }: ViewProps): JSX.Element {
  const people = model.people.value;
  const tabs = people.filter(({ path }) => path !== "relay").length;
  return (
    <div>
      <div class="section-head">
        <h2 id="people" tabIndex={-1}>
          People in “{model.room.name}”
        </h2>
        <span class="section-count">{tabs > 0 && plural(tabs, "tab")}</span>
      </div>
      {people.length === 0 && <p class="empty">No one yet. It fills when this tab is connected.</p>}
      <ul class="people">
        {people.map((person) => (
          <PersonRow key={person.id} person={person} rename={actions.rename} />
        ))}
      </ul>
      <RoomPanel model={model} actions={actions} />
    </div>
  );
}

interface RowProps {
  readonly person: Person;
  readonly rename: Actions["rename"];
}

function PersonRow({ person, rename }: RowProps): JSX.Element {
  const editing = useSignal(false);
  const button = useRef<HTMLButtonElement>(null);
  const wasEditing = useRef(false);
  // At once: the next key press may come before an effect that waits for the paint.
  useLayoutEffect(() => {
    if (wasEditing.current && !editing.value) button.current?.focus();
    wasEditing.current = editing.value;
  }, [editing.value]);
  const start = (): void => {
    editing.value = true;
  };
  const stop = (): void => {
    editing.value = false;
  };
  return (
    <li class="person">
      <Identicon id={person.id} size={40} />
      {editing.value ? (
        <NameForm name={person.name} rename={rename} done={stop} />
      ) : (
        <>
          <PersonName person={person} />
          {person.path === "you" && (
            <button ref={button} type="button" class="quiet" onClick={start}>
              Rename
            </button>
          )}
        </>
      )}
      {!editing.value && <PersonPath person={person} />}
      {person.why !== undefined && <p class="person-why">{person.why}</p>}
      {person.fingerprint !== undefined && (
        <Fingerprint name={person.name} digits={person.fingerprint} />
      )}
    </li>
  );
}

function PersonName({ person }: { person: Person }): JSX.Element {
  return (
    <span class="person-text">
      <span class="person-name">{person.name}</span>
      <code class="person-id">{shortId(person.id)}</code>
    </span>
  );
}

function PersonPath({ person }: { person: Person }): JSX.Element {
  return (
    <span class="person-path">
      <span>{person.way}</span>
      {person.latency !== undefined && <span class="data">{formatMs(person.latency)}</span>}
      {person.path === "joining" && <Waiting label={`Connecting to ${person.name}`} />}
    </span>
  );
}

function Fingerprint({ name, digits }: { name: string; digits: string }): JSX.Element {
  return (
    <details class="fingerprint">
      <summary>Compare fingerprints</summary>
      <p>
        If {name} sees the same digits, nobody stands between the two of you, not even the relay.
        Ask over the phone, or look at both screens.
      </p>
      <code>{digits}</code>
    </details>
  );
}

interface NameFormProps {
  readonly name: string;
  readonly rename: Actions["rename"];
  readonly done: () => void;
}

function NameForm({ name, rename, done }: NameFormProps): JSX.Element {
  const input = useRef<HTMLInputElement>(null);
  // Before the next key press, which may come at once.
  useLayoutEffect(() => {
    input.current?.focus();
    input.current?.select();
  }, []);
  const submit = (event: Event): void => {
    event.preventDefault();
    const chosen = input.current?.value.trim() ?? "";
    if (chosen !== "") rename(chosen);
    done();
  };
  const cancel = (event: KeyboardEvent): void => {
    if (event.key === "Escape") done();
  };
  return (
    <form class="name-form" onSubmit={submit}>
      <input
        ref={input}
        aria-label="Your name"
        maxLength={MAX_NAME}
        defaultValue={name}
        autocomplete="nickname"
        onKeyDown={cancel}
      />
      <button type="submit">Save</button>
      <button type="button" class="quiet" onClick={done}>
        Cancel
      </button>
    </form>
  );
}
