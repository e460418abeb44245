/** Throw-away certificates: a real authority for real TLS with a verified name, made in memory in some 40 ms. */
import { generate } from 'selfsigned';

const dayMilliseconds = 24 * 3600 * 1000;

/** A server's certificate and its private key, both PEM. */
export interface ServerCertificate {
  readonly certificate: string;
  readonly key: string;
}

/** What a certificate says beyond its key; by default it is valid for this machine, from yesterday until next week. */
export interface CertificateOptions {
  /** DNS names that it is valid for. @default ['localhost'] */
  readonly names?: readonly string[];
  /** IP addresses that it is valid for. @default ['127.0.0.1', '::1'] */
  readonly addresses?: readonly string[];
  /** @default one day ago, so that clocks may differ */
  readonly validFrom?: Date;
  /** A date in the past makes an expired certificate. @default in a week */
  readonly validUntil?: Date;
}

/** A certificate authority that exists only in this process. */
export interface CertificateAuthority {
  /** What a client trusts, PEM. */
  readonly certificate: string;
  /** A server certificate signed by this authority. */
  issue(options?: CertificateOptions): Promise<ServerCertificate>;
}

/** Makes a new authority; a client that trusts one does not trust another, so a second one plays the stranger. */
export async function createAuthority(): Promise<CertificateAuthority> {
  const from = new Date(Date.now() - dayMilliseconds);
  const until = new Date(Date.now() + 7 * dayMilliseconds);
  const authority = await generate([{ name: 'commonName', value: 'Throw-away authority' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    notBeforeDate: from,
    notAfterDate: until,
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, critical: true },
    ],
  });

  return {
    certificate: authority.cert,
    issue: async ({ names = ['localhost'], addresses = ['127.0.0.1', '::1'], validFrom, validUntil } = {}) => {
      const server = await generate([{ name: 'commonName', value: names[0] ?? addresses[0] ?? 'nobody' }], {
        keyType: 'ec',
        algorithm: 'sha256',
        notBeforeDate: validFrom ?? from,
        notAfterDate: validUntil ?? until,
        ca: { key: authority.private, cert: authority.cert },
        extensions: [
          { name: 'basicConstraints', cA: false, critical: true },
          { name: 'keyUsage', digitalSignature: true, critical: true },
          { name: 'extKeyUsage', serverAuth: true, clientAuth: true },
          {
            name: 'subjectAltName',
            altNames: [
              ...names.map((value) => ({ type: 2 as const, value })),
              ...addresses.map((ip) => ({ type: 7 as const, ip })),
            ],
          },
        ],
      });
      return { certificate: server.cert, key: server.private };
    },
  };
}
