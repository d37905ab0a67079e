// Maps addresses to pages.

export type Route =
  | { readonly page: "overview" }
  | { readonly page: "agency"; readonly ori: string }
  | { readonly page: "award"; readonly number: string };

/** Whether the server has a playground; with introspection disabled it has none. */
export const hasPlayground = globalThis.document?.documentElement.dataset["playground"] === "yes";

export function route(path: string): Route {
  const [, , page, name] = path.split("/");
  const text = name === undefined ? "" : decoded(name);
  if (page === "agency" && text !== "") return { page, ori: text };
  if (page === "award" && text !== "") return { page, number: text };
  return { page: "overview" };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

const revised = (path: string, revision: string | null) => (revision === null ? path : `${path}?${new URLSearchParams({ revision })}`);

/** The page of an agency, at the given revision; null if it has no ORI. */
export function agencyLink(agency: { readonly ori9: string | null; readonly ori7: string | null }, revision: string | null): string | null {
  const ori = agency.ori9 ?? agency.ori7;
  return ori === null ? null : revised(`/explore/agency/${encodeURIComponent(ori)}`, revision);
}

/** The page of an award, at the given revision; null if it has no number. */
export function awardLink(number: string | null, revision: string | null): string | null {
  return number === null ? null : revised(`/explore/award/${encodeURIComponent(number)}`, revision);
}
