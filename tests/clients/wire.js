// The address of the server, and a `fetch` that records requests and responses.

import assert from 'node:assert/strict';

const url = process.env.GRAPHQL_URL;
assert.ok(url, 'GRAPHQL_URL is not set: run `node run.js PROGRAM`, which starts the server');

/** The address of the server. */
export const GRAPHQL = url;

/**
 * A `fetch`, and the notes it takes: for each request its method, its URL, its body as JSON, and the
 * status, the headers and the body of the answer.
 */
export function wire() {
  const notes = [];
  const taking = async (input, init) => {
    const request = new Request(input, init);
    const sent = await request.clone().text();
    const response = await fetch(request);
    notes.push({
      method: request.method,
      url: new URL(request.url),
      body: sent === '' ? undefined : JSON.parse(sent),
      status: response.status,
      headers: response.headers,
      answer: await response.clone().json(),
    });
    return response;
  };
  return { fetch: taking, notes };
}
