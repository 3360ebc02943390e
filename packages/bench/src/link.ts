/**
 * What every contestant can do: listen, dial, and move messages over links.
 * @module
 */

/** Takes what arrived: a message, or any piece of a stream. Valid until it returns. */
export type Receive = (bytes: Uint8Array) => void;

/** Called with each new link, before anything arrives on it; returns who takes what arrives. */
export type Accept = (link: Link) => Receive;

/** One open connection, ready for messages. */
export interface Link {
  /** Sends one message. A returned promise is to be awaited before the next one. */
  send(message: Uint8Array): Promise<void> | undefined;
  /** Ends the connection. Resolves when the same identity may dial again. */
  close(): Promise<void>;
  /** Asks the other side for a sign of life, where the protocol has that. */
  ping?(): Promise<unknown>;
  /** Takes nothing more of what arrives, where one can. */
  stopReading?(): void;
}

/** How to listen, where there is a choice. */
export interface ListenSetup {
  /** The address of what runs between the two sides, where something does. */
  readonly via?: string;
  /** Nodes that listen, where each has to be known in between. */
  readonly nodes?: number;
}

/** One implementation, on one side of the connection, or between the two. */
export interface Contestant {
  /** Starts to listen on loopback; resolves to the address to dial. */
  listen(accept: Accept, setup: ListenSetup): Promise<string>;
  /**
   * Makes `count` identities in all, so that a measurement doesn't pay for it. They dial in turn,
   * each connected at most once at a time.
   */
  prepare?(count: number): Promise<void>;
  /** Connects. Resolves when the application may send. */
  dial(address: string, accept: Accept): Promise<Link>;
}

/** What can't be measured here: a reason to skip, not a failure. */
export class NotAvailableError extends Error {
  override get name(): string {
    return "NotAvailableError";
  }
}
