// The audit trail: every answer is kept on disk until the server has stored it.

import { appendFileSync, existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { randomBytes } from "node:crypto";
import { join } from "node:path";

const BATCH = 500;
const MOST_KEPT = 100_000;
const BARE_SECONDS = 30; // after which a request without credentials is one that nothing followed
const BARE_AGAIN_SECONDS = 600;

export class AuditTrail {
  #waiting = [];
  #path;
  #prefix = randomBytes(8).toString("hex"); // an id is unique for ever: a random prefix per process, and a number
  #number = 0;
  #bringing = false;
  #link = null;
  #bare = new Map();

  constructor(folder) {
    this.#path = join(folder, "dispatches.jsonl");
    if (!existsSync(this.#path)) return;
    for (const line of readFileSync(this.#path, "utf8").split("\n").filter(Boolean)) {
      try {
        this.#waiting.push(JSON.parse(line));
      } catch {
        console.error("A record was cut off when the service was killed; it is left out.");
      }
    }
  }

  /** Records one answer; `answered` has phonebook, status, file, bytes, token, auth, address and agent. */
  note(answered) {
    const { address, agent, ...rest } = answered;
    const key = `${rest.phonebook} ${address} ${agent}`;
    if (rest.auth === "none") return this.#noteBare(key, answered);
    const bare = this.#bare.get(key);
    if (rest.auth && bare?.timer) {
      clearTimeout(bare.timer);
      this.#bare.delete(key);
    }
    this.#keep(rest, address, agent);
  }

  #noteBare(key, { address, agent, ...rest }) {
    const now = Date.now();
    const before = this.#bare.get(key);
    if (before && (before.timer || now - before.told < BARE_AGAIN_SECONDS * 1000)) return;
    if (this.#bare.size > 10_000) this.#bare.clear();
    const timer = setTimeout(() => {
      this.#bare.set(key, { told: Date.now() });
      this.#keep(rest, address, agent);
    }, BARE_SECONDS * 1000);
    timer.unref();
    this.#bare.set(key, { timer });
  }

  #keep(rest, address, agent) {
    const id = `${this.#prefix}-${(++this.#number).toString(36)}`;
    const dispatch = { id, time: Date.now(), ...rest, phone: { address, user_agent: agent } };
    if (this.#waiting.push(dispatch) > MOST_KEPT) this.#waiting.shift();
    try {
      appendFileSync(this.#path, JSON.stringify(dispatch) + "\n", { mode: 0o600 });
    } catch (error) {
      console.error(`A record cannot be kept on disk: ${error.message}`); // phones come first
    }
    this.#bring();
  }

  /** A link is up: bring what waits. */
  welcomed(link) {
    this.#link = link;
    this.#bringing = false;
    this.#bring();
  }

  async #bring() {
    const link = this.#link;
    if (this.#bringing || !link?.isUp) return;
    this.#bringing = true;
    while (this.#waiting.length && link.isUp) {
      const batch = this.#waiting.slice(0, BATCH);
      const { kind } = await link.ask("store_dispatches", { dispatches: batch }).catch(() => ({}));
      if (link !== this.#link) return;
      if (kind !== "noted") {
        await new Promise((resolve) => setTimeout(resolve, 1000));
        continue; // bring them again, with the same ids
      }
      const stored = new Set(batch.map((dispatch) => dispatch.id));
      this.#waiting = this.#waiting.filter((dispatch) => !stored.has(dispatch.id));
      this.#rewrite();
    }
    this.#bringing = false;
  }

  #rewrite() {
    const lines = this.#waiting.map((dispatch) => JSON.stringify(dispatch) + "\n");
    try {
      writeFileSync(`${this.#path}.new`, lines.join(""), { mode: 0o600 });
      renameSync(`${this.#path}.new`, this.#path);
    } catch (error) {
      console.error(`The records on disk cannot be written anew: ${error.message}`); // some come twice after a restart
    }
  }
}
