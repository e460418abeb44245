/** Consumers with leases: operations on their claims, and their reaction to a lost reply. */
import fc from 'fast-check';
import type { Consumer, RememberedClaim, Step, Scenario } from '../scenario';
import { formatText, formatTexts } from '../texts';
import { anyFault, anyIndex, picked, formatAnswer, formatFault, under } from './faults';

const anyCommand = fc.record({ who: anyIndex, which: anyIndex, fault: anyFault });
const textsOf = (claims: readonly RememberedClaim[]): string => formatTexts(claims.map(({ text }) => text));

function forget(consumer: Consumer, ...claims: readonly RememberedClaim[]): void {
  for (const claim of claims) {
    const index = consumer.held.indexOf(claim);
    if (index >= 0) consumer.held.splice(index, 1);
  }
}

function crash(consumer: Consumer): void {
  consumer.held.length = 0;
  consumer.uncertain.length = 0;
}

function busyConsumer(scenario: Scenario, who: number): Consumer | undefined {
  return picked(
    scenario.consumers.filter(({ held, uncertain }) => held.length + uncertain.length > 0),
    who,
  );
}

const claim = fc
  .record({
    who: anyIndex,
    count: fc.integer({ min: 1, max: 4 }),
    starting: fc.nat(4),
    done: fc.nat(2),
    fault: anyFault,
  })
  .map(({ who, count, starting, done, fault }): Step => async (scenario) => {
    const consumer = picked(
      scenario.consumers.filter(({ held }) => !held.some(({ alone }) => alone)),
      who,
    );
    if (consumer === undefined) return undefined;
    const prefetched = starting < count ? ` (${count - starting} of them only prefetched)` : '';
    const finished = consumer.held.filter(({ started }) => started).slice(0, done);
    const acknowledged = finished.length === 0 ? '' : `acknowledges ${textsOf(finished)} and `;
    const what = `${acknowledged}claims ${count} of ${consumer.queue.name}${prefetched}`;
    scenario.log(`${consumer.name} ${what}${formatFault(fault)}`);
    for (const uncertain of consumer.uncertain.splice(0)) {
      await consumer.queue.revoke(uncertain);
      scenario.revoked.push({ consumer, nonce: uncertain });
    }
    const nonces: string[] = [];
    const holding = consumer.held.length;
    const reply = await under(fault, () => {
      nonces.push(scenario.newNonce(consumer.name));
      return consumer.queue.claim(consumer.name, { nonce: nonces.at(-1) ?? '', count, starting, holding }, finished);
    });
    if (reply !== undefined) forget(consumer, ...finished);
    const nonce = reply === undefined ? undefined : nonces.pop();
    const { state, claims } = reply ?? { state: 'claimed', claims: [] };
    const alone = state === 'alone';
    for (const [index, claimed] of claims.entries()) {
      const remembered = { ...claimed, nonce: nonce ?? '', alone, started: alone || index < starting };
      consumer.held.push(remembered);
      scenario.pastClaims.push({ consumer, claim: remembered });
    }
    consumer.uncertain.push(...nonces);
    if (fault === 'crash after it') crash(consumer);
    const texts = formatTexts(claims.map(({ text }) => text));
    return formatAnswer(fault, state === 'claimed' ? texts : `${texts} (${state})`);
  });

const woken = anyIndex.map((who): Step => async (scenario) => {
  const consumer = picked(
    scenario.consumers.filter(({ queue }) => queue.model.wake > 0),
    who,
  );
  if (consumer === undefined) return undefined;
  scenario.log(`${consumer.name} waits and is woken`);
  await consumer.queue.takeWake();
  return undefined;
});

/** An operation on one claim that is started, or only prefetched. */
function onOneClaim(
  verb: string,
  started: boolean,
  operation: (consumer: Consumer, claim: RememberedClaim) => Promise<string>,
): fc.Arbitrary<Step> {
  return anyCommand.map(({ who, which, fault }): Step => async (scenario) => {
    const able = scenario.consumers.filter(({ held }) => held.some((each) => each.started === started));
    const consumer = picked(able, who);
    const selected = picked(consumer?.held.filter((each) => each.started === started) ?? [], which);
    if (consumer === undefined || selected === undefined) return undefined;
    scenario.log(
      `${consumer.name} ${verb} ${formatText(selected.text)} of ${consumer.queue.name}${formatFault(fault)}`,
    );
    const outcome = await under(fault, () => operation(consumer, selected));
    if (outcome === 'started') selected.started = true;
    else if (outcome !== undefined) forget(consumer, selected);
    if (fault === 'crash after it') crash(consumer);
    return formatAnswer(fault, outcome);
  });
}

/**
 * Acknowledges up to two messages and starts up to two prefetched ones in one step. The handlers begin when the command is sent, so
 * that the messages count as started for the consumer, whatever happens to the reply.
 */
