/**
 * The relays that share a directory with one of them: their nodes, and the members of their rooms.
 * @see docs/wire/relay.md, "Several relays"
 * @module
 */

import type { ByteStream, Clock, Infer, Logger, Random, Transport } from "@peerkit/core";
import {
  bytesToHex,
  decodeRlp,
  encodeRlp,
  nodeId,
  P2PError,
  parseNodeAddress,
} from "@peerkit/core";
import type { Verdict } from "../../wire/codes.ts";
import { RelayCode } from "../../wire/codes.ts";
import {
  ANSWER,
  MEMBER_ROW,
  NODE_ROW,
  QUESTION,
  RELAY_ROW,
} from "../../wire/neighbour-protocol.ts";
import { GRANTED } from "../verdicts.ts";
import { Claims } from "./claims.ts";
import type { Directory, OpenDirectory } from "./directory.ts";
import type { FarChange, FarMember } from "./far-members.ts";
import { FarMembers } from "./far-members.ts";
import { BEAT_MS, Roll } from "./roll.ts";

/** Bytes of a relay's name. */
const NAME_BYTES = 8;
/** How long opening a pipe to another relay may take, in ms. */
const DIAL_TIMEOUT_MS = 5_000;

/** What another relay asks for. */
export type Question = Infer<typeof QUESTION>;

/** A token for the end that the other relay opens, or why there is none. */
export type Given = { readonly token: Uint8Array } | Verdict;

/** What neighbours need. */
export interface NeighboursOptions {
  readonly directory: Directory;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** Opens our end of a pipe at another relay. */
  readonly transportFor: (token: Uint8Array) => Transport;
  /** Answers another relay. */
  readonly answer: (question: Question) => Given;
  /** Somebody came to a room at another relay, or left it. */
  readonly onRoom: (topic: string, change: FarChange) => void;
}

/** The neighbours of one relay. What it puts here before `start` is known after it. */
export class Neighbours {
  readonly #options: NeighboursOptions;
  readonly #name: string;
  readonly #claims = new Claims();
  readonly #roll: Roll;
  readonly #members: FarMembers;
  #directory: OpenDirectory | undefined;
  #cancelBeat = (): void => {};
  #isStopped = false;

