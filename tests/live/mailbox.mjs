// Reads {"pages": {name: html}} and prints what axe finds at two widths and what mail programs lack.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const { pages, modules, browser } = JSON.parse(readFileSync(0, "utf8"));
const require = createRequire(modules + "/");
const bring = (name) => import(pathToFileURL(require.resolve(name)).href);
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const puppeteer = (await bring("puppeteer-core")).default;
const { caniemail } = await bring("caniemail");

const found = { violations: [], wide: [], lacking: [] };
const running = await puppeteer.launch({ executablePath: browser, args: ["--no-sandbox", "--disable-gpu"] });
for (const [name, html] of Object.entries(pages)) {
  for (const width of [600, 375]) {
    const page = await running.newPage();
    await page.setViewport({ width, height: 900 });
    await page.setContent(html);
    // A mail is shown inside the page of a mail program, whose landmarks are not the mail's.
    await page.evaluate(() => {
      if (document.querySelector("main")) return;
      const main = document.createElement("main");
      main.append(...document.body.childNodes);
      document.body.append(main);
    });
    await page.evaluate(axe);
    const told = await page.evaluate(() => window.axe.run());
    found.violations.push(...told.violations.map((one) => `${name} ${width} ${one.id}: ${one.nodes[0].html}`));
    const needed = await page.evaluate(() => document.documentElement.scrollWidth);
    if (needed > width) found.wide.push(`${name} ${width}: ${needed}`);
    await page.close();
  }
  const { issues } = caniemail({ clients: ["gmail.*", "outlook.*", "apple-mail.*"], html });
  for (const [client, list] of issues.errors) {
    found.lacking.push(...list.map((one) => [one.title, client]));
  }
}
await running.close();
console.log(JSON.stringify(found));
