/** The generated part of docs/conformance.md: each client's promises, from the scenarios of the tests. */
import { withGenerated } from '../../dev/bench/generated-part';
import { clients } from './clients';
import type { Cell } from './scenario';
import { scenarios } from './scenarios/list';
import { mixedScenarios } from './scenarios/mixed';

const marks = {
  begin: '<!-- Generated: `npx tsx --require ./tools/lua-require.cjs test/conformance/write-conformance-table.ts` -->',
  end: '<!-- End of the generated part -->',
};

/** The document with this part as it should be. @throws where a mark is missing. */
export const withTable = (document: string): string => withGenerated(document, marks, generated());

function generated(): string {
  const notes: string[] = [];
  const cellText = (cell: Cell): string => {
    if ('kept' in cell) return 'kept';
    return `not promised (${notes.push(cell.instead)})`;
  };
  const header = ['promise', ...clients.map(({ name }) => name)];
  const rows = scenarios.map((scenario) => [scenario.title, ...clients.map(({ kind }) => cellText(scenario[kind]))]);
  return [
    '## Each alone on its queue',
    '',
    ...aligned([header, ...rows]),
    '',
    'What happens instead, and loses no message:',
    '',
    ...notes.map((note, index) => `${index + 1}. ${note}.`),
    '',
    '## All of them on one queue',
    '',
    ...mixedScenarios.map(({ title }) => `- ${title}`),
  ].join('\n');
}

/** A Markdown table with columns of one width, as prettier wants it. */
function aligned([header = [], ...rows]: string[][]): string[] {
  const widths = header.map((_, column) => Math.max(...[header, ...rows].map((row) => row[column]?.length ?? 0)));
  const line = (cells: string[], fill = ' '): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0, fill)).join(' | ')} |`;
  return [
    line(header),
    line(
      header.map(() => ''),
      '-',
    ),
    ...rows.map((row) => line(row)),
  ];
}
