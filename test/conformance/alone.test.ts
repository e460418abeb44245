/** Each client alone on its queue: every cell of the table in docs/conformance.md is one of these tests. */
import { useRedis } from '../support/redis';
import { clients } from './clients';
import { scenarios } from './scenarios/list';
import { Stage } from './stage';

const redis = useRedis({ replica: true });
const stage = new Stage(redis);

describe.each(clients)('$name', (client) => {
  afterAll(() => stage.endAll());

  for (const scenario of scenarios) {
    const cell = scenario[client.kind];
    if ('kept' in cell) test(scenario.title, () => stage.play(() => cell.kept(stage, client)));
    else test(`${scenario.title} Not promised: ${cell.instead}.`, () => stage.play(() => cell.harmless(stage, client)));
  }
});
