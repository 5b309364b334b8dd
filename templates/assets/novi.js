// Small comforts: copy a value, print a page, look at the password just typed, see a status change.
// Pages work without them, so their buttons stay hidden until this script shows them.
"use strict";

for (const shy of document.querySelectorAll("[data-scripted]")) shy.hidden = false;

// The button says for two seconds that it worked; readers of the screen hear it too.
function confirm(button) {
  const label = button.querySelector("[data-done]");
  if (!label || label.dataset.before) return;
  label.dataset.before = label.textContent;
  label.textContent = label.dataset.done;
  setTimeout(() => {
    label.textContent = label.dataset.before;
    delete label.dataset.before;
  }, 2000);
}

async function copy(button, text, field) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // No permission, or not https: select it, and the person presses the keys.
    if (!field) return;
    field.focus();
    field.select();
    return;
  }
  confirm(button);
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  if (button.dataset.copy) {
    const field = document.getElementById(button.dataset.copy);
    copy(button, field.value, field);
  } else if (button.dataset.copyText) {
    copy(button, button.dataset.copyText);
  } else if ("print" in button.dataset) {
    window.print();
  } else if (button.dataset.show) {
    const field = document.getElementById(button.dataset.show);
    const shown = field.type === "text";
    field.type = shown ? "password" : "text";
    button.setAttribute("aria-pressed", String(!shown));
  }
});

// A password is never sent, nor remembered by the browser, from a field that shows it.
document.addEventListener("submit", (event) => {
  for (const button of event.target.querySelectorAll("[data-show]")) {
    document.getElementById(button.dataset.show).type = "password";
  }
});

// Statuses that change by themselves. As long as the page says that something moves, it asks again, and
// takes over what has the same id. Nothing is rebuilt that did not change, so nothing moves under a pointer.
const OFTEN = 2500;
let known = null;

function takeOver(html) {
  const fresh = new DOMParser().parseFromString(html, "text/html");
  for (const part of fresh.body.querySelectorAll("[id]")) {
    const here = document.getElementById(part.id);
    if (!here || part.parentElement !== fresh.body || here.innerHTML === part.innerHTML) continue;
    here.replaceChildren(...part.childNodes);
  }
  const next = fresh.getElementById("sync-live");
  return next ? next.dataset.live : undefined;
}

async function look(url) {
  const rows = [...document.querySelectorAll("[data-row]")].map((row) => row.dataset.row);
  const asked = rows.length ? `${url}?rows=${[...new Set(rows)].join(",")}` : url;
  let next = url;
  try {
    if (!document.hidden) {
      const headers = known ? { "If-None-Match": known } : {};
      const answer = await fetch(asked, { headers, redirect: "error" });
      if (answer.ok) {
        known = answer.headers.get("ETag");
        next = takeOver(await answer.text());
      } else if (answer.status !== 304 && answer.status < 500) {
        return;
      }
    }
  } catch (error) {
    // Logged out meanwhile, or no network: whoever looks reloads.
    if (navigator.onLine) return;
  }
  if (next) setTimeout(look, OFTEN, next);
}

const live = document.getElementById("sync-live");
if (live && live.dataset.live) setTimeout(look, OFTEN, live.dataset.live);
