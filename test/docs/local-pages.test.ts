/** Runs every block of the pages for producers and consumers, unchanged and in order, against one `make local`. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { containerWiring } from '../../contract/container-wiring';
import { readEvent } from '../../contract/read-event';
import { development, redis } from '../cli/development';
import { python } from '../examples/program';
import { synthesized } from '../lib/synthesized';
import { eventBody } from '../support/events';
import { type Clone, makeClone } from './clone';
import { type Block, blocksIn, blocksOf, placeOf, root } from './pages';
import { missingLines } from './output-match';
import { Terminal } from './terminal';

jest.setTimeout(180_000);

/** Commands that run until Ctrl-C. */
const endless = /consumer\.(?:mts|py)$/;
const makeLocal = 'make local';

let clone: Clone;
let folder: string;
let env: Readonly<Record<string, string>>;
let pipeline: Terminal;
/** Runs the blocks of the page; some pages ask for a new one. */
let terminal: Terminal | undefined;

beforeAll(() => {
  clone = makeClone();
  // Newer than its sources, so that make does not synthesize again; other tests run `make synth`.
  mkdirSync(join(clone.folder, 'cdk.out'));
  writeFileSync(
    join(clone.folder, 'cdk.out/ModelEvents-development.template.json'),
    JSON.stringify(synthesized().toJSON()),
  );
  folder = mkdtempSync(join(tmpdir(), 'model-events-pages-'));
  env = {
    PATH: (process.env['PATH'] ?? '').replaceAll(join(root, 'node_modules/.bin') + delimiter, ''),
    HOME: join(folder, 'home'),
    // The programs look here for the Redis of `make local`; this folder contains only the one of this test.
    TMPDIR: join(folder, 'tmp'),
    npm_config_cache: execFileSync('npm', ['config', 'get', 'cache'], { encoding: 'utf8' }).trim(),
    npm_config_prefer_offline: 'true',
    npm_config_update_notifier: 'false',
    // Contains the dependencies of our packages, so that pip needs no package index.
    PYTHONPATH: pythonPackages(),
    // Keeps the output free of a prompt.
    VIRTUAL_ENV_DISABLE_PROMPT: '1',
    PIP_NO_INDEX: '1',
    PIP_DISABLE_PIP_VERSION_CHECK: '1',
  };
  for (const name of ['HOME', 'TMPDIR']) mkdirSync(env[name] ?? '');
});
afterAll(async () => {
  await terminal?.close();
  await (pipeline as Terminal | undefined)?.close();
  clone.remove();
  rmSync(folder, { recursive: true });
});

test.each(['docs/registry.md', 'docs/consumers.md'])(
  'every block of %s runs and prints what the page shows',
  async (page) => {
    let output = '';
    const blocks = blocksOf(page);
    for (const [index, block] of blocks.entries()) {
      if (block.before.includes("in this repository's root")) await openTerminal();
      if (block.language === 'sh') {
        // The output of consecutive command blocks is compared as one.
        if (blocks[index - 1]?.language !== 'sh') output = '';
        output += await runBlock(block, blocks[index + 1]);
      } else if (block.language === '') {
        const missing = missingLines(block.text, output);
        if (missing.length > 0) {
          throw new Error(`${placeOf(block)}: lines missing in the output:\n${missing.join('\n')}\nOutput:\n${output}`);
        }
      } else {
        saveProgram(block);
      }
    }
  },
);

test('make local reports a port that is in use, and starts on the port that troubleshooting.md gives instead', async () => {
  const [other, message] = ['make local', 'port 4510 is taken'].map((start) =>
    blocksIn('docs/troubleshooting.md', 'sh', '').find(({ text }) => text.startsWith(start)),
  );
  await openTerminal();
  await expect(terminal?.run(makeLocal)).rejects.toThrow(
    message?.text ?? 'troubleshooting.md has no block with this message',
  );
  await terminal?.keepRunning(
    `TMPDIR=$HOME; ${other?.text ?? ''}`,
    /Console: +http:\S+:4511,[^]*Ctrl-C ends everything/,
  );
});

