import { redrivenText } from '../../contract/message';
import type { End } from '../../queue/model-queue';
import { retriesOf, triedOnceMore } from './texts';

/** The holder of a text; the nonce `-` marks a plain consumer. */
export interface Holder {
  readonly nonce: string;
  readonly consumer: string;
  readonly started: boolean;
}

/** A dead letter; `letter` is its text in Redis, set after Redis was read. */
export interface DeadLetteredText {
  readonly text: string;
  readonly by: string;
  readonly code: string;
  letter?: string | undefined;
}

/** Delay of an equal text while the first one is being processed: one second. */
export const twinPauseMinutes = 1 / 60;

/**
 * The expected contents of one subscription's keys. Lists start with their left end: new entries go to the
 * front, messages are taken from the back. Times are minutes from now; 0 or less is due.
 */
export class QueueModel {
  readonly main: string[] = [];
  readonly processing: string[] = [];
  readonly deadLetters: DeadLetteredText[] = [];
  readonly delayed = new Map<string, number>();
  readonly leases = new Map<string, number>();
  readonly holders = new Map<string, Holder>();

  minutesPass(minutes: number): void {
    for (const times of [this.delayed, this.leases]) for (const [text, left] of times) times.set(text, left - minutes);
  }

  requeueDelayed(): number {
    const due = earliest(this.delayed);
    for (const text of due.toReversed()) {
      this.delayed.delete(text);
      this.main.push(text);
    }
    return due.length;
  }

  claim(count: number, leaseMinutes: number, holder: (index: number) => Holder): string[] {
    this.requeueDelayed();
    const taken: string[] = [];
    for (const text of this.main.splice(Math.max(0, this.main.length - count)).toReversed()) {
      if (this.holders.has(text) && this.processing.includes(text)) {
        if (!this.delayed.has(text)) this.delayed.set(text, twinPauseMinutes);
        continue;
      }
      this.processing.unshift(text);
      this.holders.set(text, holder(taken.length));
      this.leases.set(text, leaseMinutes);
      taken.push(text);
    }
    return taken;
  }

  holds(nonce: string, text: string): boolean {
    return this.holders.get(text)?.nonce === nonce;
  }

  start(nonce: string, text: string, leaseMinutes: number): 'started' | 'not-held' {
    const holder = this.holders.get(text);
    if (holder?.nonce !== nonce) return 'not-held';
    this.holders.set(text, { ...holder, started: true });
    this.leases.set(text, leaseMinutes);
    return 'started';
  }

  extend(nonce: string, text: string, leaseMinutes: number): boolean {
    if (!this.holds(nonce, text)) return false;
    this.leases.set(text, leaseMinutes);
    return true;
  }

  acknowledge(nonce: string, text: string): 'acknowledged' | 'not-held' {
    if (!this.holds(nonce, text)) return 'not-held';
    this.release(text);
    return 'acknowledged';
  }

  retry(
    nonce: string,
    text: string,
    options: { pauseMinutes: number; maxRetries: number },
  ): 'retried' | 'dead-lettered' | 'not-held' {
    if (!this.holds(nonce, text)) return 'not-held';
    this.release(text);
    if (!mayBeTried(text, options.maxRetries)) {
      this.deadLetters.unshift({ text, by: 'consumer', code: 'HANDLER_FAILED' });
      return 'dead-lettered';
    }
    this.delayed.set(triedOnceMore(text), options.pauseMinutes);
    return 'retried';
  }

  deadLetter(nonce: string, text: string): 'dead-lettered' | 'not-held' {
    if (!this.holds(nonce, text)) return 'not-held';
    this.release(text);
    this.deadLetters.unshift({ text, by: 'consumer', code: 'REFUSED' });
    return 'dead-lettered';
  }

  giveBack(nonce: string, texts: readonly string[] = this.heldBy(nonce)): number {
    const returned = texts.filter((text) => this.holds(nonce, text)).filter((text) => this.release(text));
    this.main.push(...returned.toReversed());
    return returned.length;
  }

  reclaim(limit: number, maxRetries: number): { requeued: number; deadLettered: number; vanished: number } {
    const counts = { requeued: 0, deadLettered: 0, vanished: 0 };
    for (const text of earliest(this.leases).slice(0, limit).toReversed()) {
      const started = this.holders.get(text)?.started ?? true;
      if (!this.release(text, 'oldest')) counts.vanished++;
      else if (started && !mayBeTried(text, maxRetries)) {
        this.deadLetters.unshift({ text, by: 'reclaimer', code: 'LEASE_EXPIRED' });
        counts.deadLettered++;
      } else {
        this.main.push(started ? triedOnceMore(text) : text);
        counts.requeued++;
      }
    }
    return counts;
  }

  adopt(leaseMinutes: number): number {
    const unleased = this.processing.filter((text) => !this.leases.has(text));
    for (const text of unleased) {
      this.leases.set(text, leaseMinutes);
      this.holders.set(text, { nonce: '-', consumer: 'plain', started: true });
    }
    return unleased.length;
  }

  takePlainly(): string | undefined {
    const text = this.main.pop();
    if (text !== undefined) this.processing.unshift(text);
    return text;
  }

  finishPlainly(text: string): number {
    return without(this.processing, text, 'newest') ? 1 : 0;
  }

  redrive(letter: string, from: End): 'redriven' | 'not-found' {
    const deadLettered = this.removeLetter(letter, from);
    if (deadLettered === undefined) return 'not-found';
    this.main.unshift(redrivenText(deadLettered.text));
    return 'redriven';
  }

  discard(letter: string, from: End): 'discarded' | 'not-found' {
    return this.removeLetter(letter, from) === undefined ? 'not-found' : 'discarded';
  }

  /** @param letters the texts of the dead letters in Redis, in the order of `deadLetters`. */
  learnLetters(letters: readonly (string | undefined)[]): void {
    for (const [index, deadLettered] of this.deadLetters.entries()) deadLettered.letter = letters[index];
  }

  /** In the order of their claim. */
  private heldBy(nonce: string): string[] {
    return [...new Set(this.processing.filter((text) => this.holds(nonce, text)))].toReversed();
  }

  /** One claim ends. @returns whether its text was still in processing: a plain consumer may have finished it. */
  private release(text: string, from: End = 'newest'): boolean {
    this.leases.delete(text);
    this.holders.delete(text);
    return without(this.processing, text, from);
  }

  private removeLetter(letter: string, from: End): DeadLetteredText | undefined {
    const letters = this.deadLetters.map((deadLettered) => deadLettered.letter);
    const index = from === 'newest' ? letters.indexOf(letter) : letters.lastIndexOf(letter);
    return index < 0 ? undefined : this.deadLetters.splice(index, 1)[0];
  }
}

/** A text without a counter is not retried. */
const mayBeTried = (text: string, maxRetries: number): boolean => (retriesOf(text) ?? Infinity) < maxRetries;

/** Due texts by time, then by text. */
function earliest(times: ReadonlyMap<string, number>): string[] {
  const over = [...times].filter(([, left]) => left <= 0);
  return over.sort(([a, left], [b, right]) => left - right || (a < b ? -1 : 1)).map(([text]) => text);
}

function without(list: string[], text: string, from: End): boolean {
  const index = from === 'newest' ? list.indexOf(text) : list.lastIndexOf(text);
  if (index >= 0) list.splice(index, 1);
  return index >= 0;
}
