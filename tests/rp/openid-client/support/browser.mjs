// The smallest browser that can log in: cookies, redirects and forms, and no JavaScript. It stays on one site and tells
// where it was sent when a redirect or a form leads away from it.

import { request } from "node:http";
import { once } from "node:events";
import { text } from "node:stream/consumers";

const MOST_REDIRECTS = 10;

export class Browser {
  #site;
  #cookies = new Map();

  constructor(site) {
    this.#site = new URL(site).origin;
  }

  /** Follows a link that stands on another website. Answers a `Page`, or the `Departure` from the site. */
  open(url) {
    return this.#go("GET", new URL(url), null, "cross-site");
  }

  /** Fills in the form with this button, leaves its other fields as they are, and presses the button. */
  press(page, label, typed = {}) {
    const form = page.forms.find(({ buttons }) => buttons.some((button) => button.label === label));
    if (!form) throw new Error(`there is no button "${label}" on ${page}`);
    return this.#submit(page, form, form.buttons.find((button) => button.label === label), typed);
  }

  /** Presses the button that stands for this answer, whatever its words. */
  answer(page, value) {
    const buttons = page.forms.flatMap((form) => form.buttons);
    const button = buttons.find((candidate) => candidate.name === "answer" && candidate.value === value);
    if (!button) throw new Error(`there is no answer "${value}" on ${page}`);
    return this.press(page, button.label);
  }

  /** Sends the only form of a page, as a script or a press of its nameless button would. */
  submit(page) {
    if (page.forms.length !== 1) throw new Error(`there is not one form on ${page}`);
    return this.#submit(page, page.forms[0], page.forms[0].buttons[0], {});
  }

  logIn(page, { email, password }) {
    return this.press(page, "Log in", { email, password });
  }

  #submit(page, form, button, typed) {
    const fields = new URLSearchParams();
    const left = new Map(Object.entries(typed));
    for (const { name, value } of form.fields) {
      fields.append(name, left.has(name) ? left.get(name) : value);
      left.delete(name);
    }
    if (left.size > 0) throw new Error(`no field ${[...left.keys()]} in the form on ${page}`);
    if (button?.name) fields.append(button.name, button.value);
    const to = new URL(form.action, page.url);
    if (form.method === "POST") return this.#go("POST", to, fields, "same-origin");
    to.search = fields;
    return this.#go("GET", to, null, "same-origin");
  }

  async #go(method, url, fields, from) {
    for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects += 1) {
      if (url.origin !== this.#site) return new Departure(method, url, fields);
      const answer = await this.#send(method, url, fields, from);
      const to = answer.headers.location;
      if (!to) return new Page(url, answer.statusCode, await text(answer));
      answer.resume();
      url = new URL(to, url);
      if (![307, 308].includes(answer.statusCode)) [method, fields] = ["GET", null];
    }
    throw new Error(`more than ${MOST_REDIRECTS} redirects, the last one to ${url}`);
  }

  async #send(method, url, fields, from) {
    const headers = { accept: "text/html", "sec-fetch-site": from, "sec-fetch-mode": "navigate" };
    if (this.#cookies.size > 0) headers.cookie = [...this.#cookies].map((pair) => pair.join("=")).join("; ");
    if (fields) headers["content-type"] = "application/x-www-form-urlencoded";
    if (method === "POST") headers.origin = this.#site;
    const sent = request(url, { method, headers, agent: false }).end(fields?.toString());
    const [answer] = await once(sent, "response");
    for (const cookie of answer.headers["set-cookie"] ?? []) this.#keep(cookie);
    return answer;
  }

  #keep(cookie) {
    const [pair, ...attributes] = cookie.split(/;\s*/);
    const [name, value] = [pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1)];
    if (attributes.some((attribute) => /^max-age=0$/i.test(attribute))) this.#cookies.delete(name);
    else this.#cookies.set(name, value);
  }
}

/** Where the browser was sent when it left the site. */
export class Departure {
  /** None that this browser could see. */
  forms = [];

  constructor(method, url, fields) {
    Object.assign(this, { method, url, fields });
  }

  /** As the website there receives it. */
  request() {
    return new Request(this.url, { method: this.method, body: this.fields ?? undefined });
  }

  toString() {
    return `the way to ${this.url}`;
  }
}

export class Page {
  constructor(url, status, html) {
    Object.assign(this, { url, status, html });
    this.forms = [...html.matchAll(/<form\b([^>]*)>(.*?)<\/form>/gs)].map(([, tag, inside]) => ({
      method: (attribute(tag, "method") ?? "get").toUpperCase(),
      action: attribute(tag, "action") ?? "",
      fields: [...inside.matchAll(/<input\b([^>]*)>/g)].map(([, input]) => input).filter(isSent).map((input) => ({
        name: attribute(input, "name"),
        value: attribute(input, "value") ?? "",
      })),
      buttons: [...inside.matchAll(/<button\b([^>]*)>(.*?)<\/button>/gs)].map(([, button, label]) => ({
        name: attribute(button, "name"),
        value: attribute(button, "value") ?? "",
        label: words(label),
      })),
    }));
  }

  get title() {
    return words(this.html.match(/<h1\b[^>]*>(.*?)<\/h1>/s)?.[1] ?? "");
  }

  get text() {
    return words(this.html.replace(/^.*<body/s, "<body"));
  }

  /** Where the link with these words leads. */
  link(label) {
    const links = [...this.html.matchAll(/<a\b([^>]*)>(.*?)<\/a>/gs)];
    const found = links.find(([, , inside]) => words(inside) === label);
    if (!found) throw new Error(`there is no link "${label}" on ${this}`);
    return new URL(attribute(found[1], "href"), this.url);
  }

  toString() {
    return `the page ${this.url} (${this.status}): ${this.text.slice(0, 500)}`;
  }
}

function isSent(input) {
  if (attribute(input, "name") === undefined || /\sdisabled\b/.test(input)) return false;
  return !["checkbox", "radio"].includes(attribute(input, "type")) || /\schecked\b/.test(input);
}

function attribute(tag, name) {
  const value = tag.match(new RegExp(`\\s${name}="([^"]*)"`))?.[1];
  return value === undefined ? undefined : unescaped(value);
}

function words(html) {
  return unescaped(html.replace(/<[^>]*>/g, " ")).replace(/\s+/g, " ").trim();
}

const NAMED = { quot: '"', apos: "'", lt: "<", gt: ">", amp: "&", nbsp: " " };

function unescaped(html) {
  return html.replace(/&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi, (all, hex, decimal, name) => {
    if (name) return NAMED[name] ?? all;
    return String.fromCodePoint(hex ? parseInt(hex, 16) : Number(decimal));
  });
}