const advance = fc
  .record({ who: anyIndex, done: fc.nat(2), starting: fc.nat(2), fault: anyFault })
  .map(({ who, done, starting, fault }): Step => async (scenario) => {
    const consumer = busyConsumer(scenario, who);
    const finished = consumer?.held.filter(({ started }) => started).slice(0, done) ?? [];
    const next = consumer?.held.filter(({ started }) => !started).slice(0, starting) ?? [];
    if (consumer === undefined || finished.length + next.length === 0) return undefined;
    const what = `acknowledges ${textsOf(finished)} and starts ${textsOf(next)}`;
    scenario.log(`${consumer.name} ${what} of ${consumer.queue.name}${formatFault(fault)}`);
    for (const each of next) each.started = true;
    const outcomes = await under(fault, () => consumer.queue.advance(finished, next));
    if (outcomes !== undefined) {
      forget(consumer, ...finished, ...next.filter((_, index) => outcomes[finished.length + index] === 'not-held'));
    }
    if (fault === 'crash after it') crash(consumer);
    return formatAnswer(fault, outcomes?.join(', '));
  });

const renew = anyCommand.map(({ who, fault }): Step => async (scenario) => {
  const consumer = busyConsumer(scenario, who);
  if (consumer === undefined) return undefined;
  scenario.log(`${consumer.name} renews its leases${formatFault(fault)}`);
  const lost = await under(fault, () => consumer.queue.extend(consumer.held));
  forget(consumer, ...(lost ?? []));
  if (fault === 'crash after it') crash(consumer);
  return formatAnswer(fault, `${textsOf(lost ?? [])} lost`);
});

/** Gives back all claims of one nonce and forgets them without waiting for the reply; their leases would expire anyway. */
const giveBack = anyCommand.map(({ who, fault }): Step => async (scenario) => {
  const consumer = busyConsumer(scenario, who);
  const nonce = consumer?.held[0]?.nonce;
  if (consumer === undefined || nonce === undefined) return undefined;
  const claims = consumer.held.filter((each) => each.nonce === nonce);
  scenario.log(`${consumer.name} gives back ${textsOf(claims)}${formatFault(fault)}`);
  const returned = await under(fault, () => consumer.queue.giveBack(claims));
  forget(consumer, ...claims);
  if (fault === 'crash after it') crash(consumer);
  return formatAnswer(fault, returned);
});

const crashes = anyIndex.map((who): Step => (scenario) => {
  const consumer = busyConsumer(scenario, who);
  if (consumer === undefined) return undefined;
  scenario.log(`${consumer.name} crashes with ${textsOf(consumer.held)}`);
  crash(consumer);
  return undefined;
});

type Late = (consumer: Consumer, claim: RememberedClaim) => Promise<string | number>;
const lateOperations: Readonly<Record<string, Late>> = {
  acknowledge: ({ queue }, past) => queue.acknowledge(past),
  retry: ({ queue }, past) => queue.retry(past),
  'dead-letter': ({ queue }, past) => queue.deadLetter(past),
  start: ({ queue }, past) => queue.start(past),
  extend: async ({ queue }, past) => ((await queue.extend([past])).length === 0 ? 'extended' : 'not-held'),
  snooze: ({ queue }, past) => queue.snooze(past),
  'give-back': ({ queue }, past) => queue.giveBack([past]),
};

/** A claim call arrives after its client has revoked it. */
const lateClaim = fc.nat(30).map((which): Step => async (scenario) => {
  const call = picked(scenario.revoked.toReversed(), which);
  if (call === undefined) return undefined;
  const { consumer, nonce } = call;
  scenario.log(`late claim by ${consumer.name} of ${consumer.queue.name}`);
  const { state } = await consumer.queue.claim(consumer.name, { nonce, count: 2, starting: 1, holding: 0 });
  return `→ ${state}`;
});

/** A delayed command arrives, or a paused consumer resumes: its claim may belong to another consumer. */
const late = fc
  .tuple(fc.nat(30), fc.constantFrom(...Object.entries(lateOperations)))
  .map(([which, [verb, operation]]): Step => async (scenario) => {
    const past = picked(scenario.pastClaims.filter(({ claim: { started } }) => started).toReversed(), which);
    if (past === undefined) return undefined;
    scenario.log(
      `late ${verb} by ${past.consumer.name} of ${formatText(past.claim.text)} in ${past.consumer.queue.name}`,
    );
    return `→ ${await operation(past.consumer, past.claim)}`;
  });

export const consuming = fc.oneof(
  { weight: 8, arbitrary: claim },
  { weight: 1, arbitrary: woken },
  { weight: 3, arbitrary: onOneClaim('starts', false, ({ queue }, held) => queue.start(held)) },
  { weight: 3, arbitrary: advance },
  { weight: 3, arbitrary: onOneClaim('acknowledges', true, ({ queue }, held) => queue.acknowledge(held)) },
  { weight: 4, arbitrary: onOneClaim('retries', true, ({ queue }, held) => queue.retry(held)) },
  { weight: 2, arbitrary: onOneClaim('dead-letters', true, ({ queue }, held) => queue.deadLetter(held)) },
  { weight: 2, arbitrary: onOneClaim('snoozes', true, ({ queue }, held) => queue.snooze(held)) },
  { weight: 2, arbitrary: renew },
  { weight: 2, arbitrary: giveBack },
  { weight: 2, arbitrary: crashes },
  { weight: 4, arbitrary: late },
  { weight: 1, arbitrary: lateClaim },
);
