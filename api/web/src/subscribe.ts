// Subscriptions over server-sent events: a response that stays open, with a new answer after each load that changes it.
import { Kind, parse, type OperationDefinitionNode } from "graphql";
import { isObject, type JsonObject } from "./json";

/** Whether the named operation, or the only one, is a subscription. */
export function isSubscription({ query, operationName }: { readonly query: string; readonly operationName?: string | null | undefined }): boolean {
  try {
    const operations = parse(query).definitions.filter((definition): definition is OperationDefinitionNode => definition.kind === Kind.OPERATION_DEFINITION);
    const chosen = operations.find(({ name }) => name !== undefined && name.value === operationName) ?? operations[0];
    return chosen?.operation === "subscription";
  } catch {
    return false;
  }
}

/** Passes on each answer; returns after the last one, or throws. */
export async function subscribe(url: string, body: string, headers: Record<string, string>, next: (answer: JsonObject) => void, signal: AbortSignal): Promise<void> {
  const response = await fetch(url, { method: "POST", body, headers: { Accept: "text/event-stream", "Content-Type": "application/json", ...headers }, signal });
  if (!response.body || !response.headers.get("Content-Type")?.startsWith("text/event-stream")) {
    const answer = parsed(await response.text());
    if (answer === null) throw new Error(`The response is not an event stream (${response.status} ${response.statusText}).`);
    next(answer);
    return;
  }
  for await (const { event, data } of events(response.body.pipeThrough(new TextDecoderStream()))) {
    if (event === "complete") return;
    const answer = event === "next" ? parsed(data) : null;
    if (answer) next(answer);
  }
  throw new Error("The server closed the connection. Run the subscription again to continue.");
}

interface ServerEvent {
  readonly event: string;
  readonly data: string;
}

/** The events of a stream: lines of fields, an empty line after each event, and comments. */
export async function* events(text: ReadableStream<string>): AsyncGenerator<ServerEvent> {
  let rest = "";
  let [event, data] = ["message", [] as string[]];
  const reader = text.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const lines = (rest + value).split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop()!;
    for (const line of lines) {
      const [, field, content = ""] = /^([^:]*)(?:: ?(.*))?$/s.exec(line)!;
      if (field === "event") event = content;
      else if (field === "data") data.push(content);
      if (line !== "" || event === "message") continue;
      yield { event, data: data.join("\n") };
      [event, data] = ["message", []];
    }
  }
}

function parsed(text: string): JsonObject | null {
  try {
    const answer: unknown = JSON.parse(text);
    return isObject(answer) ? answer : null;
  } catch {
    return null;
  }
}
