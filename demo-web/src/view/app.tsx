/**
 * The page: its sections, from top to bottom.
 * @module
 */

import type { JSX } from "preact";
import { About } from "./about.tsx";
import { Agreed } from "./agreed.tsx";
import { Chat } from "./chat.tsx";
import { Draw } from "./draw.tsx";
import { Ethereum } from "./ethereum.tsx";
import { FooBarPanel } from "./foo-bar.tsx";
import { MeetingPanel } from "./meeting.tsx";
import { People } from "./people.tsx";
import type { ViewProps } from "./props.ts";
import { Wire } from "./wire.tsx";
import { You } from "./you.tsx";

/** The whole page, a pure view of `model`. */
export function App({ model, actions }: ViewProps): JSX.Element {
  return (
    <>
      <a class="skip" href="#main">
        Skip to the page
      </a>
      <header class="masthead">
        <span class="wordmark">peerkit</span>
        <span class="masthead-note">go-ethereum’s p2p, in a browser tab</span>
      </header>
      <main id="main" tabIndex={-1}>
        <div class="columns">
          <You model={model} actions={actions} />
          <MeetingPanel model={model} />
        </div>
        <Agreed model={model} />
        <FooBarPanel model={model} actions={actions} />
        <section class="section columns" aria-labelledby="people-title">
          <People model={model} actions={actions} />
          <Chat model={model} actions={actions} />
        </section>
        <Draw model={model} actions={actions} />
        <Wire model={model} />
        <Ethereum model={model} actions={actions} />
      </main>
      <About model={model} />
    </>
  );
}
