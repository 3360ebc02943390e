/**
 * Tests of what a dialer is told in Node.
 * @module
 */

import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer as createHttps } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { webSocket } from "./index.ts";

const publicKey = new Uint8Array(64);

/** A TCP server that does what it likes with its connections. */
async function tcpServer(onSocket: (socket: Socket) => void) {
  const server = createServer(onSocket).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return { server, address: { publicKey, scheme: "ws", host: "127.0.0.1", port } };
}

test("gives up on a server that never answers when the signal says so", async () => {
  const controller = new AbortController();
  const why = new Error("took too long");
  const closed: Promise<unknown>[] = [];
  const { server, address } = await tcpServer((socket) => {
    closed.push(new Promise((resolve) => socket.once("close", resolve)));
    socket.once("data", () => controller.abort(why));
    socket.on("error", () => {});
  });
  await expect(webSocket().dial(address, controller)).rejects.toBe(why);
  await Promise.all(closed);
  expect(closed).toHaveLength(1);
  server.close();
});

test.each([
  ["SSH-2.0-OpenSSH\r\n", /doesn't speak HTTP/],
  ["", /hung up/],
])("says what is wrong with a server that answers %j", async (answer, words) => {
  const { server, address } = await tcpServer((socket) => {
    socket.on("error", () => {});
    socket.once("data", () => socket.end(answer));
  });
  await expect(webSocket().dial(address)).rejects.toMatchObject({
    code: "P2P_ERR_DIAL_FAILED",
    message: expect.stringMatching(words),
  });
  server.close();
});

test("says that TLS failed where the server has none", async () => {
  const { server, address } = await tcpServer((socket) => {
    socket.on("error", () => {});
    socket.once("data", () => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n"));
  });
  await expect(webSocket().dial({ ...address, scheme: "wss" })).rejects.toMatchObject({
    code: "P2P_ERR_DIAL_FAILED",
    message: expect.stringMatching(/TLS failed/),
  });
  server.close();
});

test("turns a host that makes no URL into an error of dialing", async () => {
  await expect(
    webSocket().dial({ publicKey, scheme: "ws", host: "not a host", port: 1 }),
  ).rejects.toMatchObject({ code: "P2P_ERR_DIAL_FAILED" });
});

const certificate = makeCertificate();

test.skipIf(certificate === undefined)(
  "carries bytes over TLS, and refuses a certificate that isn't trusted (needs openssl)",
  async () => {
    const server = createHttps(certificate!).listen(0, "127.0.0.1");
    const listener = await webSocket({ server }).listen!(
      { scheme: "wss", host: "127.0.0.1", port: 0 },
      {
        admit: () => true,
        onStream: async (stream) => {
          for await (const bytes of stream) await stream.write(bytes);
        },
      },
    );
    const address = { publicKey, ...listener.address };
    await expect(webSocket().dial(address)).rejects.toMatchObject({
      code: "P2P_ERR_DIAL_FAILED",
      message: expect.stringMatching(/TLS failed: self.signed/),
    });
    process.env.NODE_TLS_REJECT_UNAUTHORIZED = "0";
    const stream = await webSocket()
      .dial(address)
      .finally(() => {
        delete process.env.NODE_TLS_REJECT_UNAUTHORIZED;
      });
    await stream.write(new Uint8Array([1, 2, 3]));
    for await (const bytes of stream) {
      expect(bytes).toEqual(new Uint8Array([1, 2, 3]));
      break;
    }
    await stream.close();
    expect(await stream.closed).toEqual({});
    await listener.close();
    server.close();
  },
);

function makeCertificate(): { key: string; cert: string } | undefined {
  const folder = mkdtempSync(join(tmpdir(), "peerkit-"));
  const [key, cert] = [join(folder, "key.pem"), join(folder, "cert.pem")];
  const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  const files = ["-keyout", key, "-out", cert];
  try {
    execFileSync("openssl", ["req", "-x509", ...curve, ...files, "-subj", "/CN=peer"], {
      stdio: "ignore",
    });
    return { key: readFileSync(key, "utf8"), cert: readFileSync(cert, "utf8") };
  } catch {
    // No openssl here: the test says so by being skipped.
    return undefined;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
