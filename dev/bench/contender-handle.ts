/** The parent's side of a contender's process. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { ContenderName, Done, Order } from './contender-process';
import type { ContenderSettings } from './contender';

/** How one round went. */
export interface Round {
  readonly ms: number;
  readonly partsMs: readonly number[];
}

export class ContenderHandle {
  private constructor(
    readonly name: ContenderName,
    private readonly child: ChildProcess,
  ) {}

  /** Starts the process and everything in it. */
  static async open(name: ContenderName, settings: ContenderSettings): Promise<ContenderHandle> {
    const child = fork(join(__dirname, 'contender-process.ts'), {
      // What a function logs is written, as it is where it is deployed, and read by nobody.
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      env: { PATH: process.env['PATH'], NODE_EXTRA_CA_CERTS: settings.redis.caFile },
      execArgv: ['--require', join(__dirname, '../../tools/lua-require.cjs'), '--import', 'tsx'],
    });
    const handle = new ContenderHandle(name, child);
    await handle.order({ do: 'open', name, settings });
    return handle;
  }

  async prepare(messages: number): Promise<void> {
    await this.order({ do: 'prepare', messages });
  }

  async run(): Promise<Round> {
    return this.order({ do: 'run' });
  }

  async close(): Promise<void> {
    await this.order({ do: 'close' });
    this.child.disconnect();
    await once(this.child, 'exit');
  }

  private async order(order: Order): Promise<Round> {
    const over = new AbortController();
    const ended = once(this.child, 'exit', over).then(([code]) => [
      { error: `its process ended with ${String(code)}` },
    ]);
    this.child.send(order);
    const [done] = (await Promise.race([once(this.child, 'message', over), ended])) as [Done];
    over.abort();
    ended.catch(() => undefined);
    if ('error' in done) throw new Error(`${this.name} could not ${order.do}: ${done.error}`);
    return { ms: done.ms, partsMs: done.partsMs ?? [] };
  }
}
