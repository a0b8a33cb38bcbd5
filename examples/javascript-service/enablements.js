// The enablements of this service: the state machine of docs/protocol.md, the copy of the contacts, and who may be served.

import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import { render } from "./contacts.js";

const GRACE_SECONDS = 30 * 24 * 3600;
const REPLAY_SECONDS = 30; // how long after the last sign of the replay a phonebook that was not mentioned is given up
const QUIET_SECONDS = 2; // how long after it an unknown phonebook is 404
const PAGE = 1000;
const NAME = /^[A-Za-z0-9_-]{1,64}$/;

export const FORM = {
  fields: [
    { name: "title", kind: "text", title: "Name shown on the phone", required: true, automatic: "phonebook.name", min_length: 1, max_length: 100 },
    { name: "numbers", kind: "choice", title: "Numbers of a contact", default: "all", choices: [{ value: "all", title: "All" }, { value: "first", title: "The first" }] },
    { name: "username", kind: "text", title: "User name", required: true, automatic: "generated.username", max_length: 64 },
    { name: "password", kind: "secret", title: "Password", required: true, automatic: "generated.secret", min_length: 8, max_length: 64 },
  ],
};

/** What is wrong with settings, each with its field. The server checked their kinds at most. */
export function problemsWith(settings) {
  const problems = [];
  const wrong = (field, message) => problems.push({ field, message });
  const { title, numbers = "all", username, password } = settings;
  if (typeof title !== "string" || !title || [...title].length > 100) wrong("title", "Give a name of 1 to 100 characters.");
  if (!["all", "first"].includes(numbers)) wrong("numbers", "Choose all numbers or the first.");
  if (typeof username !== "string" || !NAME.test(username)) wrong("username", "Use up to 64 of A-Z, a-z, 0-9, _ and -.");
  if (typeof password !== "string" || !NAME.test(password) || password.length < 8) wrong("password", "Use 8 to 64 of A-Z, a-z, 0-9, _ and -.");
  return problems;
}

/** One phonebook: what outlives links (settings, contacts) and its machine on the link there is. */
class Enablement {
  contacts = new Map();
  about = null; // the phonebook itself; null: nothing was fetched yet
  token = "";
  settings = null;
  digest = null; // of the header that opens it
  graceSince = 0; // milliseconds; 0: none
  isStale = true;
  #file = null;
  #fetching = null;
  #announced = 0;

  constructor(phonebook, urls) {
    this.phonebook = phonebook;
    this.url = `${urls}/${phonebook}/contacts.json`;
    this.onNewLink();
  }

  onNewLink() {
    Object.assign(this, { state: "disabled", generation: 0, configured: 0, refused: 0, problems: [], wasTurnedOn: false });
    Object.assign(this, { telling: false, untold: false });
  }

  get mayServe() {
    return this.settings !== null && (this.state === "enabled" || this.graceSince > 0);
  }

  accept(settings) {
    this.settings = settings;
    const login = Buffer.from(`${settings.username}:${settings.password}`).toString("base64");
    this.digest = createHash("sha256").update(`Basic ${login}`).digest();
    this.graceSince = 0;
    this.#file = null;
  }

  report(serial) {
    const access = { url: this.url, username: this.settings?.username, password: this.settings?.password };
    const file = { name: "contacts.json", title: "Every contact with its numbers", url: this.url };
    return {
      phonebook: this.phonebook,
      state: this.state,
      serial,
      generation: this.generation,
      configured: this.configured,
      refused: this.refused,
      problems: this.problems,
      access: this.state === "enabled" ? { ...access, files: [file] } : null,
      token: this.token,
    };
  }

  /** There is something newer: from here on phones wait for it. */
  moved() {
    this.isStale = true;
    this.#announced++;
  }

  /** Fetches until nothing newer is announced. Resolves also when the server cannot answer; then it is still stale. */
  fetch(link) {
    this.#fetching ??= this.#keepFetching(link).finally(() => (this.#fetching = null));
    return this.#fetching;
  }

  async #keepFetching(link) {
    while (this.isStale) {
      const covered = this.#announced;
      if (!(await this.#fetchOnce(link))) return;
      if (covered === this.#announced) this.isStale = false;
    }
  }

  async #fetchOnce(link) {
    let { token } = this;
    let contacts = new Map(this.contacts);
    for (let more = true; more; ) {
      const request = { phonebook: this.phonebook, api_key: this.apiKey, since: token, limit: PAGE };
      const { kind, body } = await link.ask("get_changes", request).catch((error) => ({ kind: "", body: error }));
      if (kind !== "changes") {
        console.error(`The contacts of ${this.phonebook} could not be fetched: ${body.message ?? kind}`);
        return false;
      }
      if (body.snapshot) contacts = new Map();
      for (const contact of body.upserts ?? []) contacts.set(contact.id, contact);
      for (const id of body.removals ?? []) contacts.delete(id);
      ({ token, more = false } = body);
      this.nextAbout = body.book;
    }
    Object.assign(this, { contacts, token, about: this.nextAbout });
    this.#file = null;
    return true;
  }

  /** The file for phones, rendered once per change; null while there are no contacts yet. */
  file() {
    if (!this.about) return null;
    if (!this.#file) {
      const body = render(this.about, this.contacts.values(), this.settings);
      const tag = createHash("sha256").update(body).digest("hex").slice(0, 32);
      this.#file = { body, tag, zipped: () => (this.#file.gzip ??= gzipSync(body)) };
    }
    return this.#file;
  }
}

/** All of them, and what the server's requests do to them. It is the handler of every link. */
export class Enablements {
  #all = new Map();
  #off = new Set();
  #serial = 0;
  #link = null;
  #lastSign = 0; // of the replay on this link

