/**
 * Who is in rooms at the other relays.
 * @module
 */

import type { Roll } from "./roll.ts";

/** A member of a room at another relay. */
export interface FarMember {
  /** Its node id. */
  readonly id: string;
  readonly publicKey: Uint8Array;
}

/** What happened in a room at the other relays. */
export interface FarChange {
  readonly joined: readonly FarMember[];
  readonly left: readonly FarMember[];
}

/** A member, and the relay that says so. */
export interface FarRow extends FarMember {
  readonly relay: string;
}

/** All of them, by room. A relay that is silent has nobody, until it is heard again. */
export class FarMembers {
  readonly #roll: Roll;
  readonly #onChange: (topic: string, change: FarChange) => void;
  /** UNBOUNDED: each of the relays bounds its rooms and their members, and they trust each other. */
  readonly #rooms = new Map<string, Map<string, FarRow>>();

  constructor(roll: Roll, onChange: (topic: string, change: FarChange) => void) {
    this.#roll = roll;
    this.#onChange = onChange;
  }

  /** The members of a room at relays that are there. */
  of(topic: string): FarMember[] {
    return [...(this.#rooms.get(topic)?.values() ?? [])].filter(({ relay }) =>
      this.#roll.believes(relay),
    );
  }

  /** A member is there. */
  put(topic: string, row: FarRow): void {
    const room = this.#rooms.get(topic) ?? new Map<string, FarRow>();
    this.#rooms.set(topic, room);
    const was = room.get(row.id);
    const wasThere = was !== undefined && this.#roll.believes(was.relay);
    room.set(row.id, row);
    const isThere = this.#roll.believes(row.relay);
    if (wasThere !== isThere) this.#onChange(topic, changeTo(isThere, [row]));
  }

  /** A member isn't at another relay any more. */
  remove(topic: string, id: string): void {
    const room = this.#rooms.get(topic);
    const row = room?.get(id);
    if (!room || !row) return;
    room.delete(id);
    if (room.size === 0) this.#rooms.delete(topic);
    if (this.#roll.believes(row.relay)) this.#onChange(topic, changeTo(false, [row]));
  }

  /** A relay has gone silent or is heard again: so are its members. */
  onRelay(relay: string, isThere: boolean): void {
    for (const [topic, room] of this.#rooms) {
      const concerned = [...room.values()].filter((row) => row.relay === relay);
      if (concerned.length > 0) this.#onChange(topic, changeTo(isThere, concerned));
    }
  }

  /** A relay won't come back. */
  forget(relay: string): void {
    for (const [topic, room] of [...this.#rooms]) {
      const gone = [...room.values()].filter((row) => row.relay === relay);
      for (const { id } of gone) room.delete(id);
      if (room.size === 0) this.#rooms.delete(topic);
      // Also where it was silent before: who knows that already changes nothing.
      if (gone.length > 0) this.#onChange(topic, changeTo(false, gone));
    }
  }
}

function changeTo(isThere: boolean, members: readonly FarMember[]): FarChange {
  return isThere ? { joined: members, left: [] } : { joined: [], left: members };
}
