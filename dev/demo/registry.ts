/** The registry of `make demo`: Python processes around a SQLite database with the outbox of clients/python. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pythonWith } from '../emulators/aws-emulator';
import { OwnedProcesses } from '../local/owned-processes';

const root = join(__dirname, '../..');

/** What `hokusai-model-events status` counts in the outbox. */
export interface OutboxCounts {
  readonly waiting: number;
  readonly sent: number;
}

/** How the registry's process ended, and what it had done by then. */
export interface RegistryDeath {
  readonly signal: string | null;
  /** The `event_id` of each registration whose transaction it had committed. */
  readonly committed: readonly string[];
}

/** A registry whose processes and database go when this process goes, however it ends. */
export class DemoRegistry {
  private constructor(
    private readonly python: string,
    private readonly folder: string,
    private readonly ownedProcesses: OwnedProcesses,
  ) {}

  /** @throws Error where there is no Python with boto3 and none can be had */
  static async open(): Promise<DemoRegistry> {
    const python = await pythonWith('boto3');
    const folder = await mkdtemp(join(tmpdir(), 'model-events-registry-'));
    return new DemoRegistry(python, folder, new OwnedProcesses(folder));
  }

  /**
   * Registers models in a process of its own and kills it (SIGKILL): each is committed, but for the last, whose
   * transaction is open; none is sent. May be called once.
   *
   * @param details raw texts of `detail`
   */
  async registerAndDie(details: readonly string[]): Promise<RegistryDeath> {
    const child = this.start([join(root, 'dev/demo/registry_process.py'), this.database]);
    const committed: string[] = [];
    const held = new Promise<void>((resolve) => {
      createInterface({ input: child.stdout }).on('line', (line) => {
        const [word, eventId = ''] = line.split(' ');
        if (word === 'committed') committed.push(eventId);
        else resolve();
      });
    });
    const exit = endOf(child);
    // Its input stays open: the process waits for the end of it.
    child.stdin.write(`${details.join('\n')}\n\n`);
    await Promise.race([held, exit.then(({ said }) => failed('the registry', said))]);
    child.kill('SIGKILL');
    const { signal } = await exit;
    return { signal, committed };
  }

  /** What waits in the outbox and what was sent, as the package's own command tells it. */
  async outbox(): Promise<OutboxCounts> {
    const status = await this.command('status', ['--json']);
    return JSON.parse(status) as OutboxCounts;
  }

  /** The registry comes back: the package's relay sends what is due to a bus, and ends. */
  async relay(bus: { readonly name: string; readonly url: string }): Promise<void> {
    await this.command('relay', ['--bus', bus.name, '--endpoint-url', bus.url, '--once', '--json']);
  }

  /** Ends what still runs and removes the database. */
  close(): Promise<void> {
    return this.ownedProcesses.release();
  }

  private get database(): string {
    return join(this.folder, 'registry.sqlite');
  }

  private async command(name: string, options: readonly string[]): Promise<string> {
    const module = ['-m', 'hokusai_model_events.registry'];
    const child = this.start([...module, name, '--sqlite', this.database, ...options]);
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    const { code, said } = await endOf(child);
    return code === 0 ? output : failed(`hokusai-model-events ${name}`, output + said);
  }

  private start(parameters: readonly string[]): ChildProcessWithoutNullStreams {
    const child = spawn(this.python, parameters, {
      cwd: this.folder,
      env: {
        PATH: process.env.PATH ?? '',
        HOME: this.folder,
        TMPDIR: tmpdir(),
        PYTHONPATH: join(root, 'clients/python/src'),
        PYTHONDONTWRITEBYTECODE: '1',
        PYTHONUTF8: '1',
        AWS_REGION: 'us-east-1',
        AWS_ACCESS_KEY_ID: 'demo',
        AWS_SECRET_ACCESS_KEY: 'demo',
      },
      // A group of its own: Ctrl-C reaches the demo alone, which ends the rest in order.
      detached: true,
    });
    const { pid } = child;
    if (pid !== undefined) {
      this.ownedProcesses.hold(pid);
      child.once('exit', () => this.ownedProcesses.forget(pid));
    }
    // A process that ends early closes its input under the writer; its exit says why.
    child.stdin.on('error', () => undefined);
    return child;
  }
}

/** Resolves at the process's end, with what it wrote to stderr. */
async function endOf(
  child: ChildProcessWithoutNullStreams,
): Promise<{ code: number | null; signal: string | null; said: string }> {
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
  return { code, signal, said };
}

function failed(what: string, said: string): never {
  throw new Error(`${what} ended with an error. It said:\n  ${said.trim().replaceAll('\n', '\n  ')}`);
}