  constructor({ publicUrl, slug, instance, onWelcome }) {
    this.slug = slug;
    this.#urls = `${publicUrl}/phones/${slug}`;
    this.#instance = instance;
    this.#onWelcome = onWelcome;
    setInterval(() => this.#endGrace(), 1000).unref();
  }
  #urls;
  #instance;
  #onWelcome;

  get(phonebook) {
    return this.#all.get(phonebook);
  }

  hello() {
    const hello = { slug: this.slug, label: "Example in JavaScript", instance: this.#instance, form: FORM };
    return { ...hello, version: "0.1.0", sdk: `none, Node ${process.versions.node}` };
  }

  /** A link begins; everything is disabled on it until the server says more. */
  begin(link) {
    this.#link = link;
    this.#serial = 0;
    this.#off.clear();
  }

  welcomed() {
    for (const enablement of this.#all.values()) enablement.onNewLink();
    this.#lastSign = Date.now();
    this.#onWelcome(this.#link);
  }

  /** The link is gone: whoever was enabled goes on being served. */
  lost() {
    this.#link = null;
    for (const enablement of this.#all.values()) {
      if (enablement.state === "enabled") enablement.graceSince = Date.now();
      enablement.onNewLink();
    }
  }

  /** Whether it is certain that a phonebook which is not here is not turned on. */
  isOff(phonebook) {
    if (!this.#link?.isUp) return false;
    return this.#off.has(phonebook) || Date.now() - this.#lastSign >= QUIET_SECONDS * 1000;
  }

  /** Waits until what was announced is fetched, for some seconds at most; then the old book has to do. */
  async refreshed(enablement, seconds) {
    if (!enablement.isStale || !this.#link?.isUp) return;
    let timer;
    const late = new Promise((resolve) => (timer = setTimeout(resolve, seconds * 1000)));
    await Promise.race([enablement.fetch(this.#link), late]);
    clearTimeout(timer);
  }

  requested(link, id, kind, body) {
    if (kind === "book_changed") {
      const enablement = this.#all.get(body.phonebook);
      if (enablement) enablement.moved(); // before `noted`: the next phone must not get the old book
      link.answer(id, "noted", {});
      if (enablement) this.#fetch(enablement, link);
      return;
    }
    let enablement = this.#all.get(body.phonebook);
    if (enablement && body.generation <= enablement.generation) return this.#answer(link, id, enablement); // repeated
    const state = enablement?.state ?? "disabled";
    const isLegal = { turn_on: state === "disabled", configure: state !== "disabled", turn_off: state !== "disabled" };
    if (!isLegal[kind]) return link.fail(id, "illegal_move", `${kind} is not possible in ${state}.`);
    if (!enablement) this.#all.set(body.phonebook, (enablement = new Enablement(body.phonebook, this.#urls)));
    enablement.generation = body.generation;
    this[`_${kind}`](link, id, enablement, body);
  }

  _turn_on(link, id, enablement, body) {
    this.#lastSign = Date.now();
    Object.assign(enablement, { state: "setup", apiKey: body.api_key, wasTurnedOn: true });
    this.#off.delete(enablement.phonebook);
    enablement.moved();
    this.#answer(link, id, enablement);
    this.#fetch(enablement, link);
  }

  _configure(link, id, enablement, body) {
    this.#lastSign = Date.now();
    const isNewKey = enablement.apiKey !== body.api_key;
    enablement.apiKey = body.api_key;
    enablement.problems = problemsWith(body.settings);
    if (enablement.problems.length) {
      enablement.refused = body.generation;
    } else {
      enablement.accept(body.settings);
      Object.assign(enablement, { state: "enabled", configured: body.generation, refused: 0 });
    }
    this.#answer(link, id, enablement);
    if (isNewKey || enablement.isStale) this.#fetch(enablement, link);
  }

  _turn_off(link, id, enablement) {
    this.#all.delete(enablement.phonebook);
    this.#off.add(enablement.phonebook);
    const { phonebook, generation } = enablement;
    const gone = new Enablement(phonebook, this.#urls); // remembers the number, and nothing else
    gone.generation = generation;
    gone.wasTurnedOn = true;
    this.#all.set(phonebook, gone);
    this.#answer(link, id, gone);
  }

  #answer(link, id, enablement) {
    link.answer(id, "report", enablement.report(++this.#serial));
  }

  async #fetch(enablement, link) {
    const before = enablement.token;
    await enablement.fetch(link);
    if (enablement.token !== before) this.#tell(enablement, link);
    if (enablement.isStale && link.isUp && this.#all.get(enablement.phonebook) === enablement) {
      setTimeout(() => link.isUp && enablement.isStale && this.#fetch(enablement, link), 500 + Math.random() * 2000).unref();
    }
  }

  /** Sends a report of our own, one at a time for each phonebook. */
  async #tell(enablement, link) {
    enablement.untold = true;
    if (enablement.telling) return;
    enablement.telling = true;
    while (enablement.untold && link.isUp && this.#all.get(enablement.phonebook) === enablement) {
      enablement.untold = false;
      await link.ask("report", enablement.report(++this.#serial)).catch(() => {});
    }
    enablement.telling = false;
  }

  #endGrace() {
    const now = Date.now();
    const isReplayed = this.#link?.isUp && now - this.#lastSign >= REPLAY_SECONDS * 1000;
    for (const [phonebook, { graceSince, wasTurnedOn }] of this.#all) {
      const isOver = graceSince && now - graceSince > GRACE_SECONDS * 1000;
      if (isOver || (isReplayed && !wasTurnedOn)) this.#all.delete(phonebook);
    }
  }
}
