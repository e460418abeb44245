import assert from 'node:assert/strict';
import { claimDigestOf } from '../../queue/holder';
import type { RedisState } from './redis-state';
import { eventOf, retriesOf, roundOf, formatText } from './texts';

/**
 * The guarantees of docs/guarantees.md for one subscription, independent of the model and the scripts: it records what was
 * accepted, begun and finished, and checks where the texts are.
 */
export class Ledger {
  private readonly accepted = new Map<string, number>();
  private readonly begun = new Map<string, number>();
  private readonly finished = new Set<string>();
  private readonly finishedPlainly = new Set<string>();

  constructor(private readonly maxRetries: number) {}

  /** The queue accepted one more copy. */
  accept(text: string): void {
    count(this.accepted, eventOf(text));
  }

  /** A consumer started it. */
  begin(text: string): void {
    count(this.begun, roundOf(text));
  }

  /** Acknowledged, or its dead letter was discarded: the message may be gone. */
  finish(text: string): void {
    this.finished.add(eventOf(text));
  }

  /** A consumer started a message that may have killed its former consumer. @param holding how many it held then */
  beginAlone(text: string, holding: number): void {
    assert.equal(holding, 0, `${formatText(text)} was started beside ${holding} others`);
  }

  /** Removed from processing by a plain consumer; a claim on an equal text may then have no entry in processing. */
  finishPlainly(text: string): void {
    this.finish(text);
    this.finishedPlainly.add(text);
  }

  /** @throws AssertionError that names the violated guarantee. */
  check(state: RedisState): void {
    const { main, processing, delayed, deadLetters, leases, claims } = state;
    const deadLettered = deadLetters.filter(({ by }) => by !== 'publisher').map(({ text }) => text);
    const texts = [...main, ...processing, ...delayed.keys(), ...deadLettered];
    const copies = new Map<string, number>();
    for (const text of texts) count(copies, eventOf(text));

    for (const [event] of this.accepted) {
      assert.ok(
        this.finished.has(event) || copies.has(event),
        `${event} is lost: it is in no list and was not finished`,
      );
    }
    for (const [event, times] of copies) {
      const most = this.accepted.get(event) ?? 0;
      assert.ok(times <= most, `${event} was accepted ${most} times and is in ${times} places`);
    }
    for (const text of texts) {
      const retries = retriesOf(text) ?? 0;
      assert.ok(retries <= this.maxRetries, `${formatText(text)} was retried more than ${this.maxRetries} times`);
      const begun = this.begun.get(roundOf(text)) ?? 0;
      assert.ok(retries <= begun, `${formatText(text)} has ${retries} retries but was started ${begun} times`);
    }
    assert.deepEqual(
      [...leases.keys()].sort(),
      [...claims.keys()].sort(),
      'each lease has a claim, each claim a lease',
    );
    const held = new Map<string, number>();
    for (const id of claims.keys()) count(held, id.slice(0, id.indexOf('/')));
    for (const text of processing) count(held, claimDigestOf(text), -1);
    const digests = new Set([...this.finishedPlainly].map(claimDigestOf));
    for (const [digest, more] of held) {
      assert.ok(more <= 0 || digests.has(digest), `${more} claims of ${digest} have no entry in processing`);
    }
  }

  /** After the queue was drained. @throws AssertionError where a text is left or was not finished. */
  checkDrained(state: RedisState): void {
    const { main, processing, delayed, leases, claims, deadLetters } = state;
    const left = [...main, ...processing, ...delayed.keys(), ...leases.keys(), ...claims.keys()];
    assert.deepEqual(left.map(formatText), [], 'texts left in the queue after draining');
    const deadLettered = new Set(deadLetters.filter(({ by }) => by !== 'publisher').map(({ text }) => eventOf(text)));
    for (const [event] of this.accepted) {
      assert.ok(this.finished.has(event) || deadLettered.has(event), `${event} was accepted but never finished`);
    }
  }
}

function count(counts: Map<string, number>, key: string, by = 1): void {
  counts.set(key, (counts.get(key) ?? 0) + by);
}
