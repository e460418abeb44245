/** The model of `make verify` names existing scripts, and its smallest search finds what it must. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Check, checks, properties } from '../../../dev/verify/checks';
import { runCheck } from '../../../dev/verify/run-check';

const root = join(__dirname, '../../..');
const model = readFileSync(join(root, 'dev/verify/model.pml'), 'utf8');
const [, section = ''] = readFileSync(join(root, 'docs/guarantees.md'), 'utf8').split('\n## Exhaustive model\n');

function scriptsIn(text: string): string[] {
  return [...new Set([...text.matchAll(/(?:parts\/)?([\w-]+\.lua)/g)].map(([, name]) => name ?? ''))];
}

test.each([
  ['dev/verify/model.pml', model],
  ['docs/guarantees.md', section],
])('every script that %s names exists', (_, text) => {
  expect(scriptsIn(text).length).toBeGreaterThan(8);
  const missing = scriptsIn(text).filter(
    (name) => !['queue/lua', 'queue/lua/parts'].some((folder) => existsSync(join(root, folder, name))),
  );
  expect(missing).toEqual([]);
});

test('every property of the model is described and in docs/guarantees.md', () => {
  const named = [...new Set([...model.matchAll(/property: ([\w-]+)/g)].map(([, name]) => name ?? ''))];
  expect(named.sort()).toEqual(Object.keys(properties).sort());
  expect(named.filter((name) => !section.includes(`| \`${name}\``))).toEqual([]);
});

test('every inline, process and macro that docs/guarantees.md names is in the model', () => {
  const [, table = ''] = section.split('| part of the protocol');
  const rows = table.split('\n').filter((line) => line.startsWith('| ') && !line.startsWith('| ---'));
  const names = rows.flatMap((line) =>
    [...(line.split('|')[2] ?? '').matchAll(/`(\w+)`/g)].map(([, name]) => name ?? ''),
  );
  expect(names.length).toBeGreaterThan(8);
  expect(names.filter((name) => !new RegExp(`(?:inline|proctype|#define|bit) ${name}\\b`).test(model))).toEqual([]);
});

test('every macro of a check is in the model', () => {
  const macros = checks.flatMap(({ defines }) => defines.map((define) => define.replace(/=.*/, '')));
  expect(macros.filter((macro) => !new RegExp(`#(?:if|ifdef|ifndef) ${macro}\\b`).test(model))).toEqual([]);
});

/** `make verify` installs it. */
const hasSpin = spawnSync('spin', ['-V']).status === 0;
const withSpin = hasSpin ? test : test.skip;

const named = (name: string): Check => {
  const check = checks.find((candidate) => candidate.name === name);
  if (check === undefined) throw new Error(`no check is named ${name}`);
  return check;
};

withSpin('the properties hold with one message, and the search covers more than one state', async () => {
  const finding = await runCheck({ name: 'one message', defines: ['FAILOVER', 'MESSAGES=1'] });
  expect(finding).not.toHaveProperty('violation');
  expect(finding.states).toBeGreaterThan(1000);
});

withSpin('without WAIT a failover loses a message that SQS has deleted', async () => {
  const { violation } = await runCheck(named('without WAIT'));
  expect(violation?.property).toBe('lost');
  expect(violation?.steps).toContain('failover: the replica becomes the primary');
});
