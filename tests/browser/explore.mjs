// Uses the explorer as a person would, and compares the page with the answers of the API.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";

/** The bytes that the first load may take, heads of answers and all. */
const FIRST_LOAD = 200_000;

const dollars = (value) => value.toLocaleString("en-US", { style: "currency", currency: "USD", maximumFractionDigits: 0 });
const whole = (value) => value.toLocaleString("en-US", { maximumFractionDigits: 0 });

export function explorer({ server, loaded, visit, ask, picture, wide, narrow }) {
  /** The explorer, once all of its pictures are there. */
  async function open(context, query = "") {
    const page = await context.newPage();
    await page.goto(`${server.url}/explore${query}`);
    await page.locator("svg.timeline").waitFor();
    await calm(page);
    return page;
  }

  /** Waits until nothing is asked any more. */
  async function calm(page) {
    await page.waitForFunction(() => document.querySelector("svg.timeline") && !document.querySelector('[aria-busy="true"]'));
  }

  const figure = (page, title) => page.getByRole("region", { name: title, exact: true });
  const headline = (page, label) => page.locator(`.measure:has(.label:text-is("${label}")) strong`).innerText();

  /** The rows of the table behind a picture: the first cell, and those behind it. */
  async function numbers(page, title) {
    const of = figure(page, title);
    const button = of.getByRole("button", { name: "Table", exact: true });
    if ((await button.getAttribute("aria-pressed")) === "false") await button.click();
    const rows = await of.locator("tbody tr").evaluateAll((rows) => rows.map((row) => [...row.children].map((cell) => cell.textContent)));
    return new Map(rows.map(([name, ...cells]) => [name, cells]));
  }

  /** A button of the menu of a picture, which is opened. */
  async function opened(of, name) {
    await of.locator("summary").click();
    return of.locator(".menu").getByRole("button", { name, exact: true });
  }

  async function downloaded(page, button) {
    const download = page.waitForEvent("download");
    await button.click();
    const file = await download;
    return { name: file.suggestedFilename(), bytes: await readFile(await file.path()) };
  }

  return {
    async "the explorer's first load is small"() {
      const context = await visit();
      const before = server.sent();
      await open(context);
      const bytes = server.sent() - before;
      console.log(`  ${bytes.toLocaleString("en")} bytes`);
      assert.ok(bytes < FIRST_LOAD, `${bytes} bytes`);
      await context.close();
    },

    async "the explorer shows what the API says"() {
      const context = await visit();
      const page = await open(context);
      const { grants, programs } = await ask(`{
        programs(first: 100) { nodes { code name } }
        grants {
          totals { count agencies organizations federalShare { sum } officersFunded { sum missing } peopleTrained { sum } }
          years: groups(by: [FISCAL_YEAR]) { nodes { key { fiscalYear } count federalShare { sum } } }
          programs: groups(by: [PROGRAM]) { nodes { key { program { code } } count federalShare { sum } } }
          agencies: groups(by: [AGENCY_STATE, ORGANIZATION_STATE]) { nodes { key { agencyState organizationState } count federalShare { sum } } }
        }
      }`);
      const { totals } = grants;
      assert.equal(await headline(page, "Awards"), whole(totals.count));
      assert.equal(await headline(page, "People trained"), whole(totals.peopleTrained.sum));
      const text = await page.locator(".headline").innerText();
      assert.ok(text.includes(`${whole(totals.officersFunded.missing)} awards of unknown value`), text);
      assert.ok(text.includes(`${whole(totals.count)} awards to ${whole(totals.agencies)} agencies and ${whole(totals.organizations)} other organizations.`), text);

      const years = await numbers(page, "Federal dollars by fiscal year");
      for (const { key, count, federalShare } of grants.years.nodes) {
        assert.deepEqual(years.get(String(key.fiscalYear ?? "Unknown")).slice(0, 2), [dollars(federalShare.sum), whole(count)]);
      }
      const byProgram = await numbers(page, "Federal dollars by program");
      assert.equal(byProgram.size, grants.programs.nodes.length);
      for (const { key, count, federalShare } of grants.programs.nodes) {
        const name = key.program ? programs.nodes.find(({ code }) => code === key.program.code).name : "Program unknown";
        assert.deepEqual(byProgram.get(name).slice(0, 2), [dollars(federalShare.sum), whole(count)], name);
      }
      // A state's money is that of its agencies and of its other recipients.
      const byState = await numbers(page, "Federal dollars by state");
      const ofTexas = grants.agencies.nodes.filter(({ key }) => key.agencyState === "TX" || key.organizationState === "TX");
      assert.equal(ofTexas.length, 2);
      const sum = ofTexas.reduce((sum, { federalShare }) => sum + federalShare.sum, 0);
      assert.equal(byState.get("Texas")[0], dollars(sum));
      const unknown = grants.agencies.nodes.find(({ key }) => key.agencyState === null && key.organizationState === null);
      assert.ok((await figure(page, "Federal dollars by state").innerText()).includes(`${whole(unknown.count)} awards without a state are not on the map.`));
      await context.close();
    },

    async "a choice filters all other pictures, and back takes it away"() {
      const context = await visit();
      const page = await open(context);
      const all = await headline(page, "Awards");
      await page.getByRole("checkbox", { name: /^Sheriff: / }).click();
      await page.getByRole("checkbox", { name: /^Texas: / }).first().click();
      await calm(page);
      assert.equal(new URL(page.url()).search, "?kind=SHERIFF&state=TX");
      const both = '{ agency: { kind: { eq: SHERIFF }, state: { eq: "TX" } } }';
      const sheriffs = await ask(`{
        both: grants(filter: ${both}) { totalCount groups(by: [STATUS]) { nodes { key { status } count federalShare { sum } } } }
        kinds: grants(filter: { or: [{ agency: { state: { eq: "TX" } } }, { organization: { state: { eq: "TX" } } }] }) {
          groups(by: [AGENCY_KIND]) { nodes { key { agencyKind } count } }
        }
      }`);
      assert.equal(await headline(page, "Awards"), whole(sheriffs.both.totalCount));
      const statuses = await numbers(page, "Federal dollars by status of the award");
      for (const { key, count } of sheriffs.both.groups.nodes) {
        const name = { OPEN: "Open", CLOSED: "Closed", WITHDRAWN: "Withdrawn", TERMINATED: "Terminated", null: "Unknown" }[key.status];
        assert.equal(statuses.get(name)[1], whole(count), name);
      }
      // The picture of kinds still shows all kinds, in Texas.
      const kinds = await numbers(page, "Federal dollars by kind of agency");
      const municipal = sheriffs.kinds.groups.nodes.find(({ key }) => key.agencyKind === "MUNICIPAL_POLICE");
      assert.equal(kinds.get("Municipal police")[1], whole(municipal.count));
      await page.goBack();
      await calm(page);
      assert.equal(new URL(page.url()).search, "?kind=SHERIFF");
      await page.goBack();
      await calm(page);
      assert.equal(await headline(page, "Awards"), all);
      await page.goForward();
      await calm(page);
      assert.equal(await page.locator(".chip").innerText(), "Kind of agency: Sheriff ×");
      await page.getByRole("button", { name: "Clear all" }).click();
      await calm(page);
      assert.equal(await headline(page, "Awards"), all);
      await context.close();
    },

    async "a measure is chosen, also in dollars of one year, and the unknown is told"() {
      const context = await visit();
      const page = await open(context);
      await page.locator(".measure", { hasText: "Officers funded" }).click();
      await calm(page);
      const funded = await numbers(page, "Officers funded by population served");
      const { grants } = await ask(`{ grants {
        groups(by: [AGENCY_POPULATION_BAND]) { nodes { key { agencyPopulationBand } officersFunded { sum missing } } }
        totals { dollarsPerResident(inDollarsOf: 2025) hiredRate }
      } }`);
      const small = grants.groups.nodes.find(({ key }) => key.agencyPopulationBand === "UNDER_10000").officersFunded;
      const [officers, , missing] = funded.get("Under 10,000");
      assert.deepEqual([officers, missing], [small.sum.toLocaleString("en-US", { maximumFractionDigits: 1 }), whole(small.missing)]);
      await page.locator(".measure", { hasText: "Dollars per resident" }).click();
      await page.getByLabel("adjusted for inflation").check();
      await calm(page);
      assert.equal(new URL(page.url()).search, "?measure=per-resident&dollars=2025");
      assert.equal(await headline(page, "Dollars per resident"), grants.totals.dollarsPerResident.toLocaleString("en-US", { style: "currency", currency: "USD" }));
      await figure(page, "Dollars per resident (2025 dollars) by state").waitFor();
      const funnel = figure(page, "From requested to retained");
      assert.ok((await funnel.innerText()).includes(`${(grants.totals.hiredRate * 100).toFixed(1).replace(".0", "")}% of the officers funded were hired`));
      await context.close();
    },

    async "a brush asks one question at a time, and the last one stays"() {
      const context = await visit();
      const page = await open(context);
      let [running, most, asked] = [0, 0, 0];
      const isOverview = (request) => /"years"|overview/.test(decodeURIComponent(request.url()));
      page.on("request", (request) => {
        if (!isOverview(request)) return;
        asked += 1;
        running += 1;
        most = Math.max(most, running);
      });
      for (const end of ["requestfinished", "requestfailed"]) page.on(end, (request) => (running -= isOverview(request) ? 1 : 0));
      const columns = page.locator("svg.timeline .column");
      const place = async (year) => {
        const box = await columns.filter({ hasText: `${year}: ` }).locator(".row").boundingBox();
        return [box.x + box.width / 2, box.y + 40];
      };
      await page.mouse.move(...(await place(2002)));
      await page.mouse.down();
      for (let year = 2003; year <= 2015; year += 1) await page.mouse.move(...(await place(year)), { steps: 4 });
      // The end of it does not wait: what was asked before is aborted.
      const moved = most;
      await page.mouse.up();
      await calm(page);
      assert.equal(new URL(page.url()).search, "?years=2002-2015");
      assert.ok(asked > 1 && moved === 1, `${asked} questions, ${moved} at once`);
      const { grants } = await ask("{ grants(filter: { fiscalYear: { gte: 2002, lte: 2015 } }) { totalCount } }");
      assert.equal(await headline(page, "Awards"), whole(grants.totalCount));
      // Back leads to before the brush, not through its steps.
      await page.goBack();
      await calm(page);
      assert.equal(new URL(page.url()).search, "");
      await context.close();
    },

    async "years and states are chosen by the keyboard"() {
      const context = await visit();
      const page = await open(context);
      await page.getByRole("slider", { name: "First fiscal year" }).focus();
      await page.keyboard.press("ArrowRight");
      await page.keyboard.press("PageUp");
      const { grants } = await ask("{ grants { groups(by: [FISCAL_YEAR], orderBy: [{ key: FISCAL_YEAR, nulls: FIRST }]) { nodes { key { fiscalYear } } } } }");
      const years = grants.groups.nodes.map(({ key }) => key.fiscalYear).filter((year) => year !== null);
      await page.getByRole("slider", { name: "Last fiscal year" }).focus();
      await page.keyboard.press("ArrowLeft");
      await page.getByRole("checkbox", { name: /^California: / }).first().focus();
      await page.keyboard.press("Enter");
      await calm(page);
      assert.equal(new URL(page.url()).search, `?years=${years[0] + 6}-${years.at(-1) - 1}&state=CA`);
      const focused = await page.evaluate(() => document.activeElement.getAttribute("aria-label"));
      assert.match(focused, /^California/);
      await context.close();
    },

    async "a picture is taken away as a query, a file and a citation"() {
      const context = await visit({ acceptDownloads: true });
      const page = await open(context, "?years=2009-2025");
      const of = figure(page, "Federal dollars by program");
      await of.locator("summary").click();
      const menu = of.locator(".menu");
      const csv = await downloaded(page, menu.getByRole("button", { name: "CSV" }));
      assert.match(csv.name, /^federal-dollars-by-program-revision-\d+-synthetic\.csv$/);
      const [names, ...rows] = csv.bytes.toString().trimEnd().split("\r\n");
      assert.equal(names, "key.program.code,count,federalShare.sum,federalShare.missing");
      const { grants } = await ask("{ grants(filter: { fiscalYear: { gte: 2009, lte: 2025 } }) { groups(by: [PROGRAM]) { nodes { key { program { code } } count federalShare { sum missing } } } } }");
      assert.deepEqual(
        rows.map((row) => row.split(",")).map(([code, count, sum]) => [code, Number(count), Number(sum)]),
        grants.groups.nodes.map(({ key, count, federalShare }) => [key.program?.code ?? "", count, federalShare.sum]),
      );
      const parquet = await downloaded(page, menu.getByRole("button", { name: "Parquet" }));
      assert.equal(parquet.bytes.subarray(0, 4).toString(), "PAR1");
      const svg = (await downloaded(page, menu.getByRole("button", { name: "SVG" }))).bytes.toString();
      for (const words of ["Federal dollars by program", "COPS Hiring Program", "Fiscal year: 2009–2025.", "Synthetic data", "revision="]) assert.ok(svg.includes(words), words);
      assert.ok(!svg.includes("var(--"), "a file has no style sheet");
      const png = await downloaded(page, menu.getByRole("button", { name: "PNG" }));
      assert.equal(png.bytes.subarray(1, 4).toString(), "PNG");
      await menu.getByRole("button", { name: "Citation" }).click();
      const { dataset } = await ask("{ dataset { revision } }");
      await menu.getByText(`Revision ${dataset.revision}, loaded`).waitFor();

      const opened = context.waitForEvent("page");
      await menu.getByRole("link").click();
      const playground = await opened;
      await playground.locator(".graphiql-query-editor .view-line").first().waitFor();
      const answer = playground.waitForResponse((response) => response.request().headers()["graphql-cost"] === "report");
      await playground.getByRole("button", { name: /Execute query/ }).click();
      assert.deepEqual((await (await answer).json()).data, { grants });
      await context.close();
    },

    async "each picture has a file, also those that are no list"() {
      const context = await visit({ acceptDownloads: true });
      const page = await open(context, "?program=CHP,UHP");
      const titles = await page.locator(".figure:has(summary) h2").allInnerTexts();
      assert.ok(titles.length >= 11, titles.join(", "));
      for (const title of titles) {
        const of = figure(page, title);
        await of.locator("summary").click();
        await of.locator(".menu").waitFor();
        for (const button of await of.locator(".menu").getByRole("button", { name: /^CSV/ }).all()) {
          const { bytes } = await downloaded(page, button);
          assert.ok(bytes.toString().split("\r\n").length > 2, title);
        }
        await page.keyboard.press("Escape");
      }
      // Of a table of pages, all of them.
      const all = await ask('{ grants(filter: { program: { code: { in: ["CHP", "UHP"] } } }) { totalCount } }');
      await figure(page, "Agencies").getByRole("radio", { name: "Awards" }).check();
      const awards = await downloaded(page, await opened(figure(page, "Awards"), "CSV"));
      assert.equal(awards.bytes.toString().trimEnd().split("\r\n").length - 1, all.grants.totalCount);
      // Together, and by year.
      const { bytes } = await downloaded(page, await opened(figure(page, "From requested to retained"), "CSV"));
      const [names, together] = bytes.toString().split("\r\n");
      const { grants } = await ask('{ grants(filter: { program: { code: { in: ["CHP", "UHP"] } } }) { totals { officersFunded { sum } } } }');
      const place = names.split(",").indexOf("officersFunded.sum");
      const rows = bytes.toString().trimEnd().split("\r\n").map((row) => row.split(","));
      assert.equal(Number(rows.find(([level]) => level === "0")[place]), grants.totals.officersFunded.sum, together);
      await context.close();
    },

    async "the table is searched, ordered and paged by the server"() {
      const context = await visit();
      const page = await open(context, "?table=awards&state=CA");
      const table = figure(page, "Awards");
      const firsts = () => table.locator("tbody tr td:first-child").allInnerTexts();
      const filter = '{ or: [{ agency: { state: { eq: "CA" } } }, { organization: { state: { eq: "CA" } } }] }';
      const first = async (rest) => (await ask(`{ grants(filter: ${filter}, ${rest}) { nodes { awardNumber } pageInfo { endCursor } } }`)).grants;
      const byDollars = await first("first: 25, orderBy: [{ field: FEDERAL_SHARE, direction: DESC, nulls: LAST }]");
      assert.deepEqual(await firsts(), byDollars.nodes.map(({ awardNumber }) => awardNumber));
      await table.getByRole("button", { name: "Next" }).click();
      await calm(page);
      const next = await first(`first: 25, after: "${byDollars.pageInfo.endCursor}", orderBy: [{ field: FEDERAL_SHARE, direction: DESC, nulls: LAST }]`);
      assert.deepEqual(await firsts(), next.nodes.map(({ awardNumber }) => awardNumber));
      await table.getByRole("button", { name: "Previous" }).click();
      await calm(page);
      assert.deepEqual(await firsts(), byDollars.nodes.map(({ awardNumber }) => awardNumber));
      await table.getByRole("button", { name: "Fiscal year" }).click();
      await calm(page);
      assert.equal(await table.getByRole("columnheader", { name: "Fiscal year" }).getAttribute("aria-sort"), "descending");
      const { awardNumber } = byDollars.nodes[3];
      await table.getByRole("searchbox").fill(awardNumber);
      await page.keyboard.press("Enter");
      await calm(page);
      assert.deepEqual(await firsts(), [awardNumber]);
      await table.getByRole("searchbox").fill("nobody is called so");
      await page.keyboard.press("Enter");
      await table.getByText("No name or number matches.").waitFor();
      await context.close();
    },

    async "the map shows counties, once somebody wants them"() {
      const context = await visit();
      const page = await open(context, "?state=TX&kind=MUNICIPAL_POLICE");
      const before = server.sent();
      await page.getByRole("radio", { name: "Counties" }).check();
      await page.locator("svg.counties").waitFor();
      assert.ok(server.sent() - before > 150_000, "the outlines of counties came with the first load");
      await calm(page);
      const filter = '{ agency: { state: { eq: "TX" }, kind: { eq: MUNICIPAL_POLICE } } }';
      const { grants } = await ask(`{ grants(filter: ${filter}) { groups(by: [AGENCY_COUNTY_FIPS]) { nodes { key { agencyCountyFips } federalShare { sum } } } } }`);
      const known = grants.groups.nodes.filter(({ key }) => key.agencyCountyFips !== null);
      for (const { key, federalShare } of known) {
        const label = await page.locator(`[data-fips="${key.agencyCountyFips}"]`).getAttribute("aria-label");
        assert.ok(label.endsWith(`, TX: ${dollars(federalShare.sum)}`), `${key.agencyCountyFips}: ${label}`);
      }
      const [{ key }] = known;
      await page.locator(`[data-fips="${key.agencyCountyFips}"]`).click();
      await calm(page);
      assert.equal(new URL(page.url()).searchParams.get("county"), key.agencyCountyFips);
      const one = await ask(`{ grants(filter: { and: [${filter}, { agency: { countyFips: { eq: "${key.agencyCountyFips}" } } }] }) { totalCount } }`);
      assert.equal(await headline(page, "Awards"), whole(one.grants.totalCount));
      await picture(page, "explore-counties");
      await context.close();
    },

    async "the map shows agencies where they are"() {
      const context = await visit();
      const page = await open(context, "?state=TX&map=agencies&kind=SHERIFF");
      await page.locator("svg.agencies circle").first().waitFor();
      const { grants } = await ask('{ grants(filter: { agency: { state: { eq: "TX" }, kind: { eq: SHERIFF }, latitude: { isNull: false } } }) { groups(by: [AGENCY], orderBy: [{ measure: FEDERAL_SHARE, direction: DESC }]) { nodes { key { agency { name ori9 } } federalShare { sum } } } } }');
      const drawn = grants.groups.nodes.filter(({ federalShare }) => federalShare.sum > 0);
      assert.ok(drawn.length > 5 && drawn.length <= 500);
      assert.equal(await page.locator("svg.agencies circle").count(), drawn.length);
      const [{ key, federalShare }] = drawn;
      const link = page.locator(`svg.agencies a[href="/explore/agency/${key.agency.ori9}"]`);
      assert.equal(await link.getAttribute("aria-label"), `${key.agency.name}, TX: ${dollars(federalShare.sum)}`);
      await picture(page, "explore-agencies");
      await context.close();
    },

    async "two choices are compared"() {
      const context = await visit();
      const page = await open(context, "?program=CHP,UHP");
      const title = "COPS Hiring Program and Universal Hiring Program";
      await figure(page, title).waitFor();
      const side = (code) => `grants(filter: { program: { code: { eq: "${code}" } } }) { totals { count dollarsPerOfficer } groups(by: [FISCAL_YEAR]) { nodes { key { fiscalYear } federalShare { sum } } } }`;
      const { chp, uhp } = await ask(`{ chp: ${side("CHP")} uhp: ${side("UHP")} }`);
      const totals = figure(page, title).getByRole("region", { name: "Table: Totals" });
      assert.deepEqual(await totals.getByRole("row", { name: /^Awards/ }).locator("td").allInnerTexts(), ["Awards", whole(chp.totals.count), whole(uhp.totals.count)]);
      await picture(page, "explore-comparison");
      const rows = await numbers(page, title);
      for (const [place, { groups }] of [chp, uhp].entries()) {
        for (const { key, federalShare } of groups.nodes) {
          if (key.fiscalYear !== null) assert.equal(rows.get(String(key.fiscalYear))[place], dollars(federalShare.sum), `${key.fiscalYear}`);
        }
      }
      await context.close();
    },

    async "data that are loaded are shown without a reload, and not under a hand"() {
      const context = await visit();
      const page = await context.newPage();
      const told = page.waitForResponse((response) => response.headers()["content-type"]?.startsWith("text/event-stream"));
      await page.goto(`${loaded.url}/explore`);
      await told;
      const foot = page.locator("footer");
      const revision = async () => Number(/revision (\d+)/.exec(await foot.innerText())[1]);
      const before = await revision();
      await loaded.load([["AK0010700", "Moose Pass Police"]]);
      await page.getByRole("status").getByText(`Updated to revision ${before + 1}`).waitFor();
      await foot.getByText(`Data revision ${before + 1}.`).waitFor();
      // Who is at a menu keeps what it is of.
      await page.locator("summary").first().click();
      await loaded.load([["AK0010800", "Nome Police"]]);
      await page.getByRole("status").getByText(`New data: revision ${before + 2}.`).waitFor();
      assert.equal(await revision(), before + 1);
      await page.keyboard.press("Escape");
      await foot.getByText(`Data revision ${before + 2}.`).waitFor();
      await page.getByRole("button", { name: "Close" }).click();
      // A link that names its revision keeps it, and says that there are newer data.
      await page.goto(`${loaded.url}/explore?revision=${before + 2}`);
      await page.getByText(`You see revision ${before + 2} of the data, as this link asks.`).waitFor();
      await page.waitForResponse((response) => response.headers()["content-type"]?.startsWith("text/event-stream"));
      await loaded.load([["AK0010900", "Ouzinkie Police"]]);
      await page.getByText(`Newer data are available: revision ${before + 3}, loaded on `).waitFor();
      assert.equal(await revision(), before + 2);
      await context.close();
    },

    async "an agency and an award have a page each, with what is known and what is not"() {
      const context = await visit({ acceptDownloads: true });
      const { agencies } = await ask("{ agencies(first: 1, filter: { grants: { some: { officersFunded: { some: {} } } }, outcomes: { some: { measure: { code: { eq: \"violent_crime\" } } } } }, orderBy: [{ field: POPULATION, direction: DESC, nulls: LAST }]) { nodes { name ori9 population grants(first: 1, orderBy: [{ field: FEDERAL_SHARE, direction: DESC }]) { totals { count federalShare { sum } } nodes { awardNumber title federalShare program { name code } officersFunded { nodes { kind funded } } } } } } }");
      const [agency] = agencies.nodes;
      const page = await open(context, `?search=${encodeURIComponent(agency.name)}`);
      await figure(page, "Agencies").getByRole("link", { name: agency.name }).first().click();
      await page.getByRole("heading", { name: agency.name }).waitFor();
      await page.locator(".lines").waitFor();
      const facts = await page.locator(".facts").innerText();
      for (const text of [agency.ori9, whole(agency.population), dollars(agency.grants.totals.federalShare.sum)]) assert.ok(facts.includes(text), text);
      await figure(page, "Agencies of its size").getByText(agency.name).waitFor();
      // Each picture can be taken away, with a table behind it.
      for (const title of ["Federal dollars by fiscal year", "From requested to retained", "Awards", "Agencies of its size"]) {
        const of = figure(page, title);
        await of.locator("summary").click();
        await of.locator(".menu").waitFor();
        for (const name of ["Citation", ...(title.includes("re") && title !== "Agencies of its size" ? ["SVG", "PNG"] : [])]) assert.equal(await of.locator(".menu").getByRole("button", { name, exact: true }).count(), 1, `${title}: ${name}`);
        const { bytes } = await downloaded(page, of.locator(".menu").getByRole("button", { name: /^CSV/ }).first());
        const lines = bytes.toString().trimEnd().split("\r\n").length;
        if (title === "Awards") assert.equal(lines - 1, agency.grants.totals.count);
        assert.ok(lines > 1, title);
        await page.keyboard.press("Escape");
      }
      const years = await numbers(page, "Federal dollars by fiscal year");
      assert.equal([...years.values()].reduce((sum, [, awards]) => sum + Number(awards), 0), agency.grants.totals.count);
      await picture(page, "explore-agency");
      const [award] = agency.grants.nodes;
      await figure(page, "Awards").getByRole("link", { name: award.awardNumber }).click();
      await page.getByRole("heading", { name: `Award ${award.awardNumber}` }).waitFor();
      const told = await page.locator("main").innerText();
      for (const text of [award.title, dollars(award.federalShare), agency.name]) assert.ok(told.includes(text), text);
      await picture(page, "explore-award");
      await page.goto(`${server.url}/explore/award/none%2Fof%20them`);
      await page.getByText("The data have no award with the number none/of them.").waitFor();
      await page.goto(`${server.url}/explore/agency/CA0000000`);
      await page.getByText("The data have no agency with the ORI CA0000000.").waitFor();
      await context.close();
    },

    async "a bad address says what is the matter, and the rest stays alive"() {
      const context = await visit({}, /^(409|Failed to load resource)/);
      const page = await open(context, "?state=ZZ&color=red&kind=SHERIFF");
      const alert = page.getByRole("alert");
      assert.match(await alert.innerText(), /state=ZZ: ZZ is not a state code; an example is CA\.[^]*color=red: there is no such filter\./);
      assert.equal(await page.getByRole("checkbox", { name: /^Sheriff: / }).getAttribute("aria-checked"), "true");
      await page.getByRole("button", { name: "Remove them" }).click();
      assert.equal(new URL(page.url()).search, "?kind=SHERIFF");
      await page.goto(`${server.url}/explore?program=GONE`);
      await page.getByText("GONE (not in these data)").first().waitFor();
      await calm(page);
      assert.equal(await headline(page, "Awards"), "0");
      await page.goto(`${server.url}/explore?page=after:nonsense`);
      await page.getByRole("alert").getByText("The server rejected this page of the table").waitFor();
      await page.locator("svg.timeline").waitFor();
      await page.getByRole("button", { name: "Show the first page" }).click();
      await figure(page, "Agencies").locator("tbody tr").first().waitFor();
      await page.goto(`${server.url}/explore?revision=99`);
      await page.getByRole("alert").getByText("Revision 99 does not exist").waitFor();
      await page.getByRole("button", { name: "Show the newest data" }).click();
      await page.locator("svg.timeline").waitFor();
      await calm(page);
      assert.equal(await page.getByRole("alert").count(), 0);
      await context.close();
    },

    async "a shared link names its revision"() {
      const context = await visit();
      const page = await open(context, "?kind=SHERIFF");
      await page.getByRole("button", { name: "Copy link" }).click();
      await page.getByText("Link copied").waitFor();
      const link = await page.evaluate(() => navigator.clipboard.readText());
      const { dataset } = await ask("{ dataset { revision revisionToken } }");
      assert.equal(link, `${server.url}/explore?kind=SHERIFF&revision=${dataset.revision}-${dataset.revisionToken}`);
      const shown = await headline(page, "Awards");
      await page.goto(link);
      await page.getByText(`You see revision ${dataset.revision} of the data, as this link asks.`).waitFor();
      await calm(page);
      assert.equal(await headline(page, "Awards"), shown);
      assert.ok(!(await page.locator(".notices").innerText()).includes("Newer data"));
      // An old one says so: before the synthetic data there was a revision of facts alone.
      await page.goto(`${server.url}/explore?revision=${dataset.revision - 1}`);
      await page.getByText(`Newer data are available: revision ${dataset.revision}, loaded on `).waitFor();
      assert.equal(await headline(page, "Awards"), "0");
      await page.getByRole("button", { name: "Show the newest data" }).click();
      await page.locator("svg.timeline").waitFor();
      await calm(page);
      assert.notEqual(await headline(page, "Awards"), "0");
      await context.close();
    },

    async "a server that is gone or busy is told, and what was there stays until it is back"() {
      const context = await visit({}, /^(503|Failed to load resource)/);
      const page = await open(context);
      const before = await headline(page, "Awards");
      await page.route("**/graphql?*", (route) => route.abort());
      await page.getByRole("checkbox", { name: /^Sheriff: / }).click();
      await page.getByRole("alert").getByText("The server cannot be reached.").waitFor();
      assert.equal(await headline(page, "Awards"), before);
      await page.unroute("**/graphql?*");
      const busy = { errors: [{ message: "the server is overloaded", extensions: { code: "OVERLOADED" } }] };
      await page.route("**/graphql?*", (route) => route.fulfill({ status: 503, headers: { "Retry-After": "1" }, json: busy }));
      await page.getByRole("alert").getByText("The server is busy. the server is overloaded").waitFor();
      await page.unroute("**/graphql?*");
      await page.getByRole("alert").waitFor({ state: "detached" });
      await calm(page);
      assert.notEqual(await headline(page, "Awards"), before);
      await context.close();
    },

    async "the explorer fits light and dark, wide and narrow"() {
      for (const [name, viewport, colorScheme] of [["light", wide, "light"], ["dark", wide, "dark"], ["narrow", narrow, "light"], ["wall", { width: 2560, height: 1440 }, "dark"]]) {
        const context = await visit({ viewport, colorScheme });
        const page = await open(context, "?years=2009-2025&kind=SHERIFF&measure=officers");
        const width = await page.evaluate(() => document.scrollingElement.scrollWidth);
        assert.ok(width <= viewport.width, `${name} is ${width} wide`);
        // What is drawn is as wide as its place, and no text leaves it.
        const over = await page.evaluate(() => [...document.querySelectorAll(".chart svg")].filter((svg) => svg.getBoundingClientRect().right > svg.parentElement.getBoundingClientRect().right + 1).length);
        assert.equal(over, 0, name);
        await picture(page, `explore-${name}`);
        await context.close();
      }
    },
  };
}
