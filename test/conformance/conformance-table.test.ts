import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { withTable } from './conformance-table';

test('docs/conformance.md shows the scenarios as they are tested; write-table.ts writes it anew', () => {
  const document = readFileSync(join(__dirname, '../../docs/conformance.md'), 'utf8');
  expect(document).toBe(withTable(document));
});
