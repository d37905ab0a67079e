// Sends requests to the program, and classifies its answers.

/** Sends a request; gives the status and the answer. */
export async function ask(url, { document, variables, operationName }, headers = {}) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { accept: 'application/graphql-response+json', 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query: document, variables, operationName }),
  });
  const text = await response.text();
  return { status: response.status, text, answer: JSON.parse(text) };
}

/** The codes of what graphql-js takes and this API refuses: its limits, and arguments that its data give no sense. */
const LIMITS = new Set([
  'QUERY_TOO_LARGE', 'QUERY_TOO_EXPENSIVE', 'PAGE_TOO_LARGE', 'INVALID_CURSOR', 'INVALID_ID', 'BAD_ARGUMENT',
]);

/** What the program makes of a request that it does not run, in the words of the oracle. */
export async function made(url, request) {
  const { status, answer } = await ask(url, request, { 'graphql-cost': 'validate' });
  const [error] = answer.errors ?? [];
  if (status === 200 && !error) return { is: 'valid' };
  const { message, extensions } = error ?? { message: '?', extensions: {} };
  const why = `${status} ${extensions.code}: ${message}`;
  if (status !== 400 || 'data' in answer) return { is: 'no refusal', why };
  if (extensions.code === 'BAD_ARGUMENT' && /^(the variable )?\$/.test(message)) return { is: 'bad variables', why };
  if (LIMITS.has(extensions.code)) return { is: 'limit', code: extensions.code, why };
  if (/^syntax error/.test(message)) return { is: 'syntax error', why };
  if (/operation/.test(message) && /^(the document has no|`operationName`)/.test(message)) return { is: 'no such operation', why };
  if (/^this API .*queries and subscriptions/i.test(message)) return { is: 'no query', why };
  if (/^this is a subscription/i.test(message)) return { is: 'subscription', why };
  return { is: 'invalid', why };
}

/** Works through items, a few at a time. */
export async function each(items, work, atOnce = 6) {
  const left = items[Symbol.iterator]();
  const worker = async () => {
    for (let next = left.next(); !next.done; next = left.next()) await work(next.value);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}

/** Whether the program agrees with the oracle. */
export function agree(oracle, program) {
  if (program.is === oracle.is) return true;
  // A limit is looked at before validation where it is one of size, and behind it where it is one of sense.
  if (program.is === 'limit') return oracle.is === 'valid' || program.code === 'QUERY_TOO_LARGE';
  // graphql-js 16.15 looks for `@oneOf` at the type of the place with its `!`, and so does not find it.
  if (['valid', 'bad variables'].includes(oracle.is) && / Declare it as \S+!$/.test(program.why)) return true;
  // A null where a default lets a variable stand is refused when graphql-js runs the query, which the oracle does not.
  if (oracle.is === 'valid' && / must not be null, /.test(program.why)) return true;
  // graphql-js reads 1e400 as Infinity.
  if (oracle.is === 'valid' && /: 1e400 is too large$/.test(program.why)) return true;
  // A document that fits the schema is told where subscriptions are answered, before its variables are looked at.
  if (program.is === 'subscription') return ['valid', 'bad variables'].includes(oracle.is);
  // There is nothing but queries here, which graphql-js finds out when it runs another.
  return program.is === 'no query';
}
