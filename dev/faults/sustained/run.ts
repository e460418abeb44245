/** Runs the load, the burst and the drain, and accounts for every event. */
import { setTimeout as sleep } from 'node:timers/promises';
import { localSubscriptions } from '../../local/publisher-environment';
import { missingFrom, notOnTheWay, placesOf, type Places, tallyOf } from '../message-accounting';
import type { AcceptedEvent } from '../load';
import { randomFrom } from '../random';
import { WaitTimeoutError, waitUntil } from '../../local/wait-until';
import { percentilesOf, type PublishLatencies } from './latencies';
import { redisMemory, residentBytes, seenCost } from './memory';
import type { LoadPlan } from './options';
import type { Outcome, Phase, Sample } from './outcome';
import type { SustainedPipeline } from './pipeline';

/** Called about once a second. */
export type OnProgress = (line: string) => void;

const queues = localSubscriptions.map(({ queue }) => queue);
const lookEveryMs = 1000;
const drainLimitSeconds = 300;
/** Maximum padding of an event, in characters. The padding is random, as registrations differ in size. */
const mostPadding = 600;
const sizes = 64;

export class SustainedRun {
  private readonly samples: Sample[] = [];
  private readonly problems: string[] = [];
  /** Events of the previous phases. */
  private emittedBefore = 0;
  private emitting = false;
  private deepest: Places | undefined;

  constructor(
    private readonly pipeline: SustainedPipeline,
    private readonly plan: LoadPlan,
    private readonly latencies: PublishLatencies,
    private readonly onProgress: OnProgress = () => undefined,
  ) {}

  async run(): Promise<Outcome> {
    const { pipeline, plan } = this;
    await pipeline.ready();
    await this.sample('at rest');
    const load = await this.emit('load', plan.rate, plan.minutes);
    const burst = plan.burstMinutes > 0 ? [await this.emit('burst', plan.rate * plan.burst, plan.burstMinutes)] : [];
    const drainSeconds = await this.drain();
    await this.sample('drained');

    const emissions = [load, ...burst];
    const events = emissions.flatMap(({ accepted }) => accepted);
    const account = await this.account(events);
    return {
      plan,
      emitted: events.length,
      ...account,
      failedBatches: pipeline.failedBatches,
      deepest: Object.fromEntries(this.deepest?.byPlace ?? []),
      drainSeconds,
      phases: emissions.map(({ accepted, phase }) => ({ ...phase, delayMs: this.delaysOf(accepted) })),
      samples: this.samples,
      seen: drainSeconds === undefined ? undefined : await seenCost(pipeline.redis, queues),
      problems: this.problems,
    };
  }

  private get emitted(): number {
    return this.emittedBefore + (this.emitting ? this.pipeline.load.accepted.length : 0);
  }

  /** Runs one phase; reads the state each second and takes a sample each minute. */
  private async emit(
    name: Phase['name'],
    perSecond: number,
    minutes: number,
  ): Promise<{ accepted: readonly AcceptedEvent[]; phase: Omit<Phase, 'delayMs'> }> {
    const { load } = this.pipeline;
    const random = randomFrom(this.plan.seed);
    const paddingCharacters = Array.from({ length: sizes }, () => Math.floor(random() * mostPadding));
    const begunMs = performance.now();
    const passedMs = (): number => performance.now() - begunMs;
    await load.begin(`${name}-`, { perSecond, paddingCharacters });
    this.emitting = true;
    for (let minute = 1; minute <= Math.ceil(minutes); minute++) {
      const endMs = Math.min(minute, minutes) * 60_000;
      while (passedMs() < endMs) {
        await sleep(Math.min(lookEveryMs, endMs - passedMs()));
        await this.look(`${name} ${(passedMs() / 60_000).toFixed(1)} of ${minutes} min`);
      }
      if (endMs < minutes * 60_000) await this.sample(`${name}, ${minute} min`);
    }
    await load.end();
    const seconds = passedMs() / 1000;
    const { accepted } = load;
    this.emittedBefore += accepted.length;
    this.emitting = false;
    await this.sample(`${name}, ${minutes} min`);
    const publishLatencyMs = this.latencies.percentiles();
    return {
      accepted,
      phase: {
        name,
        asked: perSecond,
        reached: accepted.length / seconds,
        seconds,
        events: accepted.length,
        publishLatencyMs,
      },
    };
  }

