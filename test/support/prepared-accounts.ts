/**
 * Accounts that several test files start with. The first file that requests one creates it, while the others wait; then each gets a copy of
 * its own. They live in jest's parent process, since a file's own accounts end with the file.
 */
import { once } from 'node:events';
import { createConnection, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type AwsEmulator, copyAccount, startAwsEmulator } from '../../dev/emulators/aws-emulator';

const variable = 'MODEL_EVENTS_PREPARED_ACCOUNTS_SOCKET';

/** The result of the creator for the other files: the address of the account to copy, and its data. */
interface Made {
  readonly copies: string;
  readonly details: unknown;
}

export class PreparedAccounts {
  private readonly made = new Map<string, Promise<Made>>();
  private readonly kept: AwsEmulator[] = [];
  private readonly server: Server;

  /** @param folder for its socket */
  constructor(folder: string) {
    this.server = createServer((connection) => void this.serve(connection).catch(() => connection.destroy()));
    process.env[variable] = join(folder, 'accounts.sock');
    this.server.listen(process.env[variable]);
    this.server.unref();
  }

  async stop(): Promise<void> {
    this.server.close();
    await Promise.all(this.kept.map((emulator) => emulator.stop()));
  }

  /** Receives a name and replies with the prepared account, or with `null`: then the caller creates and sends it. */
  private async serve(connection: Socket): Promise<void> {
    const lines = createInterface({ input: connection })[Symbol.asyncIterator]();
    const { value: name } = (await lines.next()) as { value: string };
    for (;;) {
      const known = this.made.get(name);
      if (known === undefined) break;
      const made = await known.catch(() => undefined);
      if (made !== undefined) {
        connection.end(`${JSON.stringify(made)}\n`);
        return;
      }
    }
    connection.write('null\n');
    const making = this.receive(lines);
    this.made.set(name, making);
    // If this caller fails, the next waiting one creates it.
    await making.catch(() => this.made.delete(name));
    connection.end();
  }

  private async receive(lines: AsyncIterator<string>): Promise<Made> {
    const next = await lines.next();
    if (next.done === true) throw new Error('the caller ended before the account was made');
    const { copies, details } = JSON.parse(next.value) as Made;
    const emulator = await copyAccount(copies);
    this.kept.push(emulator);
    return { copies: emulator.copies, details };
  }
}

/**
 * A copy of the account that `make` prepared, in this file or in another of the same run.
 * @param make fills the account; what it returns goes to the other files too, as JSON
 */
export async function preparedAccount<Details>(
  name: string,
  make: (emulator: AwsEmulator) => Promise<Details>,
): Promise<{ readonly emulator: AwsEmulator; readonly details: Details }> {
  const connection = createConnection(process.env[variable] ?? '');
  const lines = createInterface({ input: connection });
  connection.write(`${name}\n`);
  const [line] = (await once(lines, 'line')) as [string];
  const made = JSON.parse(line) as Made | null;
  if (made !== null) {
    return { emulator: await copyAccount(made.copies), details: made.details as Details };
  }
  try {
    const emulator = await startAwsEmulator();
    const details = await make(emulator);
    const closed = once(connection, 'close');
    connection.write(`${JSON.stringify({ copies: emulator.copies, details })}\n`);
    await closed;
    return { emulator, details };
  } finally {
    connection.destroy();
  }
}
