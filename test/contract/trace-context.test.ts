import { newTraceHeader, traceIdOf, traceParentOf } from '../../contract/trace-context';

const header = 'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1';

test("X-Ray's header becomes the W3C traceparent with the same trace, span and decision to sample", () => {
  expect(traceParentOf(header)).toBe('00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-01');
  expect(traceParentOf(header.replace('Sampled=1', 'Sampled=0'))).toMatch(/-00$/);
  expect(traceParentOf(`Lineage=a:1|b:2;${header}`)).toBe(traceParentOf(header));
});

test.each([
  undefined,
  '',
  'Root=1-5759e988-bd862e3fe1be46a994272793',
  header.replace('Root=1-', 'Root=2-'),
  'Parent=x;Root=y',
])('a header without a valid root and parent (%j) gives no traceparent', (invalid) =>
  expect(traceParentOf(invalid)).toBeUndefined(),
);

test('a new header is valid, sampled, and begins with the time', () => {
  const made = newTraceHeader((digits) => 'a'.repeat(digits), 0x5759e988 * 1000);
  expect(traceParentOf(made)).toBe(`00-5759e988${'a'.repeat(24)}-${'a'.repeat(16)}-01`);
  expect(traceIdOf(made)).toBe(`1-5759e988-${'a'.repeat(24)}`);
});
