/**
 * What contestants are called where people read it.
 * @module
 */

const TITLES: Readonly<Record<string, string>> = {
  simulated: "peerkit, simulated",
  "peerkit-tcp": "peerkit, TCP",
  "peerkit-tcp-limits": "peerkit, TCP, its limits",
  "peerkit-tcp-workers": "peerkit, TCP, its limits, a worker",
  "peerkit-tcp-wasm": "peerkit, TCP, WebAssembly",
  "peerkit-tcp-native": "peerkit, TCP, native",
  "peerkit-ws": "peerkit, ws",
  "sealed-tcp": "peerkit sealed, TCP",
  "sealed-ws": "peerkit sealed, ws",
  "raw-tcp": "raw TCP, a write each",
  "raw-tcp-corked": "raw TCP, corked",
  "raw-ws": "raw ws, a message each",
  "raw-ws-corked": "raw ws, corked",
  "stream-ws": "a ws stream of ours",
  "pipe-ws": "a relay's pipe, ws to ws",
  "pipe-tcp": "a relay's pipe, ws to TCP",
  "splice-ws": "a plain splice, ws to ws",
  "splice-tcp": "a plain splice, ws to TCP",
  circuit: "peerkit, through a relay",
  "circuit-far": "peerkit, through a far relay",
  geth: "go-ethereum",
  "libp2p-tcp": "js-libp2p, TCP",
  "libp2p-ws": "js-libp2p, ws",
  devp2p: "@ethereumjs/devp2p",
  sha3: "SHA3-256, node:crypto",
};

/** Its title; its name where it has none. */
export function titleOf(contestant: string): string {
  return TITLES[contestant] ?? contestant;
}
