import assert from 'node:assert/strict';
import type { RedisState } from './redis-state';
import { eventOf, retriesOf, roundOf, shown } from './texts';

/**
 * The promises of docs/guarantees.md for one subscription, kept apart from the model: it knows no script, only what was
 * accepted, begun and finished, and where texts stand.
 */
export class Ledger {
  private readonly accepted = new Map<string, number>();
  private readonly begun = new Map<string, number>();
  private readonly finished = new Set<string>();
  private readonly finishedPlainly = new Set<string>();

  constructor(private readonly maxRetries: number) {}

  /** The queue has got one more copy. */
  accept(text: string): void {
    count(this.accepted, eventOf(text));
  }

  /** Somebody began to work on it. */
  begin(text: string): void {
    count(this.begun, roundOf(text));
  }

  /** Acknowledged, or an operator has deleted its dead letter: nobody owes anybody anything any more. */
  finish(text: string): void {
    this.finished.add(eventOf(text));
  }

  /** Removed from processing by a plain consumer: claims of ours on an equal text find nothing there any more. */
  finishPlainly(text: string): void {
    this.finish(text);
    this.finishedPlainly.add(text);
  }

  /** @throws AssertionError that says which promise is broken. */
  check(state: RedisState): void {
    const { main, processing, delayed, deadLetters, leases, holders } = state;
    const deadLettered = deadLetters.filter(({ by }) => by !== 'publisher').map(({ text }) => text);
    const texts = [...main, ...processing, ...delayed.keys(), ...deadLettered];
    const copies = new Map<string, number>();
    for (const text of texts) count(copies, eventOf(text));

    for (const [event] of this.accepted) {
      assert.ok(
        this.finished.has(event) || copies.has(event),
        `${event} is lost: it is nowhere, and nobody finished it`,
      );
    }
    for (const [event, times] of copies) {
      const most = this.accepted.get(event) ?? 0;
      assert.ok(times <= most, `${event} was accepted ${most} times and stands in ${times} places`);
    }
    for (const text of texts) {
      const retries = retriesOf(text) ?? 0;
      assert.ok(retries <= this.maxRetries, `${shown(text)} was tried more often than ${this.maxRetries} times again`);
      const begun = this.begun.get(roundOf(text)) ?? 0;
      assert.ok(retries <= begun, `${shown(text)} was begun ${begun} times only`);
    }
    assert.deepEqual(
      [...leases.keys()].sort(),
      [...holders.keys()].sort(),
      'each lease has a holder, each holder a lease',
    );
    for (const text of holders.keys()) {
      const known = processing.includes(text) || this.finishedPlainly.has(text);
      assert.ok(known, `${shown(text)} has a holder and is not in processing`);
    }
  }

  /** After the queue was drained. @throws AssertionError where something is left, or was not finished. */
  checkDrained(state: RedisState): void {
    const { main, processing, delayed, leases, holders, deadLetters } = state;
    const left = [...main, ...processing, ...delayed.keys(), ...leases.keys(), ...holders.keys()];
    assert.deepEqual(left.map(shown), [], 'this never leaves the queue');
    const deadLettered = new Set(deadLetters.filter(({ by }) => by !== 'publisher').map(({ text }) => eventOf(text)));
    for (const [event] of this.accepted) {
      assert.ok(this.finished.has(event) || deadLettered.has(event), `${event} was accepted and never finished`);
    }
  }
}

function count(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
