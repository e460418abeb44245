/** AWS accounts on this machine, empty at the start and gone at the end: dev/emulators/moto, a process for each. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { OwnedProcesses, unrefProcess, refProcess } from '../local/owned-processes';

const root = join(__dirname, '../..');
const logLinesKept = 30;

/** The account and region that everything is in. */
export const emulatedAccount = '123456789012';
export const emulatedRegion = 'us-east-1';

export interface AwsEmulator {
  /** For `endpoint` of SDK clients, `--endpoint-url` and AWS_ENDPOINT_URL. */
  readonly url: string;
  /** Variables with which SDKs, the AWS CLI and the CDK CLI use this account and no other. */
  readonly environment: Readonly<Record<string, string>>;
  /** The last lines that it wrote: why it answered with an error of its own. */
  readonly log: readonly string[];
  /** Another account that begins with all that this one holds. No request may be under way in this one meanwhile. */
  copy(): Promise<AwsEmulator>;
  /** Where another process makes such copies: for `copyAccount`. */
  readonly copies: string;
  /** Ends it with everything in it. May be called twice. */
  stop(): Promise<void>;
}

/** The process that makes accounts, each in a process forked from it: to import moto takes seconds, to fork milliseconds. */
export interface AwsEmulatorServer {
  /** The Unix socket on which it makes an account for each connection. */
  readonly socket: string;
  /** Ends it. Accounts end with their connections. */
  stop(): Promise<void>;
}

/** The variable with the socket of the server for this test run. */
export const emulatorServerVariable = 'MODEL_EVENTS_EMULATOR_SOCKET';

/**
 * Starts the server; resolves when it answers. It ends with this process, however that ends.
 * @throws Error with the reason where there is no Python with moto, or where it does not start
 */
export async function startAwsEmulatorServer(): Promise<AwsEmulatorServer> {
  const python = await pythonWith('moto', 'flask', 'flask_cors', 'boto3');
  const folder = await mkdtemp(join(tmpdir(), 'model-events-aws-'));
  const ownedProcesses = new OwnedProcesses(folder);
  const socket = join(folder, 'server.sock');
  // PYTHONDONTWRITEBYTECODE: nothing is left behind in the sources' folder.
  const child = spawn(python, [join(root, 'dev/emulators/moto/main.py'), '--socket', socket], {
    cwd: folder,
    env: { PATH: process.env.PATH ?? '', HOME: folder, TMPDIR: folder, PYTHONDONTWRITEBYTECODE: '1' },
    stdio: 'pipe',
    detached: true,
  });
  if (child.pid !== undefined) ownedProcesses.hold(child.pid);
  const log: string[] = [];
  createInterface({ input: child.stderr }).on('line', (line) => log.push(line));
  const ended = new Promise<undefined>((resolve) => {
    child.once('error', (error) => log.push(error.message));
    child.once('close', () => resolve(undefined));
  });
  const answered = once(createInterface({ input: child.stdout }), 'line');
  if ((await Promise.race([answered, ended])) === undefined) {
    await ownedProcesses.release();
    throw new Error(`the AWS emulator ended before it was ready. Its output:\n  ${log.join('\n  ')}`);
  }
  unrefProcess(child);
  return {
    socket,
    stop: async () => {
      refProcess(child);
      child.kill('SIGKILL');
      await ended;
      await ownedProcesses.release();
    },
  };
}

/**
 * An empty account, from the server of this test run.
 * @throws Error with the reason where the server could not be started
 */
export async function startAwsEmulator(): Promise<AwsEmulator> {
  const socket = process.env[emulatorServerVariable];
  if (socket === undefined)
    throw new Error(`${emulatorServerVariable} is set for tests only, by test/support/global-setup.ts`);
  const answer = await text(createConnection(socket));
  if (!answer.startsWith('/')) throw new Error(answer);
  return copyAccount(answer);
}

/** @param socket the `copies` of an account, of this process or of another */
export async function copyAccount(socket: string): Promise<AwsEmulator> {
  const connection = createConnection(socket);
  const lines = createInterface({ input: connection });
  const [first] = (await once(lines, 'line')) as [string];
  const [url = '', copies = ''] = first.split(' ');
  const log: string[] = [];
  lines.on('line', (line) => {
    log.push(line);
    if (log.length > logLinesKept) log.shift();
  });
  // This process may end although the account is there; the account ends with it.
  connection.unref();
  return {
    url,
    environment: environmentFor(url),
    log,
    copies,
    copy: () => copyAccount(copies),
    stop: async () => {
      if (connection.closed) return;
      const closed = once(connection, 'close');
      connection.ref().destroy();
      await closed;
    },
  };
}

function environmentFor(url: string): Record<string, string> {
  return {
    AWS_ENDPOINT_URL: url,
    // The emulator would take an IP address in a template's URL for a bucket; this one is only used to write that URL.
    AWS_ENDPOINT_URL_S3_FOR_CLOUDFORMATION: `https://s3.${emulatedRegion}.amazonaws.com`,
    AWS_REGION: emulatedRegion,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_SESSION_TOKEN: 'test',
    AWS_EC2_METADATA_DISABLED: 'true',
    // A developer's own profile has no say in here.
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
  };
}

/** The Python interpreter that has these modules, installed first where they are not there. */
export async function pythonWith(...modules: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(join(root, 'tools/python.sh'), [...modules], { encoding: 'utf8' });
  return stdout.trim();
}
