/** The state of each registration, from the publisher's log, the consumers' reports and the dead letters. */
import { EventEmitter, once } from 'node:events';
import { readDeadLetter } from '../../contract/dead-letter';
import { wrappedTable } from '../local/text-table';
import type { Registration } from './registrations';

/** The two services of the demo. */
export const services = ['hokusai-token', 'hokusai-site'] as const;
export type Service = (typeof services)[number];

interface Outcome {
  readonly text: string;
  /** Since the registration. */
  readonly milliseconds: number;
  /** Must be 1. */
  times: number;
}

/** A registration and its outcomes. */
export interface TrackedRegistration {
  readonly registration: Registration;
  /** EventBridge's id, known after PutEvents. */
  eventId?: string;
  /** The `event_id` in its detail. */
  readonly messageId: string;
  readonly sentAtMs: number;
  readonly outcomes: Map<Service, Outcome>;
  /** Exact texts that are missing in the payload. */
  readonly damaged: string[];
}

export class RegistrationProgress {
  readonly trackedRegistrations: TrackedRegistration[] = [];
  /** Ids of received messages that are not registered. */
  private readonly unregisteredIds = new Set<string>();
  private readonly changes = new EventEmitter();

  /** Must be called before the registration is sent: its outcome may arrive before PutEvents returns. */
  begin(registration: Registration): TrackedRegistration {
    const { event_id: messageId } = JSON.parse(registration.detail) as { event_id: string };
    const tracked = { registration, messageId, sentAtMs: Date.now(), outcomes: new Map(), damaged: [] };
    this.trackedRegistrations.push(tracked);
    return tracked;
  }

  /** The label of a message, for progress lines. */
  labelOf(messageId: string): string {
    return this.byMessage(messageId)?.registration.label ?? messageId;
  }

  acknowledged(service: Service, messageId: string, payloadText: string): void {
    const tracked = this.byMessage(messageId);
    if (tracked === undefined) {
      this.unregisteredIds.add(messageId);
      return;
    }
    for (const text of tracked.registration.exact ?? []) if (!payloadText.includes(text)) tracked.damaged.push(text);
    this.end(tracked, service, 'acknowledged');
  }

  notQueued(messageId: string): void {
    const tracked = this.byMessage(messageId);
    if (tracked !== undefined) for (const service of services) this.end(tracked, service, 'not queued');
  }

  /** Records a dead letter of a service; recording it again has no effect. */
  deadLetter(service: Service, letter: string): void {
    const reading = readDeadLetter(letter);
    if (reading.kind === 'foreign') return;
    const { failed_by: failedBy, error } = reading.deadLetter;
    const tracked = this.trackedRegistrations.find(({ eventId, messageId }) =>
      failedBy === 'publisher'
        ? eventId !== undefined && reading.messageText.includes(`"id":"${eventId}"`)
        : reading.messageText.includes(`"message_id":"${messageId}"`),
    );
    if (tracked === undefined || tracked.outcomes.has(service)) return;
    this.end(tracked, service, `dead letter ${error.code}`);
    // A registration that the publisher refuses reaches no service; its dead letter is in the first queue.
    if (failedBy === 'publisher')
      for (const other of services) if (other !== service) this.end(tracked, other, 'not queued');
  }

  get complete(): boolean {
    return this.trackedRegistrations.every(({ outcomes }) => services.every((service) => outcomes.has(service)));
  }

  /** Resolves when every registration has an outcome for both services. */
  async completed(): Promise<void> {
    while (!this.complete) await once(this.changes, 'end');
  }

  /** All unexpected outcomes, a sentence each. */
  faults(): string[] {
    const unknown = [...this.unregisteredIds].map((id) => `${id}: received by a service, but never registered`);
    const faults = this.trackedRegistrations.flatMap(({ registration, outcomes, damaged }) => {
      const expected = { 'hokusai-token': registration.token, 'hokusai-site': registration.site };
      const wrong = services.flatMap((service) => {
        const outcome = outcomes.get(service);
        if (outcome?.text !== expected[service]) {
          return [
            `${registration.label}: ${service}: expected "${expected[service]}", got "${outcome?.text ?? 'no outcome'}"`,
          ];
        }
        return outcome.times > 1 ? [`${registration.label}: ${service} acknowledged it ${outcome.times} times`] : [];
      });
      return [...wrong, ...damaged.map((text) => `${registration.label}: "${text}" is missing in the payload`)];
    });
    return [...faults, ...unknown];
  }

  private byMessage(messageId: string): TrackedRegistration | undefined {
    return this.trackedRegistrations.find((tracked) => tracked.messageId === messageId);
  }

  private end(tracked: TrackedRegistration, service: Service, text: string): void {
    const known = tracked.outcomes.get(service);
    if (known?.text === text) known.times++;
    else tracked.outcomes.set(service, { text, milliseconds: Date.now() - tracked.sentAtMs, times: 1 });
    this.changes.emit('end');
  }
}

/** For lines of 100 columns, with two spaces between the columns. */
const columnWidths = [30, 21, 21, 22];

/** The progress as a table: event, outcome and time for each service, reason. */
export function tableOf({ trackedRegistrations }: RegistrationProgress): string {
  const rows = trackedRegistrations.map(({ registration, outcomes }) => [
    registration.label,
    ...services.map((service) => {
      const outcome = outcomes.get(service);
      if (outcome === undefined) return 'nowhere';
      return outcome.text === 'acknowledged' ? `acknowledged, ${outcome.milliseconds} ms` : outcome.text;
    }),
    registration.why,
  ]);
  return wrappedTable([['event', ...services, 'why'], ...rows], columnWidths);
}
