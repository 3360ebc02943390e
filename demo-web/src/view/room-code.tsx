/**
 * The room's link as a code that a phone's camera reads, drawn when it is asked for.
 * @module
 */

import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import type { LinkCode } from "../link-code.ts";
import type { RoomChoice } from "../room-link.ts";
import { Waiting } from "./waiting.tsx";

/** Where links of this page to the code lead. */
export const ROOM_CODE_ID = "room-code";

/** Light squares around a code, as its standard asks for. */
const QUIET = 4;
/** A square's width where there is room, in CSS pixels. */
const SQUARE = 6;

interface RoomCodeProps {
  readonly room: RoomChoice;
  readonly link: string;
}

/** A disclosure; what draws the code is loaded when it is opened first. */
export function RoomCode({ room, link }: RoomCodeProps): JSX.Element {
  const draw = useSignal<((link: string) => LinkCode) | undefined>(undefined);
  const failed = useSignal(false);
  const code = useMemo(() => draw.value?.(link), [draw.value, link]);
  const load = async (event: JSX.TargetedEvent<HTMLDetailsElement>): Promise<void> => {
    if (!event.currentTarget.open) return;
    failed.value = false;
    try {
      draw.value = (await import("../link-code.ts")).linkCode;
    } catch {
      failed.value = draw.value === undefined;
    }
  };
  return (
    <details class="room-code" onToggle={(event) => void load(event)}>
      <summary id={ROOM_CODE_ID}>A code to scan with a phone</summary>
      {code !== undefined && <Picture code={code} room={room} />}
      {code === undefined && !failed.value && <Waiting label="Loading the code" />}
      <p role="alert">
        {failed.value &&
          "It couldn’t be loaded: where this page comes from doesn’t answer. Close this, and open it again when the tab is connected."}
      </p>
    </details>
  );
}

/** Dark on white in every colour scheme: many cameras read nothing else. */
function Picture({ code, room }: { code: LinkCode; room: RoomChoice }): JSX.Element {
  const across = code.size + 2 * QUIET;
  const secret = room.secret !== undefined;
  return (
    <figure>
      <svg
        role="img"
        aria-label={`QR code: a phone that scans it opens the room “${room.name}”${secret ? ", with its secret" : ""}`}
        viewBox={`${-QUIET} ${-QUIET} ${across} ${across}`}
        width={across * SQUARE}
        shape-rendering="crispEdges"
      >
        <rect x={-QUIET} y={-QUIET} width={across} height={across} fill="#fff" />
        <path d={code.path} fill="#000" />
      </svg>
      <figcaption>
        {secret
          ? "It is the link, secret and all. Whoever sees it can come in, and knows the secret: show it only to those who may."
          : "It is the link: whoever sees it can come in."}{" "}
        A phone that scans it has to reach <code>{location.host}</code>, as this tab does.
      </figcaption>
    </figure>
  );
}
