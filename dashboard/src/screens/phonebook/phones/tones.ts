import type { Diagnosis } from '~/api/types';
import type { Tone } from '~/shared/State';

/** How a diagnosis looks. */
export const TONES: Record<Diagnosis['severity'], Tone> = {
  error: 'bad',
  warning: 'warn',
  info: 'quiet',
  ok: 'good',
};
