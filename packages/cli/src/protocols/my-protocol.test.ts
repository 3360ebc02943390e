import { bytesToHex, DiscReason, hexToBytes, sendItems } from "@peerkit/core";
import { peerPipe } from "@peerkit/core/testing";
import { expect, test } from "vitest";
import { createMyProtocol, TEXT } from "./my-protocol.ts";

test("says foo when it dialed, gets bar for it, and may ask again from outside", async () => {
  let answered: (text: string) => void = () => {};
  const answer = () =>
    new Promise<string>((resolve) => {
      answered = resolve;
    });
  const protocol = createMyProtocol((text) => answered(text));
  const first = answer();
  const [peer] = peerPipe([protocol]);
  expect(await first).toBe("bar");
  const second = answer();
  await sendItems(peer.writer(protocol)!, TEXT, "foo");
  expect(await second).toBe("bar");
});

test.each([
  ["a list of one string", "c483666f6f"],
  ["a bare string", "83666f6f"],
])("takes foo as %s, and answers with the list of one", async (_what, hex) => {
  const answer = new Promise<string>((resolve) => {
    const dialer = {
      ...createMyProtocol(() => {}),
      async run(_peer: unknown, rw: Parameters<ReturnType<typeof createMyProtocol>["run"]>[1]) {
        await rw.writeMsg(TEXT, hexToBytes(hex));
        resolve(bytesToHex((await rw.readMsg()).payload));
      },
    };
    peerPipe([dialer], { secondProtocols: [createMyProtocol(() => {})] });
  });
  expect(await answer).toBe("c483626172");
});

test("leaves a peer that sends two strings with a breach of protocol", async () => {
  const protocol = createMyProtocol(() => {});
  const [listener] = peerPipe([protocol]);
  await sendItems(listener.writer(protocol)!, TEXT, "foo", "foo");
  expect(await listener.closed).toMatchObject({ reason: DiscReason.ProtocolError, remote: true });
});
