/** A user installs the consumer library from its tarball and follows its README. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { build } from 'esbuild';
import { Redis } from 'ioredis';
import * as ts from 'typescript';
import { startRedis } from '../../../../dev/local/redis-server';
import { blocksIn } from '../../../docs/pages';
import { installInEmptyProject, type EmptyProject } from './empty-project';

const name = '@hokusai/model-events';
let project: EmptyProject;

/** A folder in whose parents nothing is installed. */
let alone = '';

beforeAll(async () => {
  project = await installInEmptyProject();
  alone = await mkdtemp(join(tmpdir(), 'model-events-bundle-'));
}, 60_000);
afterAll(() => rm(alone, { recursive: true, force: true }));
// Undefined if the installation failed.
afterAll(() => (project as EmptyProject | undefined)?.remove());

/** A page's TypeScript, in its order. The README's first block is a complete program. */
const examplesOf = (page: string): string[] => blocksIn(page, 'ts').map(({ text }) => text);

test('the tarball contains the built library and its pages, and depends on ioredis only', async () => {
  const files = await readdir(join(project.folder, 'node_modules', name), { recursive: true });
  expect(files.sort()).toEqual([
    'CHANGELOG.md',
    'MIGRATION.md',
    'README.md',
    'dist',
    'dist/index.bundler.mjs',
    'dist/index.cjs',
    'dist/index.d.cts',
    'dist/index.d.mts',
    'dist/index.mjs',
    'package.json',
  ]);
  const manifest = JSON.parse(readFileSync(join(project.folder, 'node_modules', name, 'package.json'), 'utf8')) as {
    dependencies: object;
  };
  expect(Object.keys(manifest.dependencies)).toEqual(['ioredis']);
  // The project was installed with the command of the README.
  const tarball = (await readdir(project.folder)).find((each) => each.endsWith('.tgz'));
  expect(blocksIn('clients/node/README.md', 'sh')[0]?.text).toBe(`npm install ./${tarball ?? ''}`);
});

test('an ES module and a CommonJS module get the same exports', async () => {
  const print = 'console.log(JSON.stringify(Object.keys(library).sort()))';
  const [esm, cjs] = await Promise.all([
    project.run('node', '--input-type=module', '-e', `import * as library from '${name}'; ${print}`),
    project.run('node', '-e', `const library = require('${name}'); ${print}`),
  ]);
  expect(JSON.parse(esm)).toContain('ModelEventConsumer');
  expect(JSON.parse(cjs)).toEqual(JSON.parse(esm));
});

test('every TypeScript example of the pages compiles, and CommonJS projects find the types too', async () => {
  const sources = ['clients/node/README.md', 'clients/node/MIGRATION.md', 'docs/consumers.md'].flatMap(examplesOf);
  const examples = sources.map((source, index) => [`example-${index}.mts`, source] as const);
  expect(examplesOf('clients/node/MIGRATION.md')).toHaveLength(1);
  const fromCommonJs = `
    import { ModelEventConsumer } from '${name}';
    export const right: string = ModelEventConsumer.name;
    // @ts-expect-error without the types, or with any, this would compile
    export const wrong: number = ModelEventConsumer.name;`;
  await project.checkTypes({ ...Object.fromEntries(examples), 'types.cts': fromCommonJs });
});

/** Bundles a program of the project into a file that needs no installed package. */
async function bundled(program: string, format: 'esm' | 'cjs'): Promise<string> {
  const outfile = join(alone, `${format}.${format === 'esm' ? 'mjs' : 'cjs'}`);
  const text = await readFile(program, 'utf8');
  const { warnings } = await build({
    // CommonJS has no await outside of functions.
    stdin: { contents: format === 'esm' ? text : text.replaceAll(/^await /gm, 'void '), resolveDir: project.folder },
    outfile,
    bundle: true,
    platform: 'node',
    format,
    target: 'node20',
  });
  expect(warnings).toEqual([]);
  return outfile;
}

test.each([
  ['as it is', (program: string) => Promise.resolve(program)],
  ['bundled by esbuild as an ES module', (program: string) => bundled(program, 'esm')],
  ['bundled by esbuild as CommonJS', (program: string) => bundled(program, 'cjs')],
])("the README's first example, %s, takes a message from a real queue and stops on SIGTERM", async (_, prepared) => {
  const source = join(project.folder, 'first.mjs');
  const compilerOptions = { module: ts.ModuleKind.ES2022, target: ts.ScriptTarget.ES2023 };
  await writeFile(
    source,
    ts.transpileModule(examplesOf('clients/node/README.md')[0] ?? '', { compilerOptions }).outputText,
  );
  const program = await prepared(source);
  const redis = await startRedis({ replica: false });
  const client = new Redis({ host: redis.host, port: redis.port, password: redis.token, tls: { ca: redis.ca } });
  const consumer = spawn(process.execPath, [program], {
    cwd: project.folder,
    env: {
      PATH: process.env.PATH,
      REDIS_HOST: redis.host,
      REDIS_PORT: String(redis.port),
      REDIS_AUTH_TOKEN: redis.token,
      MODEL_EVENTS_QUEUE: 'model_events',
      NODE_EXTRA_CA_CERTS: redis.caFile,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(consumer, 'exit');
  try {
    await client.lpush('model_events', messageText('model-from-the-readme'));
    await lineWith('model-from-the-readme', consumer.stdout);
    consumer.kill('SIGTERM');
    expect(await exited).toEqual([0, null]);
    expect(await client.llen('model_events:processing')).toBe(0);
    expect(await workedOnByHand(client)).toEqual({ model_id: 'by-hand' });
  } finally {
    consumer.kill('SIGKILL');
    client.disconnect();
    await redis.stop();
  }
});

/** Runs the loop of MIGRATION.md on a message until it is in no list; returns what the loop deployed. */
async function workedOnByHand(client: Redis): Promise<object> {
  const [loop] = blocksIn('clients/node/MIGRATION.md', 'js');
  await client.lpush('model_events', '{"model_id":"by-hand"}');
  // The loop ends only with an error.
  const ended = new Error('the second message');
  const deployed: object[] = [];
  const deploy = (message: object): void => {
    if (deployed.push(message) > 1) throw ended;
    void client.lpush('model_events', '{}');
  };
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- it is a page's program
  const run = new Function('redis', 'deploy', `return (async () => {\n${loop?.text ?? ''}\n})()`) as (
    redis: Redis,
    deploy: (message: object) => void,
  ) => Promise<void>;
  await expect(run(client, deploy)).rejects.toBe(ended);
  expect(await client.lrange('model_events:processing', 0, -1)).toEqual(['{}']);
  return deployed[0] ?? {};
}

/** Resolves at the first line with this text; rejects if the output ends without it. */
async function lineWith(text: string, output: NodeJS.ReadableStream): Promise<void> {
  const seen: string[] = [];
  for await (const line of createInterface({ input: output })) {
    if (line.includes(text)) {
      output.resume();
      return;
    }
    seen.push(line);
  }
  throw new Error(`the example ended without a line that names ${text}; it printed: ${seen.join('\n')}`);
}

function messageText(modelId: string): string {
  return JSON.stringify({
    event_type: 'model_ready_to_deploy',
    schema_version: '1.0',
    message_id: 'readme-1',
    correlation_id: 'readme-1',
    timestamp: '2026-11-23T12:00:00.000Z',
    retry_count: 0,
    payload: {
      model_id: modelId,
      token_symbol: 'README',
      metric_name: 'accuracy',
      baseline_value: 0.9,
      performance_data: { current_value: 0.91 },
    },
  });
}
