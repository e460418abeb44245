/** Consumers with other variables in place of the usual ones. */
import type { ConsumerPlace } from './consumers';
import type { PipelineUnderTest } from './pipeline-under-test';
import type { Program } from './program';

/** Stops the usual consumers and starts these. @returns them, in the order of `places` */
export async function replaceConsumers(
  pipeline: PipelineUnderTest,
  places: readonly ConsumerPlace[],
  variables: Readonly<Record<string, string>>,
): Promise<Program[]> {
  await Promise.all(pipeline.consumersOf().map((consumer) => consumer.stop()));
  return places.map((place) => {
    const consumer = pipeline.consumer(place, pipeline.proxies.consumers, () => variables);
    pipeline.consumers.set(place.name, consumer);
    consumer.start();
    return consumer;
  });
}

/** Stops those of `replaceConsumers`. */
export async function endConsumers(pipeline: PipelineUnderTest, places: readonly ConsumerPlace[]): Promise<void> {
  const others = places.flatMap(({ name }) => pipeline.consumers.get(name) ?? []);
  await Promise.all(others.map((consumer) => consumer.stop()));
  for (const { name } of places) pipeline.consumers.delete(name);
}
