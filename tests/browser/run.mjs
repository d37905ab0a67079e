// Opens the pages of the server in Chromium, without a network, uses them as a person would, and checks their contents:
// `node run.mjs PATH-OF-THE-SERVER [FOLDER-FOR-SCREENSHOTS]`.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";
import { chromium } from "playwright-core";
import { explorer } from "./explore.mjs";
import { start } from "./server.mjs";

/** The bytes that the first load of the playground may take. */
const FIRST_LOAD = 2_500_000;
const WIDE = { width: 1360, height: 850 };
const NARROW = { width: 390, height: 844 };

const [binary, screenshots] = process.argv.slice(2);
if (!binary) throw new Error("usage: node run.mjs PATH-OF-THE-SERVER [FOLDER-FOR-SCREENSHOTS]");
const server = await start(binary);
/** One whose data are loaded from files while it runs. */
const loaded = await start(binary, { synthetic: false });
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
    // The network is closed: no name and no address leads anywhere but to this machine.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
  ],
});

/** What must not happen on any page: a request to elsewhere, an error, a violation of the policy. */
const wrong = [];

/** A fresh browser, as of a person who was never here. What is `expected` to go wrong may. */
async function visit(options, expected = /^(?!)/) {
  const context = await browser.newContext({ viewport: WIDE, ...options });
  await context.grantPermissions(["clipboard-read", "clipboard-write"], { origin: server.url });
  context.on("request", (request) => {
    const url = new URL(request.url());
    const local = ["blob:", "data:"].includes(url.protocol);
    if (!local && ![server.url, loaded.url].includes(url.origin)) wrong.push(`a request to ${url}`);
  });
  context.on("console", (message) => {
    // The explorer has no editor for lists, and says so to the console.
    if (message.text().startsWith("arg mismatch between arg and selection")) return;
    if (expected.test(message.text())) return;
    if (["error", "warning"].includes(message.type())) wrong.push(`${message.type()}: ${message.text()}`);
  });
  context.on("weberror", (error) => wrong.push(`an error: ${error.error()}`));
  context.on("response", (response) => {
    if (response.status() >= 400 && !expected.test(String(response.status()))) wrong.push(`${response.status()} for ${response.url()}`);
  });
  await context.addInitScript(() => {
    document.addEventListener("securitypolicyviolation", (event) => console.error(`refused by the policy: ${event.violatedDirective} ${event.blockedURI}`));
  });
  return context;
}

/** The playground, once its editors are there and the schema is read. */
async function playground(context, fragment = "") {
  const page = await context.newPage();
  const schema = page.waitForResponse(isSchema);
  await page.goto(`${server.url}/playground${fragment}`);
  await schema;
  await page.locator(".graphiql-query-editor .view-line").first().waitFor();
  return page;
}

const isSchema = (response) => response.request().postData()?.includes("IntrospectionQuery") ?? false;

/** What an editor shows, as far as it is in sight. */
async function shown(page, editor) {
  const lines = await page.locator(`${editor} .view-line`).evaluateAll((lines) =>
    lines.sort((one, other) => parseFloat(one.style.top) - parseFloat(other.style.top)).map((line) => line.textContent),
  );
  return lines.join("\n").replaceAll("\u00a0", " ");
}
const query = (page) => shown(page, ".graphiql-query-editor");
const answer = (page) => shown(page, ".result-window");
const tab = (page) => page.locator("[role=tab][aria-selected=true], .graphiql-tab-active").first().innerText();

/** Runs what is in the editor, and gives the answer as the server sent it. */
async function run(page) {
  const response = page.waitForResponse((response) => response.request().headers()["graphql-cost"] === "report");
  await page.getByRole("button", { name: /Execute query/ }).click();
  const body = await (await response).json();
  await page.locator(".result-window .view-line").nth(1).waitFor();
  return body;
}

async function choose(page, title) {
  const panel = page.getByRole("region", { name: "Examples" });
  if (!(await panel.isVisible())) await page.getByRole("button", { name: "Show Examples" }).click();
  await panel.getByRole("button", { name: title }).click();
}

async function ask(query, variables) {
  const response = await fetch(`${server.url}/graphql`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ query, variables }),
  });
  return (await response.json()).data;
}

