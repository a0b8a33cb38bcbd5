import { remember, remembered } from '~/shared/remembered';

/** The guided path, in its order. The first step has no phonebook yet. */
export const STEPS = ['site', 'contacts', 'service', 'phone', 'fetch'] as const;
export type Step = (typeof STEPS)[number];

export function isStep(text: string): text is Step {
  return STEPS.some((step) => step === text);
}

export function after(step: Step): Step | undefined {
  return STEPS[STEPS.indexOf(step) + 1];
}

export function before(step: Step): Step | undefined {
  return STEPS[STEPS.indexOf(step) - 1];
}

const KEY = 'first-run';

export interface Place {
  phonebookId: string;
  step: Step;
}

/** Keeps where somebody is, so that the path can be gone on with another time. */
export function keepPlace({ phonebookId, step }: Place): void {
  remember(KEY, `${phonebookId} ${step}`);
}

/** The path was gone to its end, or left for good. */
export function leaveGuide(): void {
  remember(KEY, '');
}

export function keptPlace(): Place | null {
  const [phonebookId = '', step = ''] = (remembered(KEY) ?? '').split(' ');
  return phonebookId && isStep(step) ? { phonebookId, step } : null;
}
