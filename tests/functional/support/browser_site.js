// A party's web site, for browsers: what a modern page asks of a server. node browser_site.js PORT CHAIN KEY h2|http/1.1
//
// Over HTTP/2 a WebSocket is a stream (RFC 8441), over HTTP/1.1 an upgrade (RFC 6455). What happens is told on stdout, a line each.
// Bodies are compared by a digest of digests: SHA-256 over the SHA-256 of each block of 1 MiB, which a page can compute, too.
"use strict";
const fs = require("fs");
const crypto = require("crypto");
const http2 = require("http2");
const https = require("https");
const { Readable } = require("stream");
const { WebSocket, WebSocketServer } = require("ws");

const [port, chain, key, protocol] = process.argv.slice(2);
const BLOCK = 1 << 20;
const tell = (line) => fs.writeSync(1, line + "\n");
const sha256 = (octets) => crypto.createHash("sha256").update(octets).digest();

const PAGE = `<!doctype html><title>the party</title><h1>The party's page</h1><script>
const BLOCK = ${BLOCK};
function block(number) {
  const words = new Uint32Array(BLOCK / 4);
  for (let at = 0, word = number + 1; at < words.length; ++at) {
    word ^= word << 13; word ^= word >>> 17; word ^= word << 5;
    words[at] = word;
  }
  return new Uint8Array(words.buffer);
}
const hex = (octets) => [...new Uint8Array(octets)].map((octet) => octet.toString(16).padStart(2, "0")).join("");
const sha256 = (octets) => crypto.subtle.digest("SHA-256", octets);
class Digest {
  constructor() { this.held = new Uint8Array(BLOCK); this.used = 0; this.total = 0; this.digests = []; }
  async add(octets) {
    while (octets.length) {
      const part = octets.subarray(0, BLOCK - this.used);
      this.held.set(part, this.used);
      this.used += part.length; this.total += part.length;
      octets = octets.subarray(part.length);
      if (this.used === BLOCK) { this.digests.push(await sha256(this.held)); this.used = 0; }
    }
  }
  async end() {
    if (this.used) this.digests.push(await sha256(this.held.subarray(0, this.used)));
    return hex(await sha256(await new Blob(this.digests).arrayBuffer()));
  }
}
async function download(blocks) {
  const answer = await fetch("/download?" + blocks, { cache: "no-store" });
  const digest = new Digest();
  for (const reader = answer.body.getReader();;) {
    const { done, value } = await reader.read();
    if (done) break;
    await digest.add(value);
  }
  return [digest.total, await digest.end()];
}
async function upload(blocks) {
  const parts = [], digest = new Digest();
  for (let number = 0; number < blocks; ++number) {
    const octets = block(number);
    await digest.add(octets);
    parts.push(new Blob([octets]));
  }
  const answer = await fetch("/upload", { method: "POST", body: new Blob(parts) });
  return { sent: [digest.total, await digest.end()], arrived: await answer.json() };
}
</script>`;

const WORKER = `self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("fetch", (event) => {
  if (new URL(event.request.url).pathname === "/from-worker") event.respondWith(new Response("the worker's answer"));
});`;

// A page of 100 scripts of 10 kB, which cost a browser little.
const SCRIPTS = "<!doctype html><title>scripts</title>" + [...Array(100).keys()].map((number) => `<script src="/script${number}" async></script>`).join("");
const SCRIPT = `window.ran = (window.ran || 0) + 1; // ${crypto.randomBytes(5000).toString("hex")}`;

class Digest {
  constructor() { this.held = []; this.used = 0; this.total = 0; this.digests = []; }
  add(octets) {
    while (octets.length) {
      const part = octets.subarray(0, BLOCK - this.used);
      this.held.push(part);
      this.used += part.length; this.total += part.length;
      octets = octets.subarray(part.length);
      if (this.used === BLOCK) this.flush();
    }
  }
  flush() {
    this.digests.push(sha256(Buffer.concat(this.held)));
    this.held = []; this.used = 0;
  }
  end() {
    if (this.used) this.flush();
    return sha256(Buffer.concat(this.digests)).toString("hex");
  }
}

// Answers that are open, and that the page itself has written on by POST /next and ended by POST /end.
const open = new Set();
const sessions = new Set();  // of HTTP/2

