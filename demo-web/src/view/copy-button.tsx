/**
 * A button that copies a text.
 * @module
 */

import { useSignal } from "@preact/signals";
import type { JSX } from "preact";

/** How long “Copied” stands, in ms. */
const COPIED_MS = 2_000;

interface CopyButtonProps {
  /** Absent while there is nothing to copy. */
  readonly text: string | undefined;
  readonly label: string;
}

/** Copies `text`, and says whether that worked. */
export function CopyButton({ text, label }: CopyButtonProps): JSX.Element {
  const state = useSignal<"idle" | "copied" | "failed">("idle");
  const copy = async (): Promise<void> => {
    state.value = (await copyText(text ?? "")) ? "copied" : "failed";
    setTimeout(() => {
      state.value = "idle";
    }, COPIED_MS);
  };
  const words = { idle: label, copied: "Copied", failed: "Could not copy" };
  return (
    <>
      <button type="button" class="quiet" disabled={text === undefined} onClick={() => void copy()}>
        {words[state.value]}
      </button>
      <span class="visually-hidden" role="status">
        {state.value === "idle" ? "" : words[state.value]}
      </span>
    </>
  );
}

/** `navigator.clipboard` is absent in insecure contexts; the old command works there. */
async function copyText(text: string): Promise<boolean> {
  try {
    if (navigator.clipboard !== undefined) {
      await navigator.clipboard.writeText(text);
      return true;
    }
  } catch {
    // Refused by the browser: the way below may still be allowed.
  }
  const area = document.createElement("textarea");
  area.value = text;
  area.className = "visually-hidden";
  document.body.append(area);
  area.select();
  const copied = document.execCommand("copy");
  area.remove();
  return copied;
}
