/** The first part of `make demo`: a registry is killed between its commits and the send, and its relay sends the events later. */
import { outboxed, uncommitted } from './registrations';
import type { DemoRegistry, OutboxCounts } from './registry';
import { step } from './steps';
import type { RegistrationProgress } from './registration-progress';

/** The bus and the number of events that it has accepted. */
export interface CountedBus {
  readonly name: string;
  readonly url: string;
  readonly accepted: () => number;
}

const count = outboxed.length;

/**
 * Registers models and their events in the registry's database and kills the registry before it sends one.
 *
 * @throws Error if the registry is not killed between the commits and the send
 */
export async function killBeforeSending(
  registry: DemoRegistry,
  bus: CountedBus,
  progress: RegistrationProgress,
): Promise<void> {
  const { signal, committed } = await registry.registerAndKill([...outboxed.map(({ detail }) => detail), uncommitted]);
  for (const registration of outboxed) progress.begin(registration);
  if (signal !== 'SIGKILL' || committed.length !== count) {
    throw new Error(
      `the registry must end by SIGKILL after ${count} commits, got ${committed.length} commits, signal ${signal ?? 'none'}`,
    );
  }
  step('registry', `committed ${count} models, then killed (SIGKILL) with one uncommitted, before anything was sent`);
  expectOutbox(await registry.outbox(), { waiting: count, sent: 0 }, bus.accepted(), 0);
}

/**
 * Sends the committed events with the package's relay.
 *
 * @throws Error if the bus does not accept each event once
 */
export async function relayCommitted(registry: DemoRegistry, bus: CountedBus): Promise<void> {
  step('registry', 'is back: its relay sends what was committed');
  await registry.relay(bus);
  expectOutbox(await registry.outbox(), { waiting: 0, sent: count }, bus.accepted(), count);
}

function expectOutbox(outbox: OutboxCounts, expected: OutboxCounts, accepted: number, expectedAccepted: number): void {
  const format = (counts: OutboxCounts, events: number): string =>
    `${counts.waiting} waiting, ${counts.sent} sent; events on the bus: ${events}`;
  const actual = format(outbox, accepted);
  step('outbox', actual);
  const expectedText = format(expected, expectedAccepted);
  if (actual !== expectedText) throw new Error(`outbox: expected ${expectedText}; got ${actual}`);
}
