/** Sends events that the registry's package would refuse, besides valid ones. */
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { modelRegistered, registrySource } from '../../contract/event-source';
import { type Registration, sentTwice } from './registrations';
import { step } from './steps';
import type { RegistrationProgress } from './registration-progress';

/** Sends registrations in batches of ten, and one of them twice. */
export async function emit(
  bus: { readonly name: string; readonly url: string },
  progress: RegistrationProgress,
  all: readonly Registration[],
): Promise<void> {
  const credentials = { accessKeyId: 'demo', secretAccessKey: 'demo' };
  const client = new EventBridgeClient({ endpoint: bus.url, region: 'us-east-1', credentials });
  const entries = all.map((registration) => ({
    EventBusName: bus.name,
    Source: registrySource,
    DetailType: modelRegistered,
    Detail: registration.detail,
  }));
  // Before sending: a consumer may acknowledge a message before PutEvents returns.
  const trackedRegistrations = all.map((registration) => progress.begin(registration));
  for (let from = 0; from < all.length; from += 10) {
    const reply = await client.send(new PutEventsCommand({ Entries: entries.slice(from, from + 10) }));
    if (reply.FailedEntryCount !== 0) throw new Error(`PutEvents refused entries: ${JSON.stringify(reply.Entries)}`);
    reply.Entries?.forEach(({ EventId: id }, index) => {
      const tracked = trackedRegistrations[from + index];
      if (tracked !== undefined && id !== undefined) tracked.eventId = id;
    });
  }
  const again = entries.filter((_, index) => all[index]?.label === sentTwice);
  if (again.length > 0) await client.send(new PutEventsCommand({ Entries: again }));
  const sent = all.length + again.length;
  step('emitter', `sent ${sent} ${sent === 1 ? 'registration' : 'registrations'} by PutEvents`);
  client.destroy();
}
