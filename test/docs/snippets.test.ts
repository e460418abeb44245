/** Single commands and snippets of pages whose blocks do not form one sequence. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { liveAlias, operationsFunctionName } from '../../contract/operations';
import { type Block, blocksIn, placeOf, root } from './pages';

/** Runs a block; rejects with its output if a command in it fails. */
async function bash(block: Block, env: Readonly<Record<string, string>> = {}, before = ''): Promise<string> {
  const child = spawn('bash', ['-euo', 'pipefail', '-c', `${before}\n${block.text}`], {
    cwd: root,
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [[code], out, err] = await Promise.all([
    once(child, 'close') as Promise<[number | null]>,
    text(child.stdout),
    text(child.stderr),
  ]);
  if (code !== 0) throw new Error(`${placeOf(block)} ended with ${String(code)}:\n${block.text}\n${out}${err}`);
  return out;
}

/** These commands start tests and builds, including this test: only their dry run is checked. `test/e2e` runs the demo. */
const dry = `
make() { command make --dry-run "$@"; }
npm() { test "$1 $2 $3" = 'run build --' && command npm pkg get scripts.build | grep -q build; }
npx() {
  test "$1" = jest && shift
  local file=(); for word; do [ "$word" = --watch ] || file+=("$word"); done
  command npx jest --listTests "\${file[@]}" | grep -q test
}`;

test.each(
  ['README.md', 'CONTRIBUTING.md'].flatMap((page) => blocksIn(page, 'sh')).map((each) => [placeOf(each), each]),
)('every command of %s exists, with the files that it names', async (_, block) => {
  await bash(block, {}, dry);
});

test('the command of health.md signs its request as a function URL requires', async () => {
  const [block] = blocksIn('docs/health.md', 'sh');
  if (block === undefined) throw new Error('health.md has no command');
  const requests: { path: string | undefined; headers: IncomingHttpHeaders }[] = [];
  const server = createServer(({ url: path, headers }, response) => {
    requests.push({ path, headers });
    response.end('{"status":"pass"}');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    const credentials = { AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE', AWS_SECRET_ACCESS_KEY: 'secret' };
    const HEALTH_URL = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const output = await bash(block, { ...credentials, AWS_SESSION_TOKEN: 'session', HEALTH_URL });
    expect(output).toBe('{"status":"pass"}');
    expect(requests).toMatchObject([{ path: '/health', headers: { 'x-amz-security-token': 'session' } }]);
    expect(requests[0]?.headers.authorization).toMatch(
      /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d{8}\/us-east-1\/lambda\/aws4_request,.*x-amz-security-token/,
    );
  } finally {
    server.close();
  }
});

test('the permissions in console.md and health.md are valid policy statements', () => {
  const statements = ['docs/console.md', 'docs/health.md'].flatMap((page) =>
    blocksIn(page, 'json').map((block) => JSON.parse(block.text) as unknown),
  );
  expect(statements).toEqual([
    {
      Effect: 'Allow',
      Action: 'lambda:InvokeFunction',
      Resource: `arn:aws:lambda:us-east-1:123456789012:function:${operationsFunctionName('development')}:${liveAlias}`,
    },
    {
      Effect: 'Allow',
      Action: ['lambda:InvokeFunctionUrl', 'lambda:InvokeFunction'],
      Resource: '<ARN of the health function>',
    },
  ]);
});
