import type { Shipment } from './shipment.ts';
import type { Ending } from './upload.ts';

/** How long a chunk that is larger than all that has passed is kept to be split, should it be refused. */
const PROOF_MS = 2000;

/** Waits a while for the answer to an upload, and not beyond an attempt without one. @returns whether the server has refused it for its size */
export async function isRefused(shipment: Shipment, ending: Promise<Ending>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const end = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), PROOF_MS).unref();
    // The chunks behind it would wait, and a flush with them, though nothing can be learned in an outage.
    shipment.onNoAnswer = () => resolve(undefined);
  });
  const known = await Promise.race([ending, end]);
  clearTimeout(timer);
  return known?.outcome === 'oversize' && !known.mayHaveArrived;
}
