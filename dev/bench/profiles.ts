/** Profiles the publisher and the consumer in the jobs of the comparisons. */
import { alignedTable } from '../local/text-table';
import { consumeOneByOne, consumeTens, publishHundreds, publishTens } from './comparisons';
import { ImplementationHandle } from './implementation-handle';
import type { ImplementationSettings } from './implementation';
import { profileParts, type ProfileParts } from './profile';
import { quantile } from './statistics';

export interface Profile {
  readonly job: string;
  readonly label: string;
  /** Milliseconds of the main thread for a batch, or for a message consumed; medians of the rounds. */
  readonly parts: ProfileParts;
}

const profiledImplementations: readonly string[] = ['publisher', 'publish-script', 'consumer'];

/** @param rounds that are profiled of each */
export async function measureProfiles(
  common: ImplementationSettings,
  rounds: number,
  onJob: (job: string) => void,
): Promise<Profile[]> {
  const profiles: Profile[] = [];
  for (const { job, variants, messages, batchSize, warmUps } of [
    publishTens,
    publishHundreds,
    consumeOneByOne,
    consumeTens,
  ]) {
    for (const { label, implementation, settings } of variants) {
      if (!profiledImplementations.includes(implementation)) continue;
      onJob(`${job}: ${label}`);
      const handle = await ImplementationHandle.open(implementation, { ...common, ...settings });
      const measured: ProfileParts[] = [];
      for (let round = 1 - warmUps; round <= rounds; round++) {
        await handle.prepare(messages);
        if (round > 0) measured.push(await handle.profile());
        else await handle.run();
      }
      await handle.close();
      const medianOf = (part: keyof ProfileParts): number =>
        (quantile(
          measured.map((parts) => parts[part]),
          0.5,
        ) *
          batchSize) /
        messages;
      const parts = Object.fromEntries(profileParts.map((part) => [part, medianOf(part)])) as ProfileParts;
      profiles.push({ job, label, parts });
    }
  }
  return profiles;
}

/** The profiles as a table, in microseconds. */
export function formatProfiles(profiles: readonly Profile[]): string {
  const microseconds = (ms: number): string => (ms * 1000).toFixed(0);
  return alignedTable([
    ['job', 'implementation', ...profileParts, 'all'],
    ...profiles.map(({ job, label, parts }) => [
      job,
      label,
      ...profileParts.map((part) => microseconds(parts[part])),
      microseconds(Object.values(parts).reduce((sum, each) => sum + each, 0)),
    ]),
  ]);
}
