/**
 * What relays ask one another: a request on a subject of each relay's own.
 * @module
 */

import type { Msg, Subscription } from "@nats-io/transport-node";
import { errors, headers } from "@nats-io/transport-node";
import { ASK_TIMEOUT_MS } from "@peerkit/relay/server";
import type { NatsLink } from "./nats-link.ts";
import { trouble } from "./words.ts";

/** With it NATS itself says that nobody answers. */
const NO_RESPONDERS = 503;

/** Asks the relay of that name. Rejects with `P2P_ERR_RELAY_DIRECTORY` where there is no answer. */
export function ask(
  link: NatsLink,
  bucket: string,
  name: string,
  question: Uint8Array,
): Promise<Uint8Array> {
  return link.exchange(async () => {
    try {
      const options = { timeout: ASK_TIMEOUT_MS };
      const { data } = await link.nats.request(subjectOf(bucket, name), question, options);
      return new Uint8Array(data);
    } catch (error) {
      if (error instanceof errors.RequestError && error.isNoResponders()) {
        throw trouble(`relay ${name} isn't there, or has no answer`);
      }
      if (error instanceof errors.TimeoutError) throw trouble(`relay ${name} doesn't answer`);
      throw error;
    }
  });
}

/** Answers what others ask the relay of that name. `onRefused` is called where NATS forbids it. */
export function answerQuestions(
  link: NatsLink,
  bucket: string,
  name: string,
  answer: (question: Uint8Array) => Uint8Array,
  onRefused: (error: Error) => void,
): Subscription {
  return link.nats.subscribe(subjectOf(bucket, name), {
    callback(error, message) {
      if (error) onRefused(error);
      else respond(message, answer);
    },
  });
}

function respond(message: Msg, answer: (question: Uint8Array) => Uint8Array): void {
  let response: Uint8Array;
  try {
    response = answer(new Uint8Array(message.data));
  } catch {
    // Who asks is told that nobody answers; why is ours alone.
    message.respond("", { headers: headers(NO_RESPONDERS, "No Responders") });
    return;
  }
  message.respond(response);
}

function subjectOf(bucket: string, name: string): string {
  return `${bucket}.ask.${name}`;
}
