import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Finding } from '../../cli/finding';
import { useHealthyAccount } from './healthy-account';

const the = useHealthyAccount();

test.each<[notifications: object, results: string[], code: number]>([
  [{ pages: ['oncall@example.com'], tickets: ['team@example.com'] }, ['ok'], 0],
  [{ otherSubscribers: true }, ['ok'], 0],
  [{ pages: ['oncall@example.com'] }, ['warn'], 0],
  [{}, ['fail', 'warn'], 1],
])('doctor finds out who receives alarms with the notifications %j', async (notifications, results, code) => {
  const folder = mkdtempSync(join(tmpdir(), 'model-events-recipients-'));
  try {
    const settings = JSON.parse(readFileSync('config/development.json', 'utf8')) as object;
    writeFileSync(join(folder, 'development.json'), JSON.stringify({ ...settings, notifications }));
    const words = ['-e', 'development', '--config', folder, '--only', 'recipients', '--json'];
    const ended = await the.account.run('doctor', ...words);
    const { findings } = JSON.parse(ended.out) as { findings: Finding[] };
    expect(findings.slice(1).map(({ result }) => result)).toEqual(results);
    expect(ended.code).toBe(code);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
