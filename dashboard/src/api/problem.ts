import type { components } from './schema';

export type FieldProblem = components['schemas']['FieldProblem'];
type Details = components['schemas']['ProblemDetails'];

/** Codes of failures that never reached the server, or that it did not explain. */
export const UNREACHABLE = 'unreachable';
export const UNEXPLAINED = 'unexplained';

/** A request that failed: `message` is the server's sentence, `problems` names each wrong field. */
export class ApiProblem extends Error {
  override readonly name = 'ApiProblem';
  readonly status: number;
  readonly code: string;
  readonly problems: readonly FieldProblem[];
  /** Seconds after which another try makes sense, where the server says so. */
  readonly retryAfter: number | null;

  constructor(details: Pick<Details, 'status' | 'code' | 'detail'> & Partial<Details>, retryAfter: number | null = null) {
    super(details.detail);
    this.status = details.status;
    this.code = details.code;
    this.problems = details.problems ?? [];
    this.retryAfter = retryAfter;
  }

  /** Nobody is signed in (any more). A wrong password is something else. */
  get isSignedOut(): boolean {
    return this.status === 401 && this.code === 'not_signed_in';
  }

  /** Somebody else was faster: what this change is based on is not there any more. */
  get isChangedMeanwhile(): boolean {
    return this.status === 412;
  }

  /** It does not exist, or not for whoever asks. (`isNotFound` would be taken for an error of the router.) */
  get isMissing(): boolean {
    return this.status === 404;
  }
}

/** Whatever was thrown, as an ApiProblem. */
export function problemOf(error: unknown): ApiProblem {
  if (error instanceof ApiProblem) return error;
  if (error instanceof TypeError) {
    const detail = 'The server cannot be reached. Check the network, then try again.';
    return new ApiProblem({ status: 0, code: UNREACHABLE, detail });
  }
  const said = error instanceof Error ? error.message : String(error);
  return new ApiProblem({ status: 0, code: UNEXPLAINED, detail: `Something in this page went wrong: ${said}` });
}

/** What the server answered, as an ApiProblem. */
export async function problemFrom(response: Response): Promise<ApiProblem> {
  const retry = Number(response.headers.get('retry-after'));
  const retryAfter = retry > 0 ? retry : null;
  try {
    const details: unknown = await response.json();
    if (isDetails(details)) return new ApiProblem(details, retryAfter);
  } catch {
    // no JSON: whatever stands in front of the server answered in its place
  }
  const detail = `The server answered with an error (${response.status}). Try again later.`;
  return new ApiProblem({ status: response.status, code: UNEXPLAINED, detail }, retryAfter);
}

function isDetails(value: unknown): value is Details {
  return typeof value === 'object' && value !== null && 'detail' in value && 'code' in value && 'status' in value;
}
