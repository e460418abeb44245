/** An AWS account on this machine, empty at the start and gone at the end: tools/aws-emulator in a process of its own. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { Leash, letGo, stayFor } from './leash';

const root = join(__dirname, '..');
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
  /** Ends it with everything in it. May be called twice. */
  stop(): Promise<void>;
}

/**
 * Starts the emulator on a free port; resolves when it answers. It dies with this process, however that ends.
 * @throws Error with the reason where there is no Python with moto, or where it does not start
 */
export async function startAwsEmulator(): Promise<AwsEmulator> {
  const python = await pythonWith('moto', 'flask', 'flask_cors', 'boto3');
  const folder = await mkdtemp(join(tmpdir(), 'model-events-aws-'));
  const leash = new Leash(folder);
  // PYTHONDONTWRITEBYTECODE: nothing is left behind in the sources' folder.
  const child = spawn(python, [join(root, 'tools/aws-emulator/main.py')], {
    cwd: folder,
    env: { PATH: process.env.PATH ?? '', HOME: folder, TMPDIR: folder, PYTHONDONTWRITEBYTECODE: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  if (child.pid !== undefined) leash.hold(child.pid);
  const log: string[] = [];
  createInterface({ input: child.stderr }).on('line', (line) => {
    log.push(line);
    if (log.length > logLinesKept) log.shift();
  });
  const ended = new Promise<undefined>((resolve) => {
    child.once('error', (error) => log.push(error.message));
    child.once('close', () => resolve(undefined));
  });

  const answered = once(createInterface({ input: child.stdout }), 'line').then(([line]) => String(line));
  const url = await Promise.race([answered, ended]);
  if (url === undefined) {
    await leash.release();
    throw new Error(`the AWS emulator ended before it was ready. It said:\n  ${log.join('\n  ')}`);
  }
  letGo(child);
  return {
    url,
    environment: environmentFor(url),
    log,
    stop: async () => {
      stayFor(child);
      child.kill('SIGKILL');
      await ended;
      await leash.release();
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
