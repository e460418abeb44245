/** Each function is deployed as one complete bundle that is small enough to start fast. */
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { ModelEventsStack } from '../../lib/stacks/model-events';
import { RedisStack } from '../../lib/stacks/redis';
import { buildFunctions } from '../../tools/build-functions';
import { cdkContext, inThrowAwayFolder, production } from '../lib/synthesized';

let root: string;
let printed: string[];

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'model-events-build-'));
  printed = [];
  jest.spyOn(console, 'log').mockImplementation((line: string) => void printed.push(line));
});
afterEach(() => {
  jest.restoreAllMocks();
  rmSync(root, { recursive: true });
});

function write(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

/** Calls the bundle's handler in another Node process, in a folder without packages. */
function callHandler(name: string): string {
  const program = `import { handler } from './dist/lambda/${name}/index.mjs'; console.log(await handler());`;
  return execFileSync(process.execPath, ['--input-type=module', '-e', program], { cwd: root, encoding: 'utf8' }).trim();
}

test('a bundle runs alone, with its Lua and with CommonJS packages that call require()', async () => {
  write('queue/lua/ping.lua', "return 'pong' -- one source line\n");
  write('node_modules/old/index.js', "module.exports = require('path').basename('/a/b');");
  write(
    'lambda/small/handler.ts',
    `import ping from '../../queue/lua/ping.lua';
     import old from 'old';
     export const handler = async (): Promise<string> => old + ' ' + ping.trim();`,
  );
  await buildFunctions(root, { analyze: false });
  rmSync(join(root, 'node_modules'), { recursive: true });

  expect(callHandler('small')).toBe("b return 'pong' -- one source line");
  expect(readdirSync(join(root, 'dist/lambda/small'))).toEqual(['index.mjs', 'index.mjs.map']);
});

test('the source map names files and lines and carries no sources', async () => {
  write('lambda/small/handler.ts', 'export const handler = async (): Promise<number> => 1;');
  await buildFunctions(root, { analyze: false });
  const map = JSON.parse(readFileSync(join(root, 'dist/lambda/small/index.mjs.map'), 'utf8')) as Record<
    string,
    unknown
  >;
  expect(map.sources).toEqual(['../../../lambda/small/handler.ts']);
  expect(map).not.toHaveProperty('sourcesContent');
});

test('the bundle does not load its source map; stack-trace names the sources of a trace by it', async () => {
  write('lambda/small/handler.ts', "\n\nexport const handler = async () => new Error('broken').stack;\n");
  await buildFunctions(root, { analyze: false });
  expect(readFileSync(join(root, 'dist/lambda/small/index.mjs'), 'utf8')).not.toContain('sourceMappingURL');
  const trace = callHandler('small');
  expect(trace).toMatch(/\/dist\/lambda\/small\/index\.mjs:\d+:\d+/);

  const tool = join(__dirname, '../../tools/stack-trace.ts');
  const line = JSON.stringify({ stack: trace });
  const resolved = execFileSync(process.execPath, ['--import', require.resolve('tsx'), tool, 'small'], {
    cwd: root,
    input: line,
    encoding: 'utf8',
  });
  expect((JSON.parse(resolved) as { stack: string }).stack).toMatch(
    /^Error: broken\n +at .*\(?lambda\/small\/handler\.ts:3:36/,
  );
});

test('the Redis client of a bundle has a method for each command that a source uses, also as Buffer, and for no others', async () => {
  symlinkSync(join(__dirname, '../../node_modules'), join(root, 'node_modules'));
  write('queue/size.ts', 'export const size = (redis: any) => redis.zcard;');
  write(
    'lambda/small/handler.ts',
    `import { Redis } from 'ioredis';
     import { size } from '../../queue/size';
     const redis = new Redis({ lazyConnect: true });
     const type = (name: string) => typeof Reflect.get(redis, name);
     export const handler = async () => [
       typeof size(redis), typeof redis?.zaddBuffer, typeof redis
         .zpopmin, typeof redis['zpopmax'], type('zadd'), type('geoadd'),
     ].join();`,
  );
  await buildFunctions(root, { analyze: false });
  expect(callHandler('small')).toBe('function,function,function,function,function,undefined');
});

test('a publisher larger than 350 KB fails the build with its size and the option that lists its contents', async () => {
  write('lambda/publisher/handler.ts', `export const handler = async () => ${JSON.stringify('x'.repeat(350_000))};`);
  await expect(buildFunctions(root, { analyze: false })).rejects.toThrow(
    /dist\/lambda\/publisher\/index\.mjs is 350\.\d KB, at most 350\.0 KB are allowed: .*--analyze/,
  );
});

test('the build removes the bundle of a function that no longer exists', async () => {
  write('dist/lambda/removed/index.mjs', '');
  await buildFunctions(root, { analyze: false });
  expect(existsSync(join(root, 'dist/lambda/removed'))).toBe(false);
  expect(printed).toEqual(['functions: none yet (lambda/<name>/handler.ts)']);
});

test('a second build reuses unchanged bundles, and builds them again after a change of a source or of a bundle', async () => {
  write('lambda/small/answer.ts', 'export const answer = 1;');
  write('lambda/small/handler.ts', "import { answer } from './answer'; export const handler = async () => answer;");
  const build = async (): Promise<string> => {
    printed = [];
    await buildFunctions(root, { analyze: false });
    return printed.join();
  };
  expect(await build()).not.toContain('unchanged');
  expect(await build()).toMatch(/^dist\/lambda\/small\/index\.mjs 0\.\d KB, unchanged$/);

  write('lambda/small/answer.ts', 'export const answer = 2;');
  expect(await build()).not.toContain('unchanged');
  expect(callHandler('small')).toBe('2');

  write('dist/lambda/small/index.mjs', 'export const handler = () => 3;');
  expect(await build()).not.toContain('unchanged');
  expect(callHandler('small')).toBe('2');
});

test('analyze lists the inputs of a bundle, largest first', async () => {
  write('lambda/small/large.ts', `export const large = ${JSON.stringify('x'.repeat(2_000))};`);
  write('lambda/small/handler.ts', "import { large } from './large'; export const handler = async () => large;");
  await buildFunctions(root, { analyze: true });
  expect(printed.slice(1).map((line) => line.trim().split(/ {2,}/))).toEqual([
    ['2.0 KB', 'lambda/small/large.ts'],
    ['0.0 KB', 'lambda/small/handler.ts'],
  ]);
});

test('the only assets of the stacks are the five bundles, which contain no file of dev/, test/ or tools/', () => {
  inThrowAwayFolder((folder) => {
    const app = new App({ context: cdkContext(), outdir: join(folder, 'cdk.out') });
    const { redis } = new RedisStack(app, 'ModelEventsRedis', { environment: production });
    new ModelEventsStack(app, 'ModelEvents', { environment: production, redis });
    const { directory } = app.synth();
    const assets = readdirSync(directory).filter((name) => name.startsWith('asset.'));
    expect(assets).toHaveLength(5);
    for (const asset of assets) {
      expect(readdirSync(join(directory, asset))).toEqual(['index.mjs', 'index.mjs.map']);
      const map = JSON.parse(readFileSync(join(directory, asset, 'index.mjs.map'), 'utf8')) as { sources: string[] };
      // Modules of tools/bundle-exclusions.ts have no path.
      const paths = map.sources.filter((source) => source.startsWith('../'));
      const folders = paths.map((path) => path.replace(/^(?:\.\.\/)+/, '').split('/')[0]);
      expect(folders).toContain('lambda');
      expect(['console', 'contract', 'lambda', 'node_modules', 'queue']).toEqual(expect.arrayContaining(folders));
    }
  });
});
