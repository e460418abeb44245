/**
 * Replaces positions in functions' bundles by those in their sources, in a stack trace or log lines on standard input:
 * `npm run --silent stack-trace -- publisher < lines`. The bundles must be built from the deployed commit.
 */
import { existsSync, readFileSync } from 'node:fs';
import { SourceMap, type SourceMapPayload } from 'node:module';

/** `file:///var/task/index.mjs:3:14` */
const position = /(?:file:\/\/)?[\w./-]*\/index\.mjs:(\d+):(\d+)/g;

function main([name = '', ...more]: readonly string[]): void {
  const file = `dist/lambda/${name}/index.mjs.map`;
  if (!/^[a-z]+$/.test(name) || more.length > 0)
    throw new Error('usage: npm run --silent stack-trace -- FUNCTION < TRACE');
  if (!existsSync(file))
    throw new Error(`${file} is missing: run \`npm run build -- functions\` for the deployed commit`);
  const map = new SourceMap(JSON.parse(readFileSync(file, 'utf8')) as SourceMapPayload);
  const resolved = readFileSync(0, 'utf8').replace(position, (found, line: string, column: string) => {
    const entry = map.findEntry(Number(line) - 1, Number(column) - 1);
    if (!('originalSource' in entry)) return found;
    const source = entry.originalSource.replace(/^(?:\.\.\/)+/, '');
    return `${source}:${entry.originalLine + 1}:${entry.originalColumn + 1}`;
  });
  process.stdout.write(resolved);
}

try {
  main(process.argv.slice(2));
} catch (error) {
  console.error(`stack-trace: ${(error as Error).message}`);
  process.exitCode = 1;
}
