/**
 * The panel that asks an Ethereum node, in Chromium, against a go-ethereum process: its answer, and every
 * way in which there is none, in words.
 * @module
 */

import { once } from "node:events";
import type { Server } from "node:net";
import { createServer } from "node:net";
import { bytesToHex, generatePrivateKey, publicKeyOf } from "@peerkit/core";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ForeignNode } from "../../packages/interop/src/foreign-node.ts";
import { startGeth } from "../../packages/interop/src/geth-process.ts";
import type { PeerProcess } from "../../packages/interop/src/peer-process.ts";
import { needs } from "../../scripts/needs.mjs";
import { chromiumNeed, useDemo } from "./demo.ts";
import { ask, frameList, screenshots, violations } from "./page-actions.ts";

const go = needs("go");

/** The network that the go-ethereum node says it is of. */
const NETWORK = "1337";

describe.skipIf(chromiumNeed.missing || go.missing)(
  `the panel for an Ethereum node, with go-ethereum${chromiumNeed.note || go.note}`,
  () => {
    const demo = useDemo();
    let geth: PeerProcess;
    let node: ForeignNode;
    let full: ForeignNode;
    /** Nobody listens there. */
    let gone: string;
    /** Whoever listens there says nothing. */
    let silent: string;
    let mute: Server;
    /** The node's place under a key that isn't its own. */
    let impostor: string;

    beforeAll(async () => {
      geth = await startGeth();
      const name = "Geth/peerkit-test";
      node = await ForeignNode.start(geth, { name, protocols: [], eth: true });
      full = await ForeignNode.start(geth, { protocols: [], eth: true, maxPeers: 0 });
      const key = bytesToHex(publicKeyOf(generatePrivateKey()));
      impostor = enodeOf(node).replace(/[0-9a-f]{128}/, key);
      mute = createServer().listen(0, "127.0.0.1");
      await once(mute, "listening");
      silent = `enode://${key}@127.0.0.1:${portOf(mute)}`;
      gone = `enode://${key}@127.0.0.1:${await closedPort()}`;
      await demo.relay.allow([enodeOf(node), enodeOf(full), impostor, gone, silent]);
    });
    afterAll(async () => {
      mute?.close();
      await geth?.stop();
    });

    /** A page that has asked. */
    async function asking(enode: string): Promise<Page> {
      const page = await demo.visitor();
      await demo.open(page);
      await ask(page, enode);
      return page;
    }

    test("shows what the node says of its chain, and that the relay could read along", async () => {
      const page = await asking(enodeOf(node));
      const answer = page.locator(".answer");
      await answer.getByText("It answered.").waitFor();
      const { genesis, protocol } = await node.next("eth");
      const facts = await answer.locator(".node-facts > div").allInnerTexts();
      expect(facts.map((fact) => fact.replace(/\s+/g, " "))).toEqual([
        "Client Geth/peerkit-test",
        expect.stringMatching(/^Protocols (?:eth\/\d+(?:, )?)+$/),
        "devp2p version 5",
        `Spoken ${protocol}`,
        `Network ${NETWORK}`,
        `Genesis 0x${genesis}`,
        `Head block 0, 0x${genesis}`,
        expect.stringMatching(/^Fork id 0x[0-9a-f]{8}$/),
        "On the way authenticated, not confidential from the relay: it could read along",
      ]);
      await frameList(page).getByRole("option").filter({ hasText: "eth Status" }).first().waitFor();
      expect(await violations(page)).toEqual([]);
      await screenshots(page, "ethereum");
    });

    test("says why there is no answer", async () => {
      const page = await asking(enodeOf(full));
      const answer = page.locator(".answer");
      await answer.getByText("The node left: too many peers (0x04).").waitFor();

      await ask(page, gone);
      const place = /@(.*)$/.exec(gone)?.[1];
      await answer
        .getByText(`The relay may dial this node, but nothing answers at ${place}.`)
        .waitFor();

      await ask(page, impostor);
      await answer.getByText(/when the address has another key than its own/).waitFor();

      await ask(page, silent);
      await answer.getByText("The relay has reached it. Shaking hands with it.").waitFor();
      await answer.getByRole("progressbar", { name: "Asking the node" }).waitFor();
      await answer.getByText(/^Something answers at .*, but it doesn’t/).waitFor();

      const stranger = gone.replace(/:\d+$/, ":1");
      await ask(page, stranger);
      await answer.getByText(/its operator hasn’t allowed this node/).waitFor();
      expect(await answer.locator(".allow").textContent()).toBe(`--allow ${stranger}`);

      await ask(page, "enode://short@127.0.0.1:30303");
      await answer.getByText(/^That isn’t the address of a node/).waitFor();
    });
  },
);

/** As the relay's list has it: without the port of a discovery that isn't there. */
function enodeOf({ enode }: ForeignNode): string {
  return enode.replace(/\?.*$/, "");
}

async function closedPort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const port = portOf(server);
  server.close();
  await once(server, "close");
  return port;
}

function portOf(server: Server): number {
  const address = server.address();
  if (typeof address === "object" && address !== null) return address.port;
  throw new TypeError("no port");
}
