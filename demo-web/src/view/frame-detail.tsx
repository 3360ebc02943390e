/**
 * One frame, opened: its bytes in hex beside what they mean.
 * @module
 */

import type { Frame, Inspector, Meaning } from "@peerkit/core/inspect";
import type { JSX } from "preact";
import { protocolStyle } from "../colours.ts";
import { formatBytes, formatCode, formatExactTime, formatProtocol, hexPairs } from "../format.ts";
import { KEPT_BYTES } from "../model.ts";

/** Bytes of one item that are shown; the rest is counted. */
const MAX_ITEM_BYTES = 64;

interface DetailProps {
  readonly wire: Inspector;
  readonly frame: Frame | undefined;
}

/** The pane beside the list. */
export function FrameDetail({ wire, frame }: DetailProps): JSX.Element {
  if (frame === undefined) {
    return (
      <div class="detail detail-empty">
        <p class="empty">Choose a frame to see its bytes beside their meaning.</p>
      </div>
    );
  }
  const meanings = wire.explain(frame);
  return (
    <section class="detail" style={protocolStyle(frame.protocol)} aria-labelledby="detail-title">
      <h3 id="detail-title">
        <span class="swatch" aria-hidden="true" />
        {formatProtocol(frame.protocol, frame.version)} {wire.name(frame)}
      </h3>
      <Facts frame={frame} />
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <section class="hex" aria-label="Bytes and their meaning" tabIndex={0}>
        {meanings.length === 0 ? (
          <p class="empty">No payload.</p>
        ) : (
          <HexTable frame={frame} meanings={meanings} />
        )}
        {frame.size > KEPT_BYTES && (
          <p class="empty">The first {formatBytes(KEPT_BYTES)} were kept.</p>
        )}
      </section>
    </section>
  );
}

function Facts({ frame }: { frame: Frame }): JSX.Element {
  const { direction, at, code, wireCode, size, wireSize } = frame;
  return (
    <dl class="detail-facts">
      <Fact name={direction === "in" ? "received" : "sent"} value={formatExactTime(at)} />
      <Fact name="code" value={`${formatCode(code)}, on the wire ${formatCode(wireCode)}`} />
      <Fact name="payload" value={`${formatBytes(size)}, compressed ${formatBytes(wireSize)}`} />
    </dl>
  );
}

function Fact({ name, value }: { name: string; value: string }): JSX.Element {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

function HexTable({
  frame,
  meanings,
}: {
  frame: Frame;
  meanings: readonly Meaning[];
}): JSX.Element {
  return (
    <table>
      <thead class="visually-hidden">
        <tr>
          <th scope="col">Bytes</th>
          <th scope="col">Meaning</th>
        </tr>
      </thead>
      <tbody>
        {meanings.map((meaning) => (
          <tr key={meaning.start}>
            <td class="hex-bytes">{hexText(frame.head, meaning)}</td>
            <td style={{ paddingLeft: `${meaning.depth * 0.9}em` }}>
              {meaning.name !== "" && <span class="hex-name">{meaning.name} </span>}
              {meaning.text}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function hexText(bytes: Uint8Array, meaning: Meaning): string {
  const end = Math.min(meaning.end, meaning.start + MAX_ITEM_BYTES);
  const hex = hexPairs(bytes.subarray(meaning.start, end));
  const left = meaning.end - end;
  return left > 0 ? `${hex} … ${formatBytes(left)} more` : hex;
}
