/**
 * @ethereumjs/devp2p behind a pipe: commands come in as JSON lines on standard input, events go
 * out as JSON lines on standard output. The lines are those of the Go program beside this folder.
 * @module
 */

import { createHash, randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { DisconnectReasonNames, Peer, RLPx } from "@ethereumjs/devp2p";
import { makePayload } from "./payload.mjs";

// The very copies that the library uses.
const fromDevp2p = createRequire(createRequire(import.meta.url).resolve("@ethereumjs/devp2p"));
const { compress } = fromDevp2p("snappyjs");
const { keccak256 } = fromDevp2p("ethereum-cryptography/keccak.js");
const { version } = JSON.parse(readPackage());

const nodes = new Map();

const emit = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);
const hex = (bytes) => Buffer.from(bytes).toString("hex");
const digest = (bytes) => createHash("sha256").update(bytes).digest("hex");
const idOf = (publicKey) => hex(keccak256(publicKey));
const reasonText = (reason) => DisconnectReasonNames[reason] ?? `reason ${reason}`;

/** One RLPx instance and the protocols that run on it. */
class Node {
  constructor(request) {
    this.id = request.node;
    this.runs = new Map(); // by peer id and protocol, "<id> <name>/<version>"
    this.peers = new Map(); // Peer by id
    this.dialing = new Map(); // how a dial ends, by id
    this.rlpx = new RLPx(request.key ? Buffer.from(request.key, "hex") : randomBytes(32), {
      clientId: Buffer.from(request.name),
      maxPeers: request.maxPeers,
      capabilities: request.protocols.map((spec) => ({ ...spec, constructor: this.#run(spec) })),
      listenPort: null,
    });
    this.rlpx.events.on("peer:added", (peer) => this.#added(peer));
    this.rlpx.events.on("peer:removed", (peer, reason, we) => this.#removed(peer, reason, we));
    this.rlpx.events.on("peer:error", () => {}); // `peer:removed` follows
    this.rlpx.events.on("error", (error) => this.emit("error", { error: error.message }));
  }

  emit(event, fields) {
    emit({ event, node: this.id, ...fields });
  }

  async start() {
    await new Promise((resolve) => {
      this.rlpx.events.once("listening", resolve);
      this.rlpx.listen(0, "127.0.0.1");
    });
    const { port } = this.rlpx._server.address();
    const key = hex(this.rlpx.id);
    return { enode: `enode://${key}@127.0.0.1:${port}`, peer: idOf(this.rlpx.id) };
  }

  stop() {
    this.rlpx.destroy();
  }

  /** Settles when the peer was added, or when the connection ended before. */
  async dial(url) {
    const [, key, address, port] = /^enode:\/\/([0-9a-f]{128})@([^:]+):(\d+)/.exec(url);
    const publicKey = Buffer.from(key, "hex");
    const id = idOf(publicKey);
    const ended = new Promise((resolve, reject) => {
      this.dialing.set(id, { resolve, reject });
    });
    const connecting = this.rlpx.connect({ id: publicKey, address, tcpPort: Number(port) });
    const socket = this.rlpx._peers.get(key);
    socket.once("close", () => this.dialing.get(id)?.reject(new Error("the connection ended")));
    await Promise.all([connecting, ended]);
  }

  refused(peer, reason) {
    const dial = this.dialing.get(idOf(peer.getId()));
    dial?.reject(Object.assign(new Error(reasonText(reason)), { reason }));
  }

  disconnect(peerId, reason) {
    const peer = this.peers.get(peerId);
    if (peer === undefined) throw new Error(`no peer ${peerId}`);
    peer.disconnect(reason);
  }

  send(request) {
    const run = this.runs.get(`${request.peer} ${request.protocol}`);
    if (run === undefined)
      throw new Error(`${request.protocol} isn't running with ${request.peer}`);
    const data = makePayload(request.kind, request.size, request.seed);
    run.send(request.code, data);
    return { sha256: digest(data) };
  }

  #added(peer) {
    const id = idOf(peer.getId());
    const dial = this.dialing.get(id);
    this.dialing.delete(id);
    this.peers.set(id, peer);
    const { clientId, capabilities } = peer.getHelloMessage();
    const caps = capabilities.map((cap) => `${cap.name}/${cap.version}`);
    this.emit("add", { peer: id });
    for (const protocol of peer.getProtocols()) {
      this.runs.set(`${id} ${protocol.id}`, protocol);
      const inbound = dial === undefined;
      this.emit("run", { peer: id, protocol: protocol.id, fullname: clientId, caps, inbound });
    }
    dial?.resolve();
  }

  #removed(peer, reason, we) {
    const id = idOf(peer.getId());
    if (this.peers.get(id) !== peer) return; // it was never added
    this.peers.delete(id);
    for (const key of this.runs.keys()) if (key.startsWith(id)) this.runs.delete(key);
    const error = reason === undefined ? "the connection ended" : reasonText(reason);
    this.emit("drop", { peer: id, error, reason: reason ?? null, remote: we === false });
  }

  /** The class that the library makes an instance of for each peer that shares the capability. */
  #run(spec) {
    const node = this;
    return class {
      constructor(version, peer, send) {
        this.id = `${spec.name}/${version}`;
        this.peer = peer;
        this.send = (code, data) => send(code, compress(data));
      }

      _handleMessage(code, data) {
        const fields = { code, size: data.length, sha256: digest(data) };
        node.emit("message", { peer: idOf(this.peer.getId()), protocol: this.id, ...fields });
        if (spec.echo) this.send(code, data);
      }
    };
  }
}

// A refusal during the handshake, its own or the other's, makes no event: listen in.
for (const method of ["_handleDisconnect", "_sendDisconnect"]) {
  const original = Peer.prototype[method];
  Peer.prototype[method] = function (payload) {
    original.call(this, payload);
    if (this.getId() === null) return;
    for (const node of nodes.values()) {
      if (node.rlpx.id === this.id) node.refused(this, this._disconnectReason);
    }
  };
}

function readPackage() {
  const path = createRequire(import.meta.url).resolve("@ethereumjs/devp2p");
  return readFileSync(path.replace(/dist[\\/].*$/, "package.json"), "utf8");
}

async function handle(request) {
  if (request.cmd === "start") {
    const node = new Node(request);
    nodes.set(request.node, node);
    return node.start();
  }
  const node = nodes.get(request.node);
  if (node === undefined) throw new Error(`no node "${request.node}"`);
  switch (request.cmd) {
    case "stop":
      nodes.delete(request.node);
      return node.stop();
    case "dial":
    case "addPeer":
      return node.dial(request.enode);
    case "disconnect":
      return node.disconnect(request.peer, request.reason);
    case "send":
      return node.send(request);
    default:
      throw new Error(`unknown command "${request.cmd}"`);
  }
}

emit({
  event: "hello",
  program: `@ethereumjs/devp2p ${version}`,
  platform: `node ${process.version}`,
});
for await (const line of createInterface({ input: process.stdin })) {
  const request = JSON.parse(line);
  // Each on its own: a dial may take a while.
  void handle(request).then(
    (result) => emit({ event: "result", id: request.id, ...result }),
    (error) =>
      emit({ event: "result", id: request.id, error: error.message, reason: error.reason }),
  );
}
process.exit(0);
