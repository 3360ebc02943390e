/**
 * What a running command tells: calm lines for people, or one line of JSON for each event.
 * @module
 */

import type { Io } from "./io.ts";
import { stripControls } from "./protocols/chat-messages.ts";

/** An event as data; what can't be JSON is left out. */
export interface LogEvent {
  readonly type: string;
  readonly [field: string]: unknown;
}

/** Takes an event as data, and as lines for people. */
export type Log = (event: LogEvent, ...lines: readonly string[]) => void;

/** A log on `io`. The time is added to both forms. */
export function openLog(io: Io, json: boolean, now: () => Date = () => new Date()): Log {
  return (event, ...lines) => {
    const time = now();
    if (json) io.out(JSON.stringify({ time: time.toISOString(), ...event }));
    else {
      for (const line of lines) {
        io.out(`${time.toTimeString().slice(0, 8)}  ${stripControls(line)}`);
      }
    }
  };
}

/** An id as people read it. */
export function shortNodeId(id: string): string {
  return id.slice(0, 8);
}
