/**
 * A typed protocol at work with one peer: calls handlers, matches answers with requests.
 * @module
 */

import { systemClock } from "../env.ts";
import { DisconnectError, DiscReason, P2PError } from "../errors.ts";
import { newGate } from "../session/stream-writer.ts";
import { setTimeLimit } from "../time-limit.ts";
import type { Schema } from "../wire/schema.ts";
import { uint } from "../wire/schema.ts";
import { tuple } from "../wire/schema-list.ts";
import type { Msg, MsgReadWriter } from "./message.ts";
import { send } from "./message.ts";
import type { Peer } from "./peer.ts";
import type {
  Messages,
  RequestOptions,
  Requests,
  TypedContext,
  TypedProtocolOptions,
  TypedRemote,
} from "./typed-messages.ts";

/** Handlers at work for one peer. At this many, reading waits until one is done. */
const MAX_HANDLERS = 64;

type AnyOptions = TypedProtocolOptions<Messages, Requests>;
type Handler = (body: unknown, context: TypedContext<Messages, Requests>) => unknown;

/** What a code means. */
export interface Route {
  readonly kind: "message" | "request" | "answer";
  readonly name: string;
  readonly schema: Schema<unknown>;
}

interface Pending {
  readonly name: string;
  readonly settle: (answer: unknown) => void;
  readonly fail: (error: unknown) => void;
}

/** One peer's side of a typed protocol. */
export class TypedConnection implements TypedRemote<Messages, Requests> {
  readonly #rw: MsgReadWriter;
  readonly #options: AnyOptions;
  readonly #context: TypedContext<Messages, Requests>;
  /**
   * Made with the first request: most peers are only answered. UNBOUNDED: our own requests, and each
   * ends by its time limit.
   */
  #pending: Map<number, Pending> | undefined;
  #working: readonly Promise<void>[] = NO_WORK;
  /** Nothing is handled any more: a handler has failed, or `run` is done. */
  #over = false;
  readonly #end = newGate();
  #failed: { readonly error: unknown } | undefined;
  #lastId = 0;

  constructor(peer: Peer, rw: MsgReadWriter, signal: AbortSignal, options: object) {
    this.#rw = rw;
    // The types of bodies were checked where the options were made; here they are any schema's.
    this.#options = options as AnyOptions;
    this.#context = { peer, remote: this, signal };
  }

  /** False when nothing is handled any more. */
  get open(): boolean {
    return !this.#over;
  }

