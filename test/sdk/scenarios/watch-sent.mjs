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
 * Watches all envelopes of a transport but client reports.
 *
 * @param {any} transport
 */
export function watchTransport(transport) {
  let envelopes = 0;
  /**
   * The ids of their profiles, by the names of transactions.
   *
   * @type {Map<string, string>}
   */
  const profiled = new Map();
  /** @type {Set<WeakRef<object>>} */
  const profiles = new Set();
  const { send } = transport;
  transport.send = (/** @type {any} */ envelope) => {
    const items = envelope[1].filter((/** @type {any} */ [{ type }]) => /^(transaction|profile)/.test(type));
    if (items.length > 0) envelopes++;
    const own = items.filter((/** @type {any} */ [{ type }]) => type !== 'transaction');
    for (const [, payload] of own) profiles.add(new WeakRef(payload));
    const [profile] = own;
    for (const [{ type }, { transaction }] of profile ? items : [])
      if (type === 'transaction') profiled.set(transaction, profile[1].event_id);
    return send.call(transport, envelope);
  };
  return {
    get envelopes() {
      return envelopes;
    },
    /**
     * Takes out those of these transactions that had a profile beside them, with its id: one that was hit by no tick has none.
     *
     * @param {string[]} names
     */
    takeProfiled: (names) => {
      const taken = names.flatMap((name) => {
        const id = profiled.get(name);
        profiled.delete(name);
        return id === undefined ? [] : [[name, id]];
      });
      return Object.fromEntries(taken);
    },
    /** Profiles that somebody still holds. */
    get liveProfiles() {
      for (const profile of profiles) if (profile.deref() === undefined) profiles.delete(profile);
      return profiles.size;
    },
  };
}
