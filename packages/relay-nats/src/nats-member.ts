/**
 * One relay's part in the directory: its rows, its watches and its questions, and what mends them.
 * @module
 */

import type { NodeConnectionOptions, Subscription } from "@nats-io/transport-node";
import type { Clock } from "@peerkit/core";
import { systemRandom } from "@peerkit/core";
import type { Claim, Desk, OpenDirectory } from "@peerkit/relay/server";
import type { BucketOptions } from "./bucket.ts";
import { Bucket } from "./bucket.ts";
import { aValue, aWord, rowOf } from "./keys.ts";
import { NatsClaims } from "./nats-claims.ts";
import { NatsLink } from "./nats-link.ts";
import { answerQuestions, ask } from "./questions.ts";
import { Upkeep } from "./upkeep.ts";
import { Watch } from "./watch.ts";
import type { Place } from "./words.ts";
import { directoryError } from "./words.ts";

/** How a member is connected, and to what. */
export interface MemberSettings {
  readonly connection: NodeConnectionOptions;
  readonly bucket: BucketOptions;
  readonly clock: Clock;
}

/** A member of the directory. */
export class NatsMember implements OpenDirectory {
  readonly #settings: MemberSettings;
  readonly #desk: Desk;
  readonly #link: NatsLink;
  readonly #bucket: Bucket;
  readonly #claims: NatsClaims;
  readonly #watches = new Set<Watch>();
  readonly #upkeep: Upkeep;
  #answers: Subscription | undefined;
  /** What is to be done yet; only `#mend` takes it away. */
  #isBehind = false;
  #hasLost = false;
  #isClosed = false;

  private constructor(settings: MemberSettings, desk: Desk, link: NatsLink) {
    this.#settings = settings;
    this.#desk = desk;
    this.#link = link;
    this.#bucket = new Bucket(link, settings.bucket, desk.name);
    this.#claims = new NatsClaims(this.#bucket);
    const { clock } = settings;
    this.#upkeep = new Upkeep({ clock, random: systemRandom, work: () => this.#mend() });
  }

  /** As the interface promises. */
  static async open(settings: MemberSettings, desk: Desk): Promise<NatsMember> {
    aWord(desk.name, "name");
    const { connection, bucket } = settings;
    const place = { servers: [connection.servers].flat().join(", "), bucket: bucket.name };
    let member: NatsMember | undefined;
    const link = await NatsLink.open({
      connection: { ...connection, name: `peerkit relay ${desk.name}` },
      place,
      clock: settings.clock,
      onReturn() {
        if (member) member.#follow();
      },
    });
    member = new NatsMember(settings, desk, link);
    try {
      await member.#begin(place);
      return member;
    } catch (error) {
      await member.close();
      throw error;
    }
  }

  async claim(key: string, value: Uint8Array): Promise<Claim> {
    const row = rowOf(key);
    const copy = aValue(value);
    return this.#claims.claimOf(row, copy, await this.#bucket.put(row, copy));
  }

  async lookup(key: string): Promise<Uint8Array | undefined> {
    return this.#bucket.get(rowOf(key));
  }

  async watch(
    word: string,
    onRow: (key: string, value: Uint8Array | undefined) => void,
  ): Promise<void> {
    const { clock } = this.#settings;
    const onEnd = () => this.#follow();
    const bucket = this.#bucket;
    const watch = new Watch({ bucket, clock, word: aWord(word, "word"), onRow, onEnd });
    this.#watches.add(watch);
    try {
      await watch.follow();
    } catch (error) {
      this.#watches.delete(watch);
      watch.stop();
      throw error;
    }
  }

  async ask(name: string, question: Uint8Array): Promise<Uint8Array> {
    return ask(this.#link, this.#settings.bucket.name, aWord(name, "name"), question.slice());
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const watch of this.#watches) watch.stop();
    this.#watches.clear();
    // Before the connection goes: whoever asks from now on is told at once that nobody is there.
    this.#answers?.unsubscribe();
    await this.#link.close();
    await this.#upkeep.stop();
  }

  /** Answers from now on, and makes the bucket. */
  async #begin(place: Place): Promise<void> {
    const { name, answer } = this.#desk;
    let refused: Error | undefined;
    const onRefused = (error: Error) => {
      refused = error;
    };
    this.#answers = answerQuestions(
      this.#link,
      place.bucket,
      name,
      (bytes) => answer(bytes),
      onRefused,
    );
    await this.#bucket.ensure();
    // What NATS has to say of the subscription comes before it answers anything.
    if (refused) throw directoryError(refused, place);
  }

  /** The watches may have missed something. */
  #follow(): void {
    this.#isBehind = true;
    this.#upkeep.now();
  }

  async #mend(): Promise<void> {
    // The connection comes back by itself, and calls then.
    if (!this.#link.isUp) return;
    if (await this.#bucket.ensure()) {
      this.#hasLost = true;
      this.#isBehind = true;
      this.#claims.forget();
    }
    if (this.#isBehind || !(await this.#isHearing())) {
      this.#isBehind = false;
      await this.#followAll(this.#hasLost);
    }
    for (const watch of this.#watches) watch.forget();
    await this.#claims.settle();
    if (!this.#hasLost || this.#isClosed) return;
    this.#hasLost = false;
    this.#desk.onLoss();
  }

  async #isHearing(): Promise<boolean> {
    const hearing = await Promise.all([...this.#watches].map((watch) => watch.isHearing()));
    return hearing.every((each) => each);
  }

  async #followAll(wasLost: boolean): Promise<void> {
    try {
      for (const watch of this.#watches) await watch.follow(wasLost);
    } catch (error) {
      this.#isBehind = true;
      throw error;
    }
  }
}
