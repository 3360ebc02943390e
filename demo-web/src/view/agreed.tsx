/**
 * What both sides agreed on: the space of message codes, divided among the protocols.
 * @module
 */

import { useSignalEffect } from "@preact/signals";
import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import { BASE_PROTOCOL, protocolColour, protocolStyle } from "../colours.ts";
import { formatCode, formatProtocol, plural } from "../format.ts";
import type { CodeRange, Model } from "../model.ts";
import { knownMessage } from "../vocabulary.ts";
import { motionAllowed } from "./motion.ts";

/** The base protocol's own range, the same on every connection. */
const BASE: CodeRange = { name: BASE_PROTOCOL, version: 5, offset: 0, length: 16 };

/** More codes than this are drawn as one block instead of cells. */
const MAX_CELLS = 32;

/** The section with the bar and its legend. */
export function Agreed({ model }: { model: Model }): JSX.Element {
  const ranges = [BASE, ...model.agreed.value];
  const bar = useRef<HTMLDivElement>(null);
  useSignalEffect(() => {
    const activity = model.activity.value;
    if (!motionAllowed()) return;
    for (const { protocol, wireCode } of activity) flash(bar.current, protocol, wireCode);
  });
  return (
    <section class="section" aria-labelledby="agreed-title">
      <div class="columns">
        <div>
          <div class="section-head">
            <h2 id="agreed-title">What we agreed on</h2>
          </div>
          <p class="section-note">
            A number in front of every message says which protocol it is for. Both sides laid out
            the numbers the same way, by name, without asking anyone. A cell lights up when its
            message goes over the wire.
          </p>
        </div>
        <Legend ranges={ranges} agreed={model.agreed.value.length > 0} />
      </div>
      <div class="codes" ref={bar} aria-hidden="true">
        {ranges.map((range) => (
          <Bar key={range.name} range={range} />
        ))}
        {model.agreed.value.length === 0 && (
          <div class="range range-open" style={{ flexGrow: 5 }}>
            <div class="range-cells" />
          </div>
        )}
      </div>
    </section>
  );
}

function Bar({ range }: { range: CodeRange }): JSX.Element {
  const cells = range.length > MAX_CELLS ? 1 : range.length;
  return (
    <div class="range" style={{ ...protocolStyle(range.name), flexGrow: cells }}>
      <div class="range-cells">
        {Array.from({ length: cells }, (_, index) => {
          const name = knownMessage(range.name, index);
          const kind = name === undefined ? "cell cell-unnamed" : "cell";
          return (
            <span key={index} class={kind} data-code={range.offset + index}>
              {name}
            </span>
          );
        })}
      </div>
      <code class="range-first">{formatCode(range.offset)}</code>
    </div>
  );
}

function Legend({
  ranges,
  agreed,
}: {
  ranges: readonly CodeRange[];
  agreed: boolean;
}): JSX.Element {
  return (
    <table class="legend">
      <thead>
        <tr>
          <th scope="col">Protocol</th>
          <th scope="col">Version</th>
          <th scope="col">Codes</th>
          <th scope="col">Length</th>
        </tr>
      </thead>
      <tbody>
        {ranges.map((range) => (
          <tr key={range.name} style={protocolStyle(range.name)}>
            <th scope="row">
              <span class="swatch" aria-hidden="true" />
              {formatProtocol(range.name)}
            </th>
            <td>{range.version}</td>
            <td>{codesOf(range)}</td>
            <td>{plural(range.length, "code")}</td>
          </tr>
        ))}
        {!agreed && (
          <tr>
            <td colSpan={4} class="legend-empty">
              The rest is agreed on when both sides have said hello.
            </td>
          </tr>
        )}
      </tbody>
    </table>
  );
}

function codesOf(range: CodeRange): string {
  const last = range.offset + range.length - 1;
  if (last === range.offset) return formatCode(range.offset);
  return `${formatCode(range.offset)}–${formatCode(last)}`;
}

function flash(bar: HTMLElement | null, protocol: string, wireCode: number): void {
  const cell = bar?.querySelector<HTMLElement>(`[data-code="${wireCode}"]`);
  cell?.animate([{ background: protocolColour(protocol) }, {}], {
    duration: 700,
    easing: "ease-out",
  });
}
