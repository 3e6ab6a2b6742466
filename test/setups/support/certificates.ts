import selfsigned from 'selfsigned';

/** A certificate for 127.0.0.1 and its key, and the one of the CA that has signed it. */
export async function issueCertificate(): Promise<{ key: string; cert: string; ca: string }> {
  const authority = await selfsigned.generate([{ name: 'commonName', value: 'A company' }], {
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, critical: true },
    ],
  });
  const own = await selfsigned.generate([{ name: 'commonName', value: 'localhost' }], {
    ca: { key: authority.private, cert: authority.cert },
    extensions: [{ name: 'subjectAltName', altNames: [{ type: 7, ip: '127.0.0.1' }] }],
  });
  return { key: own.private, cert: own.cert, ca: authority.cert };
}
