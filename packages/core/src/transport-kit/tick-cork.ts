/**
 * What is written to a socket within a tick, in one piece.
 * @module
 */

/** What gathers writes until it is uncorked: Node's sockets. */
export interface Corkable {
  cork(): void;
  uncork(): void;
}

/** Holds a socket corked until the end of the tick. */
export class TickCork {
  readonly #socket: Corkable;
  readonly #onTickEnd: (action: () => void) => void;
  #held = false;

  /** `onTickEnd` is Node's `process.nextTick`: promise chains that write come before it. */
  constructor(socket: Corkable, onTickEnd: (action: () => void) => void) {
    this.#socket = socket;
    this.#onTickEnd = onTickEnd;
  }

  /** What is written from now until the tick's end goes out together. */
  hold(): void {
    if (this.#held) return;
    this.#held = true;
    this.#socket.cork();
    this.#onTickEnd(this.#release);
  }

  readonly #release = (): void => {
    this.#held = false;
    this.#socket.uncork();
  };
}
