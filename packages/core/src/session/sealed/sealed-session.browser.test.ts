/**
 * The sealed session in a page, by WebCrypto: records are opened several at once and stay in order.
 * @module
 */

import { expect, test } from "vitest";
import { systemRandom } from "../../env.ts";
import { replaceWrite } from "../../replace-write.test.helper.ts";
import { bytesToHex } from "../../wire/bytes.ts";
import { collect, openPair, until } from "./sealed-pair.test.helper.ts";

test("a page's messages of all sizes arrive in order, both ways", async () => {
  const { initiator, recipient } = await openPair();
  const sizes = [0, 1, 100, 70_000, 5, 65_536, 1_000_000, 3, 16_000, 0, 200_000, 64];
  const sent = [...sizes, ...sizes].map((size) => systemRandom(new Uint8Array(size)));
  const directions = [
    [initiator, recipient],
    [recipient, initiator],
  ] as const;
  await Promise.all(
    directions.map(async ([from, to]) => {
      const got = collect(to, { take: true, count: sent.length });
      for (const payload of sent) from.write(16, payload);
      await got.all;
      expect(got.messages.map(({ payload }) => bytesToHex(payload))).toEqual(sent.map(bytesToHex));
    }),
  );
});

test("a page drops a session at a record that was changed, and keeps what came before", async () => {
  let spoil = false;
  const { initiator, recipient } = await openPair({
    wrap: (stream) =>
      replaceWrite(stream, (write) => (bytes, options) => {
        if (spoil) bytes[bytes.length - 1]! ^= 1;
        return write(bytes, options);
      }),
  });
  const got = collect(recipient, { take: true });
  initiator.resume();
  initiator.write(16, Uint8Array.of(1));
  await until(() => got.messages.length === 1);
  spoil = true;
  initiator.write(16, Uint8Array.of(2));
  expect(await got.end).toMatchObject({ code: "P2P_ERR_SEALED_RECORD" });
  expect(got.messages.length).toBe(1);
});
