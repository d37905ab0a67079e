// Takes the screenshots at the top of the README, with synthetic data: `node pictures.mjs PATH-OF-THE-SERVER`, or with
// the URL of a running server.
import { stat } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { start } from "./server.mjs";

/** The bytes that a picture may have. */
const MOST = 200_000;
/** Text takes more bytes than charts do. */
const SIZES = { explorer: { width: 1280, height: 940 }, playground: { width: 1200, height: 700 } };

const [binary] = process.argv.slice(2);
if (!binary) throw new Error("usage: node pictures.mjs PATH-OF-THE-SERVER|URL");
const server = /^https?:/.test(binary) ? { url: binary.replace(/\/$/, ""), stop() {} } : await start(binary, { scale: 1 });
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu"] });

const pages = {
  async explorer(page) {
    await page.goto(`${server.url}/explore?years=2009-2025&measure=per-resident`);
    await page.locator("svg.timeline").waitFor();
    await page.waitForFunction(() => document.querySelector("svg.map") && !document.querySelector('[aria-busy="true"], [role="alert"]'));
  },
  async playground(page) {
    await page.goto(`${server.url}/playground#example=states-on-a-map`);
    await page.locator(".drawing svg.map").waitFor();
    await page.locator(".cost strong").waitFor();
    await page.locator(".graphiql-query-editor .view-line").first().waitFor();
    await page.getByRole("button", { name: "Hide Examples" }).click();
    await page.getByRole("region", { name: "Examples" }).waitFor({ state: "hidden" });
    // The chart is drawn for its new width.
    await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
  },
};

try {
  for (const [name, open] of Object.entries(pages)) {
    for (const colorScheme of ["light", "dark"]) {
      const context = await browser.newContext({ viewport: SIZES[name], colorScheme });
      const page = await context.newPage();
      await open(page);
      const path = fileURLToPath(new URL(`../../docs/${name}-${colorScheme}.png`, import.meta.url));
      await page.screenshot({ path, animations: "disabled" });
      const { size } = await stat(path);
      if (size > MOST) throw new Error(`${path} has ${size} bytes, more than ${MOST}`);
      console.log(`${path}: ${size.toLocaleString("en")} bytes`);
      await context.close();
    }
  }
} finally {
  await browser.close();
  server.stop();
}