function handle(request, response) {
  const { pathname, search } = new URL(request.url, "https://party.test");
  const answer = (type, text, headers = {}) => {
    response.writeHead(200, { "content-type": type, ...headers });
    response.end(text);
  };
  const hold = (type, first, next) => {
    response.writeHead(200, { "content-type": type, "cache-control": "no-store" });
    let count = 0;
    const one = { next: () => response.write(next(++count)), end: () => response.end() };
    open.add(one);
    response.on("close", () => { open.delete(one); tell("closed " + pathname); });
    response.write(first);
  };
  if (pathname === "/") return answer("text/html", PAGE, { "set-cookie": "__Host-kept=yes; Secure; Path=/; HttpOnly; SameSite=Strict" });
  if (pathname.startsWith("/r")) return answer("text/plain", "resource " + pathname.slice(2));
  if (pathname === "/scripts") return answer("text/html", SCRIPTS);
  if (pathname.startsWith("/script")) return answer("text/javascript", SCRIPT, { "cache-control": "no-store" });
  if (pathname === "/leave") { // and every connection ends with this answer
    response.on("close", () => { for (const session of sessions) session.close(); });
    return answer("text/plain", "");
  }
  if (pathname === "/worker.js") return answer("text/javascript", WORKER);
  if (pathname === "/cookies") return answer("text/plain", request.headers.cookie || "");
  if (pathname === "/events") return hold("text/event-stream", ": opened\n\n", (count) => `id: ${count}\ndata: event ${count}\n\n`);
  if (pathname === "/stream") return hold("application/octet-stream", "part 0 ", (count) => `part ${count} `);
  if (pathname === "/next" || pathname === "/end") {
    request.resume();
    for (const one of open) one[pathname.slice(1)]();
    return answer("text/plain", "" + open.size);
  }
  if (pathname === "/download") {
    const blocks = Number(search.slice(1));
    const digest = new Digest();
    const random = crypto.randomBytes(BLOCK);
    function* made() {
      for (let number = 0; number < blocks; ++number) {
        const octets = Buffer.from(random);
        octets.writeUInt32LE(number);
        digest.add(octets);
        yield octets;
      }
      tell("downloaded " + JSON.stringify([digest.total, digest.end()]));
    }
    response.writeHead(200, { "content-type": "application/octet-stream" });
    return Readable.from(made()).pipe(response);
  }
  if (pathname === "/upload") {
    const digest = new Digest();
    request.on("data", (octets) => digest.add(octets));
    return request.on("end", () => answer("application/json", JSON.stringify([digest.total, digest.end()])));
  }
  response.writeHead(404);
  response.end();
}

function echo(socket, how) {
  tell("websocket over " + how);
  socket.on("message", (octets, isBinary) => socket.send(octets, { binary: isBinary }));
  socket.on("error", () => {});
  socket.on("close", () => tell("websocket closed"));
}

const options = { cert: fs.readFileSync(chain), key: fs.readFileSync(key), requestCert: true, rejectUnauthorized: false };
let server;
if (protocol === "h2") {
  server = http2.createSecureServer({ ...options, settings: { enableConnectProtocol: true } }, handle);
  server.on("session", (session) => { sessions.add(session); session.on("close", () => { sessions.delete(session); tell("left " + sessions.size); }); });
  server.on("connect", (request, response) => {
    if (request.headers[":protocol"] !== "websocket") { response.writeHead(501); return response.end(); }
    response.writeHead(200);
    response.flushHeaders();
    const socket = new WebSocket(null, undefined, {});
    socket.setSocket(request.stream, Buffer.alloc(0), { maxPayload: 1 << 26 });
    echo(socket, "h2");
  });
} else {
  server = https.createServer({ ...options, ALPNProtocols: ["http/1.1"] }, handle);
  const sockets = new WebSocketServer({ server });
  sockets.on("connection", (socket) => echo(socket, "http/1.1"));
}
server.on("secureConnection", (stream) => {
  const shown = stream.getPeerCertificate();
  tell("client " + (shown && shown.raw ? sha256(shown.raw).toString("hex") : "none") + " " + (stream.alpnProtocol || "none"));
});
server.on("connection", () => tell("somebody connected"));
server.on("sessionError", () => {});
server.listen(Number(port), "127.0.0.1");
