import type { DropReason } from '../options.ts';
import type { RecordedProfile, Recording } from '../record/recorded-profile.ts';
import type { SeamListener } from '../seam/native-seam.ts';

/** How the SDK of one client profiles: a profile for each transaction, or chunks. */
export interface CaptureMode extends Omit<SeamListener, 'onStart'> {
  /** Marks the start of a profile in the recording. */
  onStart(id: string, recording: Recording): void;
  /** Whether the user's rate is governed. */
  readonly isGated: boolean;
  /** Profiles whose transaction never came. */
  readonly abandoned: number;
  /** V8 profiles that the SDK itself runs, where their starts and stops can't be seen. */
  readonly unseen: number;
  /** Applies the governor's decision to profiles that run already. */
  follow(isPaused: boolean): void;
  /** A profile is on its way out. */
  claim(profile: RecordedProfile): void;
  /** A copy of the profile with this id, if it is one, is on its way out in the place of it. */
  claimCopy(id: unknown): void;
  /** A profile has come through, but its start and stop were not seen. */
  claimUnseen(): void;
  /**
   * Sends recorded profiles on their way, and gives up those whose transaction will never come.
   *
   * @param isLast whether the client is being closed, so that nothing can be sent later
   */
  settle(limitMs: number, isLast: boolean): Promise<void>;
  /** Puts everything back as it was. Profiles that run are lost. */
  close(): void;
}

/** Called for a profile that was started and is not kept. */
export type OnLost = (profile: RecordedProfile['entry'], reason: DropReason, detail: string) => void;

/** Why a profile is not kept, and the cause in words. */
export type Cause = [reason: DropReason, detail: string];

export const EVICTED = 'the recording found no room';
export const UNFINISHED = 'the client was closed before it was sent';
