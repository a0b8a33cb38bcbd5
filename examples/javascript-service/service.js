#!/usr/bin/env node
// A vendor service of voip-phonebook in JavaScript. docs/protocol.md is all that it was written from; README.md says how to run it.

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { AuditTrail } from "./audit.js";
import { Enablements } from "./enablements.js";
import { Link, pause } from "./link.js";
import { phonesServer } from "./phones.js";

const FIRST_BOUND = 0.5;
const LAST_BOUND = 10;
const HEALTHY_SECONDS = 10;
const NOT_AGAIN_SECONDS = 600; // when the server asks not to be dialled again: long, but not for ever

const env = process.env;
const serverUrl = env.PHONEBOOK_SERVER_URL;
const token = env.PHONEBOOK_SERVICE_TOKEN;
if (!serverUrl || !token) {
  console.error("Set PHONEBOOK_SERVER_URL to where the server is, and PHONEBOOK_SERVICE_TOKEN to what");
  console.error("`phonebook service token example` gives there.");
  process.exit(2);
}
const host = env.PHONEBOOK_SERVICE_HOST || "127.0.0.1";
const port = Number(env.PHONEBOOK_SERVICE_PORT || 8100);
const publicUrl = (env.PHONEBOOK_SERVICE_PUBLIC_URL || `http://${host}:${port}`).replace(/\/+$/, "");
const folder = env.PHONEBOOK_SERVICE_STATE_DIR || join(process.cwd(), "state");
mkdirSync(folder, { recursive: true, mode: 0o700 });

const audit = new AuditTrail(folder);
const enablements = new Enablements({
  publicUrl, slug: "example", instance: instanceIn(folder), onWelcome: (link) => audit.welcomed(link),
});
const phones = phonesServer(enablements, audit);
let link = null;
let isStopping = false;

/** The name of this running copy, made once and kept. */
function instanceIn(folder) {
  const path = join(folder, "instance");
  try {
    const name = readFileSync(path, "ascii").trim();
    if (/^[0-9a-f]{16}$/.test(name)) return name;
  } catch (error) {
    if (error.code !== "ENOENT") throw error;
  }
  const name = randomBytes(8).toString("hex");
  writeFileSync(path, name + "\n");
  return name;
}

/** Keeps the link up for as long as the service runs, with full jitter between two dials. */
async function keepLinked() {
  const url = new URL(serverUrl.replace(/\/+$/, "") + "/vendors/link");
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  let bound = FIRST_BOUND;
  while (!isStopping) {
    const began = Date.now();
    link = new Link(url, token, enablements);
    enablements.begin(link);
    const reason = await link.ended;
    enablements.lost();
    if (Date.now() - began >= HEALTHY_SECONDS * 1000) bound = FIRST_BOUND;
    const jitter = Math.random() * bound;
    bound = Math.min(LAST_BOUND, bound * 2);
    const wait = reason.retryAfter < 0 ? NOT_AGAIN_SECONDS : Math.max(jitter, reason.retryAfter ?? 0);
    if (!isStopping) console.error(`No link to the server: ${reason.message} Dialling again in ${wait.toFixed(1)} s.`);
    await pause(wait);
  }
}

async function stop() {
  if (isStopping) return;
  isStopping = true;
  phones.close();
  await link?.close("the service is stopping");
  phones.closeAllConnections();
  process.exit(0);
}

process.on("SIGTERM", stop);
process.on("SIGINT", stop);
phones.on("error", (error) => {
  console.error(`Phones cannot be answered at ${host}:${port}: ${error.message}`);
  process.exit(1);
});
phones.listen(port, host, () => {
  console.log(`Answering phones at ${publicUrl}/phones/${enablements.slug}/`);
  keepLinked();
});