  /** Handles what comes. Settles when nothing more does, when `run` is done, or when something fails. */
  run(table: ReadonlyMap<number, Route>): Promise<void> {
    const { run } = this.#options;
    if (run) this.#watch(run(this.#context).then(() => this.#finish()));
    this.#read(table).then(
      () => this.#finish(),
      (error: unknown) => this.#fail(error),
    );
    return this.#end.promise.then(() => this.#settle());
  }

  async #settle(): Promise<void> {
    this.#endRequests();
    // Where we end the peer ourselves, it must not wait for handlers that wait for its end.
    if (this.#context.signal.aborted) await Promise.all(this.#working);
    if (this.#failed) throw this.#failed.error;
  }

  /** Resolves when nothing more comes. Rejects with what was wrong with a message. */
  async #read(table: ReadonlyMap<number, Route>): Promise<void> {
    for await (const msg of this.#rw) {
      if (this.#over) return;
      this.#take(msg, table);
      if (this.#working.length >= MAX_HANDLERS) await Promise.race(this.#working);
    }
  }

  #finish(): void {
    this.#over = true;
    this.#end.open();
  }

  /** The first failure ends the peer. */
  #fail(error: unknown): void {
    this.#failed ??= { error };
    this.#finish();
  }

  /** Whoever still waits for an answer gets none. */
  #endRequests(): void {
    const left = [...(this.#pending?.values() ?? [])];
    if (left.length === 0) return;
    const cause = this.#context.signal.reason ?? this.#failed?.error;
    const error = new P2PError("the peer left before it answered", {
      code: "P2P_ERR_CLOSED",
      cause,
    });
    for (const pending of left) pending.fail(error);
  }

  async send(name: string, body: unknown): Promise<void> {
    const spec = this.#options.messages?.[name];
    if (!spec) throw new TypeError(`there is no message ${name}`);
    await send(this.#rw, spec.code, body, spec.body);
  }

  async request(name: string, body: unknown, options: RequestOptions = {}): Promise<unknown> {
    const spec = this.#options.requests?.[name];
    if (!spec) throw new TypeError(`there is no request ${name}`);
    const { signal } = options;
    signal?.throwIfAborted();
    const id = ++this.#lastId;
    const answer = this.#expect(id, name, options);
    // Its rejection is passed on below; a write that fails first must not leave it unhandled.
    answer.catch(() => {});
    try {
      await send(this.#rw, spec.code, [id, body], tuple(uint, spec.body));
    } catch (error) {
      this.#pending?.get(id)?.fail(error);
    }
    return answer;
  }

  #expect(id: number, name: string, options: RequestOptions): Promise<unknown> {
    const { clock = systemClock, requestTimeout = 10_000 } = this.#options;
    const { signal, timeout = requestTimeout } = options;
    return new Promise((resolve, reject) => {
      const onAbort = (): void => fail(signal?.reason);
      const cancel = setTimeLimit(clock, timeout, () => fail(timedOut(name, timeout)));
      const clear = (): void => {
        this.#pending?.delete(id);
        cancel();
        signal?.removeEventListener("abort", onAbort);
      };
      const fail = (error: unknown): void => {
        clear();
        reject(error);
      };
      const settle = (answer: unknown): void => {
        clear();
        resolve(answer);
      };
      signal?.addEventListener("abort", onAbort, { once: true });
      this.#pending ??= new Map();
      this.#pending.set(id, { name, settle, fail });
    });
  }

  #take(msg: Msg, table: ReadonlyMap<number, Route>): void {
    const route = table.get(msg.code);
    if (!route) throw breach(`message code ${msg.code} has no meaning`);
    const body = msg.decode(route.schema);
    if (route.kind === "message") {
      this.#watch(this.#handle(route.name, body).then(() => {}));
      return;
    }
    const [id, content] = body as [number, unknown];
    if (route.kind === "answer") this.#answered(id, route.name, content);
    else this.#watch(this.#answer(id, route.name, content));
  }

  /** An answer to a request that was given up is ignored; one to a request never made is a breach. */
  #answered(id: number, name: string, content: unknown): void {
    const pending = this.#pending?.get(id);
    if (id < 1 || id > this.#lastId || (pending && pending.name !== name)) {
      throw breach(`an answer to a request ${name} that was not made (id ${id})`);
    }
    pending?.settle(content);
  }

  async #answer(id: number, name: string, content: unknown): Promise<void> {
    const spec = this.#options.requests?.[name];
    const answer = await this.#handle(name, content);
    if (spec) await send(this.#rw, spec.answer.code, [id, answer], tuple(uint, spec.answer.body));
  }

  async #handle(name: string, body: unknown): Promise<unknown> {
    const handlers = this.#options.handlers as Readonly<Record<string, Handler>>;
    return handlers[name]?.(body, this.#context);
  }

  /** Lets work go on beside the reading. */
  #watch(work: Promise<void>): void {
    const watched = work
      .catch((error: unknown) => this.#fail(error))
      .then(() => {
        this.#working = this.#working.filter((each) => each !== watched);
      });
    this.#working = [...this.#working, watched];
  }
}

const NO_WORK: readonly Promise<void>[] = [];

function timedOut(name: string, ms: number): P2PError {
  return new P2PError(`no answer to ${name} within ${ms / 1000} s`, {
    code: "P2P_ERR_REQUEST_TIMEOUT",
  });
}

function breach(message: string): DisconnectError {
  return new DisconnectError(DiscReason.ProtocolError, { message });
}
