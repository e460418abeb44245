/**
 * Validation of `ModelRegistered` by contract/rules.ts, zod/mini and TypeBox: bytes, cold start, time for each event (decision 13).
 *   npm install --prefix /tmp/typebox @sinclair/typebox@0.34.52 && npx tsx dev/bench/validation.ts /tmp/typebox
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { buildSync } from 'esbuild';
import { quantile } from './statistics';

const text = (maximum: number): string => `/^[\\s\\S]{1,${maximum}}$/u`;
/** The fields once; each library's source defines `optional` and the other names in it. */
const fields = (object: string): string => `${object}({
  model_id: matching(${text(256)}), token_symbol: matching(/^[A-Za-z0-9-]{1,64}$/), metric_name: matching(${text(256)}),
  baseline_value: number(), performance_data: ${object}({ current_value: optional(number()) }), baseline_validated: boolean(),
  correlation_id: optional(matching(${text(128)})), event_id: optional(matching(/^[A-Za-z0-9._:-]{1,128}$/)),
  model_name: optional(string()), model_version: optional(string()), mlflow_run_id: optional(string()), experiment_name: optional(string()),
  contributor_address: optional(matching(/^0x[0-9A-Fa-f]{40}$/)), tags: optional(record(string(), string())) })`;

/** Modules that export `accepts(detail)`. */
const sources = {
  'contract/rules.ts': `import { check } from './contract/rules'; import { modelRegisteredRules } from './contract/event';
    export const accepts = (detail) => { const found = []; check(modelRegisteredRules, detail, found); return found.length === 0; };`,
  'zod/mini': `import { boolean, looseObject, number, optional, record, regex, string } from 'zod/mini';
    const matching = (pattern) => string().check(regex(pattern)); const schema = ${fields('looseObject')};
    export const accepts = (detail) => schema.safeParse(detail).success;`,
  TypeBox: `import { Type } from '@sinclair/typebox'; import { TypeCompiler } from '@sinclair/typebox/compiler';
    const { Boolean: boolean, Number: number, Object: object, Optional: optional, Record: record, RegExp: matching, String: string } = Type;
    const compiled = TypeCompiler.Compile(${fields('object')});
    export const accepts = (detail) => compiled.Check(detail);`,
};

/** Runs in a process of its own: prints cold start (ms), time for each of 100,000 valid events (µs), verdicts on the contract's cases. */
const measure = `import { readFileSync } from 'node:fs';
  const lines = readFileSync('contract/cases/model-registered.jsonl', 'utf8').trim().split('\\n');
  const textOf = (parts) => [parts].flat().map((part) => typeof part === 'string' ? part : part.repeat.repeat(part.times)).join('');
  const parsed = (line) => { try { return JSON.parse(textOf(JSON.parse(line).detail)); } catch { return undefined; } };
  const details = lines.map(parsed).filter((detail) => Object.prototype.toString.call(detail) === '[object Object]');
  const valid = Array.from({ length: 100_000 }, (_, index) => ({ ...details[1], model_id: 'm-' + index }));
  const started = performance.now();
  const { accepts } = await import(process.argv[1]);
  accepts(valid[0]); const cold = performance.now() - started;
  for (const detail of valid) accepts(detail); const warm = performance.now();
  if (!valid.every(accepts)) throw new Error('a valid event is refused');
  console.log(JSON.stringify({ cold, warm: ((performance.now() - warm) * 1000) / valid.length, verdicts: details.map(accepts) }));`;

const folder = mkdtempSync(join(tmpdir(), 'model-events-'));
const bundles = Object.entries(sources).map(([name, contents], index) => {
  const file = join(folder, `${index}.mjs`);
  const stdin = { contents, resolveDir: resolve(name === 'TypeBox' ? (process.argv[2] ?? '') : '') };
  buildSync({ stdin, outfile: file, bundle: true, minify: true, platform: 'node', format: 'esm' });
  return { name, file };
});
type Result = Readonly<{ cold: number; warm: number; verdicts: readonly boolean[] }>;
const run = (file: string): Result => {
  const args = ['--input-type=module', '-e', measure, file];
  return JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' })) as Result;
};
const rounds = Array.from({ length: 20 }, () => bundles.map(({ file }) => run(file)));
for (const [index, { name, file }] of bundles.entries()) {
  const results = rounds.flatMap((round) => round[index] ?? []);
  const values = (key: 'cold' | 'warm'): number[] => results.map((result) => result[key]);
  const middle = (key: 'cold' | 'warm'): string => quantile(values(key), 0.5).toFixed(2);
  const differing = results[0]?.verdicts.filter((verdict, each) => verdict !== rounds[0]?.[0]?.verdicts[each]).length;
  const figures = `${statSync(file).size} bytes, cold start ${middle('cold')} ms, ${middle('warm')} µs per event`;
  console.log(`${name}: ${figures}; different verdicts: ${differing ?? NaN}`);
}
rmSync(folder, { recursive: true });