  constructor(options: NeighboursOptions) {
    const { clock, random, onRoom } = options;
    this.#options = options;
    // Of this very run: what one before has left in the directory is nobody's.
    this.#name = bytesToHex(random(new Uint8Array(NAME_BYTES)));
    this.#roll = new Roll(
      clock,
      (name, isThere) => this.#members.onRelay(name, isThere),
      (name) => this.#members.forget(name),
    );
    this.#members = new FarMembers(this.#roll, onRoom);
  }

  /** Other relays that are there. */
  get size(): number {
    return this.#roll.size;
  }

  /**
   * Opens the directory; `address` is where the others open pipes, as an enode. Resolves when they are
   * known. Rejects with `P2P_ERR_RELAY_DIRECTORY`, and with `P2P_ERR_NOT_RUNNING` when it is stopped first.
   */
  async start(address: string): Promise<void> {
    const directory = await this.#options.directory.open({
      name: this.#name,
      answer: (question) => this.#answer(question),
      onLoss: () => this.#claims.renew(),
    });
    try {
      await directory.watch("relay", (key, value) => this.#onRelayRow(key, value));
      await directory.watch("room", (key, value) => this.#onMemberRow(key, value));
      if (this.#isStopped) throw stopped();
    } catch (error) {
      await directory.close();
      throw error;
    }
    this.#directory = directory;
    this.#claims.open(directory);
    this.#beat(address, 1);
  }

  /** Says that we go, and leaves. Never rejects. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#cancelBeat();
    // The others drop all that is ours with this one row.
    await this.#claims.remove(`relay.${this.#name}`);
    this.#claims.close();
    await this.#directory?.close();
  }

  /** A node is reachable here. */
  nodeCame(id: string): void {
    this.#claims.put(`node.${id}`, encodeRlp({ relay: this.#name }, NODE_ROW));
  }

  nodeLeft(id: string): void {
    void this.#claims.remove(`node.${id}`);
  }

  /** A node is in a room here. */
  memberCame(topic: string, { id, publicKey }: FarMember): void {
    const row = encodeRlp({ relay: this.#name, key: publicKey }, MEMBER_ROW);
    this.#claims.put(`room.${topic}.${id}`, row);
  }

  memberLeft(topic: string, { id }: FarMember): void {
    void this.#claims.remove(`room.${topic}.${id}`);
  }

  /** Who is in a room at the others. */
  membersOf(topic: string): readonly FarMember[] {
    return this.#members.of(topic);
  }

  /**
   * Resolves to a stream to a node that is reachable at another relay, for the node with the key
   * `from`; to why there is none; or to nothing where no other relay has it. Never rejects.
   */
  async pipeTo(question: Question): Promise<ByteStream | Verdict | undefined> {
    try {
      const name = await this.#relayOf(nodeId(question.target));
      const address = name === undefined ? undefined : this.#roll.addressOf(name);
      if (!this.#directory || name === undefined || address === undefined) return undefined;
      const bytes = await this.#directory.ask(name, encodeRlp(question, QUESTION));
      const { token, ...verdict } = decodeRlp(bytes, ANSWER);
      return verdict.code === RelayCode.Ok ? await this.#dial(address, token) : verdict;
    } catch (error) {
      this.#options.logger.debug("another relay wasn't reached", error);
      return UNREACHABLE;
    }
  }

  async #relayOf(id: string): Promise<string | undefined> {
    const row = await this.#directory?.lookup(`node.${id}`);
    const name = row && decodeRlp(row, NODE_ROW).relay;
    return name === this.#name ? undefined : name;
  }

  async #dial(address: string, token: Uint8Array): Promise<ByteStream> {
    const { clock, transportFor } = this.#options;
    const control = new AbortController();
    const cancel = clock.setTimer(DIAL_TIMEOUT_MS, () =>
      control.abort(new P2PError("no answer within 5 s", { code: "P2P_ERR_DIAL_TIMEOUT" })),
    );
    try {
      const { signal } = control;
      return await transportFor(token).dial(parseNodeAddress(address), { signal });
    } finally {
      cancel();
    }
  }

  #answer(bytes: Uint8Array): Uint8Array {
    const given = this.#options.answer(decodeRlp(bytes, QUESTION));
    if ("code" in given) return encodeRlp({ ...given, token: new Uint8Array(0) }, ANSWER);
    return encodeRlp({ ...GRANTED, token: given.token }, ANSWER);
  }

  #beat(address: string, beat: number): void {
    this.#claims.put(`relay.${this.#name}`, encodeRlp({ address, beat }, RELAY_ROW));
    this.#claims.beat();
    this.#roll.look();
    this.#cancelBeat = this.#options.clock.setTimer(BEAT_MS, () => this.#beat(address, beat + 1));
  }

  #onRelayRow(key: string, value: Uint8Array | undefined): void {
    const [, name = ""] = key.split(".");
    if (name === this.#name) return;
    if (!value) this.#roll.left(name);
    else this.#read(key, () => this.#roll.heard(name, decodeRlp(value, RELAY_ROW).address));
  }

  #onMemberRow(key: string, value: Uint8Array | undefined): void {
    const [, topic = "", id = ""] = key.split(".");
    this.#read(key, () => {
      const row = value && decodeRlp(value, MEMBER_ROW);
      // Our own members aren't far: one that was is no more.
      if (!row || row.relay === this.#name) this.#members.remove(topic, id);
      else this.#members.put(topic, { id, publicKey: row.key, relay: row.relay });
    });
  }

  /** A row that nobody can read is as if it weren't there. */
  #read(key: string, action: () => void): void {
    try {
      action();
    } catch (error) {
      this.#options.logger.warn(`a row of the directory can't be read: ${key}`, error);
    }
  }
}

function stopped(): P2PError {
  const text = "the relay was stopped before it knew the others";
  return new P2PError(text, { code: "P2P_ERR_NOT_RUNNING" });
}

const UNREACHABLE: Verdict = {
  code: RelayCode.DialFailed,
  text: "the relay where it is can't be reached now",
  retryAfterMs: 1_000,
};
