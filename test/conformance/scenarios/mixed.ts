/** All clients on one queue: two languages, three runtimes and a plain one. */
import { maintain } from '../../../queue/maintenance';
import type { ClientProcess, Line } from '../client-process';
import { clients, plainClient } from '../clients';
import type { MixedScenario } from '../scenario';
import type { Stage } from '../stage';
import { until } from '../until';

/** One running process of each client, each of them waiting in Redis. */
async function everybody(stage: Stage): Promise<ClientProcess[]> {
  const all = await Promise.all(clients.map((client) => stage.consumer(client)));
  await Promise.all(all.map((process) => stage.idle(process)));
  return all;
}

const begunBy = ({ lines }: ClientProcess): string[] => lines.flatMap(({ begun }) => begun ?? []);

/** One more message; @returns its id. */
async function pushOne(stage: Stage, wish: 'auroc' | 'waits' = 'auroc'): Promise<string> {
  const { id, text } = stage.text(wish);
  await stage.push(text);
  return id;
}

/** Resolves when the processes have printed it. */
async function heard(stage: Stage, isSo: () => boolean): Promise<void> {
  await until(async () => {
    await stage.redis.ping();
    return isSo();
  });
}

export const mixedScenarios: readonly MixedScenario[] = [
  {
    title: 'Every message is worked on once, by one of them, and each of them works, while maintenance runs.',
    kept: async (stage) => {
      const all = await everybody(stage);
      const ids: string[] = [];
      while (ids.length < 100 || all.some((process) => begunBy(process).length === 0)) {
        ids.push(await pushOne(stage));
        await maintain(stage.redis, stage.queue);
      }
      await stage.allDone();
      // Redis is told before the test is: the last lines may still be on their way.
      const begun = (): string[] => all.flatMap(begunBy).filter((id) => ids.includes(id));
      await heard(stage, () => begun().length >= ids.length);
      expect(begun().sort()).toEqual(ids.sort());
    },
  },
  {
    title: 'What a killed plain consumer held is finished by a library, with `retry_count` + 1.',
    kept: async (stage) => {
      const all = await everybody(stage);
      const plain = all.find(({ client }) => client === plainClient) as ClientProcess;
      plain.signal('SIGSTOP');
      // The only claim without a lease is the plain one's.
      while ((await stage.queue.adopt(stage.redis, { limit: 1, leaseMs: 900_000 })) === 0) await pushOne(stage);
      await stage.allTaken();
      await stage.held(1);
      await stage.end(plain);
      expect(await stage.leasesRunOut()).toMatchObject({ requeued: 1, deadLettered: 0 });
      await stage.allDone();
      const again = (): Line[] => all.flatMap(({ lines }) => lines).filter((line) => line.retry_count === 1);
      await heard(stage, () => again().length > 0);
      expect(again()).toHaveLength(1);
    },
  },
  {
    title: 'What killed consumers of the libraries held, begun and prefetched, is finished by a plain one.',
    kept: async (stage) => {
      const all = await everybody(stage);
      const plain = all.find(({ client }) => client === plainClient) as ClientProcess;
      const killed = all.filter((process) => process !== plain);
      const before = killed.map((process) => begunBy(process).length);
      const begun = (): string[][] => killed.map((process, index) => begunBy(process).slice(before[index]));
      while (begun().some(({ length }) => length === 0)) await pushOne(stage, 'waits');
      await Promise.all(killed.map((process) => stage.end(process)));
      await stage.allTaken();
      await stage.idle(plain);
      const { requeued } = await stage.leasesRunOut();
      expect(requeued).toBeGreaterThanOrEqual(killed.length);
      await stage.allDone();
      for (const id of begun().flat()) {
        await heard(stage, () => plain.lines.some((line) => line.begun === id && line.retry_count === 1));
      }
    },
  },
];
