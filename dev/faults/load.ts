/** Events at a steady rate, from a process of its own, and which of them the bus took. */
import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import type { OwnedProcesses } from '../local/owned-processes';
import type { EmitterNews, LoadOrder } from './processes/emitter';
import { waitUntil } from '../local/wait-until';

/** An event that the bus took. */
export interface AcceptedEvent {
  readonly id: string;
  /** Selects how consumers treat it. */
  readonly model: string;
  /** When it was sent, milliseconds since 1970. */
  readonly ms: number;
}

/** How a row's load differs from the usual one. */
export type LoadSettings = Partial<Omit<LoadOrder, 'prefix'>>;

const usualLoad = { perSecond: 40, paddingCharacters: 0, special: undefined } as const;

export class Load {
  /** What the bus took since `begin()`; another list after the next one. */
  accepted: readonly AcceptedEvent[] = [];
  private readonly child: ChildProcess;
  private readonly ended: Promise<'ended'>;
  private stopped: (() => void) | undefined;
  private taken: AcceptedEvent[] = [];

  constructor(bus: { readonly url: string; readonly name: string }, ownedProcesses: OwnedProcesses) {
    this.child = fork(join(__dirname, 'processes/emitter.ts'), {
      execArgv: ['--disable-warning=MODULE_TYPELESS_PACKAGE_JSON'],
      env: {
        PATH: process.env.PATH,
        AWS_ENDPOINT_URL_EVENTBRIDGE: bus.url,
        AWS_REGION: 'us-east-1',
        AWS_ACCESS_KEY_ID: 'local',
        AWS_SECRET_ACCESS_KEY: 'local',
        MODEL_EVENTS_BUS: bus.name,
      },
      detached: true,
    });
    if (this.child.pid !== undefined) ownedProcesses.hold(this.child.pid);
    this.ended = new Promise((resolve) => this.child.once('exit', () => resolve('ended')));
    this.child.on('message', (news: EmitterNews) => {
      if (news === 'stopped') this.stopped?.();
      else this.taken.push(...news.accepted);
    });
  }

  /** Begins to emit; resolves with the first events. */
  async begin(prefix: string, settings: LoadSettings = {}): Promise<void> {
    this.accepted = this.taken = [];
    this.child.send({ prefix, ...usualLoad, ...settings } satisfies LoadOrder);
    if ((settings.perSecond ?? usualLoad.perSecond) > 0)
      await waitUntil('first events', () => this.accepted.length > 0);
  }

  /** Ends the emitting; resolves when it is known of every event whether the bus took it. */
  async end(): Promise<void> {
    const stopped = new Promise<'stopped'>((resolve) => (this.stopped = () => resolve('stopped')));
    if (this.child.connected) this.child.send('stop');
    if ((await Promise.race([stopped, this.ended])) === 'ended') throw new Error('the emitter has ended by itself');
  }

  stop(): void {
    this.child.kill('SIGKILL');
  }
}
