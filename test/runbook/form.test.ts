import { readRunbook } from './sections';

const sections = readRunbook();

test('every command is in a `sh` block that can be copied', () => {
  for (const { name, text } of sections) {
    const fences = text.split('\n').filter((line) => line.includes('```'));
    expect([name, fences.filter((line) => line !== '```sh' && line !== '```')]).toEqual([name, []]);
    expect([name, fences.length % 2]).toEqual([name, 0]);
    const prose = text.replace(/^```sh\n.+?^```$/gms, '');
    expect([name, prose.match(/`(aws|npx cdk) [^`]*`/g)]).toEqual([name, null]);
  }
});

test('values to fill in are variables with an example, not placeholders in capitals', () => {
  for (const { name, commands } of sections) {
    const placeholders = commands.join('\n').match(/(?<=\s)(?:[A-Z][A-Z_]{2,}|<[^>]+>)(?=\s|$)/g) ?? [];
    expect([name, placeholders.filter((word) => word !== 'ALARM')]).toEqual([name, []]);
  }
});
