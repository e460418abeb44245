/** Contents of docs/reference; test/contract/schemas.test.ts checks that it is up to date. */
import { readdirSync, readFileSync } from 'node:fs';
import { environmentNames } from '../../config/read-environment';
import { monitorMetrics, publisherMetrics, queueDimension } from '../../contract/metrics';
import { runProgram } from '../cli/program';

const reference = (name: string): string => readFileSync(`docs/reference/${name}.md`, 'utf8');
const names = ['cli', 'configuration', 'metrics'];

test.each(names)('%s.md begins with a comment that it is generated, and from what', (name) => {
  expect(reference(name)).toMatch(/^<!-- GENERATED from \S.* by `npm run generate`; do not edit\. -->\n\n# [A-Z]/);
});

test.each(names)('every line of %s.md has at most 120 characters, except output of commands', (name) => {
  const written = reference(name).replace(/^```\n.*?^```$/gms, '');
  const lines = written.split('\n').slice(1);
  expect(lines.filter((line) => line.length > 120)).toEqual([]);
});

test.each(environmentNames('config'))('every setting of config/%s.json is explained', (name) => {
  const text = reference('configuration');
  const { $schema: _, ...written } = JSON.parse(readFileSync(`config/${name}.json`, 'utf8')) as Record<string, unknown>;
  const used = [...new Set(settingsIn(written, ''))];
  expect(used.length).toBeGreaterThan(15);
  expect(used.filter((setting) => !text.includes(`\n- \`${setting}\`: `))).toEqual([]);
});

test('every metric is explained, with its unit, in the section of its emitter', () => {
  const [, publisher = '', perQueue = '', once = ''] = reference('metrics').split(/^## /m);
  const listed = (part: string): string[] => part.match(/^- `\w+`, \w+: /gm) ?? [];
  const entries = (metrics: Readonly<Record<string, { unit: string }>>): string[] =>
    Object.entries(metrics).map(([name, { unit }]) => `- \`${name}\`, ${unit}: `);
  const ofQueue = Object.entries(monitorMetrics).filter(([, { perQueue: each }]) => each);
  expect(listed(publisher)).toEqual(entries(publisherMetrics));
  expect(listed(perQueue)).toEqual(entries(Object.fromEntries(ofQueue)));
  expect([...listed(perQueue), ...listed(once)].sort()).toEqual(entries(monitorMetrics).sort());
  expect(reference('metrics')).toContain(`\`${queueDimension}\``);
});

test('the section of a command contains its --help output', async () => {
  const { out } = await runProgram(['dlq', 'redrive', '--help']);
  expect(reference('cli')).toContain(`## dlq redrive\n\n\`\`\`\n$ npx model-events dlq redrive --help\n${out}\`\`\`\n`);
});

test('the index of decisions links to each record, and each record has the four sections', () => {
  const files = readdirSync('docs/decisions').filter((file) => file !== 'README.md');
  const index = readFileSync('docs/decisions/README.md', 'utf8');
  expect([...index.matchAll(/\]\((.*?)\)/g)].map(([, file]) => file)).toEqual(files.sort());
  for (const file of files) {
    const headings = readFileSync(`docs/decisions/${file}`, 'utf8').match(/^## .+$/gm);
    expect([file, headings]).toEqual([
      file,
      ['## Context', '## Decision', '## What was given up', '## What would change it'],
    ]);
  }
});

/** The paths of all settings in a file: `vpc.vpcId`, `services[].name`. */
function settingsIn(value: unknown, path: string): string[] {
  if (Array.isArray(value) && value.some((each) => typeof each === 'object')) {
    return value.flatMap((each) => settingsIn(each, `${path}[]`));
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [path];
  return Object.entries(value).flatMap(([name, inner]) => settingsIn(inner, path === '' ? name : `${path}.${name}`));
}
