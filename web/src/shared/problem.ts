// What went wrong, as the server says it (RFC 9457), or as the network does.
export interface Flaw {
  code?: string
  detail?: string // what is wrong
  mend?: string // what would be right
  pointer?: string // of a body's member, RFC 6901
  field?: string // of a query's parameter
  path?: string
  line?: number
  column?: number
}

export class Problem extends Error {
  constructor(
    readonly status: number, // 0: no answer came
    readonly code: string,
    message: string,
    readonly mend: string = '',
    readonly flaws: Flaw[] = [],
    readonly retryAfter: number = 0, // seconds
    readonly line: number = 0, // of a text that was sent, from 1; 0: it isn't about a line
    readonly column: number = 0,
  ) {
    super(message)
  }
  get offline(): boolean {
    return this.status === 0
  }
}

interface Body {
  title?: string
  detail?: string
  mend?: string
  code?: string
  line?: number
  column?: number
  errors?: Flaw[]
}

export function problemOf(response: Response, body: unknown): Problem {
  const said: Body = typeof body === 'object' && body !== null ? (body as Body) : {}
  return new Problem(
    response.status,
    said.code ?? `http-${response.status}`,
    said.detail ?? said.title ?? String(response.status),
    said.mend ?? '',
    said.errors ?? [],
    Number(response.headers.get('Retry-After') ?? 0),
    said.line ?? 0,
    said.column ?? 0,
  )
}
