/**
 * A turn of the event loop, shared. Node calls back at once for a write that the system takes at
 * once. Towards a reader that is fast enough, a loop that awaits its writes would then never come
 * to an end of its turn: no timer, no other connection, not even this stream's own reading.
 * @module
 */

/** What a medium takes in one turn before its writer waits for the next; some ms of small messages. */
const BYTES_A_TURN = 256 * 1024;

/** Counts what a medium took, and lets the writer wait for the next turn when that is much. */
export class SharedTurn {
  readonly #nextTurn: (action: () => void) => void;
  #taken = 0;

  /** `nextTurn` calls its action after whatever else is due: Node's `setImmediate`. */
  constructor(nextTurn: (action: () => void) => void) {
    this.#nextTurn = nextTurn;
  }

  /** Calls `goOn` when the writer of these bytes, which the medium has taken, may go on. */
  taken(bytes: number, goOn: () => void): void {
    this.#taken += bytes;
    if (this.#taken < BYTES_A_TURN) {
      goOn();
      return;
    }
    this.#nextTurn(() => {
      this.#taken = 0;
      goOn();
    });
  }
}
