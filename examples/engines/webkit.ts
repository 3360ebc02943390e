/**
 * WebKit, by plain WebDriver requests to WebKitWebDriver, on an X display of its own.
 * @module
 */

import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import type { OpenPage } from "./engine.ts";

/** The key under which WebDriver hands out elements. */
const ELEMENT_KEY = "element-6066-11e4-a52e-4f735466cecf";
/** The Enter key, as WebDriver writes it. */
const ENTER_KEY = "\ue007";
/** How long the driver may take to start. */
const START_MS = 100_000;

/** Opens pages in the WebKit that `driver` (WebKitWebDriver) and `browser` (MiniBrowser) make up. */
export function webkitEngine(driver: string, browser: string): OpenPage {
  return async (url) => {
    const { display, process: screen } = await startScreen();
    const port = await freePort();
    const driverProcess = spawn(driver, ["--host=127.0.0.1", `--port=${port}`], {
      env: { ...process.env, DISPLAY: display },
      stdio: "ignore",
    });
    const base = `http://127.0.0.1:${port}`;
    const end = async () => {
      await stop(driverProcess);
      await stop(screen);
    };
    try {
      await started(base);
      const session = await newSession(base, browser);
      await request(session, "POST", "url", { url });
      return {
        text: (selector) => textOf(session, selector),
        enter: (selector, text) => enter(session, selector, text),
        async close() {
          await request(session, "DELETE", "").finally(end);
        },
      };
    } catch (error) {
      await end();
      throw error;
    }
  };
}

async function startScreen(): Promise<{ display: string; process: ChildProcess }> {
  const args = ["-displayfd", "1", "-screen", "0", "1280x800x24", "-nolisten", "tcp"];
  const screen = spawn("Xvfb", args, { stdio: ["ignore", "pipe", "ignore"] });
  const [number] = await once(screen.stdout, "data");
  return { display: `:${String(number).trim()}`, process: screen };
}

async function newSession(base: string, browser: string): Promise<string> {
  const options = { binary: browser, args: ["--automation"] };
  const capabilities = { alwaysMatch: { "webkitgtk:browserOptions": options } };
  const value = await request(base, "POST", "session", { capabilities });
  return `${base}/session/${field(value, "sessionId")}`;
}

async function textOf(session: string, selector: string): Promise<string> {
  const element = await elementOf(session, selector);
  return String(await request(session, "GET", `element/${element}/text`));
}

async function enter(session: string, selector: string, text: string): Promise<void> {
  const element = await elementOf(session, selector);
  await request(session, "POST", `element/${element}/value`, { text: `${text}${ENTER_KEY}` });
}

async function elementOf(session: string, selector: string): Promise<string> {
  const using = { using: "css selector", value: selector };
  return field(await request(session, "POST", "element", using), ELEMENT_KEY);
}

async function request(
  base: string,
  method: string,
  path: string,
  body?: object,
): Promise<unknown> {
  const response = await fetch(path === "" ? base : `${base}/${path}`, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const value = (await response.json()) as { readonly value: unknown };
  if (!response.ok) throw new Error(`WebDriver: ${JSON.stringify(value.value)}`);
  return value.value;
}

function field(value: unknown, name: string): string {
  return String((value as Readonly<Record<string, unknown>>)[name]);
}

async function started(base: string): Promise<void> {
  const end = Date.now() + START_MS;
  for (;;) {
    try {
      await request(base, "GET", "status");
      return;
    } catch (error) {
      // Nothing listens yet.
      if (Date.now() > end) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (typeof address !== "object" || address === null) throw new TypeError("no port");
  return address.port;
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill();
  await once(child, "exit");
}
