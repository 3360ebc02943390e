/**
 * `peerkit relay`: runs a relay.
 * @module
 */

import { readArgs } from "../args.ts";
import type { Io } from "../io.ts";
import { nodeKey } from "../key-file.ts";
import type { Log } from "../log.ts";
import { openLog } from "../log.ts";
import { RELAY_OPTIONS, readRelayConfig } from "../relay/config.ts";
import { startRelay } from "../relay/run.ts";
import { stopSignal } from "../stop-signal.ts";

const HELP = `Usage: peerkit relay [options]

Runs a relay: pages reach each other through it, and the TCP nodes that --allow names. It moves
bytes and reads none of them. One port has WebSocket (/p2p), /peerkit.json and /healthz.

Options:
  --http <host:port>   where it listens (default 127.0.0.1:8080; a port alone is on loopback)
  --host               opens --http to the local network
  --listen <url>       also takes programs at tcp://host:port; repeatable
  --key-file <path>    keeps its key; made when absent (default: a fresh key each time)
  --name <name>        its client name (default relay)
  --allow <enode>      a TCP node that it may dial, enode://<key>@<host>:<port>; repeatable
  --origin <origin>    a website whose pages may use it, https://app.example; repeatable (default: any)
  --policy <file>      JSON with allow, origins, limits; added to the flags, read again on SIGHUP
  --trust-proxy <net>  a reverse proxy, an IP address or a network, whose X-Forwarded-For or
                       Forwarded header says who connects; repeatable
  --tls-cert <file>    serves HTTPS and WSS with this certificate, PEM, and
  --tls-key <file>     this key
  --site <dir>         serves the page in this folder, and speaks MyProtocol/1 with it
  --metrics <h:p>      serves metrics to Prometheus at /metrics there; a port alone is on loopback
  --public-metrics     serves them on --http too, to anyone
  --max-peers <n>      connected nodes at most (default 10000)
  --max-reservations <n>  reachable nodes at most (default 10000)
  --max-pipes <n>      pipes at most (default 2000)
  --directory <url>    a NATS server, nats://host:port or tls://host:port, by which relays know each
                       other's nodes and rooms; repeatable for a cluster
  --directory-creds <file>  credentials for it
  --directory-replicas <n>  on how many servers of a cluster it is kept: 1, 3 or 5 (default 1)
  --pipe-url <url>     with --directory, where the other relays reach this one, such as
                       ws://10.0.0.5:8080/p2p (default: --http, if that is one address)
  --drain <seconds>    after SIGTERM, in what time it lets everybody go (default 5)
  --dangerously-allow-network <net>  lets ANYONE reach ANY port in a network such as
                       203.0.113.0/24 through it, whatever listens there; repeatable
  --json               prints one line of JSON for each event
  --help               this text

Exit codes: 0 stopped by SIGINT or SIGTERM; 1 it could not start; 2 the command line is wrong.`;

/** Runs `peerkit relay` until a signal stops it. Exit codes: see its help. */
export async function relayCommand(args: readonly string[], io: Io): Promise<number> {
  const { values } = readArgs("relay", args, RELAY_OPTIONS);
  if (values.help) {
    io.out(HELP);
    return 0;
  }
  const config = readRelayConfig(values);
  const log = openLog(io, config.json);
  const relay = await startRelay(config, await nodeKey(config.keyFile), log);
  io.onReload(() => void reload(relay.reload(), log));
  await stopSignal(io);
  const seconds = config.drainMs / 1_000;
  log({ type: "drain", withinMs: config.drainMs }, `drains  everybody leaves within ${seconds} s`);
  await relay.stop();
  return 0;
}

async function reload(reloading: Promise<void>, log: Log): Promise<void> {
  try {
    await reloading;
    log({ type: "reload" }, "policy  read again");
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    log({ type: "not-reloaded", error: message }, `policy  not changed: ${message}`);
  }
}
