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

/** How the registry's process ended, and its commits. */
export interface RegistryDeath {
  readonly signal: string | null;
  /** The `event_id` of each registration whose transaction it had committed. */
  readonly committed: readonly string[];
}

/** A registry whose processes and database are removed when this process ends. */
export class DemoRegistry {
  private constructor(
    private readonly python: string,
    private readonly folder: string,
    private readonly ownedProcesses: OwnedProcesses,
  ) {}

  /** @throws Error if no Python with boto3 exists and none can be installed */
  static async open(): Promise<DemoRegistry> {
    const python = await pythonWith('boto3');
    const folder = await mkdtemp(join(tmpdir(), 'model-events-registry-'));
    return new DemoRegistry(python, folder, new OwnedProcesses(folder));
  }

  /**
   * Registers models in another process and kills it (SIGKILL). All are committed except the last, whose transaction
   * is open; none is sent. May be called once.
   *
   * @param details raw texts of `detail`
   */
  async registerAndKill(details: readonly string[]): Promise<RegistryDeath> {
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
    // The process waits for the end of its input, which stays open.
    child.stdin.write(`${details.join('\n')}\n\n`);
    await Promise.race([held, exit.then(({ errors }) => failed('the registry', errors))]);
    child.kill('SIGKILL');
    const { signal } = await exit;
    return { signal, committed };
  }

  /** The counts that the package's `status` command prints. */
  async outbox(): Promise<OutboxCounts> {
    const status = await this.command('status', ['--json']);
    return JSON.parse(status) as OutboxCounts;
  }

  /** Sends the waiting events to a bus with the package's `relay` command. */
  async relay(bus: { readonly name: string; readonly url: string }): Promise<void> {
    await this.command('relay', ['--bus', bus.name, '--endpoint-url', bus.url, '--once', '--json']);
  }

  /** Ends the running processes and removes the database. */
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
    const { code, errors } = await endOf(child);
    return code === 0 ? output : failed(`hokusai-model-events ${name}`, output + errors);
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
      // Its own process group: Ctrl-C reaches only the demo, which ends the processes in order.
      detached: true,
    });
    const { pid } = child;
    if (pid !== undefined) {
      this.ownedProcesses.hold(pid);
      child.once('exit', () => this.ownedProcesses.forget(pid));
    }
    // A process that ends early closes its input during a write; its exit reports the cause.
    child.stdin.on('error', () => undefined);
    return child;
  }
}

/** Resolves when the process ends, with its standard error. */
async function endOf(
  child: ChildProcessWithoutNullStreams,
): Promise<{ code: number | null; signal: string | null; errors: string }> {
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
  return { code, signal, errors };
}

function failed(what: string, errors: string): never {
  throw new Error(`${what} ended with an error:\n  ${errors.trim().replaceAll('\n', '\n  ')}`);
}
