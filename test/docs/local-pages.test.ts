/** The pages for producers and consumers, typed from their first block to their last as they stand, beside one `make local`. */
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
import { notShown } from './output-match';
import { Terminal } from './terminal';

jest.setTimeout(180_000);

/** What goes on until Ctrl-C. */
const endless = /consumer\.(?:mts|py)$/;
const makeLocal = 'make local';

let clone: Clone;
let folder: string;
let env: Readonly<Record<string, string>>;
let pipeline: Terminal;
/** The one that the page is typed in; a page says where it wants another. */
let terminal: Terminal | undefined;

beforeAll(() => {
  clone = makeClone();
  // Newer than all that it is made of, so make does not make it again; docs/deployment.md's `make synth` is run elsewhere.
  mkdirSync(join(clone.folder, 'cdk.out'));
  writeFileSync(
    join(clone.folder, 'cdk.out/ModelEvents-development.template.json'),
    JSON.stringify(synthesized().toJSON()),
  );
  folder = mkdtempSync(join(tmpdir(), 'model-events-pages-'));
  env = {
    PATH: (process.env['PATH'] ?? '').replaceAll(join(root, 'node_modules/.bin') + delimiter, ''),
    HOME: join(folder, 'home'),
    // Where the pages look for the Redis of `make local`; they find this one only.
    TMPDIR: join(folder, 'tmp'),
    npm_config_cache: execFileSync('npm', ['config', 'get', 'cache'], { encoding: 'utf8' }).trim(),
    npm_config_prefer_offline: 'true',
    npm_config_update_notifier: 'false',
    // The packages that ours need are here already, so pip asks nobody for them.
    PYTHONPATH: pythonPackages(),
    // Of a prompt nothing is shown.
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

test.each(['docs/registry.md', 'docs/consumers.md'])('%s, from its first block to its last', async (page) => {
  let output = '';
  const blocks = blocksOf(page);
  for (const [index, block] of blocks.entries()) {
    if (block.before.includes("in this repository's root")) await openTerminal();
    if (block.language === 'sh') {
      // Commands one after the other are shown together; after a block that shows it begins anew.
      if (blocks[index - 1]?.language !== 'sh') output = '';
      output += await typed(block, blocks[index + 1]);
    } else if (block.language === '') {
      const missing = notShown(block.text, output);
      if (missing.length > 0) {
        throw new Error(
          `${placeOf(block)}: not what the command prints:\n${missing.join('\n')}\nIt printed:\n${output}`,
        );
      }
    } else {
      saved(block);
    }
  }
});

test('the port is taken, as troubleshooting.md has it, and its other port is free', async () => {
  const [other, message] = ['make local', 'port 4510 is taken'].map((start) =>
    blocksIn('docs/troubleshooting.md', 'sh', '').find(({ text }) => text.startsWith(start)),
  );
  await openTerminal();
  await expect(terminal?.run(makeLocal)).rejects.toThrow(message?.text ?? 'no block has this message');
  await terminal?.keepRunning(
    `TMPDIR=$HOME; ${other?.text ?? ''}`,
    /Console: +http:\S+:4511,[^]*Ctrl-C ends everything/,
  );
});

test('the handlers that do the work once do it once, and the digits of a number stay', () => {
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

test('the event is one that the pipeline takes, and the right is the one that a producer is given', () => {
  const [event, right] = blocksIn('docs/registry.md', 'json').map(({ text }) => text);
  expect(readEvent(eventBody(event ?? ''))).toMatchObject({ kind: 'message', messageId: 'registration-4721' });
  const { environment, account, region } = development;
  const producer = { role: 'producer' } as const;
  const { taskRights } = containerWiring(
    { environment, account, region, authSecretArn: redis.authSecretArn },
    producer,
  );
  const { Effect, Action: action, Resource: resource } = JSON.parse(right ?? '') as Record<string, string>;
  expect([Effect, [{ action, resource }]]).toEqual(['Allow', taskRights]);
});

/** Runs a program in a folder that the pages have made. */
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

async function typed(block: Block, next: Block | undefined): Promise<string> {
  try {
    if (block.text === makeLocal) {
      if ((pipeline as Terminal | undefined) !== undefined) return '';
      pipeline = await Terminal.open(clone.folder, env);
      await pipeline.keepRunning(block.text, /Ctrl-C ends everything/);
      return pipeline.shown;
    }
    if (terminal === undefined) throw new Error('the page says nowhere in which terminal this is typed');
    const shown = (output: string): boolean => notShown(next?.text ?? '', output).length === 0;
    return await terminal.run(block.text, endless.test(block.text) ? shown : undefined);
  } catch (error) {
    throw new Error(`${placeOf(block)}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

/** A program under the name that the page gives it, in the folder that the page has made for it. */
function saved({ language, text, before }: Block): void {
  const [, name] = /^`([\w.]+)`:$/m.exec(before) ?? [];
  if (name === undefined) return;
  const home = language === 'python' ? 'first-python-consumer' : 'first-consumer';
  writeFileSync(join(env['HOME'] ?? '', home, name), text);
}

/**
 * The packages of the Python that tests run examples with. Not those that build and install packages: every Python has its own, and
 * those of Debian work with no other.
 */
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
