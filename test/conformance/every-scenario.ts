import { clients } from './clients';
import type { ConformanceRun } from './conformance-run';
import { scenarios } from './scenarios/list';

/** Every scenario as a test of each client, alone on the run's queue. */
export function testEveryScenario(run: ConformanceRun): void {
  describe.each(clients)('$name', (client) => {
    afterAll(() => run.endAll());

    for (const scenario of scenarios) {
      const cell = scenario[client.kind];
      if ('kept' in cell) test(scenario.title, () => run.play(() => cell.kept(run, client)));
      else test(`${scenario.title} Not promised: ${cell.instead}.`, () => run.play(() => cell.harmless(run, client)));
    }
  });
}
