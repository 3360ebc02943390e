/**
 * Finds the browsers, the Go toolchain and the like that some tests need. Plain Node, so that it runs
 * before anything is installed.
 * @module
 */
import { execFileSync } from "node:child_process";
import { accessSync, constants, existsSync, readdirSync } from "node:fs";
import { delimiter, join } from "node:path";

/** The oldest Go that builds the go-ethereum module. */
export const GO_MINIMUM = [1, 24];

/**
 * @typedef {"chromium" | "firefox" | "webkit" | "go" | "openssl" | "nats"} ToolName
 * @typedef {object} Tool
 * @property {ToolName} name
 * @property {string} title What a person calls it.
 * @property {string} variable The environment variable that names its path for the tests.
 * @property {string[]} packages The Debian packages that bring it.
 * @property {() => string | undefined} find Its path, or undefined.
 */

/** @type {readonly Tool[]} */
export const TOOLS = [
  {
    name: "chromium",
    title: "Chromium",
    variable: "PEERKIT_CHROMIUM",
    packages: ["chromium"],
    find: () =>
      fromEnv("CHROMIUM") ??
      which("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"),
  },
  {
    name: "firefox",
    title: "Firefox",
    variable: "PEERKIT_FIREFOX",
    packages: ["firefox-esr"],
    find: () => fromEnv("FIREFOX") ?? which("firefox-esr", "firefox"),
  },
  {
    name: "webkit",
    title: "WebKit (WebKitWebDriver, MiniBrowser, Xvfb)",
    variable: "PEERKIT_WEBKIT",
    packages: ["webkit2gtk-driver", "xvfb"],
    find: () => (miniBrowser() && which("Xvfb") ? which("WebKitWebDriver") : undefined),
  },
  {
    name: "go",
    title: `Go ${GO_MINIMUM.join(".")} or newer`,
    variable: "PEERKIT_GO",
    packages: ["golang-go"],
    find: () => {
      const path = which("go");
      return path && isNewEnough(goVersion(path)) ? path : undefined;
    },
  },
  {
    name: "openssl",
    title: "OpenSSL",
    variable: "PEERKIT_OPENSSL",
    packages: ["openssl"],
    find: () => which("openssl"),
  },
  {
    name: "nats",
    title: "NATS server",
    variable: "PEERKIT_NATS",
    packages: ["nats-server"],
    find: () => which("nats-server") ?? systemProgram("nats-server"),
  },
];

/**
 * The tool of that name, by a set variable of ours or by looking for it.
 * @param {ToolName} name
 * @returns {Tool & { path: string | undefined }}
 */
export function lookUp(name) {
  const tool = TOOLS.find((candidate) => candidate.name === name);
  if (!tool)
    throw new RangeError(`"name" expected one of ${TOOLS.map((t) => t.name)}, got ${name}`);
  return { ...tool, path: fromEnv(tool.variable) ?? tool.find() };
}

/**
 * The command that installs these packages, as a person would type it.
 * @param {readonly string[]} packages
 */
export function installCommand(packages) {
  return `sudo apt-get install -y --no-install-recommends ${packages.join(" ")}`;
}

/** The path of WebKitGTK's MiniBrowser, which Debian keeps out of PATH; undefined when absent. */
export function miniBrowser() {
  for (const lib of ["/usr/lib", "/usr/libexec"]) {
    for (const folder of [lib, ...children(lib)]) {
      for (const version of ["4.1", "4.0", "6.0"].map((v) => `webkit2gtk-${v}`)) {
        const path = join(folder, version, "MiniBrowser");
        if (existsSync(path)) return path;
      }
    }
  }
  return undefined;
}

/**
 * @param {readonly string[]} names
 * @returns {string | undefined}
 */
export function which(...names) {
  for (const name of names) {
    for (const folder of (process.env.PATH ?? "").split(delimiter)) {
      const path = join(folder, name);
      if (folder && isExecutable(path)) return path;
    }
  }
  return undefined;
}

/**
 * Of /usr/sbin, which isn't in the PATH of most users.
 * @param {string} name
 */
function systemProgram(name) {
  const path = join("/usr/sbin", name);
  return isExecutable(path) ? path : undefined;
}

/** @param {string} variable */
function fromEnv(variable) {
  return process.env[variable] || undefined;
}

/** @param {string} path */
function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    // Absent or not ours to run: the same to a caller.
    return false;
  }
}

/** @param {string} folder */
function children(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name.includes("-linux-"))
    .map((entry) => join(folder, entry.name));
}

/** @param {string} path */
function goVersion(path) {
  try {
    // GOTOOLCHAIN=local: an old go would otherwise try to download a newer one just to answer.
    const env = { ...process.env, GOTOOLCHAIN: "local" };
    return execFileSync(path, ["env", "GOVERSION"], {
      env,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
  } catch {
    // A go that can't say its version can't build either.
    return "";
  }
}

/** @param {string} version As `go env GOVERSION` has it: "go1.26.8". */
export function isNewEnough(version) {
  const [, major, minor] = /^go(\d+)\.(\d+)/.exec(version.trim()) ?? [];
  if (major === undefined || minor === undefined) return false;
  const [wantMajor = 0, wantMinor = 0] = GO_MINIMUM;
  return Number(major) > wantMajor || (Number(major) === wantMajor && Number(minor) >= wantMinor);
}
