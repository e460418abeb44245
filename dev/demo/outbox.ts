/** The first part of `make demo`: a registry dies after its commits and before the send, comes back, and nothing is lost. */
import { outboxed, uncommitted } from './registrations';
import type { DemoRegistry, OutboxCounts } from './registry';
import { step } from './steps';
import type { RegistrationProgress } from './registration-progress';

/** The bus, and how many events it has had. */
export interface CountedBus {
  readonly name: string;
  readonly url: string;
  readonly accepted: () => number;
}

const count = outboxed.length;

/**
 * Registers models with their events in the registry's database and kills the registry before anything is sent.
 *
 * @throws Error where the kill did not come between the commits and the send
 */
export async function dieBeforeSending(
  registry: DemoRegistry,
  bus: CountedBus,
  progress: RegistrationProgress,
): Promise<void> {
  const { signal, committed } = await registry.registerAndDie([...outboxed.map(({ detail }) => detail), uncommitted]);
  for (const registration of outboxed) progress.begin(registration);
  if (signal !== 'SIGKILL' || committed.length !== count) {
    throw new Error(
      `the registry should be killed after ${count} commits. It had ${committed.length}, signal ${signal ?? 'none'}`,
    );
  }
  step('registry', `committed ${count} models, then killed (SIGKILL) with one uncommitted, before anything was sent`);
  must(await registry.outbox(), { waiting: count, sent: 0 }, bus.accepted(), 0);
}

/**
 * Sends what the registry left behind, by the package's relay.
 *
 * @throws Error where the bus did not get each event once
 */
export async function comeBack(registry: DemoRegistry, bus: CountedBus): Promise<void> {
  step('registry', 'is back: its relay sends what was committed');
  await registry.relay(bus);
  must(await registry.outbox(), { waiting: 0, sent: count }, bus.accepted(), count);
}

function must(outbox: OutboxCounts, expected: OutboxCounts, accepted: number, expectedAccepted: number): void {
  const told = (counts: OutboxCounts, events: number): string =>
    `${counts.waiting} waiting, ${counts.sent} sent; events on the bus: ${events}`;
  const found = told(outbox, accepted);
  step('outbox', found);
  const wanted = told(expected, expectedAccepted);
  if (found !== wanted) throw new Error(`the registry's outbox should have ${wanted}. It has ${found}`);
}
