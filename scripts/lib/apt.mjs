/**
 * Installs missing tools with Debian's packages, where that is asked for and possible.
 * @module
 */
import { capture, run } from "./run.mjs";
import { say } from "./setup.mjs";
import { GO_MINIMUM, isNewEnough, which } from "./tools.mjs";

/**
 * Tries to install the packages of these tools; what can't be had is said in words. The caller looks
 * the tools up again.
 * @param {readonly import("./tools.mjs").Tool[]} tools
 */
export async function installTools(tools) {
  if (!which("apt-get")) {
    console.log("  no apt-get here: install them by your system's own means");
    return;
  }
  say(`Installing ${tools.map((tool) => tool.title).join(", ")} …`);
  await apt("update", "-qq");
  const packages = [];
  for (const tool of tools) {
    if (tool.name === "go" && !(await offersNewGo())) {
      console.log(
        `  Debian's golang-go here is older than ${GO_MINIMUM.join(".")}: install Go from go.dev`,
      );
    } else {
      packages.push(...tool.packages);
    }
  }
  if (packages.length > 0)
    await apt("install", "-y", "-qq", "--no-install-recommends", ...packages);
}

/** @param {...string} args */
async function apt(...args) {
  const env = { DEBIAN_FRONTEND: "noninteractive" };
  const root = process.getuid?.() === 0;
  const code = root
    ? await run("apt-get", args, { env })
    : await run("sudo", ["DEBIAN_FRONTEND=noninteractive", "apt-get", ...args]).catch(() => 127);
  if (code !== 0) console.log(`  apt-get ${args[0]} ended with exit code ${code}`);
}

async function offersNewGo() {
  const { output } = await capture("apt-cache", ["policy", "golang-go"]);
  const version = /Candidate: (?:\d+:)?(\d+\.\d+)/.exec(output)?.[1];
  return version !== undefined && isNewEnough(`go${version}`);
}
