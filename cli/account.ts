/** The AWS account of the operator's profile and region, with one client per service, created on first use. */

/** Omitted values come from AWS_PROFILE, AWS_REGION and ~/.aws. */
export interface AccountOptions {
  readonly profile?: string | undefined;
  readonly region?: string | undefined;
  /** The URL of `make local`, which takes any credentials. @default AWS */
  readonly localUrl?: string | undefined;
}

interface ClientSettings {
  readonly profile?: string;
  readonly region?: string;
  readonly endpoint?: string;
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
  readonly requestHandler: {
    readonly connectionTimeout: number;
    readonly requestTimeout: number;
    readonly throwOnRequestTimeout: true;
  };
  readonly useQueueUrlAsEndpoint: boolean;
}

type ClientClass<Client> = new (settings: ClientSettings) => Client;

export class Account {
  private readonly settings: ClientSettings;
  private readonly clients = new Map<ClientClass<unknown>, unknown>();

  constructor({ profile, region, localUrl }: AccountOptions) {
    this.settings = {
      ...(localUrl === undefined
        ? {}
        : { endpoint: localUrl, credentials: { accessKeyId: 'local', secretAccessKey: 'local' } }),
      ...(profile === undefined ? {} : { profile }),
      ...(region === undefined ? {} : { region }),
      // The SDK has no timeouts of its own: without a connection to AWS the program would hang. Without throwOnRequestTimeout it
      // only logs that a request takes too long.
      requestHandler: { connectionTimeout: 5000, requestTimeout: 20_000, throwOnRequestTimeout: true },
      // For SQS: AWS_ENDPOINT_URL_SQS takes precedence over the host in a queue's URL.
      useQueueUrlAsEndpoint: false,
    };
  }

  /** The client of a service, as in `account.client(SQSClient)`. A command loads only the SDKs of the services it uses. */
  client<Client>(service: ClientClass<Client>): Client {
    const client = (this.clients.get(service) as Client | undefined) ?? new service(this.settings);
    this.clients.set(service, client);
    return client;
  }

  /** The region in use, also if it comes from the profile. */
  async region(): Promise<string> {
    const { STSClient } = await import('@aws-sdk/client-sts');
    return this.client(STSClient).config.region();
  }
}
