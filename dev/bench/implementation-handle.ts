/** Controls the process of one implementation. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { ImplementationName, Done, Order } from './implementation-process';
import type { ImplementationSettings } from './implementation';
import type { Round } from './measured';
import type { ProfileParts } from './profile';

export class ImplementationHandle {
  private constructor(
    readonly name: ImplementationName,
    private readonly child: ChildProcess,
  ) {}

  /** Starts the process and opens the implementation in it. */
  static async open(name: ImplementationName, settings: ImplementationSettings): Promise<ImplementationHandle> {
    const child = fork(join(__dirname, 'implementation-process.ts'), {
      // The function writes its log as when it is deployed; the output is discarded.
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      env: { PATH: process.env['PATH'], NODE_EXTRA_CA_CERTS: settings.redis.caFile },
      execArgv: ['--require', join(__dirname, '../../tools/lua-require.cjs'), '--import', 'tsx'],
    });
    const handle = new ImplementationHandle(name, child);
    await handle.order({ do: 'open', name, settings });
    return handle;
  }

  async prepare(messages: number): Promise<void> {
    await this.order({ do: 'prepare', messages });
  }

  async run(): Promise<Round> {
    return (await this.order({ do: 'run' })) as Round;
  }

  /** As `run`, under a profiler. */
  async profile(): Promise<ProfileParts> {
    return (await this.order({ do: 'profile' })) as ProfileParts;
  }

  async close(): Promise<void> {
    await this.order({ do: 'close' });
    this.child.disconnect();
    await once(this.child, 'exit');
  }

  private async order(order: Order): Promise<unknown> {
    const over = new AbortController();
    const ended = once(this.child, 'exit', over).then(([code]) => [
      { error: `the process exited with code ${String(code)}` },
    ]);
    this.child.send(order);
    const [done] = (await Promise.race([once(this.child, 'message', over), ended])) as [Done];
    over.abort();
    ended.catch(() => undefined);
    if ('error' in done) throw new Error(`${this.name}: "${order.do}" failed: ${done.error}`);
    return done.result;
  }
}
