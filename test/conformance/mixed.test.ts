/** All clients on one queue: every line of the list in docs/conformance.md is one of these tests. */
import { useRedis } from '../support/redis';
import { mixedScenarios } from './scenarios/mixed';
import { Stage } from './stage';

const stage = new Stage(useRedis());

describe('all clients on one queue', () => {
  // In here, so that it runs before Redis ends.
  afterAll(() => stage.endAll());

  for (const { title, kept } of mixedScenarios) test(title, () => stage.play(kept));
});
