/**
 * What relays that work together have in common: a table of rows, and a way to ask one another.
 * @module
 */

/** For how long a row that isn't renewed is kept, in ms. */
export const ROW_TTL_MS = 3_600_000;
/** How long another relay has to answer, in ms. */
export const ASK_TIMEOUT_MS = 2_000;

/**
 * A directory that relays share; each of them opens it for itself. Who can write to it is trusted as
 * the relays are. A key is one to three words of `0-9a-z` with dots between them, a name is one word;
 * a value has at most 512 bytes.
 */
export interface Directory {
  /**
   * Resolves when the relay takes part. Rejects with `P2P_ERR_RELAY_DIRECTORY` where the directory
   * can't be reached. What breaks later mends itself, and the desk is told then.
   */
  open(desk: Desk): Promise<OpenDirectory>;
}

/** The relay that opens a directory. */
export interface Desk {
  /** Its name; nobody else has it. */
  readonly name: string;
  /**
   * Answers another relay's question. Where it throws, the other one is told that nobody answered.
   */
  answer(question: Uint8Array): Uint8Array;
  /** The directory may have lost rows: those of the relay are to be renewed. */
  onLoss(): void;
}

/** A directory, as one relay has it. After `close` nothing is told any more. */
export interface OpenDirectory {
  /**
   * Writes a row, in place of whoever wrote it before. Resolves when it is there; what was claimed
   * last stays. Rejects with `P2P_ERR_RELAY_DIRECTORY`.
   */
  claim(key: string, value: Uint8Array): Promise<Claim>;
  /** Resolves to the row's value, or `undefined`. Rejects with `P2P_ERR_RELAY_DIRECTORY`. */
  lookup(key: string): Promise<Uint8Array | undefined>;
  /**
   * Tells of the rows whose keys begin with this word, first of all that are there, then of each that
   * is claimed or renewed, also where it is the same, and, without a value, of each that is released or
   * forgotten; in the order of what happens to a row, of which what is replaced at once may be left out,
   * never what comes last. Resolves when all that are there have been told of. Rejects with
   * `P2P_ERR_RELAY_DIRECTORY`.
   */
  watch(word: string, onRow: (key: string, value: Uint8Array | undefined) => void): Promise<void>;
  /**
   * Resolves to another relay's answer. Rejects with `P2P_ERR_RELAY_DIRECTORY` when there is none
   * within 2 s, at once where no relay has that name.
   */
  ask(name: string, question: Uint8Array): Promise<Uint8Array>;
  /** Takes the relay out; its rows are forgotten, at once or in their time. Never rejects. */
  close(): Promise<void>;
}

/** A row that was written. One thing at a time is done with it. */
export interface Claim {
  /**
   * Writes it again, unless somebody else has claimed it since. Resolves to whether it is ours. Rejects
   * with `P2P_ERR_RELAY_DIRECTORY`; then it may be or not, and may be tried again.
   */
  renew(): Promise<boolean>;
  /** Removes it, unless somebody has claimed it since. Never rejects. */
  release(): Promise<void>;
}
