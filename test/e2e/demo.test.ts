import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const root = resolve(__dirname, '../..');
let scratch = '';

beforeAll(async () => {
  // A folder for temporary files of its own: what is left in it was left by the demo.
  scratch = await mkdtemp(join(tmpdir(), 'model-events-demo-'));
});
afterAll(() => rm(scratch, { recursive: true, force: true }));

function startDemo(): { process: ChildProcess; said: (text: string) => Promise<void>; output: () => string } {
  const demo = spawn(
    resolve(root, 'node_modules/.bin/tsx'),
    ['--require', './tools/lua-require.cjs', 'local/demo.ts'],
    {
      cwd: root,
      env: { ...process.env, TMPDIR: scratch },
      stdio: ['ignore', 'pipe', 'pipe'],
      // A group of its own, as a terminal makes one: a signal to it reaches the consumers too, as Ctrl-C does.
      detached: true,
    },
  );
  let output = '';
  const listeners = new Set<() => void>();
  for (const stream of [demo.stdout, demo.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      for (const listener of listeners) listener();
    });
  }
  const said = (text: string): Promise<void> =>
    new Promise((done) => {
      const look = (): void => {
        if (output.includes(text)) done();
      };
      listeners.add(look);
      look();
    });
  return { process: demo, said, output: () => output };
}

/** The demo's own files; tsx keeps compiled sources in a folder `tsx-…` beside them. */
async function filesLeft(): Promise<string[]> {
  return (await readdir(scratch)).filter((name) => !name.startsWith('tsx-'));
}

/** Processes that were started with the demo's folder for temporary files, Redis among them. */
async function leftBehind(): Promise<string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const environments = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '')));
  return pids.filter((_, index) => environments[index]?.includes(`TMPDIR=${scratch}`));
}

test('the demo ends every registration where it should, and leaves no process and no file behind', async () => {
  const demo = startDemo();
  const [code] = (await once(demo.process, 'exit')) as [number];
  expect(demo.output()).toContain('All 15 registrations ended where they should.');
  expect(code).toBe(0);
  expect(await filesLeft()).toEqual([]);
  expect(await leftBehind()).toEqual([]);
}, 60_000);

test('after Ctrl-C in the middle nothing is left either', async () => {
  const demo = startDemo();
  await demo.said('was killed (SIGKILL)');
  process.kill(-(demo.process.pid ?? 0), 'SIGINT');
  const [code] = (await once(demo.process, 'exit')) as [number];
  expect(code).toBe(130);
  expect(await filesLeft()).toEqual([]);
  expect(await leftBehind()).toEqual([]);
}, 60_000);
