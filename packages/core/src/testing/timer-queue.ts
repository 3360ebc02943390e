/**
 * Timers in the order of their time, for tens of thousands of them: a binary heap.
 * @module
 */

/** A timer that waits. Only the queue changes it. */
export interface QueuedTimer {
  readonly at: number;
  readonly action: () => void;
  /** Tells timers of one moment apart: the one that was set first fires first. */
  readonly order: number;
  /** Its place in the heap; -1 when it isn't in it any more. */
  place: number;
}

/** The timers that wait. */
export class TimerQueue {
  readonly #heap: QueuedTimer[] = [];
  #count = 0;

  get size(): number {
    return this.#heap.length;
  }

  /** The one that fires next. */
  get first(): QueuedTimer | undefined {
    return this.#heap[0];
  }

  add(at: number, action: () => void): QueuedTimer {
    const timer = { at, action, order: this.#count++, place: this.#heap.length };
    this.#heap.push(timer);
    this.#rise(timer);
    return timer;
  }

  /** Takes a timer out. Gives false when it had gone already. */
  remove(timer: QueuedTimer): boolean {
    const { place } = timer;
    if (place < 0) return false;
    const last = this.#heap.pop();
    timer.place = -1;
    if (last === undefined || last === timer) return true;
    this.#put(last, place);
    this.#rise(last);
    this.#sink(last);
    return true;
  }

  #rise(timer: QueuedTimer): void {
    while (timer.place > 0) {
      const above = this.#heap[(timer.place - 1) >> 1];
      if (above === undefined || !isBefore(timer, above)) return;
      this.#swap(timer, above);
    }
  }

  #sink(timer: QueuedTimer): void {
    for (;;) {
      const left = this.#heap[2 * timer.place + 1];
      const right = this.#heap[2 * timer.place + 2];
      const least = left && right && isBefore(right, left) ? right : left;
      if (least === undefined || !isBefore(least, timer)) return;
      this.#swap(least, timer);
    }
  }

  #swap(first: QueuedTimer, second: QueuedTimer): void {
    const { place } = first;
    this.#put(first, second.place);
    this.#put(second, place);
  }

  #put(timer: QueuedTimer, place: number): void {
    timer.place = place;
    this.#heap[place] = timer;
  }
}

function isBefore(first: QueuedTimer, second: QueuedTimer): boolean {
  return first.at === second.at ? first.order < second.order : first.at < second.at;
}
