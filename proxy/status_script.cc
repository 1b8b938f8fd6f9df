// The status page's script.
#include "proxy/status_files.h"

namespace proxy {

namespace {

constexpr std::string_view kScript = R"js("use strict";
// The status page of Latchkey: shows what changes, where it changes.
(() => {
  const note = document.getElementById("live");
  const reload = note.querySelector("a").cloneNode(true);
  const said = document.getElementById("said");
  let source = null;

  function say(text, withReload) {
    note.textContent = text + " ";
    if (withReload) note.append(reload);
  }

  // Makes `have` the same as `want`. What can stay stays, so that focus, selection and folding do, too.
  function match(have, want) {
    if (have.nodeType === Node.TEXT_NODE && have.data !== want.data) have.data = want.data;
    if (have.nodeType !== Node.ELEMENT_NODE) return;
    for (const { name } of [...have.attributes])
      if (name !== "open" && !want.hasAttribute(name)) have.removeAttribute(name);
    for (const { name, value } of want.attributes)
      if (name !== "open" && have.getAttribute(name) !== value) have.setAttribute(name, value);
    matchChildren(have, want);
  }

  function matchChildren(have, want) {
    const wanted = new Set([...want.children].map((child) => child.id).filter(Boolean));
    for (const child of [...have.children]) if (child.id && !wanted.has(child.id)) child.remove();
    let at = have.firstChild;
    for (const fresh of [...want.childNodes]) {
      const same = fresh.id
        ? [...have.children].find((child) => child.id === fresh.id)
        : at && !at.id && at.nodeName === fresh.nodeName ? at : null;
      if (!same) {
        have.insertBefore(fresh, at);
        continue;
      }
      if (same === at) at = at.nextSibling;
      else have.insertBefore(same, at);
      match(same, fresh);
    }
    while (at) {
      const next = at.nextSibling;
      at.remove();
      at = next;
    }
  }

  function show(section, html) {
    const fresh = document.createElement("template");
    fresh.innerHTML = html;
    const focused = section.contains(document.activeElement) ? document.activeElement : null;
    matchChildren(section, fresh.content);
    // The button that was used is gone: go on reading where it was.
    if (focused && !focused.isConnected) section.querySelector("[tabindex='-1']")?.focus();
  }

  function listen() {
    if (source || document.hidden) return;
    source = new EventSource("/events");
    source.onopen = () => say("This page is live.", false);
    source.onerror = () => {
      if (source.readyState === EventSource.CLOSED) {
        source = null;
        say("This page is not live.", true);
      } else {
        say("Latchkey does not answer. Trying again.", true);
      }
    };
    for (const section of document.querySelectorAll("[data-live]"))
      source.addEventListener(section.id, (event) => show(section, event.data));
  }

  // A tab that nobody looks at keeps no connection.
  document.addEventListener("visibilitychange", () => {
    if (document.hidden && source) {
      source.close();
      source = null;
    }
    listen();
  });

  document.addEventListener("submit", async (event) => {
    const form = event.target;
    event.preventDefault();
    if (form.dataset.sent) return;
    form.dataset.sent = "yes";
    said.textContent = "";
    try {
      const answer = await fetch(form.action, {
        method: "POST", body: new URLSearchParams(new FormData(form)), redirect: "manual" });
      said.textContent = answer.type === "opaqueredirect" ? "Done." : "That was not done. Load the page again.";
    } catch {
      said.textContent = "Latchkey does not answer.";
    }
    delete form.dataset.sent;
  });

  listen();
})();
)js";

}  // namespace

std::string_view status_script() {
  return kScript;
}

}  // namespace proxy
