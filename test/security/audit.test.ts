/** `make audit` with the real npm, on registries with advisories, with none, and without an advisory API. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { runProgram } from '../examples/program';

const root = join(__dirname, '../..');
let registry: Server;
/** The registry's advisories by package; undefined for a registry without an advisory API. */
let advisories: Readonly<Record<string, object[]>> | undefined;

beforeAll(async () => {
  registry = createServer((request, response) => {
    request.resume();
    if (request.method === 'POST' && advisories !== undefined) response.end(JSON.stringify(advisories));
    else response.writeHead(request.method === 'POST' ? 405 : 404).end('{}');
  });
  registry.listen(0, '127.0.0.1');
  await once(registry, 'listening');
});
afterAll(() => {
  registry.close();
  registry.closeAllConnections();
});

const ended = (): ReturnType<typeof runProgram>['ended'] =>
  runProgram(process.execPath, ['--import', 'tsx', join(root, 'tools/audit.ts')], {
    npm_config_registry: `http://127.0.0.1:${(registry.address() as AddressInfo).port}`,
  }).ended;

const advisory = (severity: string): object => ({
  id: 1,
  title: 'Reads what it should not',
  url: 'https://advisories.example/1',
  severity,
  vulnerable_versions: '*',
});

test('a registry without an advisory API is reported with exit code 3', async () => {
  advisories = undefined;
  const { code, errors } = await ended();
  expect(errors).toMatch(/the registry does not offer advisories: .*405/);
  expect(code).toBe(3);
});

test('a high advisory on a bundled package is reported; one on a tool, or a low one, is not', async () => {
  advisories = { 'redis-parser': [advisory('high')], prettier: [advisory('critical')], denque: [advisory('low')] };
  const { code, output } = await ended();
  expect(output).toMatch(/^redis-parser: high: Reads what it should not, https:\/\/advisories\.example\/1$/m);
  expect(output).not.toMatch(/^(?:prettier|denque):/m);
  expect(output).toMatch(/, and [1-9]\d* of the tools'$/);
  expect(code).toBe(1);
});

test('without advisories the exit code is 0', async () => {
  advisories = {};
  expect(await ended()).toMatchObject({ code: 0, output: expect.stringContaining('audit: 0 of ') as string });
});
