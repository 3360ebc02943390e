/**
 * A session without cryptography: what one end writes, the other gets, in the next microtask.
 * @module
 */

import { onTickEnd } from "../env.ts";
import { P2PError } from "../errors.ts";
import type { Session, SessionMessage } from "../session/session.ts";

/** What differs from the defaults. */
export interface TestSessionOptions {
  /** The key that the first end sees, 64 bytes. */
  readonly firstSees: Uint8Array;
  /** The key that the second end sees. */
  readonly secondSees: Uint8Array;
  /** @default true */
  readonly pausable?: boolean;
}

/** Two ends of one connection. */
export function testSessionPair(options: TestSessionOptions): [TestSession, TestSession] {
  const pausable = options.pausable ?? true;
  const first = new TestSession(options.firstSees, pausable);
  const second = new TestSession(options.secondSees, pausable);
  first.join(second);
  second.join(first);
  return [first, second];
}

/** One end. Tests may also look at what it is told, and break it. */
export class TestSession implements Session {
  readonly remoteKey: Uint8Array;
  readonly sealed = false;
  readonly helloFirst = "both";
  readonly exporter = undefined;
  readonly pausable: boolean;
  readonly remoteAddress: string | undefined = undefined;
  readonly localAddress: string | undefined = undefined;
  onBatch: (messages: readonly SessionMessage[]) => void = () => {};
  onEnd: (error: P2PError | undefined) => void = () => {};
  snappy = false;
  congested = false;
  /** True between `pause` and `resume`, and before the first `resume`. */
  paused = true;
  #other: TestSession | undefined;
  readonly #waiting: SessionMessage[] = [];
  #firstCame = false;
  #ended = false;
  #end: { readonly error: P2PError | undefined } | undefined;

  constructor(remoteKey: Uint8Array, pausable: boolean) {
    this.remoteKey = remoteKey;
    this.pausable = pausable;
  }

  /** Makes `other` the far end. */
  join(other: TestSession): void {
    this.#other = other;
  }

  /** For peers that start without a Hello: no message comes alone any more. */
  skipFirst(): void {
    this.#firstCame = true;
  }

  open(): void {}
  start(): void {}
  taken(): void {}
  waiting(): void {}

  resume(): void {
    this.paused = false;
    onTickEnd(() => this.#deliver());
  }

  pause(): void {
    this.paused = true;
  }

  write(code: number, payload: Uint8Array): number {
    if (this.#ended) throw new P2PError("the connection is closed", { code: "P2P_ERR_CLOSED" });
    this.#other?.receive({ code, payload: payload.slice(), wireSize: payload.length });
    return payload.length;
  }

  ready(): Promise<void> {
    return Promise.resolve();
  }

  async close(): Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    this.#other?.end(undefined);
  }

  abort(_error: P2PError): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#other?.end(new P2PError("the stream was reset", { code: "P2P_ERR_STREAM" }));
  }

  /** Takes a message as if it had come. */
  receive(message: SessionMessage): void {
    this.#waiting.push(message);
    onTickEnd(() => this.#deliver());
  }

  /** Ends as if the other side had. */
  end(error: P2PError | undefined): void {
    this.#end ??= { error };
    onTickEnd(() => this.#deliver());
  }

  #deliver(): void {
    if (this.paused || this.#ended) return;
    if (!this.#firstCame && this.#waiting.length > 0) {
      this.#firstCame = true;
      this.paused = true;
      this.onBatch(this.#waiting.splice(0, 1));
      return;
    }
    if (this.#waiting.length > 0) this.onBatch(this.#waiting.splice(0));
    if (!this.#end || this.#ended || this.paused) return;
    this.#ended = true;
    this.onEnd(this.#end.error);
  }
}
