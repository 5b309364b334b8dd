// Small comforts: copy a value, print a page, look at the password just typed.
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
