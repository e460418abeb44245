import { redrivenText } from '../../contract/message';
import { claimIdOf } from '../../queue/holder';
import type { ClaimState, End } from '../../queue/model-queue';
import { retriesOf, triedOnceMore } from './texts';

/** Who holds a claim; the nonce of a plain consumer begins with `-`. */
export interface Holder {
  readonly nonce: string;
  readonly consumer: string;
  readonly started: boolean;
  /** Nothing runs beside it: it may have killed its former consumer. */
  readonly alone: boolean;
}

/** A claim, in the order in which Redis records the claims of one text. */
export interface HeldText extends Holder {
  readonly id: string;
  readonly text: string;
}

/** A dead letter; `letter` is its text in Redis, set after Redis was read. */
export interface DeadLetteredText {
  readonly text: string;
  readonly by: string;
  readonly code: string;
  letter?: string | undefined;
}

/** How a consumer of the model claims. */
export interface ModelClaim {
  readonly nonce: string;
  readonly consumer: string;
  readonly count: number;
  readonly starting: number;
  readonly holding: number;
  readonly leaseMinutes: number;
  readonly maxRetries: number;
}

/** Oldest entries whose leases a claim examines. */
const claimWindow = 20;

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
  readonly claims = new Map<string, HeldText>();
  readonly isolated = new Set<string>();
  readonly revoked = new Set<string>();
  /** Consumers that wait on the main list; their time there does not end in a scenario. */
  readonly idle = new Set<string>();
  wake = 0;
  paused = false;
  private adopted = 0;
  /** What claims have brought back; the next sweep reports it. */
  private broughtBackByClaims = { requeued: 0, deadLettered: 0 };

  minutesPass(minutes: number): void {
    for (const times of [this.delayed, this.leases]) for (const [key, left] of times) times.set(key, left - minutes);
  }

  requeueDelayed(): number {
    const due = earliest(this.delayed);
    for (const text of due) this.delayed.delete(text);
    const isSnoozed = (text: string): boolean => text.includes('"snoozed_since_ms":');
    this.main.push(...due.filter((text) => !isSnoozed(text)).toReversed());
    for (const text of due.filter(isSnoozed)) this.main.unshift(text);
    return due.length;
  }

  claim(options: ModelClaim): { state: ClaimState; taken: HeldText[] } {
    if (this.revoked.has(options.nonce)) return { state: 'revoked', taken: [] };
    if (this.paused) return { state: 'paused', taken: [] };
    this.requeueDelayed();
    if ([...this.leases.values()].some((left) => left <= 0)) {
      const window = { from: claimWindow, count: claimWindow, maxRetries: options.maxRetries };
      const { requeued, deadLettered } = this.examine(window);
      this.broughtBackByClaims.requeued += requeued;
      this.broughtBackByClaims.deadLettered += deadLettered;
    }
    const { state, taken } = this.take(options);
    const [instance = ''] = options.nonce.split('.');
    if (taken.length > 0 || state === 'wait-alone') this.wakeAnother(instance);
    return { state: state === 'wait-main' ? this.placeToWait(instance) : state, taken };
  }

  start(id: string, leaseMinutes: number): 'started' | 'not-held' {
    const held = this.claims.get(id);
    if (held === undefined) return 'not-held';
    if (!held.started) {
      this.claims.delete(id);
      this.claims.set(id, { ...held, started: true });
    }
    this.leases.set(id, leaseMinutes);
    return 'started';
  }

  extend(id: string, leaseMinutes: number): boolean {
    if (!this.claims.has(id)) return false;
    this.leases.set(id, leaseMinutes);
    return true;
  }

  acknowledge(id: string): 'acknowledged' | 'not-held' {
    return this.end(id) === undefined ? 'not-held' : 'acknowledged';
  }

  retry(id: string, options: { pauseMinutes: number; maxRetries: number }): 'retried' | 'dead-lettered' | 'not-held' {
    const held = this.end(id);
    if (held === undefined) return 'not-held';
    if (!mayBeTried(held.text, options.maxRetries)) {
      this.deadLetters.unshift({ text: held.text, by: 'consumer', code: 'HANDLER_FAILED' });
      return 'dead-lettered';
    }
    this.delay(triedOnceMore(held.text), options.pauseMinutes);
    return 'retried';
  }

  /** @param snoozed the text with the time of its first snooze; undefined for a text that is not a message. */
  snooze(id: string, snoozed: string | undefined, pauseMinutes: number): 'snoozed' | 'too-late' | 'not-held' {
    if (!this.claims.has(id)) return 'not-held';
    if (snoozed === undefined) return 'too-late';
    this.end(id);
    this.delay(snoozed, pauseMinutes);
    return 'snoozed';
  }

  deadLetter(id: string): 'dead-lettered' | 'not-held' {
    const held = this.end(id);
    if (held === undefined) return 'not-held';
    this.deadLetters.unshift({ text: held.text, by: 'consumer', code: 'REFUSED' });
    return 'dead-lettered';
  }

  giveBack(claims: readonly { readonly id: string; readonly text: string }[]): number {
    let returned = 0;
    for (const { id, text } of claims.toReversed()) {
      const isThere = this.processing.includes(text);
      const held = this.end(id);
      if (held === undefined || !isThere) continue;
      this.giveOneBack(held);
      returned++;
    }
    return returned;
  }

  revoke(nonce: string): number {
    this.revoked.add(nonce);
    const claimed = [...this.claims.values()].filter((held) => held.nonce.replace(/\.\d+$/, '') === nonce);
    for (const { id } of claimed) this.drop(id);
    const positions: number[] = [];
    for (const [position, text] of this.processing.entries()) {
      const index = claimed.findLastIndex((held) => held.text === text);
      if (index < 0) continue;
      positions.push(position);
      for (const held of claimed.splice(index, 1)) this.giveOneBack(held);
    }
    removeAt(this.processing, positions);
    return positions.length;
  }

  /** One window of a sweep; reports what claims have brought back, too. */
  sweep(options: Parameters<QueueModel['examine']>[0]): ReturnType<QueueModel['examine']> {
    const { requeued, deadLettered, ...rest } = this.examine(options);
    const before = this.broughtBackByClaims;
    this.broughtBackByClaims = { requeued: 0, deadLettered: 0 };
    return { ...rest, requeued: requeued + before.requeued, deadLettered: deadLettered + before.deadLettered };
  }

  /** Examines entries from the one `from` entries before the old end to older ones; adopts plain claims if they get a lease. */
  private examine({
    from,
    count,
    maxRetries,
    plainLeaseMinutes,
  }: {
    readonly from: number;
    readonly count: number;
    readonly maxRetries: number;
    readonly plainLeaseMinutes?: number;
  }): { examined: number; requeued: number; deadLettered: number; adopted: number } {
    const first = Math.max(0, this.processing.length - from);
    const window = [...this.processing.slice(first, first + count).entries()];
    const counts = { examined: window.length, requeued: 0, deadLettered: 0, adopted: 0 };
    const live = [...this.claims.values()].filter(({ id }) => (this.leases.get(id) ?? 0) > 0).map(({ text }) => text);
    const positions: number[] = [];
    for (const [index, text] of window) {
      const ended = [...this.claims.values()].find(
        (held) => held.text === text && (this.leases.get(held.id) ?? 0) <= 0,
      );
      if (ended !== undefined) {
        counts[this.bringBack(ended, maxRetries)]++;
        positions.push(first + index);
      } else if (live.includes(text)) {
        live.splice(live.indexOf(text), 1);
      } else if (plainLeaseMinutes !== undefined) {
        this.adopt(text, plainLeaseMinutes);
        counts.adopted++;
      }
    }
    removeAt(this.processing, positions);
    return counts;
  }

  /** Drops ended claims whose entry a complete sweep has not found. */
  forget(): number {
    const ended = [...this.leases].filter(([, left]) => left <= 0);
    for (const [id] of ended) this.drop(id);
    return ended.length;
  }

  takePlainly(): string | undefined {
    const text = this.main.pop();
    if (text !== undefined) this.processing.unshift(text);
    return text;
  }

  finishPlainly(text: string): number {
    const index = this.processing.indexOf(text);
    if (index >= 0) this.processing.splice(index, 1);
    return index >= 0 ? 1 : 0;
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

  /** Gives adopted claims their ids in Redis, which contain a time. @param ids by text, in the order of their adoption. */
  learnPlainIds(ids: (text: string) => readonly string[]): void {
    const claims = [...this.claims.values()];
    const leases = new Map(this.leases);
    this.claims.clear();
    this.leases.clear();
    const known = new Map<string, string[]>();
    for (const held of claims) {
      const left = known.get(held.text) ?? [...ids(held.text)];
      known.set(held.text, left);
      const id = (held.nonce === '-' ? left.shift() : undefined) ?? held.id;
      this.claims.set(id, { ...held, id });
      this.leases.set(id, leases.get(held.id) ?? NaN);
    }
  }

  private take({ nonce, consumer, count, starting, holding, leaseMinutes }: ModelClaim): {
    state: ClaimState;
    taken: HeldText[];
  } {
    const taken: HeldText[] = [];
    while (taken.length < count) {
      const next = this.main.at(-1);
      const alone = next !== undefined && this.isolated.has(next);
      if (alone && taken.length === 0 && holding > 0) return { state: 'wait-alone', taken };
      if (next === undefined || (alone && taken.length > 0)) break;
      this.processing.unshift(...this.main.splice(-1));
      const holder = {
        nonce: `${nonce}.${taken.length + 1}`,
        consumer,
        started: alone || taken.length < starting,
        alone,
      };
      const held = { ...holder, id: claimIdOf(next, { ...holder, claimedAtMs: '' }), text: next };
      taken.push(held);
      this.claims.set(held.id, held);
      this.leases.set(held.id, leaseMinutes);
      if (!alone) continue;
      this.isolated.delete(next);
      return { state: 'alone', taken };
    }
    return { state: taken.length === 0 ? 'wait-main' : 'claimed', taken };
  }

  private placeToWait(instance: string): ClaimState {
    if (!this.idle.has(instance) && this.idle.size >= 2) return 'wait-wake';
    this.idle.add(instance);
    return 'wait-main';
  }

  private wakeAnother(instance: string): void {
    if (this.idle.delete(instance) || this.main.length > 0) this.wake = 1;
  }

  /** One claim ends; its entry may be gone already: a plain consumer may have finished it. */
  private end(id: string): HeldText | undefined {
    const held = this.claims.get(id);
    if (held === undefined) return undefined;
    this.drop(id);
    const position = this.processing.lastIndexOf(held.text);
    if (position >= 0) removeAt(this.processing, [position]);
    return held;
  }

  private drop(id: string): void {
    this.claims.delete(id);
    this.leases.delete(id);
  }

  private giveOneBack({ text, alone }: HeldText): void {
    this.main.push(text);
    if (alone) this.isolated.add(text);
  }

  private bringBack({ id, text, started }: HeldText, maxRetries: number): 'requeued' | 'deadLettered' {
    this.drop(id);
    if (started && !mayBeTried(text, maxRetries)) {
      this.deadLetters.unshift({ text, by: 'reclaimer', code: 'LEASE_EXPIRED' });
      return 'deadLettered';
    }
    this.main.push(started ? triedOnceMore(text) : text);
    if (started) this.isolated.add(triedOnceMore(text));
    return 'requeued';
  }

  private adopt(text: string, leaseMinutes: number): void {
    const id = `adopted ${++this.adopted}`;
    this.claims.set(id, { id, text, nonce: '-', consumer: 'plain', started: true, alone: false });
    this.leases.set(id, leaseMinutes);
  }

  /** The delayed set holds each text once: copies get trailing spaces. */
  private delay(text: string, minutes: number): void {
    let unique = text;
    while (this.delayed.has(unique)) unique += ' ';
    this.delayed.set(unique, minutes);
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

/** The scripts blank the entries, then remove as many empty ones: which of them does not matter, but decides their order. */
function removeAt(list: string[], positions: readonly number[]): void {
  const [first = 0] = positions;
  const last = list.length - 1;
  if (positions.length === 1 && (first === 0 || first === last)) {
    list.splice(first, 1);
    return;
  }
  for (const position of positions) list[position] = '';
  for (const _ of positions) list.splice(first * 2 > last ? list.lastIndexOf('') : list.indexOf(''), 1);
}
