/**
 * Who else is here, in a line at the head of the page, and what to do when nobody is.
 * @module
 */

import type { JSX } from "preact";
import { plural } from "../format.ts";
import type { Model } from "../model.ts";
import { isOwnMachine, roomHash, roomProblem } from "../room-link.ts";
import { CopyButton } from "./copy-button.tsx";
import { ROOM_CODE_ID } from "./room-code.tsx";

/** The room’s name, and the next step. */
export function Company({ model }: { model: Model }): JSX.Element {
  const { name, secret } = model.room;
  const link = roomLink(model);
  const here = model.people.value.filter(({ path }) => path === "circuit").length;
  return (
    <div class="company">
      <p role="status">
        <b>{name}</b>
        {secret !== undefined && ", with a secret"}: {companyWords(model)}
      </p>
      {here > 0 ? (
        <a href="#people">Talk and draw with {here === 1 ? "it" : "them"}</a>
      ) : (
        <p class="invitation">
          <a class="button" href={link} target="_blank" rel="noopener">
            Open a second tab
          </a>
          <CopyButton text={link} label="Copy the link for another device" />
          {isScannable(model) && <a href={`#${ROOM_CODE_ID}`}>Show a code for a phone</a>}
        </p>
      )}
    </div>
  );
}

/** The address of this page with its room. */
export function roomLink({ room }: Model): string {
  return `${location.origin}/${roomHash(room)}`;
}

/** Whether a phone that scans that address comes to this room. */
export function isScannable({ room }: Model): boolean {
  return !isOwnMachine(location.hostname) && roomProblem(room) === undefined;
}

function companyWords(model: Model): string {
  const count = (wanted: string): number =>
    model.people.value.filter(({ path }) => path === wanted).length;
  if (count("circuit") > 0) return `${plural(count("circuit"), "other tab")} here.`;
  if (count("joining") > 0) return "another tab is here, and is being connected to.";
  if (count("apart") > 0) return "another tab is here, but can’t be connected to.";
  if (roomProblem(model.room) !== undefined) return "the link that led here can’t be used.";
  if (model.status.value.phase !== "connected") return "nobody, until the relay is connected.";
  return "you are alone here. Open this page once more, and the two find each other.";
}
