import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { withTable } from './conformance-table';

test('docs/conformance.md lists the tested scenarios; write-conformance-table.ts updates it', () => {
  const document = readFileSync(join(__dirname, '../../docs/conformance.md'), 'utf8');
  expect(document).toBe(withTable(document));
});
