/** Each client alone on its queue: every cell of the table in docs/conformance.md is one of these tests. */
import { useRedis } from '../support/redis';
import { clients } from './clients';
import { scenarios } from './scenarios/list';
import { ConformanceRun } from './conformance-run';

const redis = useRedis({ replica: true });
const run = new ConformanceRun(redis);

describe.each(clients)('$name', (client) => {
  afterAll(() => run.endAll());

  for (const scenario of scenarios) {
    const cell = scenario[client.kind];
    if ('kept' in cell) test(scenario.title, () => run.play(() => cell.kept(run, client)));
    else test(`${scenario.title} Not promised: ${cell.instead}.`, () => run.play(() => cell.harmless(run, client)));
  }
});