async function picture(page, name) {
  if (screenshots) await page.screenshot({ path: `${screenshots}/${name}.png`, fullPage: /^(front|explore)/.test(name) });
}

const tests = {
  async "the front page says what this is, and its command works when pasted"() {
    const context = await visit();
    const page = await context.newPage();
    await page.goto(server.url);
    await page.getByRole("heading", { level: 1, name: "COPS Office funding and outcomes" }).waitFor();
    assert.match(await page.locator(".synthetic").innerText(), /generated, not real/);
    const { dataset } = await ask("{ dataset { revision citation { text } counts { table rows } } }");
    const text = await page.locator("main").innerText();
    assert.ok(text.includes(dataset.citation.text) && text.includes(`Revision ${dataset.revision}`), text);
    const trainees = dataset.counts.find((count) => count.table === "trainees").rows;
    assert.match(text, new RegExp(`Trainees\\s+${trainees.toLocaleString("en")}`));
    const command = await page.getByLabel("A query for curl").innerText();
    const pasted = JSON.parse((await promisify(execFile)("sh", ["-c", command])).stdout);
    assert.equal(pasted.data.agencies.nodes.length, 3);
    await picture(page, "front-light");
    // The first way in is to look.
    assert.equal(await page.locator("main a").first().innerText(), "Explore the data");
    await page.getByRole("link", { name: "Explore the data" }).click();
    await page.locator("svg.timeline").waitFor();
    await page.goBack();
    await page.getByRole("link", { name: "Open the playground" }).click();
    await page.locator(".graphiql-query-editor .view-line").first().waitFor();
    await context.close();
  },

  async "the first load is small"() {
    const context = await visit();
    const before = server.sent();
    const page = await playground(context, `#${new URLSearchParams({ query: "{ nothing }" })}`);
    // All is there when the workers run: that of GraphQL has seen what is wrong with the query.
    await page.locator(".graphiql-query-editor .squiggly-error").first().waitFor();
    while (new Set(page.workers().map((worker) => worker.url())).size < 3) await page.waitForEvent("worker");
    await Promise.all(page.workers().map((worker) => worker.evaluate(() => self.name)));
    const bytes = server.sent() - before;
    console.log(`  ${bytes.toLocaleString("en")} bytes`);
    assert.ok(bytes < FIRST_LOAD, `${bytes} bytes`);
    // Who comes again has the files: only the page is checked, and the schema read.
    const after = server.sent();
    const schema = page.waitForResponse(isSchema);
    await page.reload();
    const read = (await (await schema).body()).length;
    await page.locator(".graphiql-query-editor .view-line").first().waitFor();
    assert.ok(server.sent() - after < read + 10_000, `${server.sent() - after} bytes again`);
    await context.close();
  },

  async "an example opens in a tab, runs, and shows its answer"() {
    const context = await visit();
    const page = await playground(context);
    assert.match(await page.locator(".synthetic").innerText(), /Synthetic data/);
    assert.match(await query(page), /query LargestAwards/);
    await choose(page, "One agency and its related rows");
    await page.waitForFunction(() => document.querySelector(".graphiql-query-editor").textContent.includes("OneAgency"));
    assert.match(await tab(page), /OneAgency/);
    const body = await run(page);
    const { agencies } = await ask("{ agencies(first: 1, filter: { grants: { some: {} } }, orderBy: [{ field: POPULATION, direction: DESC, nulls: LAST }]) { nodes { name } } }");
    assert.ok((await answer(page)).includes(agencies.nodes[0].name), await answer(page));
    await beside(page, body.extensions);
    await picture(page, "playground-light");
    // Choosing it again finds its tab.
    await choose(page, "The largest awards, page by page");
    await choose(page, "One agency and its related rows");
    assert.equal(await page.locator(".graphiql-tab").count(), 2);
    await context.close();
  },

  async "what is wrong is underlined, and what is untidy is put in order"() {
    const context = await visit();
    const page = await playground(context, `#${new URLSearchParams({ query: "{ nothing }" })}`);
    await page.locator(".graphiql-query-editor .squiggly-error").first().waitFor();
    await page.getByRole("button", { name: /Prettify/ }).click();
    await page.waitForFunction(() => document.querySelectorAll(".graphiql-query-editor .view-line").length >= 3);
    await context.close();
  },

  async "a shared link opens query, variables and tab"() {
    const context = await visit();
    const page = await playground(context, "#example=awards-in-a-state");
    await page.waitForFunction(() => document.querySelector(".graphiql-query-editor").textContent.includes("AwardsInAState"));
    await page.getByRole("button", { name: "Copy a link to this query" }).click();
    await page.getByText("Link copied").waitFor();
    const link = await page.evaluate(() => navigator.clipboard.readText());
    assert.ok(link.startsWith(`${server.url}/playground#query=`), link);
    await context.close();

    const other = await visit();
    const guest = await playground(other, new URL(link).hash);
    await guest.waitForFunction(() => document.querySelector(".graphiql-query-editor").textContent.includes("AwardsInAState"));
    assert.match(await tab(guest), /AwardsInAState/);
    const { data } = await run(guest);
    const grants = await ask('{ grants(filter: { agency: { state: { eq: "CA" } }, fiscalYear: { gte: 2015 } }) { totalCount } }');
    assert.ok(grants.grants.totalCount > 0);
    assert.equal(data.grants.totalCount, grants.grants.totalCount);
    assert.match(await answer(guest), new RegExp(`"totalCount": ${data.grants.totalCount}\\b`));
    await other.close();
  },

  async "an answer is downloaded as CSV, or the page says why it is not a table"() {
    const context = await visit({ acceptDownloads: true });
    const page = await playground(context);
    const { data } = await run(page);
    const download = page.waitForEvent("download");
    await page.getByRole("button", { name: "Download CSV" }).click();
    const file = await download;
    assert.match(file.suggestedFilename(), /^LargestAwards-revision-\d+-synthetic\.csv$/);
    const [names, ...rows] = (await readFile(await file.path(), "utf8")).trimEnd().split("\r\n");
    assert.ok(names.startsWith("awardNumber,fiscalYear,program.code,program.name,agency.name,agency.state,"), names);
    assert.deepEqual(rows.map((row) => row.split(",")[0]), data.grants.nodes.map((grant) => grant.awardNumber));
    await page.getByText(/Saved 10 rows; the list has more rows/).waitFor();
    await choose(page, "One agency and its related rows");
    await run(page);
    await page.getByRole("button", { name: "Download CSV" }).click();
    await page.getByText(/is a list within a row/).waitFor();
    await context.close();
  },

  async "an answer is drawn by its shape, changed by hand, and shared as it is shown"() {
    const context = await visit();
    const page = await playground(context, "#example=money-by-year");
    // Before anybody runs it.
    await page.locator(".drawing svg.lines").waitFor();
    const { grants } = await ask("{ grants { groups(by: [FISCAL_YEAR], orderBy: [{ key: FISCAL_YEAR, direction: ASC }]) { nodes { key { fiscalYear } count federalShare { sum } } } } }");
    const known = grants.groups.nodes.filter(({ key }) => key.fiscalYear !== null);
    const dollars = (value) => value.toLocaleString("en-US", { style: "currency", currency: "USD", maximumFractionDigits: 0 });
    assert.deepEqual(await page.locator(".drawing circle title").allTextContents(), known.map(({ key, federalShare }) => `${key.fiscalYear}: ${dollars(federalShare.sum)}`));
    await picture(page, "playground-lines");
    await page.getByRole("radio", { name: "Table" }).check();
    const rows = page.getByRole("region", { name: "The answer as a table" }).locator("tbody tr");
    assert.equal(await rows.count(), grants.groups.nodes.length);
    await page.getByRole("radio", { name: "Chart" }).check();
    await page.locator(".drawing-tools label", { hasText: /^Chart/ }).locator("select").selectOption("bars");
    await page.locator(".drawing-tools label", { hasText: /^Number/ }).locator("select").selectOption({ label: "Count" });
    await page.locator(".drawing svg.bars").waitFor();
    assert.equal(await page.locator(".drawing h3").innerText(), "Count by fiscal year");
    await page.getByRole("button", { name: "Copy a link to this query" }).click();
    await page.getByText("Link copied").waitFor();
    const link = await page.evaluate(() => navigator.clipboard.readText());
    assert.match(link, /&view=chart&chart=bars&measure=count$/);
    // Who opens it sees the picture.
    const guest = await playground(context, new URL(link).hash);
    await guest.locator(".drawing svg.bars").waitFor();
    assert.deepEqual(
      await guest.locator(".drawing .bar title").allTextContents(),
      grants.groups.nodes.map(({ key, count }) => `${key.fiscalYear ?? "Unknown"}: ${count.toLocaleString("en")}`),
    );
    await context.close();
  },

  async "a state is drawn on a map, two keys as small multiples, and a picture is saved"() {
    const context = await visit({ acceptDownloads: true });
    const page = await playground(context, "#example=states-on-a-map");
    await page.locator(".drawing svg.map").waitFor();
    const { grants } = await ask("{ grants(filter: { agency: { state: { eq: \"TX\" } } }) { totals { federalShare { sum } } } }");
    const texas = await page.locator('.drawing [aria-label^="Texas: "]').first().getAttribute("aria-label");
    assert.equal(texas, `Texas: $${Math.round(grants.totals.federalShare.sum).toLocaleString("en")}`);
    const saved = page.waitForEvent("download");
    await page.getByRole("button", { name: "SVG" }).click();
    const file = await saved;
    assert.match(file.suggestedFilename(), /^StatesOnAMap-revision-\d+-synthetic\.svg$/);
    const svg = await readFile(await file.path(), "utf8");
    assert.ok(svg.includes("Synthetic data") && !svg.includes("var(--"), svg.slice(0, 300));
    const png = page.waitForEvent("download");
    await page.getByRole("button", { name: "PNG" }).click();
    assert.equal((await readFile(await (await png).path())).subarray(1, 4).toString(), "PNG");
    await picture(page, "playground-map");
    await choose(page, "People trained, by year and role");
    await page.locator(".multiples svg.lines").first().waitFor();
    assert.deepEqual(await page.locator(".multiples figcaption").allInnerTexts(), ["Community member", "Government leader", "Law enforcement"]);
    await picture(page, "playground-multiples");
    await choose(page, "One agency and its related rows");
    await page.getByRole("radio", { name: "Chart" }).check();
    await page.getByText(/is a list within a row/).waitFor();
    await context.close();
  },

  async "the cost follows what is typed, and the documentation begins with ten types"() {
    const context = await visit();
    const page = await playground(context, `#${new URLSearchParams({ query: "{ grants(first: 1) { nodes { awardNumber } } }" })}`);
    const cost = page.locator(".cost strong");
    await cost.waitFor();
    const before = Number(await cost.innerText());
    await page.locator(".graphiql-query-editor .view-line").first().click();
    await page.keyboard.press("Control+Home");
    for (let right = 0; right < "{ grants(first: 1".length; right += 1) await page.keyboard.press("ArrowRight");
    await page.keyboard.type("00");
    await page.waitForFunction((before) => Number(document.querySelector(".cost strong")?.textContent) > before, before);
    await page.keyboard.type("0");
    await page.locator(".cost.refused").waitFor();
    await page.getByRole("button", { name: "Show Documentation Explorer" }).click();
    const introduction = page.locator(".introduction");
    assert.equal(await introduction.getByRole("button").count(), 10);
    await introduction.getByRole("button", { name: "Grant", exact: true }).click();
    await page.locator(".graphiql-doc-explorer-title", { hasText: "Grant" }).waitFor();
    assert.equal(await introduction.count(), 0);
    await context.close();
  },

  async "dark and light follow the system, and a button"() {
    for (const colorScheme of ["light", "dark"]) {
      const context = await visit({ colorScheme });
      const page = await playground(context);
      const paper = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
      const [white, black] = ["rgb(255, 255, 255)", "rgb(16, 21, 28)"];
      assert.equal(await paper(), colorScheme === "dark" ? black : white);
      await page.getByRole("button", { name: colorScheme === "dark" ? "Light" : "Dark", exact: true }).click();
      assert.equal(await paper(), colorScheme === "dark" ? white : black);
      await run(page);
      await picture(page, `playground-from-${colorScheme}`);
      await context.close();
    }
  },

  async "everything can be reached on a narrow screen, and by the keyboard"() {
    const context = await visit({ viewport: NARROW, colorScheme: "dark" });
    const page = await context.newPage();
    for (const path of ["/", "/playground"]) {
      await page.goto(server.url + path);
      await page.locator("h1, .graphiql-query-editor .view-line").first().waitFor();
      const width = await page.evaluate(() => document.scrollingElement.scrollWidth);
      assert.ok(width <= NARROW.width, `${path} is ${width} wide`);
      await picture(page, `${path === "/" ? "front" : "playground"}-narrow`);
    }
    await choose(page, "The largest awards, page by page");
    await page.locator(".graphiql-query-editor .view-line").first().click();
    await page.keyboard.press("Control+Enter");
    await page.locator(".result-window .view-line").nth(1).waitFor();
    assert.match(await answer(page), /"grants"/);
    await picture(page, "playground-narrow-answer");
    await context.close();
  },

  async "the link of a citation leads to its data for good, without a script"() {
    const edgewater = (name) => ["AK0010100", name];
    await loaded.load([edgewater("Edgewater Police"), ["AK0010200", "Farview Police"]]);
    const post = (query, headers, extensions) => fetch(`${loaded.url}/graphql`, {
      method: "POST",
      headers: { "Content-Type": "application/json", ...headers },
      body: JSON.stringify({ query, extensions }),
    }).then((response) => response.json());
    const query = "{ agencies(first: 5, orderBy: [{ field: NAME }]) { totalCount nodes { name ori9 } } }";
    const revision = async () => (await post("{ dataset { revision } }")).data.dataset.revision;
    const cited = await revision();
    const answer = await post(query, { "GraphQL-Cite": "1" }, { revision: cited });
    const { link } = answer.extensions.citation;
    assert.ok(link.startsWith(`${loaded.url}/cite/`), link);
    // Load B changes one and adds one, and load C adds another.
    await loaded.load([edgewater("Edgewater Police Department"), ["AK0010200", "Farview Police"], ["AK0010300", "Glen Police"]]);
    await loaded.load([["AK0010400", "Holm Police"]]);
    while ((await post("{ __typename }")).extensions.dataset.revision < cited + 2) await new Promise(setImmediate);
    const verified = await loaded.run("verify", link);
    assert.equal(verified.status, 0, verified.stdout + verified.stderr);
    assert.match(verified.stdout, /^same: /);
    const context = await visit({ javaScriptEnabled: false });
    const page = await context.newPage();
    await page.goto(link);
    assert.match(await page.locator("#verdict").innerText(), /^Verified\./);
    assert.match(await page.locator("#since").innerText(), new RegExp(`another answer today. The current revision is ${cited + 2}`));
    const data = page.getByRole("region", { name: "nodes" });
    assert.deepEqual(await data.locator("th").allInnerTexts(), ["name", "ori9"]);
    assert.deepEqual(await data.locator("tbody tr").first().locator("td").allInnerTexts(), ["Edgewater Police", "AK0010100"]);
    assert.equal(await data.locator("tbody tr").count(), 2);
    assert.ok((await page.locator("blockquote").innerText()).includes(link));
    const agencies = page.getByRole("region", { name: "Loads since" }).locator("tr", { hasText: "Agencies" });
    assert.deepEqual((await agencies.locator("td").allInnerTexts()).map(Number), [2, 1, 0]);
    await picture(page, "front-cited");
    await page.setViewportSize(NARROW);
    const width = await page.evaluate(() => document.scrollingElement.scrollWidth);
    assert.ok(width <= NARROW.width, `the page is ${width} wide`);
    const diff = page.waitForResponse((response) => response.url().includes("/graphql?query="));
    await agencies.getByRole("link").click();
    const { agencyChanges } = (await (await diff).json()).data;
    assert.equal(agencyChanges.totalCount, 3);
    // What load B did alone.
    const listed = await loaded.run("diff", `${cited}`, `${cited + 1}`, "--table", "agencies", "--format", "json");
    const changes = listed.stdout.trim().split("\n").map((line) => JSON.parse(line));
    assert.deepEqual(changes.map((change) => [change.kind, change.after.name]), [
      ["CHANGED", "Edgewater Police Department"],
      ["ADDED", "Glen Police"],
    ]);
    assert.equal(changes[0].before.name, "Edgewater Police");
    await context.close();
  },

  async "the docs are read and searched without a script"() {
    for (const viewport of [WIDE, NARROW]) {
      const context = await visit({ javaScriptEnabled: false, viewport });
      const page = await context.newPage();
      await page.goto(server.url);
      await page.getByRole("link", { name: "Read the docs" }).click();
      await page.getByRole("searchbox").fill("federalshare");
      await page.getByRole("searchbox").press("Enter");
      await page.locator(".results mark").first().waitFor();
      for (const path of ["/docs", "/docs/cookbook", "/docs/errors", "/docs?search=federalshare"]) {
        await page.goto(server.url + path);
        await page.locator("main h1").waitFor();
        const width = await page.evaluate(() => document.scrollingElement.scrollWidth);
        assert.ok(width <= viewport.width, `${path} is ${width} wide`);
      }
      await context.close();
    }
    // A query of a page opens in the playground.
    const context = await visit();
    const page = await context.newPage();
    await page.goto(`${server.url}/docs/cookbook`);
    await page.getByRole("link", { name: "Try it" }).first().click();
    await page.locator(".graphiql-query-editor .view-line").first().waitFor();
    assert.match(await query(page), /groups/);
    await context.close();
  },

  async "GraphiQL's own panels work"() {
    const context = await visit();
    const page = await playground(context);
    await page.getByRole("button", { name: "Show Documentation Explorer" }).click();
    await page.getByRole("link", { name: "Query" }).or(page.locator(".graphiql-doc-explorer-type-name", { hasText: "Query" })).first().click();
    await page.getByText("The root of all queries.").first().waitFor();
    await page.getByRole("button", { name: "Show GraphiQL Explorer" }).click();
    await page.locator(".graphiql-explorer-root").getByText("federalShare").first().waitFor();
    await picture(page, "playground-explorer");
    await page.getByRole("button", { name: "Show History" }).click();
    await page.getByRole("region", { name: "History" }).waitFor();
    await context.close();
  },

  async "a subscription shows each answer in turn, until it is stopped"() {
    await loaded.load([["AK0010500", "Kenai Police"]]);
    const context = await visit();
    const page = await context.newPage();
    await page.goto(`${loaded.url}/playground#${new URLSearchParams({ query: "subscription { live { agencies { totalCount } } }" })}`);
    await page.locator(".graphiql-query-editor .view-line").first().waitFor();
    await page.waitForFunction(() => document.querySelector(".graphiql-query-editor").textContent.includes("live"));
    await page.getByRole("button", { name: /Execute query/ }).click();
    const count = async () => Number(/"totalCount": (\d+)/.exec(await answer(page))?.[1]);
    await page.locator(".result-window", { hasText: "totalCount" }).waitFor();
    const before = await count();
    await loaded.load([["AK0010600", "Lakeview Police"]]);
    while ((await count()) !== before + 1) await page.waitForTimeout(50);
    await page.getByRole("button", { name: /Stop query/ }).click();
    await page.getByRole("button", { name: /Execute query/ }).waitFor();
    await context.close();
  },
};

/** What the server said beside the answer is on the page, and what it did not say is not. */
async function beside(page, { cost, explain } = {}) {
  const badge = page.locator(".cost strong");
  if (cost) assert.notEqual(await badge.innerText(), "");
  else assert.equal(await badge.count(), 0);
  const button = page.getByRole("button", { name: /^Explain/ });
  if (!explain) return assert.equal(await button.count(), 0);
  assert.match(await button.innerText(), new RegExp(`${explain.reads.length} statement`));
  await button.click();
  const rows = page.getByRole("region", { name: "Statements behind the answer" }).locator("tbody tr");
  assert.equal(await rows.count(), explain.reads.length);
}

try {
  const all = { ...tests, ...explorer({ server, loaded, visit, ask, picture, wide: WIDE, narrow: NARROW }) };
  for (const [name, test] of Object.entries(all)) {
    await test();
    assert.deepEqual(wrong, [], name);
    console.log(`ok  ${name}`);
  }
} finally {
  await browser.close();
  server.stop();
  loaded.stop();
}
