/** Runs one fault under load, then its recovery, and accounts for every event. */
import { keysOf } from '../../queue/keys';
import {
  missingFrom,
  notOnTheWay,
  placesOf,
  type Places,
  tallyOf,
  type Unhandled,
  wronglyDeadLettered,
} from './message-accounting';
import { above, type AlarmCondition, textOf } from './alarm-condition';
import { Drain } from './drain';
import type { Fault, Scene } from './fault';
import type { AcceptedEvent } from './load';
import { publishDirectly } from './publish-directly';
import type { Random } from './random';
import { WaitTimeoutError, waitUntil } from '../local/wait-until';
import type { PipelineUnderTest } from './pipeline-under-test';

/** The result of one fault. */
export interface Row {
  readonly number: number;
  readonly name: string;
  /** Accepted by the bus while it lasted. */
  readonly events: number;
  /** For each subscription: events that were not handled and are in no queue. */
  readonly lost: number;
  /** Number of repeated handlings of an event. */
  readonly duplicates: number;
  /** Dead letters at the end, for each subscription. */
  readonly deadLetters: number;
  /** Those of them that no handler and no fault of the message asked for. */
  readonly wrongDeadLetters: number;
  readonly longestDelaySeconds: number;
  /** From the end of the fault until everything accepted before it was handled. */
  readonly recoverySeconds: number;
  readonly alarms: readonly { readonly condition: string; readonly met: boolean }[];
  readonly seconds: number;
  /** Error messages. */
  readonly problems: readonly string[];
}

const alarmSeconds = 25;

export class FaultRun {
  private readonly startedMs = Date.now();
  private readonly problems: string[] = [];
  private readonly injected: AcceptedEvent[] = [];
  private repairedMs: number | undefined;

  constructor(
    private readonly pipeline: PipelineUnderTest,
    private readonly fault: Fault,
    private readonly random: Random,
    private readonly quick: boolean,
  ) {}

  async run(): Promise<Row> {
    const { pipeline, fault } = this;
    const { load } = pipeline;
    const scene = this.scene();
    pipeline.metrics.begin();
    await load.begin(`f${fault.number}-${this.startedMs.toString(36)}-`, fault.load);
    if (fault.load?.perSecond !== 0) await scene.handled(60);
    await this.guarded('the fault', () => fault.break(scene));
    await this.guarded('the recovery', async () => fault.repair?.(scene));
    this.repairedMs ??= Date.now();
    if (fault.load?.perSecond !== 0) await this.guarded('the load', () => scene.accepted(20));
    // The default load provides enough messages for every consumer.
    if (fault.load === undefined) await this.guarded('the consumers', () => this.awaitEveryConsumer());
    await load.end();
    const drain = new Drain(
      pipeline,
      fault,
      () => this.events,
      () => this.publishMore(scene),
    );
    await this.guarded('the drain', () => drain.run());
    const places = await placesOf(pipeline, pipeline.queues);
    for (const alarm of fault.alarms) await this.guarded('the alarm', () => scene.alarmed(alarm));
    const row = await this.row(places, this.repairedMs);
    await this.guarded('the tidying', async () => fault.tidy?.(scene));
    await this.discardDeadLetters();
    return { ...row, seconds: (Date.now() - this.startedMs) / 1000 };
  }

  private get events(): readonly AcceptedEvent[] {
    return [...this.pipeline.load.accepted, ...this.injected];
  }

  private scene(): Scene {
    const { pipeline, random, quick } = this;
    return {
      pipeline,
      random,
      quick,
      alarmed: (condition) =>
        waitUntil(`${textOf(condition)} was not emitted`, () => pipeline.metrics.met(condition), alarmSeconds),
      handled: async (more) => {
        const before = this.handledCount();
        await waitUntil(`${more} more handled`, () => this.handledCount() >= before + more);
      },
      handledAll: () =>
        waitUntil('everything is handled', () => {
          pipeline.journal.read();
          return tallyOf(this.events, pipeline.queues, pipeline.journal).unhandled.length === 0;
        }),
      accepted: async (more) => {
        const before = pipeline.load.accepted.length;
        await waitUntil(`${more} more accepted`, () => pipeline.load.accepted.length >= before + more);
      },
      over: () => (this.repairedMs = Date.now()),
      addAccepted: (ids, model = 'usual') => {
        const ms = Date.now();
        this.injected.push(...ids.map((id) => ({ id, model, ms })));
      },
    };
  }

