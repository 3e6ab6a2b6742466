/**
 * The names of the transactions that a client hands to its transport.
 *
 * @param {any} client
 */
export function watchTransactions(client) {
  /** @type {Set<string>} */
  const seen = new Set();
  let look = () => {};
  client.on('beforeEnvelope', (/** @type {any} */ envelope) => {
    for (const [{ type }, payload] of envelope[1]) if (type === 'transaction') seen.add(payload.transaction);
    look();
  });
  return {
    /**
     * Comes true when all of them have been handed over.
     *
     * @param {string[]} names
     */
    all: (names) =>
      new Promise((resolve) => {
        look = () => {
          if (!names.every((name) => seen.has(name))) return;
          look = () => {};
          for (const name of names) seen.delete(name);
          resolve(undefined);
        };
        look();
      }),
  };
}

/**
 * What passes a transport, but for client reports.
 *
 * @param {any} transport
 */
export function watchTransport(transport) {
  let envelopes = 0;
  /** @type {Set<WeakRef<object>>} */
  const profiles = new Set();
  const { send } = transport;
  transport.send = (/** @type {any} */ envelope) => {
    const items = envelope[1].filter((/** @type {any} */ [{ type }]) => /^(transaction|profile)/.test(type));
    if (items.length > 0) envelopes++;
    for (const [{ type }, payload] of items) if (type !== 'transaction') profiles.add(new WeakRef(payload));
    return send.call(transport, envelope);
  };
  return {
    get envelopes() {
      return envelopes;
    },
    /** Profiles that somebody still holds. */
    get liveProfiles() {
      for (const profile of profiles) if (profile.deref() === undefined) profiles.delete(profile);
      return profiles.size;
    },
  };
}
