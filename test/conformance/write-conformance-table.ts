/** Writes docs/conformance.md anew. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { withTable } from './conformance-table';

const file = join(__dirname, '../../docs/conformance.md');
writeFileSync(file, withTable(readFileSync(file, 'utf8')));
