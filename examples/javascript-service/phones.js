// What phones talk to: GET, HEAD and POST of /phones/<slug>/<phonebook>/contacts.json.

import { createHash, timingSafeEqual } from "node:crypto";
import { createServer } from "node:http";

const PATIENCE = 3; // seconds that a phone waits for what was announced; then the old book has to do
const RETRY_AFTER = "30";
const TYPE = "application/json; charset=utf-8";

export function phonesServer(enablements, audit) {
  return createServer((request, response) => {
    request.resume(); // some phones send a body with POST; nobody needs it
    answer(enablements, audit, request, response).catch((error) => {
      console.error(error);
      if (!response.headersSent) say(response, request, 503, "Something is wrong here. Try again later.", { "Retry-After": RETRY_AFTER });
    });
  });
}

async function answer(enablements, audit, request, response) {
  if (!["GET", "HEAD", "POST"].includes(request.method)) {
    return say(response, request, 405, "Phones fetch with GET, HEAD or POST.", { Allow: "GET, HEAD, POST" });
  }
  const parts = request.url.split("?")[0].split("/");
  const [, root, slug, phonebook, file] = parts;
  if (parts.length !== 5 || root !== "phones" || slug !== enablements.slug) return notHere(response, request);
  const enablement = enablements.get(phonebook);
  const visit = {
    phonebook, file: file.slice(0, 64), token: "", auth: "",
    address: request.socket.remoteAddress ?? "", agent: (request.headers["user-agent"] ?? "").slice(0, 256),
  };
  if (!enablement?.mayServe) {
    const isOff = (!enablement || enablement.state === "disabled") && enablements.isOff(phonebook);
    return isOff ? notHere(response, request) : notYet(response, request);
  }
  const note = (status, bytes) => audit.note({ ...visit, status, bytes });
  const authorization = request.headers.authorization;
  if (!authorization) {
    visit.auth = "none";
    return note(401, refuse(response, request));
  }
  const digest = createHash("sha256").update(authorization).digest();
  if (!timingSafeEqual(digest, enablement.digest)) {
    visit.auth = "wrong";
    return note(401, refuse(response, request));
  }
  visit.auth = "ok";
  if (file !== "contacts.json") return note(404, notHere(response, request));
  await enablements.refreshed(enablement, PATIENCE);
  const found = enablement.file();
  if (!found) return note(503, notYet(response, request));
  visit.token = enablement.token;
  serve(found, request, response, note);
}

function serve(found, request, response, note) {
  const inGzip = wantsGzip(request.headers["accept-encoding"] ?? "");
  const etag = `"${found.tag}${inGzip ? "-gzip" : ""}"`;
  const headers = { ETag: etag, "Cache-Control": "private, max-age=0, must-revalidate", Vary: "Accept-Encoding" };
  const known = (request.headers["if-none-match"] ?? "").split(",").map((tag) => tag.trim().replace(/^W\//, ""));
  if (known.includes(etag) || known.includes("*")) {
    response.writeHead(304, headers).end();
    return note(304, 0);
  }
  const body = inGzip ? found.zipped() : found.body;
  if (inGzip) headers["Content-Encoding"] = "gzip";
  response.writeHead(200, { ...headers, "Content-Type": TYPE, "Content-Length": body.length });
  response.end(request.method === "HEAD" ? undefined : body);
  note(200, request.method === "HEAD" ? 0 : body.length);
}

function wantsGzip(header) {
  return header.toLowerCase().split(",").some((item) => {
    const [name, weight] = item.split(";").map((part) => part.trim());
    return name === "gzip" && !/^q=0(\.0*)?$/.test(weight ?? "");
  });
}

/** A sentence as the answer; returns the bytes that were sent. */
function say(response, request, status, sentence, headers = {}) {
  const body = Buffer.from(sentence + "\n");
  const plain = { "Content-Type": "text/plain; charset=utf-8", "Content-Length": body.length, "Cache-Control": "no-store" };
  response.writeHead(status, { ...plain, ...headers });
  response.end(request.method === "HEAD" ? undefined : body);
  return request.method === "HEAD" ? 0 : body.length;
}

const notHere = (response, request) => say(response, request, 404, "There is no phonebook here. Check the address in the phone's settings.");
const notYet = (response, request) =>
  say(response, request, 503, "This phonebook is not ready at the moment. Try again in half a minute.", { "Retry-After": RETRY_AFTER });
const refuse = (response, request) =>
  say(response, request, 401, "This phonebook needs the user name and password shown where it was turned on.", {
    "WWW-Authenticate": 'Basic realm="Phonebook", charset="UTF-8"',
  });
