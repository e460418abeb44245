/** All clients on one queue: two languages, three runtimes and a plain one. */
import { maintain } from '../../../queue/maintenance';
import type { ClientProcess, Line } from '../client-process';
import { clients, plainClient } from '../clients';
import type { MixedScenario } from '../scenario';
import type { ConformanceRun } from '../conformance-run';
import { waitUntil } from '../../../dev/local/wait-until';

/** One running process of each client, each of them waiting in Redis. */
async function allWaiting(run: ConformanceRun): Promise<ClientProcess[]> {
  const all = await Promise.all(clients.map((client) => run.consumer(client)));
  await Promise.all(all.map((process) => run.idle(process)));
  return all;
}

const begunBy = ({ lines }: ClientProcess): string[] => lines.flatMap(({ begun }) => begun ?? []);

/** One more message; @returns its id. */
async function pushOne(run: ConformanceRun, action: 'auroc' | 'waits' = 'auroc'): Promise<string> {
  const { id, text } = run.text(action);
  await run.push(text);
  return id;
}

export const mixedScenarios: readonly MixedScenario[] = [
  {
    title: 'Every message is worked on once, by one of them, and each of them works, while maintenance runs.',
    kept: async (run) => {
      const all = await allWaiting(run);
      const ids: string[] = [];
      while (ids.length < 100 || all.some((process) => begunBy(process).length === 0)) {
        ids.push(await pushOne(run));
        await maintain(run.redis, run.queue);
      }
      await run.allDone();
      // Redis knows of an acknowledgement before the test has read the last lines.
      const begun = (): string[] => all.flatMap(begunBy).filter((id) => ids.includes(id));
      await waitUntil('the clients print the messages', () => begun().length >= ids.length);
      expect(begun().sort()).toEqual(ids.sort());
    },
  },
  {
    title: 'What a killed plain consumer held is finished by a library, with `retry_count` + 1.',
    kept: async (run) => {
      const all = await allWaiting(run);
      const plain = all.find(({ client }) => client === plainClient) as ClientProcess;
      plain.signal('SIGSTOP');
      // The only claim without a lease is the plain one's.
      while ((await maintain(run.redis, run.queue)).adopted === 0) await pushOne(run);
      await run.allTaken();
      await run.held(1);
      await run.end(plain);
      expect(await run.leasesRunOut()).toMatchObject({ requeued: 1, deadLettered: 0 });
      await run.allDone();
      const again = (): Line[] => all.flatMap(({ lines }) => lines).filter((line) => line.retry_count === 1);
      await waitUntil('the clients print the messages', () => again().length > 0);
      expect(again()).toHaveLength(1);
    },
  },
  {
    title: 'What killed consumers of the libraries held, begun and prefetched, is finished by a plain one.',
    kept: async (run) => {
      const all = await allWaiting(run);
      const plain = all.find(({ client }) => client === plainClient) as ClientProcess;
      const killed = all.filter((process) => process !== plain);
      const before = killed.map((process) => begunBy(process).length);
      const begun = (): string[][] => killed.map((process, index) => begunBy(process).slice(before[index]));
      while (begun().some(({ length }) => length === 0)) await pushOne(run, 'waits');
      await Promise.all(killed.map((process) => run.end(process)));
      await run.allTaken();
      await run.idle(plain);
      const { requeued } = await run.leasesRunOut();
      expect(requeued).toBeGreaterThanOrEqual(killed.length);
      await run.allDone();
      for (const id of begun().flat()) {
        await waitUntil('the clients print the messages', () =>
          plain.lines.some((line) => line.begun === id && line.retry_count === 1),
        );
      }
    },
  },
];
