/**
 * The room: a link that brings others here, and the way to another one.
 * @module
 */

import { useSignal } from "@preact/signals";
import type { JSX, RefObject } from "preact";
import { useRef } from "preact/hooks";
import type { Actions } from "../model.ts";
import { isOwnMachine, MAX_ROOM_NAME, MAX_SECRET, roomChoice, roomProblem } from "../room-link.ts";
import { isScannable, roomLink } from "./company.tsx";
import { CopyButton } from "./copy-button.tsx";
import type { ViewProps } from "./props.ts";
import { RoomCode } from "./room-code.tsx";

/** The link, and the form under it. */
export function RoomPanel({ model, actions }: ViewProps): JSX.Element {
  const { room } = model;
  const problem = roomProblem(room);
  const link = roomLink(model);
  return (
    <div class="room">
      {problem !== undefined && <p role="alert">{problem} So this tab is in no room.</p>}
      <h3>Bring others here</h3>
      <div class="room-link">
        <code>{link}</code>
        <CopyButton text={link} label="Copy link" />
      </div>
      <p class="empty">
        {room.secret === undefined
          ? "Whoever uses this relay may come in. With a secret only those who have it become peers."
          : "Whoever has the link is let in. What stands after # stays in the browser: no server gets the secret, and two tabs connect only if both have it."}
        {isOwnMachine(location.hostname) && (
          <>
            {" "}
            Only this machine reaches this address: for a phone, start the relay with{" "}
            <code class="unbroken">--host</code>, and open the address that it prints.
          </>
        )}
      </p>
      {isScannable(model) && <RoomCode room={room} link={link} />}
      <details class="room-other">
        <summary>Another room, or a secret</summary>
        <RoomForm model={model} actions={actions} />
      </details>
    </div>
  );
}

const FIELD = { autocomplete: "off", autocapitalize: "off", spellcheck: false } as const;

function RoomForm({ model, actions }: ViewProps): JSX.Element {
  const name = useRef<HTMLInputElement>(null);
  const secret = useRef<HTMLInputElement>(null);
  const problem = useSignal<string | undefined>(undefined);
  const submit = (event: Event): void => {
    event.preventDefault();
    const room = roomChoice(name.current?.value ?? "", secret.current?.value ?? "");
    problem.value = roomProblem(room);
    if (problem.value === undefined) actions.enterRoom(room);
  };
  return (
    <form class="room-form" onSubmit={submit}>
      <label for="room-name">Name</label>
      <input
        {...FIELD}
        id="room-name"
        ref={name}
        maxLength={MAX_ROOM_NAME}
        defaultValue={model.room.name}
      />
      <label for="room-secret">Secret</label>
      <SecretField input={secret} secret={model.room.secret} newSecret={actions.newSecret} />
      <p id="room-problem" role="alert">
        {problem.value}
      </p>
      <button type="submit">Enter</button>
    </form>
  );
}

interface SecretProps {
  readonly input: RefObject<HTMLInputElement>;
  readonly secret: string | undefined;
  readonly newSecret: Actions["newSecret"];
}

function SecretField({ input, secret, newSecret }: SecretProps): JSX.Element {
  const make = (): void => {
    if (input.current !== null) input.current.value = newSecret() ?? "";
  };
  return (
    <div class="question-row">
      <input
        {...FIELD}
        id="room-secret"
        ref={input}
        class="data"
        maxLength={MAX_SECRET}
        placeholder="none: anybody may come in"
        defaultValue={secret ?? ""}
        aria-describedby="room-problem"
      />
      <button type="button" onClick={make}>
        Make one
      </button>
    </div>
  );
}
