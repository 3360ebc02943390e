/**
 * What the visitor should know before trusting any of this.
 * @module
 */

import type { JSX } from "preact";
import { formatMs } from "../format.ts";
import type { Model } from "../model.ts";

/** The foot of the page. */
export function About({ model }: { model: Model }): JSX.Element {
  return (
    <footer class="about">
      <h2>What to know</h2>
      <div class="about-notes">
        <SecrecyNote sealed={model.status.value.sealed ?? false} />
        <div>
          <h3>Not reviewed</h3>
          <p>
            Nobody outside the project has reviewed this cryptography or the code around it. It
            follows the specification and is tested against go-ethereum itself; that is not an
            audit.
          </p>
        </div>
        <div>
          <h3>The key stays in this tab</h3>
          <p>
            The private key is made here and kept until the tab is closed, so a reload keeps the id
            and two tabs are two peers. It never leaves the browser.
          </p>
        </div>
        {!model.secure && <InsecureNote handshakeMs={model.meeting.value.handshakeMs} />}
      </div>
    </footer>
  );
}

function SecrecyNote({ sealed }: { sealed: boolean }): JSX.Element {
  if (sealed) {
    return (
      <div>
        <h3>Sealed as far as the relay</h3>
        <p>
          This tab and the relay agreed on a sealed session inside the handshake: nobody in between
          can read or change what they say. An Ethereum node would get plain RLPx v5, which is
          authenticated but not secret. What tabs say and draw is sealed from tab to tab: the relay
          carries it and can’t read it. Who those tabs are is the relay’s word, unless you compare
          fingerprints or share a room’s secret.
        </p>
      </div>
    );
  }
  return (
    <div>
      <h3>Authenticated, not secret</h3>
      <p>
        RLPx v5 proves who is talking and that nothing was changed on the way. It doesn’t hide what
        is said: both directions have the same key stream, so whoever sees both can cancel it out.
        Say nothing private here.
      </p>
    </div>
  );
}

function InsecureNote({ handshakeMs }: { handshakeMs: number | undefined }): JSX.Element {
  const measured = handshakeMs === undefined ? "" : ` The handshake took ${formatMs(handshakeMs)}.`;
  return (
    <div id="insecure">
      <h3>Plain http: the slower path</h3>
      <p>
        This page came over plain http, so the browser keeps its own cryptography (
        <code>crypto.subtle</code>) and Web Locks from it. Over https it would make the key stream
        of large messages; here this page makes all of it itself, more slowly. The handshake is the
        page’s own work in both.{measured}
      </p>
    </div>
  );
}
