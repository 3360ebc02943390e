/**
 * The cases that look at both ends of a stream, and those about the listener itself.
 * @module
 */

import { newAbortController } from "../../env.ts";
import type { ByteStream, CloseInfo, InboundInfo, Listener, Transport } from "../../transport.ts";
import { equal, isP2PError, ok, rejection, rejectsWith } from "../assert.ts";
import type { ContractCase } from "../contract.ts";
import { CHUNK, ExactReader, pattern, writePattern } from "./bytes.ts";
import type { ListenSetup } from "./setup.ts";

export const listenCases: readonly ContractCase<ListenSetup>[] = [
  [
    "delivers what was written before the dialer closed, then ends",
    withPair(async ({ dialed, taken }) => {
      const reader = new ExactReader(taken);
      const written = Array.from({ length: 4 }, (_, i) => dialed.write(pattern(i * CHUNK, CHUNK)));
      const closed = dialed.close();
      await reader.expectPattern(4 * CHUNK);
      await reader.expectEnd();
      await Promise.all([...written, closed]);
      await endedInOrder(dialed, taken);
    }),
  ],
  [
    "ends both sides in order while nobody reads",
    withPair(async ({ dialed, taken }) => {
      await taken.write(pattern(0, 100));
      await dialed.write(pattern(0, 100));
      await taken.close();
      await endedInOrder(dialed, taken);
    }),
  ],
  [
    "ends in order when both sides close at once",
    withPair(async ({ dialed, taken }) => {
      await Promise.all([taken.close(), dialed.close()]);
      await endedInOrder(dialed, taken);
    }),
  ],
  [
    "refuses the writes of a side whose other side has closed",
    withPair(async ({ dialed, taken }) => {
      const writes = rejection(writePattern(taken, Number.MAX_SAFE_INTEGER));
      const reader = new ExactReader(dialed);
      await reader.expectPattern(CHUNK);
      await dialed.close();
      isP2PError(await writes);
      await taken.closed;
    }),
  ],
  [
    "shows an abort to the other side's reader and writer",
    withPair(async ({ dialed, taken }) => {
      const read = rejection(new ExactReader(taken).exact(2));
      const writes = rejection(writePattern(taken, Number.MAX_SAFE_INTEGER));
      await new ExactReader(dialed).expectPattern(CHUNK);
      dialed.abort();
      isP2PError(await read);
      isP2PError(await writes);
      isP2PError((await taken.closed).error);
    }),
  ],
  [
    "shows an abort in the middle of a write of 16 MiB",
    withPair(async ({ dialed, taken }) => {
      const reader = new ExactReader(taken);
      const write = dialed.write(pattern(0, 16 * 1024 * 1024));
      const outcome = write.then(
        () => undefined,
        (error: unknown) => error,
      );
      await reader.expectPattern(CHUNK);
      dialed.abort();
      // The whole may have been taken by then; an error, if there is one, is ours.
      const error = await outcome;
      if (error !== undefined) isP2PError(error, "P2P_ERR_STREAM_CLOSED");
      isP2PError(await rejection(reader.exact(32 * 1024 * 1024)));
      isP2PError((await taken.closed).error);
    }),
  ],
  [
    "says where a stream comes from",
    withPair(async ({ info, taken, dialed }) => {
      ok(info.remoteAddress !== undefined, "no remoteAddress before it is taken");
      equal(taken.remoteAddress, info.remoteAddress, "remoteAddress");
      equal(dialed.localAddress, taken.remoteAddress, "the other end of it");
    }),
  ],
  ["leaves nothing open after a dial that was cancelled", cancelledDial],
  ["gives up the port and keeps its streams when a listener closes", closedListener],
  [
    "refuses to listen where something listens",
    async (setup) => {
      const handlers = { admit: () => true as const, onStream: () => {} };
      const listener = await listenAt(setup.transport, setup.listenAddress, handlers);
      const second = listenAt(setup.transport, listener.address, handlers);
      const error = await rejection(second);
      isP2PError(error, "P2P_ERR_LISTEN_FAILED");
      ok(error.message.includes(String(listener.address.port)), `no port in "${error.message}"`);
      await listener.close();
    },
  ],
  [
    "refuses to listen with a signal that is aborted",
    async (setup) => {
      const controller = newAbortController();
      const why = new Error("changed my mind");
      controller.abort(why);
      const handlers = { admit: () => true as const, onStream: () => {} };
      const listening = setup.transport.listen?.(setup.listenAddress, handlers, controller);
      equal(await rejection(Promise.resolve(listening)), why, "reason");
    },
  ],
  ["doesn't hand over a stream that wasn't admitted, and goes on", refusal],
];

