// Posts an answer to the client it is for, as its button does where there is no script.
"use strict";

const form = document.getElementById("form-post");
// The answer is good for one time: a click while it is on its way would send it twice.
for (const button of form.querySelectorAll("button")) button.disabled = true;
form.submit();
