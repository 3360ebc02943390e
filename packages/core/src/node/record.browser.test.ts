import { expect, test } from "vitest";
import vectors from "../../test-vectors/devp2p.json" with { type: "json" };
import { hexToBytes } from "../wire/bytes.ts";
import { parseNodeAddress } from "./address-text.ts";
import { LocalNode } from "./local-node.ts";
import { formatRecord, parseRecord, signRecord } from "./record.ts";

test("a page reads records and makes its own", () => {
  const { text, privateKey } = vectors.enr;
  const record = parseRecord(text);
  expect(formatRecord(record)).toBe(text);
  expect(structuredClone(record)).toEqual(record);
  const node = new LocalNode({ privateKey: hexToBytes(privateKey) });
  node.setWebSocket("wss", { host: "relay.example", port: 443 });
  expect(parseNodeAddress(node.enr)).toMatchObject({ scheme: "wss", host: "relay.example" });
  const signed = signRecord({ seq: 1n }, hexToBytes(privateKey));
  expect(parseRecord(formatRecord(signed))).toEqual(signed);
});
