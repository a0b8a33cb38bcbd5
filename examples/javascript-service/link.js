// One link to the server, from dialling to its end: frames, ids, deadlines, heartbeats. It knows nothing of phonebooks.

import { decode, encode } from "@msgpack/msgpack";
import { WebSocket } from "ws";

const SUBPROTOCOL = "phonebook-vendor.v1";
const MAX_FRAME = 1_048_576;
const REPLY_SECONDS = 30;
const DEAD_SECONDS = 45;
const MOST_WAITING = 8 * 1024 * 1024;

const REPLIES = {
  hello: "welcome",
  ping: "pong",
  report: "noted",
  get_changes: "changes",
  store_dispatches: "noted",
  closing: "noted",
};
// What each request of the server must have, by type. `turn_on: {…}` reads: these fields are required.
const REQUIRED = {
  ping: {},
  turn_on: { phonebook: "string", generation: "integer", api_key: "string" },
  configure: { phonebook: "string", generation: "integer", settings: "object", api_key: "string" },
  turn_off: { phonebook: "string", generation: "integer" },
  book_changed: { phonebook: "string", token: "string" },
  closing: { reason: "string" },
};
const ONLY_SERVICES_SEND = new Set(["hello", "report", "get_changes", "store_dispatches"]);
const ONLY_REPLIES = new Set(["welcome", "pong", "noted", "changes", "failure", "unsupported"]);

/** Why a link ended or was refused: a sentence, and the seconds to wait when the server said so. */
export class LinkEnded extends Error {
  constructor(message, retryAfter) {
    super(message);
    this.retryAfter = retryAfter;
  }
}

/** Keeps one link until it ends. Resolves with the LinkEnded; `handler` gets what the server wants. */
export class Link {
  #socket;
  #open = new Map();
  #nextId = 1;
  #heard = Date.now();
  #spoke = Date.now();
  #heartbeat = 20;
  #handler;
  #end;
  isUp = false;

  constructor(url, token, handler) {
    this.#handler = handler;
    this.ended = new Promise((resolve) => (this.#end = resolve));
    this.#socket = new WebSocket(url, [SUBPROTOCOL], {
      headers: { Authorization: `Bearer ${token}` },
      maxPayload: MAX_FRAME,
      perMessageDeflate: false,
      handshakeTimeout: 10_000,
    });
    this.#socket.on("open", () => this.#introduce());
    this.#socket.on("message", (data, isBinary) => this.#take(data, isBinary));
    this.#socket.on("close", (code, reason) => this.#finish(new LinkEnded(`The link was closed (${code} ${reason}).`)));
    this.#socket.on("error", (error) => this.#finish(new LinkEnded(`The link broke: ${error.message}.`)));
    this.#socket.on("unexpected-response", (request, response) => this.#refused(request, response));
    this.#timer = setInterval(() => this.#tick(), 500);
  }
  #timer;