test('the idempotent handlers of consumers.md write one row for two deliveries, and numbers keep their digits', () => {
  const programs = blocksIn('docs/consumers.md', 'ts').map(({ text }) => text);
  const [handler, digits] = ['handle: Handler', 'baselineOf('].map((part) =>
    programs.find((program) => program.includes(part)),
  );
  const inNode = `${handler}\n${digits}
    const message = { message_id: 'a', payload: { model_id: 'm', token_symbol: 'M' } };
    for (const _ of [1, 2]) handle(message as never, {} as never);
    const rows = database.prepare('SELECT * FROM tokens').all();
    console.log(rows.length, baselineOf({ payloadText: '{"baseline_value":0.820}' } as Delivery));`;
  expect(runIn('first-consumer', 'once.mts', inNode, process.execPath, '--import', 'tsx')).toBe('1 0.820\n');

  const [, inPage = ''] = blocksIn('docs/consumers.md', 'python').map(({ text }) => text);
  const inPython = `${inPage}
from types import SimpleNamespace
for _ in range(2):
    handle(SimpleNamespace(message_id="a", payload={"model_id": "m", "token_symbol": "M"}), None)
print(len(sqlite3.connect("service.sqlite").execute("SELECT * FROM tokens").fetchall()))`;
  expect(runIn('first-python-consumer', 'once.py', inPython, '.venv/bin/python')).toBe('1\n');
});

test('the pipeline accepts the event of registry.md, and its policy statement equals that of container wiring', () => {
  const [event, right] = blocksIn('docs/registry.md', 'json').map(({ text }) => text);
  expect(readEvent(eventBody(event ?? ''))).toMatchObject({ kind: 'message', messageId: 'registration-4721' });
  const { environment, account, region, subscriptions } = development;
  const producer = { role: 'producer' } as const;
  const { taskRights } = containerWiring(
    { environment, account, region, subscriptions, authSecretArn: redis.authSecretArn },
    producer,
  );
  const { Effect, Action: action, Resource: resource } = JSON.parse(right ?? '') as Record<string, string>;
  expect([Effect, [{ action, resource }]]).toEqual(['Allow', taskRights]);
});

/** Runs a program in a folder that a page has created. */
function runIn(project: string, name: string, program: string, ...interpreter: readonly [string, ...string[]]): string {
  const cwd = join(env['HOME'] ?? '', project);
  writeFileSync(join(cwd, name), program);
  const [file, ...parameters] = interpreter;
  return execFileSync(file, [...parameters, name], { cwd, env, encoding: 'utf8' });
}

async function openTerminal(): Promise<void> {
  await terminal?.close();
  terminal = await Terminal.open(clone.folder, env);
}

async function runBlock(block: Block, next: Block | undefined): Promise<string> {
  try {
    if (block.text === makeLocal) {
      if ((pipeline as Terminal | undefined) !== undefined) return '';
      pipeline = await Terminal.open(clone.folder, env);
      await pipeline.keepRunning(block.text, /Ctrl-C ends everything/);
      return pipeline.output;
    }
    if (terminal === undefined) throw new Error('the page does not open a terminal before this block');
    const complete = (output: string): boolean => missingLines(next?.text ?? '', output).length === 0;
    return await terminal.run(block.text, endless.test(block.text) ? complete : undefined);
  } catch (error) {
    throw new Error(`${placeOf(block)}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

/** Saves a program under its name in the page, in the folder that the page has created for it. */
function saveProgram({ language, text, before }: Block): void {
  const [, name] = /^`([\w.]+)`:$/m.exec(before) ?? [];
  if (name === undefined) return;
  const home = language === 'python' ? 'first-python-consumer' : 'first-consumer';
  writeFileSync(join(env['HOME'] ?? '', home, name), text);
}

/** The packages of the tests' Python, without those that build and install packages: Debian's work only with Debian's Python. */
function pythonPackages(): string {
  const program = 'import redis, pathlib; print(pathlib.Path(redis.__file__).parents[1])';
  const installed = execFileSync(python(), ['-c', program], { encoding: 'utf8' }).trim();
  const packages = join(folder, 'python-packages');
  mkdirSync(packages);
  for (const name of readdirSync(installed)) {
    if (/^(?:_distutils_hack|pip|pkg_resources|setuptools|wheel)\b|\.pth$/.test(name)) continue;
    symlinkSync(join(installed, name), join(packages, name));
  }
  return packages;
}
