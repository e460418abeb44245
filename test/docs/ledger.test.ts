/** Every block of every page is run or checked by a test, or is listed with the reason why not. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkedBy, notRun } from './ledger';
import { type Block, blocksOf, pages, placeOf, root } from './pages';

const blocks = pages().flatMap(blocksOf);
const reasonFor = ({ page, language }: Block): string | undefined => notRun[language] ?? notRun[`${page} ${language}`];

test('every block has a test or a reason why it has none', () => {
  expect(blocks.length).toBeGreaterThan(150);
  const unknown = blocks.filter(
    (block) => checkedBy[block.page]?.[block.language] === undefined && reasonFor(block) === undefined,
  );
  const advice =
    'run it in a test and name that test in test/docs/ledger.ts, or give there the reason why it cannot be run';
  expect(unknown.map((block) => `${placeOf(block)} (${block.language || 'no language'}): ${advice}`)).toEqual([]);
});

test('every page, test and reason in the ledger exists', () => {
  const existing = new Set(blocks.map(({ page, language }) => `${page} ${language}`));
  const named = Object.entries(checkedBy).flatMap(([page, tests]) =>
    Object.entries(tests).map(([language, file]) => ({ entry: `${page} ${language}`, file })),
  );
  expect(named.filter(({ entry }) => !existing.has(entry))).toEqual([]);
  expect([...new Set(named.map(({ file }) => file))].filter((file) => !existsSync(join(root, file)))).toEqual([]);
  const used = new Set(blocks.flatMap(({ page, language }) => [language, `${page} ${language}`]));
  expect(Object.keys(notRun).filter((entry) => !used.has(entry))).toEqual([]);
});

test('every code block is fenced: none is marked by indentation alone', () => {
  const indented = pages().flatMap((page) => {
    const fenced = new Set(
      blocksOf(page).flatMap(({ line, text }) => text.split('\n').map((_, index) => line + 1 + index)),
    );
    const lines = readFileSync(join(root, page), 'utf8').split('\n');
    return lines.flatMap((line, index) =>
      /^ {4}\S/.test(line) && lines[index - 1] === '' && !fenced.has(index + 1) ? [`${page}:${index + 1}`] : [],
    );
  });
  expect(indented).toEqual([]);
});