  /** Sends a request. Resolves with {kind, body} of the reply; rejects when none comes in time or the link ends. */
  ask(kind, body) {
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      this.#open.set(id, { kind, resolve, reject, since: Date.now() });
      this.#send(kind, id, body);
    });
  }

  /** Answers a request of the server. */
  answer(id, kind, body) {
    this.#send(kind, -id, body);
  }

  fail(id, code, message) {
    this.answer(id, "failure", { code, message });
  }

  /** Ends the link at once. */
  end(reason) {
    this.#finish(reason instanceof LinkEnded ? reason : new LinkEnded(reason));
  }

  /** Says goodbye and ends the link. */
  async close(reason) {
    if (this.isUp) await Promise.race([this.ask("closing", { reason }).catch(() => {}), pause(0.5)]);
    this.end(reason);
  }

  #send(kind, id, body) {
    if (this.#socket.readyState !== WebSocket.OPEN) return;
    this.#socket.send(encode([kind, id, body]));
    this.#spoke = Date.now();
    if (this.#socket.bufferedAmount > MOST_WAITING) this.end("The server does not read what is sent to it.");
  }

  #introduce() {
    this.#heard = Date.now();
    this.ask("hello", this.#handler.hello()).catch((error) => this.end(error.message));
  }

  /** Takes the reply to hello, before the next frame: commands may follow it in the same breath. */
  #introduced(kind, body) {
    if (kind !== "welcome") return this.end(`The server does not take this service: ${body.message ?? kind}`);
    this.#heartbeat = Math.max(1, Math.min(20, body.heartbeat ?? 20));
    this.isUp = true;
    this.#handler.welcomed();
  }

  #take(data, isBinary) {
    this.#heard = Date.now();
    if (!isBinary) return this.end("The server sent a text message.");
    let frame;
    try {
      frame = decode(data);
    } catch (error) {
      return this.end(`The server sent what is not MessagePack: ${error.message}`);
    }
    const isFrame = Array.isArray(frame) && frame.length === 3 && typeof frame[0] === "string";
    const [kind, id, body] = isFrame ? frame : [];
    if (!isFrame || !Number.isInteger(id) || id === 0) return this.end("The server sent what is not [kind, id, body].");
    if (id < 0) this.#replied(-id, kind, body);
    else this.#requested(id, kind, body);
  }

  #replied(id, kind, body) {
    const asked = this.#open.get(id);
    if (!asked) return; // late, or repeated
    if (![REPLIES[asked.kind], "failure", "unsupported"].includes(kind)) {
      return this.end(`The server answered ${asked.kind} with ${kind}.`);
    }
    this.#open.delete(id);
    if (asked.kind === "hello") this.#introduced(kind, body);
    asked.resolve({ kind, body });
  }

  #requested(id, kind, body) {
    if (ONLY_REPLIES.has(kind)) return this.end(`The server sent the reply ${kind} as a request.`);
    if (ONLY_SERVICES_SEND.has(kind)) return this.fail(id, "wrong_direction", `A server does not send ${kind}.`);
    if (!Object.hasOwn(REQUIRED, kind)) return this.answer(id, "unsupported", { requested: kind.slice(0, 64) });
    const complaint = complaintAbout(body, REQUIRED[kind]);
    if (complaint) return this.fail(id, "malformed", `A ${kind} that cannot be read: ${complaint}.`);
    if (kind === "ping") return this.answer(id, "pong", {});
    if (kind === "closing") {
      this.answer(id, "noted", {});
      return this.end(new LinkEnded(`The server said goodbye: ${body.reason}`, body.retry_after ?? 0));
    }
    if (!this.isUp) return this.end(`${kind} came before the welcome.`);
    this.#handler.requested(this, id, kind, body);
  }

  #tick() {
    const now = Date.now();
    if (now - this.#heard >= DEAD_SECONDS * 1000) return this.end(`Nothing was heard for ${DEAD_SECONDS} seconds.`);
    for (const [id, asked] of this.#open) {
      if (now - asked.since < REPLY_SECONDS * 1000) continue;
      this.#open.delete(id);
      asked.reject(new Error(`The server did not answer ${asked.kind} in time.`));
    }
    // half a second early, since this runs every half second
    if (now - this.#spoke >= (this.#heartbeat - 0.5) * 1000) this.ask("ping", {}).catch(() => {});
  }

  #refused(request, response) {
    const wait = /^\d+$/.test(response.headers["retry-after"] ?? "") ? Number(response.headers["retry-after"]) : undefined;
    const said = [];
    response.on("data", (chunk) => said.push(chunk));
    response.on("end", () => {
      const text = Buffer.concat(said).toString().slice(0, 500);
      const retryAfter = [401, 403].includes(response.statusCode) ? 30 : wait;
      this.end(new LinkEnded(`The server answered ${response.statusCode}: ${text}`, retryAfter));
    });
    response.on("error", () => this.end("The server broke off its answer."));
  }

  #finish(reason) {
    clearInterval(this.#timer);
    this.isUp = false;
    this.#end(reason);
    for (const asked of this.#open.values()) asked.reject(reason);
    this.#open.clear();
    this.#socket.on("error", () => {}); // closing a socket that is still connecting is an error to ws
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.close(1000);
    setTimeout(() => this.#socket.terminate(), 500).unref();
  }
}

export const pause = (seconds) => new Promise((resolve) => setTimeout(resolve, seconds * 1000));

function complaintAbout(body, required) {
  if (typeof body !== "object" || body === null || Array.isArray(body)) return "its body is not a map";
  for (const [name, type] of Object.entries(required)) {
    const value = body[name];
    const fits =
      type === "integer" ? Number.isInteger(value)
      : type === "object" ? typeof value === "object" && value !== null && !Array.isArray(value)
      : typeof value === type;
    if (!fits) return `${name} is not of the type ${type}`;
  }
  return "";
}