  private async publishMore(scene: Scene): Promise<void> {
    const id = (index: number): string => `more-${Date.now().toString(36)}-${index}`;
    await publishDirectly(
      scene,
      Array.from({ length: 5 }, (_, index) => ({ id: id(index), model: 'usual' })),
    );
  }

  private handledCount(): number {
    this.pipeline.journal.read();
    const { queues, journal } = this.pipeline;
    return queues.reduce((sum, queue) => sum + journal.of(queue).size, 0);
  }

  /** Waits until every running consumer has handled a message: the work of the others must not hide one that hangs. */
  private async awaitEveryConsumer(): Promise<void> {
    const { consumers, journal } = this.pipeline;
    journal.read();
    const before = new Map([...consumers.keys()].map((name) => [name, journal.linesOf(name)]));
    const idle = (): string[] => {
      journal.read();
      const wanted = [...consumers].filter(([, { isWanted }]) => isWanted).map(([name]) => name);
      return wanted.filter((name) => journal.linesOf(name) === before.get(name));
    };
    await waitUntil(
      () => `something is handled by ${idle().join(', ')}`,
      () => idle().length === 0,
    );
  }

  private async row(places: Places, repairedMs: number): Promise<Omit<Row, 'seconds'>> {
    const { pipeline, fault } = this;
    const { queues } = pipeline;
    pipeline.journal.read();
    const { unhandled, duplicates, repeats, longestDelayMs } = tallyOf(this.events, queues, pipeline.journal);
    const undecided = missingFrom(unhandled, places.deadLetters);
    const lost = undecided.length === 0 ? [] : await notOnTheWay(pipeline, undecided);
    if (lost.length > 0) this.problems.push(`lost: ${someOf(lost)}`);
    const wrong = wronglyDeadLettered(this.events, fault.deadLetters ?? [], places.deadLetters);
    if (wrong.length > 0) this.problems.push(`dead-lettered wrongly: ${someOf(wrong)}`);
    const mostDuplicates = ((fault.mostDuplicatesPercent ?? Infinity) / 100) * this.events.length;
    if (duplicates > mostDuplicates) this.problems.push(`${duplicates} duplicates, the maximum is ${mostDuplicates}`);
    if (repeats > 0 && fault.losesAcknowledgements !== true) {
      this.problems.push(`${repeats} times a message was handled again without a lost lease or a failure`);
    }
    if (fault.endsInvocations !== true && this.met(above('Errors', 0))) {
      this.problems.push('an invocation of the publisher timed out');
    }
    const before = this.events.filter(({ ms }) => ms <= repairedMs);
    const lastMs = queues.map((queue) => {
      const handled = pipeline.journal.of(queue);
      return before.reduce((last, { id }) => Math.max(last, handled.get(id)?.firstMs ?? 0), 0);
    });
    return {
      number: fault.number,
      name: fault.name,
      events: this.events.length,
      lost: lost.length,
      duplicates,
      deadLetters: unhandled.length - undecided.length,
      wrongDeadLetters: wrong.length,
      longestDelaySeconds: longestDelayMs / 1000,
      recoverySeconds: Math.max(0, Math.max(...lastMs) - repairedMs) / 1000,
      alarms: fault.alarms.map((condition) => ({ condition: textOf(condition), met: this.met(condition) })),
      problems: this.problems,
    };
  }

  private met(condition: AlarmCondition): boolean {
    return this.pipeline.metrics.met(condition);
  }

  private async discardDeadLetters(): Promise<void> {
    const { queues, redis } = this.pipeline;
    for (const queue of queues) await (await redis.clientOf(queue)).del(keysOf(queue).deadLetters);
  }

  /** A failed step fails the run, but the accounting still follows. */
  private async guarded(doing: string, step: () => Promise<unknown>): Promise<void> {
    try {
      await step();
    } catch (error) {
      const { message } = error as Error;
      this.problems.push(error instanceof WaitTimeoutError ? message : `${doing}: ${message}`);
    }
  }
}

function someOf(unhandled: readonly Unhandled[]): string {
  const some = unhandled.slice(0, 5).map(({ id, queue }) => `${id} for ${queue}`);
  return `${some.join(', ')}${unhandled.length > 5 ? ', …' : ''}`;
}