interface Pair {
  readonly dialed: ByteStream;
  readonly taken: ByteStream;
  readonly info: InboundInfo;
}

function withPair(run: (pair: Pair) => Promise<void>): (setup: ListenSetup) => Promise<void> {
  return async (setup) => {
    let info: InboundInfo = {};
    let take: (stream: ByteStream) => void = () => {};
    const taken = new Promise<ByteStream>((resolve) => {
      take = resolve;
    });
    const listener = await listenAt(setup.transport, setup.listenAddress, {
      admit(shown) {
        info = shown;
        return true;
      },
      onStream: take,
    });
    const dialed = await setup.transport.dial(setup.addressFor(listener));
    const pair = { dialed, taken: await taken, info };
    await run(pair);
    pair.dialed.abort();
    pair.taken.abort();
    await listener.close();
  };
}

async function endedInOrder(...streams: ByteStream[]): Promise<void> {
  for (const stream of streams) equal((await stream.closed).error, undefined, "error");
}

async function cancelledDial(setup: ListenSetup): Promise<void> {
  const closed: Promise<CloseInfo>[] = [];
  const listener = await listenAt(setup.transport, setup.listenAddress, {
    admit: () => true,
    onStream: (stream) => closed.push(stream.closed),
  });
  const address = setup.addressFor(listener);
  const controller = newAbortController();
  const dialed = setup.transport.dial(address, controller);
  controller.abort();
  await rejection(dialed);
  // A dial after it has gone through: the listener has dealt with all that came before.
  const next = await setup.transport.dial(address);
  await next.close();
  await Promise.all(closed);
  await listener.close();
}

async function closedListener(setup: ListenSetup): Promise<void> {
  const streams: ByteStream[] = [];
  const echo = async (stream: ByteStream) => {
    for await (const bytes of stream) await stream.write(bytes);
  };
  const handlers = {
    admit: () => true as const,
    onStream(stream: ByteStream) {
      streams.push(stream);
      // The case ends its streams; it sees the error on its own side.
      echo(stream).catch(() => {});
    },
  };
  const first = await listenAt(setup.transport, setup.listenAddress, handlers);
  const open = await setup.transport.dial(setup.addressFor(first));
  const reader = new ExactReader(open);
  await open.write(pattern(0, 1));
  await reader.exact(1);
  await first.close();
  await first.close();
  await rejectsWith(setup.transport.dial(setup.addressFor(first)), "P2P_ERR_DIAL_FAILED");
  const second = await listenAt(setup.transport, first.address, handlers);
  equal(second.address.port, first.address.port, "port");
  await open.write(pattern(0, 1_000));
  await reader.expectPattern(1_000);
  await open.close();
  equal((await open.closed).error, undefined, "error");
  await second.close();
}

async function refusal(setup: ListenSetup): Promise<void> {
  let refuse = true;
  const taken: ByteStream[] = [];
  const listener = await listenAt(setup.transport, setup.listenAddress, {
    admit: () => (refuse ? { reason: 0x04, message: "too many peers" } : true),
    onStream: (stream) => taken.push(stream),
  });
  const address = setup.addressFor(listener);
  // Media that learn of it only later open a stream that breaks off.
  const attempt = setup.transport.dial(address).then(async (stream) => {
    throw (await stream.closed).error;
  });
  isP2PError(await rejection(attempt));
  equal(taken.length, 0, "streams");
  refuse = false;
  const stream = await setup.transport.dial(address);
  await stream.write(pattern(0, 1));
  await stream.close();
  equal(taken.length, 1, "streams");
  await listener.close();
}

function listenAt(
  ...[transport, address, handlers]: [Transport, ...ListenArguments]
): Promise<Listener> {
  if (transport.listen === undefined) throw new TypeError("the transport can't listen");
  return transport.listen(address, handlers);
}

type ListenArguments = Parameters<NonNullable<Transport["listen"]>>;
