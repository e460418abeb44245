/** What has become of each registration so far, as told by the publisher, the consumers and the dead letters. */
import { EventEmitter, once } from 'node:events';
import { readDeadLetter } from '../../contract/dead-letter';
import { alignedTable } from '../local/text-table';
import type { Registration } from './registrations';

/** The two services of the demo. */
export const services = ['hokusai-token', 'hokusai-site'] as const;
export type Service = (typeof services)[number];

interface Ending {
  readonly text: string;
  /** From the registration to here. */
  readonly milliseconds: number;
  /** Acknowledged more often than once is wrong. */
  times: number;
}

/** One registration on its way. */
export interface TrackedRegistration {
  readonly registration: Registration;
  /** EventBridge's own id, once PutEvents has told it. */
  eventId?: string;
  /** The `event_id` in its detail. */
  readonly messageId: string;
  readonly sentAtMs: number;
  readonly endings: Map<Service, Ending>;
  /** Exact texts that did not arrive. */
  readonly damaged: string[];
}

export class RegistrationProgress {
  readonly trackedRegistrations: TrackedRegistration[] = [];
  /** Ids of messages that came to a service though nobody registered them. */
  private readonly strangers = new Set<string>();
  private readonly changes = new EventEmitter();

  /** To be called before the registration is sent: its end may be known before the sender is. */
  begin(registration: Registration): TrackedRegistration {
    const { event_id: messageId } = JSON.parse(registration.detail) as { event_id: string };
    const tracked = { registration, messageId, sentAtMs: Date.now(), endings: new Map(), damaged: [] };
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
      this.strangers.add(messageId);
      return;
    }
    for (const text of tracked.registration.exact ?? []) if (!payloadText.includes(text)) tracked.damaged.push(text);
    this.end(tracked, service, 'acknowledged');
  }

  notQueued(messageId: string): void {
    const tracked = this.byMessage(messageId);
    if (tracked !== undefined) for (const service of services) this.end(tracked, service, 'not queued');
  }

  /** A letter found in a service's dead letters; the same one may be found again. */
  deadLetter(service: Service, letter: string): void {
    const reading = readDeadLetter(letter);
    if (reading.kind === 'foreign') return;
    const { failed_by: failedBy, error } = reading.deadLetter;
    const tracked = this.trackedRegistrations.find(({ eventId, messageId }) =>
      failedBy === 'publisher'
        ? eventId !== undefined && reading.messageText.includes(`"id":"${eventId}"`)
        : reading.messageText.includes(`"message_id":"${messageId}"`),
    );
    if (tracked === undefined || tracked.endings.has(service)) return;
    this.end(tracked, service, `dead letter ${error.code}`);
    // What the publisher refuses goes to no service; its dead letter stands in the first queue's.
    if (failedBy === 'publisher')
      for (const other of services) if (other !== service) this.end(tracked, other, 'not queued');
  }

  get complete(): boolean {
    return this.trackedRegistrations.every(({ endings }) => services.every((service) => endings.has(service)));
  }

  /** Resolves when everything that has begun has ended for both services. */
  async completed(): Promise<void> {
    while (!this.complete) await once(this.changes, 'end');
  }

  /** Everything that is not as it should be, a sentence each. */
  faults(): string[] {
    const unknown = [...this.strangers].map((id) => `${id}: it was never registered, and came to a service`);
    const faults = this.trackedRegistrations.flatMap(({ registration, endings, damaged }) => {
      const expected = { 'hokusai-token': registration.token, 'hokusai-site': registration.site };
      const wrong = services.flatMap((service) => {
        const ending = endings.get(service);
        if (ending?.text !== expected[service]) {
          return [
            `${registration.label}: ${service} should end "${expected[service]}", ended "${ending?.text ?? 'nowhere'}"`,
          ];
        }
        return ending.times > 1 ? [`${registration.label}: ${service} acknowledged it ${ending.times} times`] : [];
      });
      return [...wrong, ...damaged.map((text) => `${registration.label}: "${text}" did not arrive as it was written`)];
    });
    return [...faults, ...unknown];
  }

  private byMessage(messageId: string): TrackedRegistration | undefined {
    return this.trackedRegistrations.find((tracked) => tracked.messageId === messageId);
  }

  private end(tracked: TrackedRegistration, service: Service, text: string): void {
    const known = tracked.endings.get(service);
    if (known?.text === text) known.times++;
    else tracked.endings.set(service, { text, milliseconds: Date.now() - tracked.sentAtMs, times: 1 });
    this.changes.emit('end');
  }
}

/** The progress as a table: event, where it ended for each service, after how long, why. */
export function tableOf({ trackedRegistrations }: RegistrationProgress): string {
  const rows = trackedRegistrations.map(({ registration, endings }) => [
    registration.label,
    ...services.map((service) => {
      const ending = endings.get(service);
      if (ending === undefined) return 'nowhere';
      return ending.text === 'acknowledged' ? `acknowledged, ${ending.milliseconds} ms` : ending.text;
    }),
    registration.why,
  ]);
  return alignedTable([['event', ...services, 'why'], ...rows]);
}
