import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { useRedis } from '../support/redis';

const redis = useRedis();
const part = readFileSync(join(__dirname, '../../queue/lua/parts/iso-time.lua'), 'utf8');
const isoTimes = (times: readonly number[]) =>
  redis.client.eval(
    `${part}\nlocal texts = {} for index = 1, #ARGV do texts[index] = isoTime(tonumber(ARGV[index])) end return texts`,
    0,
    ...times,
  );

test('Redis writes a time as JavaScript does: first and last days, leap days, any millisecond', async () => {
  const known = [
    '1970-01-01',
    '1999-12-31',
    '2000-02-29',
    '2026-11-23',
    '2028-02-29',
    '2028-03-01',
    '2100-02-28',
    '2100-03-01',
  ];
  const times = known.flatMap((day) => [Date.parse(`${day}T00:00:00.000Z`), Date.parse(`${day}T23:59:59.999Z`)]);
  const random = fc.sample(fc.integer({ min: 0, max: Date.parse('2400-01-01') }), 500);

  const all = [...times, ...random];
  expect(await isoTimes(all)).toEqual(all.map((ms) => new Date(ms).toISOString()));
});
