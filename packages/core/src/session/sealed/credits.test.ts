/**
 * The credits of one channel, by its two ends alone: their count must hold however long it runs.
 * @module
 */

import { expect, test } from "vitest";
import { portableSnappy } from "../../wire/portable-snappy.ts";
import { MAX_MESSAGE_SIZE, MESSAGE_OVERHEAD } from "../session.ts";
import { ChunkType } from "./chunks.ts";
import { InboundChannel } from "./inbound-channel.ts";
import { OutboundChannel } from "./outbound-channel.ts";

const protocol = { offset: 16, length: 1, compress: false };
const empty = new Uint8Array(0);
/** Some seconds, but not on a machine that does much else. */
const TIME = { timeout: 120_000 };

/** Takes as much as it is given: what is in a record is another test's. */
const record = { bulkRoom: () => 65_536, msg: () => empty } as never;

test("ten million empty messages pass: each costs credit, all of it is given back", TIME, () => {
  const out = new OutboundChannel(1, protocol, portableSnappy);
  let windows = 0;
  const inbound = new InboundChannel({
    protocol,
    window: 2 ** 23,
    maxMessage: MAX_MESSAGE_SIZE,
    hasRoom: () => true,
    grant(increment) {
      windows += 1;
      out.grant(increment);
    },
    codec: portableSnappy,
  });
  const chunk = { type: ChunkType.Msg, channel: 1, flags: 0, code: 0, bytes: empty } as const;
  let passed = 0;
  while (passed < 10_000_000) {
    for (let i = 0; i < 1000; i++) out.push(0, empty);
    let sent = 0;
    for (; out.writePiece(record, 65_536); sent++) inbound.msg(chunk);
    inbound.taken(sent * MESSAGE_OVERHEAD);
    expect(sent).toBe(1000);
    passed += sent;
  }
  // Half of the window each time.
  expect(windows).toBeGreaterThan(100);
  expect(windows).toBeLessThan(200);
});
