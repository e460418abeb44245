/** All clients on one queue: every line of the list in docs/conformance.md is one of these tests. */
import { useRedis } from '../support/redis';
import { mixedScenarios } from './scenarios/mixed';
import { asConsumer, ConformanceRun } from './conformance-run';

const run = new ConformanceRun(asConsumer(useRedis()));

describe('all clients on one queue', () => {
  // In here, so that it runs before Redis ends.
  afterAll(() => run.endAll());

  for (const { title, kept } of mixedScenarios) test(title, () => run.play(kept));
});