  /** @returns seconds; nothing where it took too long. */
  private async drain(): Promise<number | undefined> {
    const begunMs = performance.now();
    let reportedMs = 0;
    try {
      await waitUntil(
        () => `the backlog did not drain (${this.deepest?.summary ?? ''} at its deepest)`,
        async () => {
          const report = performance.now() - reportedMs > lookEveryMs;
          if (report) reportedMs = performance.now();
          return (await this.look(report ? 'drain' : undefined)).onTheWay === 0;
        },
        drainLimitSeconds,
      );
      return (performance.now() - begunMs) / 1000;
    } catch (error) {
      if (!(error instanceof WaitTimeoutError)) throw error;
      this.problems.push(error.message);
      return undefined;
    }
  }

  private async look(doing?: string): Promise<Places> {
    const places = await placesOf(this.pipeline.stores, queues);
    if (places.onTheWay >= (this.deepest?.onTheWay ?? 0)) this.deepest = places;
    if (doing !== undefined) {
      this.onProgress(`${doing}: ${this.emitted.toLocaleString('en-US')} emitted; ${places.summary}`);
    }
    return places;
  }

  private async sample(when: string): Promise<void> {
    const { pipeline } = this;
    const [{ onTheWay: waiting }, redis, publishers, consumers] = await Promise.all([
      this.look(),
      redisMemory(pipeline.redis, queues),
      residentBytes(pipeline.publisherPids),
      residentBytes(queues.map((queue) => pipeline.consumers.get(queue)?.pid ?? 0)),
    ]);
    this.samples.push({
      when,
      emitted: this.emitted,
      waiting,
      redis,
      publishers,
      consumers: Object.fromEntries(queues.map((queue, index) => [queue, consumers[index] ?? 0])),
    });
  }

  private async account(
    events: readonly AcceptedEvent[],
  ): Promise<Pick<Outcome, 'handled' | 'lost' | 'duplicates' | 'deadLetters'>> {
    const { journal, stores } = this.pipeline;
    const { deadLetters } = await placesOf(stores, queues);
    journal.read();
    const { unhandled, duplicates } = tallyOf(events, queues, journal);
    const undecided = missingFrom(unhandled, deadLetters);
    const lost = undecided.length === 0 ? [] : await notOnTheWay(stores, undecided);
    if (lost.length > 0) {
      const some = lost.slice(0, 5).map(({ id, queue }) => `${id} for ${queue}`);
      this.problems.push(`lost: ${some.join(', ')}${lost.length > 5 ? ', …' : ''}`);
    }
    const deadLettered = unhandled.length - undecided.length;
    if (deadLettered > 0) this.problems.push(`${deadLettered} ended as dead letters`);
    const unhandledOf = (queue: string): number => unhandled.filter((each) => each.queue === queue).length;
    return {
      handled: Object.fromEntries(queues.map((queue) => [queue, events.length - unhandledOf(queue)])),
      lost: lost.length,
      duplicates,
      deadLetters: deadLettered,
    };
  }

  private delaysOf(events: readonly AcceptedEvent[]): Phase['delayMs'] {
    return Object.fromEntries(
      queues.map((queue) => {
        const handled = this.pipeline.journal.of(queue);
        const delays = events.flatMap(({ id, ms }) => {
          const entry = handled.get(id);
          return entry === undefined ? [] : [entry.firstMs - ms];
        });
        return [queue, percentilesOf(delays)];
      }),
    );
  }
}
